"""A question on its way to evidence: Question, Hit -> Evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from rag.types.documents import Passage, Published


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


class Strictness(StrEnum):
    """What becomes of a sentence of an answer that no quote carries."""

    DROP = "drop"
    MARK = "mark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as it was asked: `history` is oldest first and does not hold the question itself.

    `as_of` leaves only what was published by that day. `strict` says what becomes of a sentence that no quote carries:
    it is dropped, or it stays and is marked. `instructions` are what a client says beside the conversation; they tell a
    chore from a question and are otherwise not followed.
    """

    text: str
    history: tuple[Turn, ...] = ()
    filters: Filters = Filters()
    top_k: int | None = None
    as_of: date | None = None
    strict: Strictness = Strictness.DROP
    instructions: str = ""

    def __post_init__(self) -> None:
        """`as_of` and `filters.until` are one limit, the earlier of the two."""
        if self.as_of is not None and (self.filters.until is None or self.as_of < self.filters.until):
            object.__setattr__(self, "filters", replace(self.filters, until=self.as_of))


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
