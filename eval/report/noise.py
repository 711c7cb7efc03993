"""What `jushi eval noise --json` found, for the report beside which its output lies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError

from eval.noise.command import GOAL
from eval.noise.render import CLEAN
from rag.errors import InputError

FILE = "noise.json"


class _Change(BaseModel):
    points: float
    low: float
    high: float


class _Twin(BaseModel):
    noise: str
    cases: int
    fact_recall: float | None
    change: _Change | None


_TWINS = TypeAdapter(list[_Twin])


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseRow:
    """One noise: fact recall, and the points that it lies from the clean twin, with an interval; None for that one."""

    noise: str
    cases: int
    recall: float | None
    points: float | None
    low: float = 0.0
    high: float = 0.0
    goal: float = GOAL


def load_noise(folder: Path) -> tuple[NoiseRow, ...]:
    """The rows of the file in a folder; none when there is no such file.

    Raises:
        InputError: it is not what `jushi eval noise --json` prints.
    """
    path = folder / FILE
    if not path.exists():
        return ()
    try:
        twins = _TWINS.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise InputError(f"{path} is not what jushi eval noise --json prints: {str(error).splitlines()[0]}") from error
    return tuple(_row(twin) for twin in twins)


def _row(twin: _Twin) -> NoiseRow:
    if twin.change is None or twin.noise == CLEAN:
        return NoiseRow(noise=twin.noise, cases=twin.cases, recall=twin.fact_recall, points=None)
    return NoiseRow(
        noise=twin.noise,
        cases=twin.cases,
        recall=twin.fact_recall,
        points=twin.change.points,
        low=twin.change.low,
        high=twin.change.high,
    )
