"""What becomes of answers, as they pass by: counted for `/metrics`, and the latest kept in memory for `/v1/status`."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from rag.answer.events import Event, Events, Finished, Said
from rag.api.counting import Metrics
from rag.api.running import ClientGoneError
from rag.api.traces import Traces, Untraced
from rag.types import Answer

_log = structlog.get_logger(__name__)
_ANSWERS_KEPT = 100
_TIMINGS_KEPT = 1000  # of each stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One answer, without its question. Times are milliseconds since it was asked for."""

    at: str  # ISO 8601, UTC
    first_ms: float | None  # None for a refusal: it has no sentence
    whole_ms: float
    answerer: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Percentiles of the latest timings of one stage, in milliseconds, and how many these are."""

    stage: str
    p50: float
    p95: float
    count: int


class Watch:
    """Looks at answers and searches. Safe to use from many threads.

    Args:
        questions: put the text of questions into the log.
        traces: told of answers and searches too.
    """

    def __init__(self, *, questions: bool = False, traces: Traces | None = None) -> None:
        self.metrics = Metrics()
        self.traces = traces or Untraced()
        self._questions = questions
        self._lock = threading.Lock()
        self._recent: deque[Outcome] = deque(maxlen=_ANSWERS_KEPT)
        self._timings: dict[str, deque[float]] = {}

    def answering(self, question: str, begin: Callable[[], Events]) -> Callable[[], Generator[Event, None, None]]:
        """`begin`, looked at. The clock starts now, so that waiting in line is part of an answer's time."""
        asked = time.perf_counter()

        def watched() -> Generator[Event, None, None]:
            waited = time.perf_counter() - asked
            first: float | None = None
            finished = False
            try:
                with closing(begin()) as events:
                    for event in events:
                        if isinstance(event, Said) and first is None:
                            first = time.perf_counter() - asked
                        elif isinstance(event, Finished):
                            finished = True
                            self._answered(question, event.answer, waited, first, time.perf_counter() - asked)
                        yield event
            except (GeneratorExit, ClientGoneError):
                if not finished:
                    self._unfinished(question, "left", asked)
                raise
            except Exception:
                self._unfinished(question, "failed", asked)
                raise

        return watched

    def searched(self, timings: Mapping[str, float]) -> None:
        """A search took so many milliseconds for each stage."""
        self.metrics.stages(timings)
        self.traces.searched(timings)
        with self._lock:
            self._keep(timings)

    def recent(self) -> Sequence[Outcome]:
        """The latest answers, newest first."""
        with self._lock:
            return tuple(reversed(self._recent))

    def latencies(self) -> Sequence[Latency]:
        """Each stage that was seen, in the order in which the first answer went through them."""
        with self._lock:
            held = {stage: sorted(timings) for stage, timings in self._timings.items()}
        return [
            Latency(stage=stage, p50=percentile(values, 0.5), p95=percentile(values, 0.95), count=len(values))
            for stage, values in held.items()
        ]

    def _answered(self, question: str, answer: Answer, waited: float, first: float | None, whole: float) -> None:
        timings = {"wait": 1000 * waited, **answer.trace.timings}
        outcome = Outcome(
            at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            first_ms=None if first is None else round(1000 * first, 1),
            whole_ms=round(1000 * whole, 1),
            answerer=answer.trace.answerer,
            status=answer.status.value,
        )
        self.metrics.answered(answer, first, whole)
        self.metrics.stages(timings)
        self.traces.answered(question, answer, timings, whole)
        with self._lock:
            self._keep(timings)
            self._recent.append(outcome)
        asked = {"question": question} if self._questions else {}
        _log.info(
            "answered",
            answerer=outcome.answerer,
            status=outcome.status,
            reason=answer.refusal.reason.value if answer.refusal else None,
            milliseconds=outcome.whole_ms,
            generation=answer.trace.generation,
            remembered=answer.trace.remembered,
            **asked,
        )

    def _unfinished(self, question: str, why: str, asked: float) -> None:
        self.metrics.unfinished(why)
        self.traces.unfinished(question, why, time.perf_counter() - asked)

    def _keep(self, timings: Mapping[str, float]) -> None:
        for stage, taken in timings.items():
            self._timings.setdefault(stage, deque(maxlen=_TIMINGS_KEPT)).append(taken)


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest of the ascending values that at least `share` of them do not exceed (nearest rank)."""
    rank = max(1, -int(-share * len(ordered) // 1))  # ceiling
    return round(ordered[rank - 1], 3)
