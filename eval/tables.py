"""The measures of a run as a table for a terminal, and as one JSON object."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO

from rich.console import Console
from rich.table import Table

from eval.cost import Spread
from eval.measures import MEASURES, Measure
from eval.scores import Cost, Figure, Scores
from rag.answer.present import Json, JsonObject, plain_fields

_WIDTH = 110


def scores_text(scores: Scores) -> str:
    """The table of measures, then what answers cost, for people."""
    table = Table("measure", "value", "95 % interval", "goal", "cases", "", title=title(scores), title_justify="left")
    for measure in MEASURES:
        if figure := scores.overall.get(measure.name):
            value, low, high = map(shown, (figure.interval.value, figure.interval.low, figure.interval.high))
            goal = goal_text(measure, figure.interval.value, scores.conditions.answerer)
            table.add_row(measure.name, value, f"{low} – {high}", goal, str(figure.cases), measure.says)
    return "\n".join([*rendered(table), *single_lines(scores), *cost_lines(scores.cost)])


def scores_object(scores: Scores) -> JsonObject:
    """All figures as JSON; cases are left to the report."""
    return {
        "conditions": {**plain_fields(scores.conditions), "key": scores.conditions.key},
        "cases": len(scores.cases),
        "measures": _figures(scores.overall),
        "by_tag": {tag: _figures(found) for tag, found in scores.by_tag.items()},
        "auroc": scores.auroc,
        "calibration_error": scores.calibration_error,
        "curve": [plain_fields(point) for point in scores.curve],
        "cost": plain_fields(scores.cost),
        "asked": scores.asked,
        "seconds": round(scores.seconds, 1),
    }


def shown(value: float) -> str:
    """A share with three decimals; a count, which is over 1, with one at most."""
    return f"{value:.3f}" if value <= 1 else f"{value:.4g}"


def goal_text(measure: Measure, value: float, answerer: str) -> str:
    """The bound of the goal, and whether it is met; empty where there is none."""
    goal = measure.goal_of(answerer)
    if goal is None:
        return ""
    return f"{'≥' if measure.higher else '≤'} {goal:g} {'met' if measure.is_met(value, answerer) else 'missed'}"


def cost_lines(cost: Cost) -> list[str]:
    """Milliseconds by stage, tokens and memory, a line each."""
    spreads: dict[str, Spread | None] = {"first words": cost.first, "whole answer": cost.whole, **cost.stages}
    lines = ["milliseconds, p50 / p95: " + ", ".join(f"{n} {s.p50:.0f} / {s.p95:.0f}" for n, s in spreads.items() if s)]
    if cost.tokens:
        lines.append(f"tokens of an answer by a model: {cost.tokens[0]:.0f} read, {cost.tokens[1]:.0f} written")
    if cost.peak_megabytes is not None:
        lines.append(f"peak memory: {cost.peak_megabytes:.0f} MB")
    return lines


def title(scores: Scores) -> str:
    """What was asked of what, in a line."""
    held = scores.conditions
    return (
        f"{held.set_name} {held.set_version} ({held.set_digest}), {len(scores.cases)} cases, "
        f"answerer {held.answerer}, {held.target}"
    )


def single_lines(scores: Scores) -> list[str]:
    """What has no interval, in a line; none when nothing is defined."""
    known = [("AUROC of answerability", scores.auroc), ("calibration error", scores.calibration_error)]
    said = [f"{name}: {value:.3f}" for name, value in known if value is not None]
    return [", ".join(said)] if said else []


def rendered(table: Table) -> list[str]:
    """The lines of a table as a terminal shows it, the same wherever it runs."""
    out = StringIO()
    Console(file=out, width=_WIDTH, no_color=True).print(table)
    return out.getvalue().rstrip("\n").split("\n")


def _figures(found: Mapping[str, Figure]) -> dict[str, Json]:
    return {name: {**plain_fields(one.interval), "cases": one.cases} for name, one in found.items()}
