"""The measures of a benchmark over its rows, each with its interval, and as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import TypeAlias

from rich.console import Console
from rich.table import Table

from eval.bench.rows import REFUSED, BenchRow, Given
from eval.cost import Spent, Spread, mean_tokens, spread
from eval.facts import is_contained, length
from eval.intervals import Interval, Ratio, interval
from eval.spans import exact_match, f1, rouge_l

Part: TypeAlias = tuple[float, float]  # numerator and denominator

_DEPTHS = (1, 5)
_WIDTH = 110


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A measure over `count` questions."""

    says: str
    interval: Interval
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchScores:
    """All measures that are defined for some row, and what answers cost. `failed` questions brought an error."""

    name: str
    questions: int
    failed: int
    figures: Mapping[str, Figure]
    whole: Spread | None
    tokens: tuple[float, float] | None  # read and written, means over the answers that a model wrote


SAYS = {
    "right": "every fact of the answer is contained",
    "EM": "the answer is the gold answer",
    "F1": "longest common run with the gold answer",
    "ROUGE-L": "words in common with the gold answer, in order",
    "length": "characters of an answer",
    "over-refused": "refused though the documents answer",
    "refused without": "refused where the documents do not answer",
    "gold without": "says the gold answer where no gold document is there",
    "false": "says the false answer",
    "disagreement": "tells that the documents disagree",
    "citation precision": "citations that their sentence needs",
    "citation recall": "sentences that their citations support",
    "unknown markers": "markers that name nothing",
}


def score(name: str, rows: Sequence[BenchRow], *, prose: bool, seed: int) -> BenchScores:
    """The measures of rows; failed ones count as wrong and as not refused. `prose` adds ROUGE-L, `seed` draws."""
    held: dict[str, list[Part]] = {measure: [] for measure in SAYS}
    for row in rows:
        for measure, part in parts(row, prose=prose).items():
            held.setdefault(measure, []).append(part)
    figures = {}
    for measure, given in held.items():
        ratio = Ratio(numerators=[above for above, _ in given], denominators=[below for _, below in given])
        if bounds := interval(ratio, seed=seed):
            says = SAYS.get(measure, "gold documents among the first articles")
            figures[measure] = Figure(says=says, interval=bounds, count=len(given))
    answers = [given for row in rows for given in (row.shown, row.withheld) if given is not None and not given.error]
    return BenchScores(
        name=name,
        questions=len(rows),
        failed=sum(row.failed for row in rows),
        figures=figures,
        whole=spread([given.whole for given in answers]),
        tokens=mean_tokens(
            [
                Spent(timings={}, prompt_tokens=given.prompt_tokens, completion_tokens=given.completion_tokens)
                for given in answers
            ]
        ),
    )


def parts(row: BenchRow, *, prose: bool) -> dict[str, Part]:
    """What a row gives to each measure that is defined for it.

    EM, F1 and ROUGE-L compare with one gold answer, so they are undefined for an answer of several facts. A refused
    question scores 0 in them, as unanswered ones do in the published scripts.
    """
    found: dict[str, Part] = {}
    if row.shown is not None:
        found |= _shown(row, row.shown, prose=prose)
    if row.withheld is not None:
        found["refused without"] = (float(row.withheld.status == REFUSED), 1.0)
        found["gold without"] = (float(_is_right(row.withheld, row)), 1.0)
    for way, ranks in row.ranks.items():
        for depth in _DEPTHS:
            hits = sum(rank is not None and rank <= depth for rank in ranks)
            found[f"R@{depth} {way}"] = (float(hits), float(len(ranks)))
    return found


def table(scores: BenchScores) -> str:
    """The measures for people."""
    out = Table("measure", "value", "95 % interval", "questions", "", title=scores.name, title_justify="left")
    for measure, figure in scores.figures.items():
        value, low, high = (f"{x:.3f}" if x <= 1 else f"{x:.4g}" for x in _bounds(figure.interval))
        out.add_row(measure, value, f"{low} – {high}", str(figure.count), figure.says)
    text = StringIO()
    Console(file=text, width=_WIDTH, no_color=True).print(out)
    lines = [text.getvalue().rstrip("\n")]
    if scores.whole:
        lines.append(f"milliseconds of an answer, p50 / p95: {scores.whole.p50:.0f} / {scores.whole.p95:.0f}")
    if scores.tokens:
        lines.append(f"tokens of an answer by a model: {scores.tokens[0]:.0f} read, {scores.tokens[1]:.0f} written")
    if scores.failed:
        lines.append(f"{scores.failed} of {scores.questions} questions brought an error")
    return "\n".join(lines)


def _shown(row: BenchRow, given: Given, *, prose: bool) -> dict[str, Part]:
    found: dict[str, Part] = {
        "right": (float(_is_right(given, row)), 1.0),
        "over-refused": (float(given.status == REFUSED), 1.0),
    }
    if len(row.facts) == 1:
        gold = row.facts[0]
        pairs = [("EM", exact_match(given.said, gold)), ("F1", f1(given.said, gold))]
        pairs += [("ROUGE-L", rouge_l(given.said, gold))] if prose else []
        found |= {measure: (value, 1.0) for measure, value in pairs if value is not None}
    if row.false:
        found["false"] = (float(is_contained(given.said, row.false)), 1.0)
        found["disagreement"] = (float(given.conflicts > 0), 1.0)
    if given.said:
        cited = given.cited
        found["length"] = (float(length(given.said)), 1.0)
        found["citation precision"] = (float(cited.relevant), float(cited.citations))
        found["citation recall"] = (float(cited.supported), float(cited.sentences))
        found["unknown markers"] = (float(cited.unknown), float(cited.citations))
    return found


def _is_right(given: Given, row: BenchRow) -> bool:
    """Every fact is contained in one of its wordings, as in RGB's script; an item without facts is never right."""
    return bool(row.facts) and all(is_contained(given.said, fact) for fact in row.facts)


def _bounds(bounds: Interval) -> tuple[float, float, float]:
    return bounds.value, bounds.low, bounds.high
