"""Articles built by hand, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rag.offsets import OffsetMap
from rag.types import Article, Media, Span


@pytest.fixture
def article_of() -> Callable[..., Article]:
    """A maker of articles whose cleaned text is their source, with headings and damaged spans where asked."""

    def make(
        text: str,
        *,
        article_id: str = "a1",
        title: str = "",
        headings: tuple[tuple[int, int], ...] = (),
        damaged: tuple[tuple[int, int], ...] = (),
        publisher: str | None = None,
    ) -> Article:
        return Article(
            article_id=article_id,
            revision="r1",
            title=title,
            text=text,
            source_text=text,
            source_map=OffsetMap.identity(len(text)),
            page_map=OffsetMap.identity(len(text)),
            page=text.encode("utf-8", "replace"),
            name=f"{article_id}.txt",
            media=Media.TEXT,
            encoding="utf-8",
            publisher=publisher,
            headings=tuple(Span(start=start, end=end) for start, end in headings),
            damaged=tuple(Span(start=start, end=end) for start, end in damaged),
        )

    return make
