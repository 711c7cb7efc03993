"""Refusals against what could be answered: shares, the curve over a score, AUROC, calibration. None where undefined."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One question: whether it can be answered, whether it was refused, and how answerable it was held to be.

    `score` is in [0, 1] where it is a probability; None where none was given, and such outcomes have no part in the
    measures over scores.
    """

    case_id: str
    answerable: bool
    refused: bool
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What refusing every score below `threshold` gives: shares of the unanswerable and of the answerable refused."""

    threshold: float
    refused: float
    over_refused: float


def refused_when_unanswerable(outcomes: Iterable[Outcome]) -> float | None:
    """Share of the unanswerable questions that were refused."""
    return _share([outcome.refused for outcome in outcomes if not outcome.answerable])


def over_refusal(outcomes: Iterable[Outcome]) -> float | None:
    """Share of the answerable questions that were refused."""
    return _share([outcome.refused for outcome in outcomes if outcome.answerable])


def curve(outcomes: Sequence[Outcome]) -> tuple[Point, ...]:
    """A point for each distinct score and one above them all, thresholds rising; empty when one kind is missing."""
    yes, no = _scores(outcomes)
    if not yes or not no:
        return ()
    thresholds = [*sorted({*yes, *no}), math.inf]
    return tuple(
        Point(
            threshold=threshold,
            refused=sum(score < threshold for score in no) / len(no),
            over_refused=sum(score < threshold for score in yes) / len(yes),
        )
        for threshold in thresholds
    )


def refused_at(points: Sequence[Point], over_refused: float) -> float | None:
    """The highest share of refused unanswerable questions at no more than that over-refusal; None without a curve."""
    return max((point.refused for point in points if point.over_refused <= over_refused), default=None)


def auroc(outcomes: Sequence[Outcome]) -> float | None:
    """The chance that an answerable question scores higher than an unanswerable one, ties half.

    That is the Mann-Whitney statistic (Hanley and McNeil 1982). None when there are no scores of one kind.
    """
    yes, no = _scores(outcomes)
    if not yes or not no:
        return None
    wins = sum((a > b) + 0.5 * (a == b) for a in yes for b in no)
    return wins / (len(yes) * len(no))


def calibration_error(outcomes: Sequence[Outcome], bins: int = 10) -> float | None:
    """Expected calibration error over bins of equal width (Guo et al. 2017); None when there are no scores.

    Mean over all scores of |share that is answerable - mean score| of the bin. A bin holds its upper edge.

    Raises:
        ValueError: a score is no probability.
    """
    held: dict[int, list[tuple[float, bool]]] = {}
    for outcome in outcomes:
        if outcome.score is None:
            continue
        if not 0.0 <= outcome.score <= 1.0:
            raise ValueError(f"score {outcome.score} of {outcome.case_id} is no probability")
        held.setdefault(max(0, math.ceil(outcome.score * bins) - 1), []).append((outcome.score, outcome.answerable))
    count = sum(map(len, held.values()))
    if not count:
        return None
    return sum(abs(sum(right for _, right in rows) - sum(score for score, _ in rows)) for rows in held.values()) / count


def _scores(outcomes: Sequence[Outcome]) -> tuple[list[float], list[float]]:
    """The scores of answerable and of unanswerable questions."""
    known = [(outcome.answerable, outcome.score) for outcome in outcomes if outcome.score is not None]
    return [score for answerable, score in known if answerable], [
        score for answerable, score in known if not answerable
    ]


def _share(flags: Sequence[bool]) -> float | None:
    return sum(flags) / len(flags) if flags else None
