"""Rows -> the table of measures with intervals, over all cases and by tag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.cases import Case
from eval.conditions import Conditions
from eval.cost import Spent, Spread, by_stage, mean_tokens, spread
from eval.intervals import Interval, Ratio, interval
from eval.judges import Judge
from eval.measures import MEASURES, Part, parts
from eval.refusing import Outcome, Point, auroc, calibration_error, curve
from eval.replies import FAILED, REFUSED, Reply
from eval.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One case with its reply and what it gives to each measure."""

    case: Case
    reply: Reply
    parts: Mapping[str, Part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A measure over `cases` cases for which it is defined."""

    interval: Interval
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Milliseconds of stages and of the whole, tokens of a language model, memory."""

    stages: Mapping[str, Spread]
    first: Spread | None
    whole: Spread | None
    tokens: tuple[float, float] | None  # read and written, means over the answers that a model wrote
    peak_megabytes: float | None  # None for a service that is deployed elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """A run measured. `by_tag` holds the same figures as `overall` for the cases of each tag."""

    conditions: Conditions
    cases: tuple[Scored, ...]
    overall: Mapping[str, Figure]
    by_tag: Mapping[str, Mapping[str, Figure]]
    auroc: float | None
    calibration_error: float | None
    curve: tuple[Point, ...]
    cost: Cost
    asked: int
    seconds: float


def score(done: Run, judge: Judge, *, seed: int = 0) -> Scores:
    """Every measure of a run; `seed` is that of the bootstrap."""
    cases = tuple(
        Scored(case=case, reply=done.replies[case.case_id], parts=parts(case, done.replies[case.case_id], judge))
        for case in done.cases
    )
    outcomes = [_outcome(one) for one in cases if one.reply.status != FAILED]
    tags = sorted({tag for one in cases for tag in one.case.tags})
    return Scores(
        conditions=done.conditions,
        cases=cases,
        overall=figures(cases, seed=seed),
        by_tag={tag: figures([one for one in cases if tag in one.case.tags], seed=seed) for tag in tags},
        auroc=auroc(outcomes),
        calibration_error=calibration_error(outcomes),
        curve=curve(outcomes),
        cost=_cost(done, cases),
        asked=done.asked,
        seconds=done.seconds,
    )


def figures(cases: Sequence[Scored], *, seed: int = 0) -> dict[str, Figure]:
    """The figure of each measure that is defined for some of `cases`, in the order of `MEASURES`."""
    found: dict[str, Figure] = {}
    for measure in MEASURES:
        given = [one.parts[measure.name] for one in cases if measure.name in one.parts]
        bounds = interval(ratio(given), seed=seed)
        if bounds is not None:
            found[measure.name] = Figure(interval=bounds, cases=len(given))
    return found


def ratio(given: Sequence[Part]) -> Ratio:
    """The sums of some cases' parts."""
    return Ratio(numerators=[above for above, _ in given], denominators=[below for _, below in given])


def _outcome(one: Scored) -> Outcome:
    return Outcome(
        case_id=one.case.case_id,
        answerable=one.case.answerable,
        refused=one.reply.status == REFUSED,
        score=one.reply.answerability,
    )


def _cost(done: Run, cases: Sequence[Scored]) -> Cost:
    replies = [one.reply for one in cases if one.reply.status != FAILED]
    spent = [
        Spent(timings=r.timings, prompt_tokens=r.prompt_tokens, completion_tokens=r.completion_tokens) for r in replies
    ]
    return Cost(
        stages=by_stage(spent),
        first=spread([reply.first for reply in replies if reply.first is not None and reply.answered]),
        whole=spread([reply.whole for reply in replies]),
        tokens=mean_tokens(spent),
        peak_megabytes=done.peak_megabytes if done.conditions.in_process else None,
    )
