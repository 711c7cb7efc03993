"""A claim and its sources -> a verdict, the reason, and the shortest run of whole sentences that carries the claim."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import chain

from rag.check.align import Alignment, align
from rag.check.bind import misbound
from rag.check.coverage import Lack, Surroundings, absent, is_little, is_too_much, lack
from rag.check.faults import Fault
from rag.check.measures import misplaced_figures
from rag.check.phrases import Statement, asked_shares, complete, phrase_faults
from rag.check.pieces import is_traditional, read
from rag.check.polarity import foreseen, turned
from rag.check.sources import Source
from rag.check.windows import Window, singles, wider
from rag.text.script import fold
from rag.text.sentences import sentences
from rag.types import Verdict

Similarity = Callable[[str, Sequence[str]], Sequence[float]]
Entailment = Callable[[str, str], float]  # (quote, claim) -> probability

_LEAD = 2  # sentences that say what an article is about
_WIDENED = 4  # sentences that are tried together with their neighbours
_BEFORE = 1200  # characters of the paragraph before a quote
_LIKE = 0.95  # similarity from which missing words count as said otherwise; e5 gives .9 to much that is merely near
_NEARER, _NEARER_ASKED = 0.08, 0.35  # share of the claim's words by which a quote must be nearer to overrule another
_ENTAILED, _REFUTED = 0.7, 0.3
RANK = {Verdict.EXACT: 3, Verdict.SUPPORTED: 2, Verdict.PARTIAL: 1, Verdict.UNSUPPORTED: 0}
_NOTHING = "nothing that was retrieved speaks of it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What became of a claim. `source.text[start:end]` is the quote; without a source there is none.

    `score` in [0, 1] is the share of the claim's words that the quote holds.
    """

    verdict: Verdict
    reason: str
    source: Source | None
    start: int
    end: int
    score: float


class Checker:
    """Checks claims against sources by what they say: figures, names, subjects, direction, negation and wording.

    `similarity` gives the cosine of a sentence with each of some quotes, `entailment` the probability that a quote
    entails a sentence. Both are optional, and neither can save a claim whose figures or names are wrong.
    """

    def __init__(self, similarity: Similarity | None = None, entailment: Entailment | None = None) -> None:
        self._similarity = similarity
        self._entailment = entailment

    def check(
        self,
        claim: str,
        sources: Sequence[Source],
        *,
        cited: Sequence[int] = (),
        question: str = "",
        reference: date | None = None,
    ) -> Checked:
        """The best verdict that any quote gives `claim`; at equal verdicts a cited source, then the shorter quote.

        `reference` is the day from which relative dates count where an article has none of its own. A claim without a
        predicate is completed from `question`.
        """
        said = complete(claim, question)
        best: Checked | None = None
        seen: list[Checked] = []
        for around in (False, True):
            seen += self._of(said, sources, cited, question, reference, around=around)
            best = _best(seen, cited, margin=_NEARER_ASKED if said.is_completed else _NEARER)
            if best is not None and RANK[best.verdict] >= RANK[Verdict.SUPPORTED]:
                break
        if best is None:
            return Checked(
                verdict=Verdict.UNSUPPORTED, reason=f"absent: {_NOTHING}", source=None, start=0, end=0, score=0
            )
        best = self._second_look(claim, best)
        if best.verdict is Verdict.UNSUPPORTED or not cited or best.source is None or best.source.number in cited:
            return best
        return replace(best, reason=f"moved: {best.source.number} carries it" if not best.reason else best.reason)

    def compare(
        self, claim: str, quote: str, source: Source, *, question: str = "", reference: date | None = None
    ) -> tuple[Verdict, str]:
        """The verdict that one quote of `source` gives `claim`, and why.

        Raises:
            ValueError: `quote` does not stand in the source.
        """
        start = source.text.index(quote)
        window = Window(source=source, start=start, end=start + len(quote), count=1, score=0.0)
        checked = _judge(complete(claim, question), window, question, reference)
        return checked.verdict, checked.reason

    def _of(
        self,
        said: Statement,
        sources: Sequence[Source],
        cited: Sequence[int],
        question: str,
        reference: date | None,
        *,
        around: bool,
    ) -> list[Checked]:
        """Verdicts of single sentences, and of longer runs where no single one carries the claim."""
        windows = singles(said.text, sources, cited, around=around)
        found = []
        for window in windows:
            checked = _judge(said, window, question, reference)
            found.append(checked)
            if checked.verdict is Verdict.EXACT and (not cited or window.source.number in cited):
                return found
        if not said.is_completed and any(RANK[checked.verdict] >= RANK[Verdict.SUPPORTED] for checked in found):
            return found
        seen: set[tuple[str, int, int]] = set()
        for window in windows[:_WIDENED]:
            for run in wider(said.text, window):
                if (key := (run.source.key, run.start, run.end)) not in seen:
                    seen.add(key)
                    found.append(_judge(said, run, question, reference))
        return found

    def _second_look(self, claim: str, checked: Checked) -> Checked:
        """Wording that differs may mean the same: similarity and entailment are asked, at most once each."""
        if checked.source is None:
            return checked
        quote = checked.source.text[checked.start : checked.end]
        worded = checked.reason.startswith("wording")
        if worded and self._similarity is not None and self._similarity(claim, [quote])[0] >= _LIKE:
            better = Verdict.PARTIAL if checked.verdict is Verdict.UNSUPPORTED else Verdict.SUPPORTED
            checked = replace(checked, verdict=better)
        if self._entailment is not None and (worded or checked.verdict in {Verdict.SUPPORTED, Verdict.PARTIAL}):
            entailed = self._entailment(quote, claim)
            if entailed < _REFUTED:
                return replace(checked, verdict=Verdict.UNSUPPORTED, reason=f"entailment: {entailed:.2f}")
            if entailed >= _ENTAILED and worded:
                return replace(checked, verdict=Verdict.SUPPORTED)
        return checked


