"""The numbers that an answer cites by: one for each article, in the order in which they are first cited."""

from __future__ import annotations

import re

from rag.types import Article

_ON_THE_WEB = re.compile(r"https?://\S", re.IGNORECASE)
_MARKER = re.compile(r"\[(\d{1,4})\]")


class Numbering:
    """Gives out numbers from 1. Articles that were published under one address share a number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def of(self, article: Article) -> int:
        """The number of an article, the next one when it was not cited before."""
        address = article.url if article.url and _ON_THE_WEB.match(article.url) else article.article_id
        return self._numbers.setdefault(address, len(self._numbers) + 1)


def without_lookalikes(text: str) -> str:
    """`text` with its own `[7]` in wide brackets, so that no reader takes it for a marker; as long as before."""
    return _MARKER.sub(r"［\1］", text)
