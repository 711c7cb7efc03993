"""What a claim may rest on: a stretch of an article, with what is known of the article around it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rag.types import Article, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An article whose stretch `text[start:end]` was retrieved; `number` is what markers call it.

    Nothing that touches `unquotable` is ever quoted. `key` identifies the article.
    """

    key: str
    number: int
    text: str
    start: int
    end: int
    title: str = ""
    publisher: str = ""
    published: date | None = None
    unquotable: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end <= len(self.text):
            raise ValueError(f"stretch [{self.start}, {self.end}) is not inside {len(self.text)} code points")


def source_of(number: int, article: Article, start: int, end: int) -> Source:
    """The stretch `[start, end)` of the cleaned text of an article as something that claims may rest on."""
    return Source(
        key=article.article_id,
        number=number,
        text=article.text,
        start=start,
        end=end,
        title=article.title,
        publisher=article.publisher or "",
        published=article.published.day if article.published else None,
        unquotable=(*article.damaged, *article.suspicious),
    )
