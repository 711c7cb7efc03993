"""A run as Markdown: the table of measures, by tag, the change against the baseline, and the cases that failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eval.baseline import said
from eval.gate import Comparison
from eval.gate_tables import verdict
from eval.measures import MEASURES
from eval.report.failures import Failure
from eval.report.noise import NoiseRow
from eval.scores import Scores
from eval.tables import cost_lines, goal_text, shown, single_lines, title

_TAGGED = ("fact recall", "right", "evidence@5", "citation precision", "refused", "over-refusal", "injection")
_SPECIAL = str.maketrans({character: f"\\{character}" for character in "\\`*_[]<>|#"})


def markdown(scores: Scores, found: Sequence[Failure], comparison: Comparison | None, noise: Sequence[NoiseRow]) -> str:
    """The whole report; text of articles and models is escaped."""
    lines = ["# Jushi, measured", "", title(scores), "", *_measures(scores), ""]
    lines += [f"- {line}" for line in (*single_lines(scores), *cost_lines(scores.cost))]
    if comparison:
        lines += ["", "## Against the baseline", "", *_comparison(comparison)]
    lines += ["", "## By tag", "", *_tags(scores)]
    if noise:
        lines += ["", "## By noise", "", *_noise(noise)]
    lines += [
        "",
        f"## Cases that failed ({len(found)})",
        "",
        *(line for failure in found for line in _failure(failure)),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _measures(scores: Scores) -> Iterator[str]:
    yield from _row("measure", "value", "95 % interval", "goal", "cases", "what it is")
    yield from _row(*["---"] * 6)
    for measure in MEASURES:
        if figure := scores.overall.get(measure.name):
            value, low, high = map(shown, (figure.interval.value, figure.interval.low, figure.interval.high))
            goal = goal_text(measure, figure.interval.value, scores.conditions.answerer)
            yield from _row(measure.name, value, f"{low} – {high}", goal, str(figure.cases), measure.says)


def _comparison(comparison: Comparison) -> Iterator[str]:
    yield verdict(comparison)
    yield ""
    yield from (f"- {note}" for note in comparison.notes)
    yield from _row("measure", "then", "now", "difference", "95 % interval", "")
    yield from _row(*["---"] * 6)
    for change in comparison.changes:
        word = "**worse**" if change.worse else "better" if change.better else ""
        low, high = change.difference.low, change.difference.high
        difference = f"{change.difference.value:+.3f}"
        yield from _row(
            change.measure.name, shown(change.then), shown(change.now), difference, f"{low:+.3f} – {high:+.3f}", word
        )


def _tags(scores: Scores) -> Iterator[str]:
    yield from _row("tag", "cases", *_TAGGED)
    yield from _row(*["---"] * (len(_TAGGED) + 2))
    for tag, held in scores.by_tag.items():
        cells = [shown(held[name].interval.value) if name in held else "" for name in _TAGGED]
        yield from _row(_plain(tag), str(max(figure.cases for figure in held.values())), *cells)


def _noise(noise: Sequence[NoiseRow]) -> Iterator[str]:
    yield from _row("noise", "fact recall", "points", "95 % interval")
    yield from _row(*["---"] * 4)
    for row in noise:
        recall = shown(row.recall) if row.recall is not None else ""
        points = "" if row.points is None else f"{row.points:+.1f}"
        between = "" if row.points is None else f"{row.low:+.1f} – {row.high:+.1f}"
        yield from _row(row.noise, recall, points, between)


def _failure(failure: Failure) -> Iterator[str]:
    case, reply = failure.scored.case, failure.scored.reply
    yield f"- **{_plain(case.case_id)}** ({', '.join(failure.wrong)}) {_plain(case.question)}"
    yield f"  - answer: {_plain(said(reply)) or '(nothing)'}"
    if case.facts:
        yield f"  - facts: {_plain('; '.join(' / '.join(fact) for fact in case.facts))}"
    if failure.baseline:
        yield f"  - baseline: {_plain(failure.baseline.answer) or '(nothing)'}"


def _plain(text: str) -> str:
    return " ".join(text.split()).translate(_SPECIAL)


def _row(*cells: str) -> Iterator[str]:
    yield f"| {' | '.join(cells)} |"
