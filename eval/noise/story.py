"""What a noisy twin is made of: the cleaned story of an article, in paragraphs, and what is known of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from rag.types import Article


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """One block of a story. A row of a table holds its cells joined with ` | `."""

    text: str
    is_heading: bool = False

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of a table's row; empty for running text."""
        cells = tuple(cell.strip() for cell in self.text.strip("| ").split(" | "))
        return cells if len(cells) > 1 else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A cleaned article without its page."""

    article_id: str
    title: str
    paragraphs: tuple[Paragraph, ...]
    url: str | None = None
    publisher: str | None = None
    published: date | None = None

    @property
    def name(self) -> str:
        """A name for documents made of the story."""
        return f"twin-{self.article_id}"

    def changed(self, change: Callable[[str], str]) -> Story:
        """The story with `change` made to its title and to each paragraph; what is known of it stays."""
        paragraphs = tuple(replace(one, text=change(one.text)) for one in self.paragraphs)
        return replace(self, title=change(self.title), paragraphs=paragraphs)


def story_of(article: Article) -> Story:
    """The story that is left of an article after cleaning."""
    headings = {span.start for span in article.headings}
    paragraphs: list[Paragraph] = []
    at = 0
    for line in article.text.split("\n"):
        if line.strip():
            paragraphs.append(Paragraph(text=line.strip(), is_heading=at in headings))
        at += len(line) + 1
    return Story(
        article_id=article.article_id,
        title=article.title,
        paragraphs=tuple(paragraphs),
        url=article.url,
        publisher=article.publisher,
        published=article.published.day if article.published else None,
    )
