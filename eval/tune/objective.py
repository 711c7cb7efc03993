"""What is fitted for: a sum of measures to be great, measures that must keep a bound, and the best point of a grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from eval.intervals import Interval, Ratio, combination
from eval.measures import Part
from eval.scores import ratio

Setting: TypeAlias = tuple[float, ...]  # a value of each setting that is fitted together
Parts: TypeAlias = Mapping[str, Part]  # what a case gives to measures, by their names

_ABSENT: Part = (0.0, 0.0)
DECIMALS = 9  # beyond which two scores are the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """A sum of measures, each times its weight; `says` tells it to people."""

    name: str
    terms: tuple[tuple[str, float], ...]
    says: str

    def value(self, rows: Sequence[Parts]) -> float | None:
        """The sum over some cases; None where a measure is undefined."""
        found = [(weight, share(rows, name)) for name, weight in self.terms]
        return None if any(value is None for _, value in found) else sum(w * (value or 0.0) for w, value in found)

    def interval(self, rows: Sequence[Parts], seed: int = 0) -> Interval | None:
        """The sum with its interval."""
        return combination([(weight, ratio_of(rows, name)) for name, weight in self.terms], seed=seed)

    def difference(self, ours: Sequence[Parts], theirs: Sequence[Parts], seed: int = 0) -> Interval | None:
        """The sum of `ours` minus that of `theirs`, both over the same cases in the same order."""
        signed = [(weight, ratio_of(ours, name)) for name, weight in self.terms]
        signed += [(-weight, ratio_of(theirs, name)) for name, weight in self.terms]
        return combination(signed, seed=seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A measure that must not pass `limit`: from above when `at_most`, else from below."""

    measure: str
    limit: float
    at_most: bool = True

    def is_kept(self, rows: Sequence[Parts]) -> bool:
        """Whether some cases keep it; not where the measure is undefined."""
        value = share(rows, self.measure)
        if value is None:
            return False
        return round(value - self.limit if self.at_most else self.limit - value, DECIMALS) <= 0

    def __str__(self) -> str:
        return f"{self.measure} {'≤' if self.at_most else '≥'} {round(self.limit, DECIMALS):g}"


def measure(name: str) -> Objective:
    """One measure by itself."""
    return Objective(name=name, terms=((name, 1.0),), says=name)


def share(rows: Sequence[Parts], name: str) -> float | None:
    """A measure over some cases; None where it is undefined."""
    found = ratio_of(rows, name)
    below = sum(found.denominators)
    return sum(found.numerators) / below if below else None


def ratio_of(rows: Sequence[Parts], name: str) -> Ratio:
    """The sums of a measure over some cases."""
    return ratio([row.get(name, _ABSENT) for row in rows])


def best(scores: Mapping[Setting, float | None], present: Setting) -> Setting | None:
    """The setting with the highest score; None when no score is known.

    Of equals the one nearest to `present` (the sum of the distances), itself if it is among them, then the lowest.
    """
    known = {setting: round(score, DECIMALS) for setting, score in scores.items() if score is not None}
    if not known:
        return None
    highest = max(known.values())
    equals = [setting for setting, score in known.items() if score == highest]
    return min(equals, key=lambda setting: (round(_distance(setting, present), DECIMALS), setting))


def _distance(one: Setting, other: Setting) -> float:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))
