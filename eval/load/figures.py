"""What a run under load comes to. Pure functions; None where there is nothing to say it of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from rag.api.watching import percentile


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question under way: milliseconds until its first event and its end, or the kind of its failure."""

    first: float | None
    whole: float
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentiles:
    """Nearest ranks of `count` values, and the largest of them."""

    count: int
    p50: float
    p95: float
    p99: float
    longest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a server holds at one moment."""

    open_files: int  # connections among them
    threads: int
    tasks: int
    requests: int  # in flight, the one that asks for these figures among them
    answers: int  # being made


def percentiles(values: Sequence[float]) -> Percentiles | None:
    """The spread of `values`; nothing is interpolated."""
    if not values:
        return None
    ordered = sorted(values)
    p50, p95, p99, longest = (percentile(ordered, share) for share in (0.5, 0.95, 0.99, 1.0))
    return Percentiles(count=len(ordered), p50=p50, p95=p95, p99=p99, longest=longest)


def drift(samples: Sequence[float]) -> float | None:
    """By which part the mean of the last third is above that of the first; needs three samples or more."""
    third = len(samples) // 3
    if third == 0:
        return None
    return fmean(samples[-third:]) / fmean(samples[:third]) - 1


def errors(asked: Sequence[Asked]) -> dict[str, int]:
    """How often each kind of failure came, the most frequent first."""
    return dict(Counter(one.error for one in asked if one.error is not None).most_common())


def left_behind(before: Held, after: Held) -> dict[str, int]:
    """By how much `after` is above `before`, for what is."""
    more = {name: getattr(after, name) - getattr(before, name) for name in Held.__slots__}
    return {name: count for name, count in more.items() if count > 0}


def held_of(metrics: str) -> Held:
    """The figures out of Prometheus' text.

    Raises:
        KeyError: one of them is not there.
    """
    values = values_of(metrics)
    return Held(
        open_files=int(values["process_open_fds"]),
        threads=int(values["jushi_threads"]),
        tasks=int(values["jushi_tasks"]),
        requests=int(values["jushi_requests_in_flight"]),
        answers=int(values["jushi_answers_in_flight"]),
    )


def values_of(metrics: str) -> Mapping[str, float]:
    """The values without labels, by name."""
    lines = [line.split() for line in metrics.splitlines() if line and line[0] != "#" and "{" not in line]
    return {name: float(value) for name, value, *_ in lines}
