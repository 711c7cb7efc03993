"""A document on its way in: RawDocument -> Article -> Passage. Offsets are code points."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from rag.offsets import OffsetMap


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """Code points `[start, end)` of one text, and why they are marked; no reason where it goes without saying."""

    start: int
    end: int
    reason: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"span [{self.start}, {self.end}) is not in order")

    def overlaps(self, start: int, end: int) -> bool:
        """True when `[start, end)` shares a code point with this span."""
        return self.start < end and start < self.end


class Media(StrEnum):
    """The shape in which a document arrives."""

    HTML = "html"
    TEXT = "text"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawDocument:
    """Bytes as they came, and what the giver said about them. `name` is a path, or `file.jsonl:12` for one line."""

    name: str
    data: bytes
    media: Media
    encoding: str | None = None
    article_id: str | None = None
    url: str | None = None
    title: str | None = None
    publisher: str | None = None
    published: str | None = None
    fetched_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A document that could not be read: where it stood and one sentence that says what was wrong."""

    name: str
    line: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """When an article came out (Asia/Shanghai). `confidence` in [0, 1]; `origin` says what it was read from."""

    day: date
    confidence: float
    origin: str  # "given" | "metadata" | "dateline" | "url" | "text"
    time: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """One mended place: `before` stood at source `[source_start, source_end)`, `after` stands in the cleaned text."""

    kind: str  # "pinyin" | "gbk-shift" | "mojibake" | "entity" | "control" | "radical" | "look-alike" | "better-copy"
    source_start: int
    source_end: int
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One cleaned article, one revision of it.

    `source_text` is what the page says to a reader, whole and unrepaired: the decoded file for text, every visible line
    for HTML. Citations count in it. `page_map` leads from it to the code points of the decoded page (markup included),
    `source_map` leads to it from `text`, the cleaned main text. Each line of `text` is one block of the page.
    """

    article_id: str
    revision: str
    title: str
    text: str
    source_text: str
    source_map: OffsetMap
    page_map: OffsetMap
    page: bytes
    name: str
    media: Media
    encoding: str
    url: str | None = None
    publisher: str | None = None
    author: str | None = None
    published: Published | None = None
    language: str = "zh-Hans"
    headings: tuple[Span, ...] = ()  # spans of `text` that are headings
    damaged: tuple[Span, ...] = ()  # spans of `text` that cannot be quoted
    suspicious: tuple[Span, ...] = ()  # spans of `text` that speak to a program; neither quoted nor shown to a model
    repairs: tuple[Repair, ...] = ()
    removed: tuple[Span, ...] = ()  # spans of `source_text` that are not main text, each with its reason
    ingested_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.source_map.length != len(self.text):
            raise ValueError(f"source map covers {self.source_map.length} of {len(self.text)} code points of the text")
        if self.page_map.length != len(self.source_text):
            raise ValueError(f"page map covers {self.page_map.length} of {len(self.source_text)} of the source")

    def quote(self, start: int, end: int) -> tuple[int, int] | None:
        """The source span that carries `text[start:end]`, or None where the source has no single such span."""
        return self.source_map.origin_span(start, end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A retrievable piece of an article: `article.text[start:end] == text`. `passage_id` is a 63-bit content hash."""

    passage_id: int
    article_id: str
    revision: str
    ordinal: int
    start: int
    end: int
    text: str
    title: str
    heading: str = ""

    def __post_init__(self) -> None:
        if self.end - self.start != len(self.text):
            raise ValueError(f"passage {self.passage_id} spans {self.end - self.start} but holds {len(self.text)}")
