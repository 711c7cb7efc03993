"""The values that flow, one type per stage, in the order in which they come to be.

RawDocument -> Article -> Passage -> Hit -> Evidence -> Citation -> Answer. All are frozen; all offsets are code points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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

    kind: str  # "pinyin" | "gbk-shift" | "mojibake" | "entity" | "control" | "radical" | "better-copy"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage found by one index. Higher scores are better; scores of different indexes are not comparable."""

    passage_id: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleInfo:
    """What an answer needs to know of an article without loading its text."""

    article_id: str
    revision: str
    title: str
    name: str
    url: str | None
    publisher: str | None
    published: Published | None
    passages: int
    reprints: int  # other articles of the same reprint cluster
    characters: int = 0
    live: bool = True  # False for superseded revisions and for reprints whose twin is searched


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Limits on what may be searched. Empty tuples and None limit nothing; `until` is inclusive (`as_of`)."""

    article_ids: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    @property
    def is_empty(self) -> bool:
        """True when nothing is limited."""
        return not (self.article_ids or self.publishers or self.since or self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One earlier message of a conversation; `role` is "user" or "assistant"."""

    role: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as it was asked: `history` is oldest first and does not hold the question itself."""

    text: str
    history: tuple[Turn, ...] = ()
    filters: Filters = Filters()
    top_k: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """How a passage scored: raw scores where the index found it, z-scores after normalising, reranker if any."""

    dense: float | None = None
    lexical: float | None = None
    rerank: float | None = None
    fused: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A passage chosen to answer from. `number` counts from 1 in order of rank."""

    number: int
    passage: Passage
    article: ArticleInfo
    score: float
    signals: Signals


class Verdict(StrEnum):
    """How well a quote carries the sentence that cites it."""

    EXACT = "exact"
    SUPPORTED = "supported"
    PARTIAL = "partial"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """One number of an answer: `quote == source[source_start:source_end]` of that article revision.

    `text` is the same quote as it reads after cleaning (repairs made); it equals `quote` on undamaged pages.
    """

    number: int
    article_id: str
    revision: str
    title: str
    url: str
    published_at: str | None
    publisher: str | None
    quote: str
    text: str
    source_start: int
    source_end: int
    verdict: Verdict
    reason: str = ""
    reprints: int = 0


class RefusalReason(StrEnum):
    """Why there is no answer; the fixed list that clients may switch on."""

    EMPTY_STORE = "empty_store"  # nothing has been ingested, or the filters leave nothing
    NO_EVIDENCE = "no_evidence"  # nothing that was found speaks of the question's subject
    WEAK_EVIDENCE = "weak_evidence"  # something was found, but too little of the question is in it
    OTHER_PLACE = "other_place"  # the measure is there, but for another place or body
    OTHER_TIME = "other_time"  # the subject is there, but for another time
    ABSENT_ATTRIBUTE = "absent_attribute"  # the subject is there, but what was asked about it is not
    UNSUPPORTED = "unsupported"  # an answer was written, and no sentence of it survived checking


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """A passage shown with a refusal: the closest thing the articles say."""

    article_id: str
    title: str
    url: str
    quote: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why the question is not answered: a reason to switch on, a sentence to read, and the nearest passages."""

    reason: RefusalReason
    message: str
    nearest: tuple[Nearest, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two articles that give different values for the same thing; `numbers` are the citations that show them."""

    measure: str
    values: tuple[str, ...]
    numbers: tuple[int, ...]


class Status(StrEnum):
    """The outcome of a question."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What is needed to explain and repeat an answer. `timings` are milliseconds per stage."""

    answerer: str
    generation: int
    settings: str  # fingerprint of the settings
    query: str  # the question as it was searched
    answerability: float | None = None  # calibrated probability that the evidence answers the question
    features: Mapping[str, float] = field(default_factory=dict)
    hits: tuple[Mapping[str, object], ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)
    model: str | None = None
    prompt_version: str | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Jushi says: text whose sentences end in markers `[n]`, or a refusal; never both, never neither."""

    status: Status
    text: str
    citations: tuple[Citation, ...] = ()
    refusal: Refusal | None = None
    conflicts: tuple[Conflict, ...] = ()
    trace: Trace

    def __post_init__(self) -> None:
        if (self.status is Status.REFUSED) != (self.refusal is not None):
            raise ValueError(f"an answer is refused exactly when it has a refusal, but status is {self.status}")
        if self.status is not Status.REFUSED and not self.citations:
            raise ValueError("an answer without citations is not an answer")
