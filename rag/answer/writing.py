"""What a model has written so far and what became of it, and whether it is to be believed that the articles answer."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction

from rag.answer.answerer import Looked
from rag.answer.checking import Judged
from rag.answer.composing import Composition
from rag.answer.expect import Kind, asks_whether, holds
from rag.answer.sentences import Sentence
from rag.answer.subject import is_answered_by
from rag.check.claims import Draft
from rag.llm.model import Usage
from rag.search.copies import stands_in
from rag.text.numbers import find_quantities
from rag.text.script import fold
from rag.types import Answer, Claim, RefusalReason, Status, Strictness, Verdict

# Read off 30 questions of DRCD among 5,000 news articles, each with and without its paragraph, by `eval.written`.
_HOPELESS = 0.10  # probability that the evidence answers, below which a model is not even asked
_ALONE = 0.25  # probability that is enough where a model writes an answer without saying how sure it is
_TOGETHER = 1.8  # sum of the log-odds of the evidence and of the model
_HELD = 0.8  # what `holds` gives for a thing of the right kind, and never where the kind is unknown
_MOST = 0.7
_HALF = 0.5
_BARE = 12  # characters of an answer that is a thing rather than a sentence
_NAMED = 0.3  # what `holds` gives for some other name than a person's


@dataclass(slots=True)
class Writing:
    """What a model has written so far, and what became of it. `timings` are milliseconds.

    `on_trial` tells that the evidence alone would not have been enough for an answer.
    """

    composition: Composition
    strict: Strictness
    on_trial: bool
    kept: list[Judged] = field(default_factory=list)
    dropped: list[Claim] = field(default_factory=list)
    unknown: int = 0
    shown: bool = False
    failure: str = ""
    found: float | None = None
    usage: Usage = field(default_factory=lambda: Usage(prompt_tokens=0, completion_tokens=0, finish_reason=""))
    timings: dict[str, float] = field(default_factory=dict)

    @property
    def quotes(self) -> list[Sentence]:
        """The quotes of all sentences that were kept."""
        return [quote for judged in self.kept for quote in judged.quotes]

    @property
    def lost_a_part(self) -> bool:
        """A sentence with a figure was dropped, so that the reader may miss one."""
        return any(find_quantities(claim.text) for claim in self.dropped)

    def repeats(self, draft: Draft) -> bool:
        """Whether a sentence stands in one that was kept; small models like to write one again."""
        return any(stands_in(draft.text, judged.draft.text) for judged in self.kept)

    def take(self, judged: Judged, *, known: int) -> str:
        """Keep a sentence or drop it, and give the piece of text that it adds to the answer."""
        draft = judged.draft
        self.unknown += sum(not 1 <= number <= known for number in draft.numbers)
        if judged.verdict is Verdict.UNSUPPORTED:
            self.dropped.append(
                Claim(text=draft.text, start=0, end=len(draft.text), numbers=(), verdict=judged.verdict,
                      reason=judged.reason)
            )  # fmt: skip
            if self.strict is Strictness.DROP:
                return ""
        else:
            self.kept.append(judged)
        return self.composition.add(judged)


def is_worth_asking(looked: Looked, quoted: Answer) -> bool:
    """Whether a model may be asked at all: something near was found, and it is about the place and time asked for."""
    if quoted.status is not Status.REFUSED:
        return True
    refusal = quoted.refusal
    assert refusal is not None
    if refusal.reason in {RefusalReason.EMPTY_STORE, RefusalReason.OTHER_PLACE, RefusalReason.OTHER_TIME}:
        return False
    return looked.assessment.probability >= _HOPELESS


def gives_it(looked: Looked, writing: Writing) -> bool:
    """Whether what was kept so far gives the kind of thing asked for, and of that which is asked about.

    The quotes are held to what quotes are held to that answer alone. A number or a date must stand in the model's words
    too, and where the holder of a post is asked for, a person's name.
    """
    seen = looked.assessment.view
    if not writing.kept:
        return False
    told = [judged.draft.text for judged in writing.kept]
    least = _NAMED if seen.role else 0.0
    if (seen.role or seen.expected.kind in {Kind.NUMBER, Kind.DATE}) and not any(
        holds(text, seen.expected, question=seen.key) > least for text in told
    ):
        return False
    return is_answered_by(seen, writing.quotes, looked.assessment.probability)


def says_enough(looked: Looked, writing: Writing, quote: str) -> bool:
    """Whether a small model's words make the sentence they rest on superfluous.

    They do when they hold the kind of thing asked for (a number of what is counted, a date, a name, a reason), which
    as a bare answer must stand in the sentence itself; or most of the sentence, of which half is enough where they are
    its own words.
    """
    seen = looked.assessment.view
    expected, asked = seen.expected, seen.key
    told, said = [fold(judged.draft.text).rstrip("。") for judged in writing.kept], fold(quote)
    giving = [text for text in told if holds(text, expected, question=asked) >= _HELD]
    for text in giving:
        of_that = seen.counted in text or seen.counted not in said  # not another figure of a sentence that has several
        if of_that if len(text) > _BARE else text in said:
            return True
    if not giving and holds(said, expected, question=asked) >= _HELD:
        return False  # a part of the sentence without the name, the date or the figure that it gives
    if seen.counted in said and not any(seen.counted in text for text in told):
        return False  # one of its figures, but not that of what is counted
    copied = all(text in said for text in told)
    return sum(map(len, told)) >= (_HALF if copied else _MOST) * len(said)


def has_figures_of(writing: Writing, quote: str) -> bool:
    """Whether the model's words give every figure of a quote, of which it has some, though they rest on another."""
    said = _values(quote)
    return bool(said) and said <= {value for judged in writing.kept for value in _values(judged.draft.text)}


def _values(text: str) -> set[tuple[Fraction, str]]:
    return {(quantity.value, quantity.unit) for quantity in find_quantities(fold(text))}


def is_believed(looked: Looked, found: float | None) -> bool:
    """Whether evidence and model together speak for an answer; `found` is what the model holds, None if it is silent.

    Asked whether something is so, a small model takes a no for nothing found: then the evidence speaks alone.
    """
    probability = looked.assessment.probability
    if found is None or asks_whether(looked.retrieval.plan.asked):
        return probability >= _ALONE
    return _logit(probability) + _logit(found) >= _TOGETHER


def _logit(probability: float) -> float:
    clipped = min(max(probability, 0.001), 0.999)
    return math.log(clipped / (1 - clipped))