def _best(found: Sequence[Checked], cited: Sequence[int], *, margin: float) -> Checked | None:
    """The best verdict, unless a quote that is nearer to the claim speaks against it.

    A sentence that says nearly the same in other words does not carry what the sentence meant by the claim denies.
    """
    best = max(found, key=lambda checked: _merit(checked, cited), default=None)
    if best is None or best.verdict in {Verdict.EXACT, Verdict.UNSUPPORTED}:
        return best
    more = best.score + (margin if best.verdict is Verdict.SUPPORTED else 0.0)
    against = [c for c in found if c.verdict is Verdict.UNSUPPORTED and c.score > more]
    return max(against, key=lambda checked: checked.score) if against else best


def _merit(checked: Checked, cited: Sequence[int]) -> tuple[int, bool, int, float, int]:
    known = checked.source is not None and checked.source.number in cited
    carried = RANK[checked.verdict]
    return (min(carried, 2), known, carried, round(checked.score, 2), checked.start - checked.end)


def _judge(said: Statement, window: Window, question: str, reference: date | None) -> Checked:
    """The verdict that one window gives."""
    source = window.source
    quote = source.text[window.start : window.end]
    day = source.published or reference
    if _bare(said.text) == _bare(quote):
        return _checked(Verdict.EXACT, "", window, 1.0)
    plain = not (is_traditional(said.text) or is_traditional(quote))
    alignment = align(read(said.text, day, plain=plain), read(quote, day, plain=plain))
    around = Surroundings(
        about=about(source, window.start), article=_folded(source.text), published=day, asked=fold(question)
    )
    if said.is_completed:
        fault = next(phrase_faults(said, alignment, around, misplaced_figures(alignment), turned(alignment)), None)
        score = asked_shares(said, alignment, around)[0]
        return _checked(Verdict.UNSUPPORTED if fault else Verdict.SUPPORTED, str(fault or ""), window, score)
    missing = lack(alignment, around)
    fault = next(_faults(alignment, around), None)
    if fault is not None:
        return _checked(Verdict.UNSUPPORTED, str(fault), window, 1 - missing.share)
    return _worded(said.text, quote, alignment, missing, window)


def _faults(alignment: Alignment, around: Surroundings) -> Iterator[Fault]:
    faults = chain(absent(alignment, around), turned(alignment), misbound(alignment), foreseen(alignment))
    return (fault for fault in faults if not _is_of_the_question(fault, around.asked))


def _is_of_the_question(fault: Fault, asked: str) -> bool:
    """A verb that the question brought in may stand for the one of the quote."""
    return fault.kind == "wording" and fault.detail.partition("/")[0] in asked


@lru_cache(maxsize=256)
def _folded(text: str) -> str:
    return fold(text)


def _worded(claim: str, quote: str, alignment: Alignment, missing: Lack, window: Window) -> Checked:
    """The verdict on a claim whose figures, names and subjects hold, by its wording."""
    score = 1 - missing.share
    if not alignment.claim.content or not any(alignment.places):
        return _checked(Verdict.UNSUPPORTED, "wording: nothing to check", window, 0.0)
    if is_too_much(missing):
        return _checked(Verdict.UNSUPPORTED, f"wording: {'、'.join(missing.words[:3])}", window, score)
    if not is_little(missing):
        return _checked(Verdict.PARTIAL, f"wording: {'、'.join(missing.words[:3])}", window, score)
    if _stands_in(claim, quote):
        return _checked(Verdict.EXACT, "", window, 1.0)
    return _checked(Verdict.SUPPORTED, "", window, score)


def _checked(verdict: Verdict, reason: str, window: Window, score: float) -> Checked:
    return Checked(
        verdict=verdict,
        reason=reason,
        source=window.source,
        start=window.start,
        end=window.end,
        score=max(0.0, min(1.0, score)),
    )


@lru_cache(maxsize=4096)
def _bare(text: str) -> str:
    """Folded text without punctuation and white space; a point or comma inside a number stays."""
    key = re.sub(r"(?<=\d)[.](?=\d)", "点", fold(text))
    return "".join(character for character in key if character.isalnum() or character in "%-+")


def _stands_in(claim: str, quote: str) -> bool:
    """The wording of the claim stands in the quote, and no number is cut."""
    ours, theirs = _bare(claim), _bare(quote)
    at = theirs.find(ours)
    if at < 0:
        return False
    before, after = theirs[at - 1 : at], theirs[at + len(ours) : at + len(ours) + 1]
    return not (before.isdigit() and ours[0].isdigit()) and not (after.isdigit() and ours[-1].isdigit())


@lru_cache(maxsize=4096)
def _around(title: str, publisher: str, text: str, at: int) -> str:
    line = text.rfind("\n", 0, at) + 1
    lead = sentences(text[:600])[:_LEAD]
    opening = text[: min(lead[-1].end, at)] if lead else ""
    return fold(f"{title}\n{publisher}\n{opening}\n{text[max(line, at - _BEFORE) : at]}")


def about(source: Source, at: int) -> str:
    """Title, publisher, opening and the paragraph before `at`, folded."""
    return _around(source.title, source.publisher, source.text, at)
