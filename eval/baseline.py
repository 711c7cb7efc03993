"""The run that every change is held against: what each case gave to each measure, and what was answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from eval.cases import DATA
from eval.conditions import Conditions
from eval.intervals import Interval
from eval.measures import Part
from eval.replies import Reply
from eval.scores import Scored, Scores
from rag.errors import InputError

BASELINE = DATA / "baseline.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One case of a run: its parts of the measures, and what was said, or why it was refused."""

    status: str
    answer: str
    parts: Mapping[str, Part] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineRun:
    """One run. `measures` repeats what `cases` come to, for people who read the file."""

    day: str
    conditions: Conditions
    measures: Mapping[str, Interval]
    cases: Mapping[str, Kept]


_RUNS = TypeAdapter(dict[str, BaselineRun])


def baseline_run(scores: Scores) -> BaselineRun:
    """What is kept of a run."""
    return BaselineRun(
        day=datetime.now(UTC).date().isoformat(),
        conditions=scores.conditions,
        measures={name: _rounded(figure.interval) for name, figure in scores.overall.items()},
        cases={one.case.case_id: kept(one) for one in scores.cases},
    )


def kept(one: Scored) -> Kept:
    """What is kept of a case."""
    return Kept(status=one.reply.status, answer=said(one.reply), parts=one.parts)


def said(reply: Reply) -> str:
    """The text of an answer, or why there is none."""
    return reply.error or (reply.text if reply.answered else reply.reason)


def load_baseline(path: Path) -> dict[str, BaselineRun]:
    """The runs of a baseline by answerer; none when there is no such file.

    Raises:
        InputError: the file is no baseline.
    """
    try:
        data = path.read_bytes() if path.exists() else b"{}"
        return _RUNS.validate_json(data)
    except (OSError, ValidationError) as error:
        raise InputError(f"{path} is no baseline: {str(error).splitlines()[0]}; --write-baseline makes one") from error


def write_baseline(path: Path, scores: Scores, *, whole: int) -> None:
    """Put a run into a baseline, in the place of the one by the same answerer. One case is one line of the file.

    Raises:
        InputError: the run has fewer than the `whole` cases of its set or some failed, or `path` cannot be written.
    """
    failed = [one.case.case_id for one in scores.cases if one.reply.error]
    if len(scores.cases) < whole or failed:
        found = f"{len(failed)} cases failed ({failed[0]}, …)" if failed else f"{len(scores.cases)} cases were asked"
        raise InputError(f"a baseline is a run of all {whole} cases without a failure, but {found}")
    runs = {**load_baseline(path), scores.conditions.answerer: baseline_run(scores)}
    try:
        path.write_text(_text(runs), encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from error


def _rounded(bounds: Interval) -> Interval:
    return Interval(value=round(bounds.value, 4), low=round(bounds.low, 4), high=round(bounds.high, 4))


def _text(runs: Mapping[str, BaselineRun]) -> str:
    blocks = []
    for answerer, run in sorted(runs.items()):
        fields = _RUNS.dump_python({answerer: run}, mode="json")[answerer]
        cases = ",\n".join(f"   {_line(case_id)}: {_line(one)}" for case_id, one in fields.pop("cases").items())
        head = ",\n".join(f"  {_line(name)}: {_line(value)}" for name, value in fields.items())
        blocks.append(f' {_line(answerer)}: {{\n{head},\n  "cases": {{\n{cases}\n  }}\n }}')
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
