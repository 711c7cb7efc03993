"""Holds a run against the baseline: which measures are worse beyond chance, and which cases turned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.baseline import BaselineRun, Kept, kept, said
from eval.intervals import Interval, difference
from eval.measures import MEASURES, Measure, Part, values
from eval.scores import Scores, ratio
from rag.errors import InputError

_TURNING = ("right", "refused", "over-refusal", "injection", "failed")  # measures that are yes or no for a case
_ABSENT: Part = (0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A measure over the same cases in both runs; `difference` is now minus then, with its paired interval."""

    measure: Measure
    then: float
    now: float
    difference: Interval

    @property
    def worse(self) -> bool:
        """Worse beyond the interval, or at all where the measure is strict; never when it is not gated."""
        if not self.measure.gated:
            return False
        side = 1 if self.measure.higher else -1
        if self.measure.strict:
            return side * self.difference.value < 0
        return max(side * self.difference.low, side * self.difference.high) < 0

    @property
    def better(self) -> bool:
        """Better beyond the interval."""
        side = 1 if self.measure.higher else -1
        return min(side * self.difference.low, side * self.difference.high) > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A case whose value of a measure changed, with what was answered then and now."""

    case_id: str
    question: str
    measure: str
    worse: bool
    then: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A run held against the baseline over the `cases` that both have. `notes` say what else is not the same."""

    cases: int
    changes: tuple[Change, ...]
    turns: tuple[Turn, ...]
    notes: tuple[str, ...]

    @property
    def worse(self) -> tuple[Change, ...]:
        """The measures for which the gate fails."""
        return tuple(change for change in self.changes if change.worse)


def compare(scores: Scores, runs: Mapping[str, BaselineRun], *, seed: int = 0) -> Comparison:
    """Hold a run against that of the same answerer.

    Other settings are what one wants to compare, so they are noted. Another set cannot be compared.

    Raises:
        InputError: the baseline has no run of that answerer, or one over another set, or none of the cases.
    """
    ours = scores.conditions
    then = runs.get(ours.answerer)
    if then is None:
        raise InputError(f"the baseline has no run of answerer {ours.answerer!r}; --write-baseline adds one")
    if then.conditions.set_digest != ours.set_digest:
        raise InputError(
            f"the baseline is of set {then.conditions.set_name} {then.conditions.set_version} "
            f"({then.conditions.set_digest}), this run of {ours.set_name} {ours.set_version} "
            f"({ours.set_digest}): figures of two sets cannot be compared; --write-baseline starts anew"
        )
    now = {one.case.case_id: kept(one) for one in scores.cases if one.case.case_id in then.cases}
    if not now:
        raise InputError("the baseline has none of the cases that were asked; --write-baseline starts anew")
    pairs = [(then.cases[case_id], one) for case_id, one in now.items()]
    changes = tuple(change for measure in MEASURES if (change := _change(measure, pairs, seed)))
    suspects = {change.measure.name for change in changes if change.worse}
    return Comparison(
        cases=len(pairs),
        changes=changes,
        turns=tuple(_turns(scores, then.cases, [*dict.fromkeys([*_TURNING, *sorted(suspects)])])),
        notes=tuple(_notes(scores, then)),
    )


def _change(measure: Measure, pairs: Sequence[tuple[Kept, Kept]], seed: int) -> Change | None:
    then = ratio([before.parts.get(measure.name, _ABSENT) for before, _ in pairs])
    now = ratio([after.parts.get(measure.name, _ABSENT) for _, after in pairs])
    bounds = difference(now, then, seed=seed)
    if bounds is None:
        return None
    sums = [sum(side.numerators) / sum(side.denominators) for side in (then, now)]
    return Change(measure=measure, then=sums[0], now=sums[1], difference=bounds)


def _turns(scores: Scores, then: Mapping[str, Kept], names: Sequence[str]) -> list[Turn]:
    """Each case once, for the first of the measures `names` that changed; those that became worse come first."""
    higher = {measure.name: measure.higher for measure in MEASURES}
    found: list[Turn] = []
    for one in scores.cases:
        before = then.get(one.case.case_id)
        if before is None:
            continue
        old, new = values(before.parts), values(one.parts)
        changed = [name for name in names if name in old and name in new and old[name] != new[name]]
        if changed:
            name = changed[0]
            found.append(
                Turn(
                    case_id=one.case.case_id,
                    question=one.case.question,
                    measure=name,
                    worse=(new[name] < old[name]) == higher[name],
                    then=before.answer,
                    now=said(one.reply),
                )
            )
    return sorted(found, key=lambda turn: not turn.worse)


def _notes(scores: Scores, then: BaselineRun) -> list[str]:
    notes = []
    ours, theirs = scores.conditions, then.conditions
    if ours.fingerprint != theirs.fingerprint:
        notes.append(f"the settings are not those of the baseline: {theirs.fingerprint} then, {ours.fingerprint} now")
    if (ours.target, ours.model) != (theirs.target, theirs.model):
        notes.append(f"the baseline was measured at {theirs.target}, this run at {ours.target}")
    if len(scores.cases) < len(then.cases):
        notes.append(f"only {len(scores.cases)} of the {len(then.cases)} cases were asked: small losses do not show")
    return notes
