"""What comes out: Claim and Citation -> Answer. All are frozen; offsets are code points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """How well a quote carries the sentence that cites it."""

    EXACT = "exact"
    SUPPORTED = "supported"
    PARTIAL = "partial"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One sentence of an answer: `answer.text[start:end] == text`, markers left out, and the numbers it cites."""

    text: str
    start: int
    end: int
    numbers: tuple[int, ...]
    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A quote that carries a claim: `quote == source[source_start:source_end]` of that article revision.

    `number` counts articles in order of first mention, so that two quotes of one article share it; `claim` is the
    index of the claim that the quote was cut for. `text` is the same quote as it reads after cleaning (repairs made);
    it equals `quote` on undamaged pages.
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
    claim: int = 0


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
    CHAT = "chat"  # small talk, or a chore of a chat front end: nothing is said of the world, so nothing is cited


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
    dropped: tuple[Claim, ...] = ()  # sentences that a model wrote and no quote carried, with the reason
    unknown_numbers: int = 0  # markers of a model that name no passage it was given
    remembered: bool = False  # made for the same question before; `timings` are those of giving it again


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Jushi says: text whose sentences end in markers `[n]`, or a refusal; never both, never neither.

    `notice` is a short line for the reader about how the answer came to be, empty where all went as it should.
    """

    status: Status
    text: str
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    refusal: Refusal | None = None
    conflicts: tuple[Conflict, ...] = ()
    notice: str = ""
    trace: Trace

    def __post_init__(self) -> None:
        if (self.status is Status.REFUSED) != (self.refusal is not None):
            raise ValueError(f"an answer is refused exactly when it has a refusal, but status is {self.status}")
        if self.status in {Status.ANSWERED, Status.PARTIAL} and not self.citations:
            raise ValueError("an answer without citations is not an answer")
        for claim in self.claims:
            if self.text[claim.start : claim.end] != claim.text:
                raise ValueError(f"claim {claim.text!r} does not stand at [{claim.start}, {claim.end}) of the answer")
        if self.claims and any(not 0 <= citation.claim < len(self.claims) for citation in self.citations):
            raise ValueError("a citation belongs to a claim that the answer does not make")
