"""The engine behind the endpoints: opened in the background, used from worker threads, closed at the end."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Generator
from enum import StrEnum
from typing import Annotated, Any, TypeAlias, TypeVar, cast

import anyio
import anyio.to_thread
import structlog
from fastapi import Depends, Request

from rag.answer.events import Event
from rag.api.running import ClientGoneError, Run
from rag.api.watching import Watch
from rag.engine import Engine
from rag.errors import NotReadyError
from rag.types import Question

_log = structlog.get_logger(__name__)
T = TypeVar("T")

Progress: TypeAlias = Callable[[str, float], None]  # what is being done, and which part of it is done (0 to 1)
Opener: TypeAlias = Callable[[Progress], Engine]

_LAST_WORK = 10.0  # seconds that work which nobody waits for gets to end before the engine is closed


class Phase(StrEnum):
    """What the service is doing."""

    OPENING = "opening"
    READY = "ready"
    FAILED = "failed"
    CLOSED = "closed"


class Service:
    """One engine for all requests. Work runs in threads; what is over their number waits in line.

    Short work has `workers` threads. Answers have theirs apart, as many more as may wait for a language model, so that
    a search or a look at readiness never stands in line behind a model's writing.
    Opening goes on in the background, so that `/healthz` answers and `/readyz` says how far it is meanwhile.
    """

    def __init__(self, opener: Opener, *, workers: int | None = None, watch: Watch | None = None) -> None:
        self._opener = opener
        self.watch = watch or Watch()
        self._workers = workers or max(2, os.cpu_count() or 1)
        self._limiter: anyio.CapacityLimiter | None = None
        self._answering: anyio.CapacityLimiter | None = None
        self._runs: set[Run[Any]] = set()
        self._engine: Engine | None = None
        self.phase = Phase.OPENING
        self.detail = "starting"

    async def open(self, on_failure: Callable[[Exception], None]) -> None:
        """Open the engine in a thread; when that fails, keep the reason for `/readyz` and tell `on_failure`."""
        self._limiter = anyio.CapacityLimiter(self._workers)
        try:
            engine = await anyio.to_thread.run_sync(self._opener, self._report)
            self._answering = anyio.CapacityLimiter(self._workers + engine.settings.llm_concurrency)
            self._engine = engine
        except Exception as error:  # noqa: BLE001 - whatever it is, the server must say so and stop, not hang
            self.phase, self.detail = Phase.FAILED, str(error)
            on_failure(error)
        else:
            self.phase, self.detail = Phase.READY, ""
            _log.info("ready")

    async def close(self) -> None:
        """Close the engine once the answers at work have been stopped; later requests are turned away."""
        engine, self._engine = self._engine, None
        self.phase, self.detail = Phase.CLOSED, "shutting down"
        for run in self._runs:
            run.stop()
        if self._runs:
            await asyncio.wait([run.task for run in self._runs], timeout=_LAST_WORK)
        if engine is not None:
            await anyio.to_thread.run_sync(engine.close)

    @property
    def engine(self) -> Engine:
        """The opened engine.

        Raises:
            NotReadyError: it is not open yet, failed to open, or is closed.
        """
        if self._engine is None:
            raise NotReadyError(f"the server is not ready: {self.phase}, {self.detail}")
        return self._engine

    @property
    def working(self) -> int:
        """How many answers, and other works that `start` began, are under way or stand in line."""
        return len(self._runs)

    async def run(self, request: Request | None, work: Callable[[Engine], T]) -> T:
        """`work(engine)` in a worker thread; a request whose client hangs up leaves the line, without one nobody does.

        Raises:
            NotReadyError: the engine is not open.
            ClientGoneError: the client hung up before the work began.
        """
        engine = self.engine
        if request is None:
            return await anyio.to_thread.run_sync(work, engine, limiter=self._limiter)
        with anyio.CancelScope() as scope:
            watcher = asyncio.create_task(_when_gone(request, scope.cancel))
            try:
                return await anyio.to_thread.run_sync(work, engine, limiter=self._limiter)
            finally:
                watcher.cancel()
        raise ClientGoneError

    def answer(self, request: Request | None, question: Question, answerer: str) -> Run[Event]:
        """The events of an answer, as they come; looked at by `watch`, otherwise as `start`.

        Raises:
            NotReadyError: the engine is not open.
        """
        engine = self.engine
        watched = self.watch.answering(question.text, lambda: engine.events(question, answerer))
        return self.start(request, lambda _engine: watched())

    def start(self, request: Request | None, work: Callable[[Engine], Generator[T, None, None]]) -> Run[T]:
        """What `work(engine)` yields, as it comes; the work is stopped when the client of a request hangs up.

        Raises:
            NotReadyError: the engine is not open.
        """
        engine = self.engine
        run = Run(lambda: work(engine), self._answering)
        watcher = asyncio.create_task(_when_gone(request, run.stop)) if request is not None else None
        self._runs.add(run)

        def ended(_task: asyncio.Task[None]) -> None:
            if watcher is not None:
                watcher.cancel()
            self._runs.discard(run)

        run.task.add_done_callback(ended)
        return run

    def stop_opening(self) -> None:
        """Make an opener that is still at work give up at its next report of progress."""
        if self.phase is Phase.OPENING:
            self.phase, self.detail = Phase.CLOSED, "shutting down"

    def _report(self, what: str, part: float) -> None:
        if self.phase is Phase.CLOSED:
            raise NotReadyError("the server was stopped before its data was open")
        if not self.detail.startswith(what):
            _log.info("opening", step=what)
        self.detail = f"{what} ({part:.0%})"


async def _when_gone(request: Request, act: Callable[[], None]) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass  # the body has been read; nothing but the end of the connection matters
    act()


# Such functions are async though they wait for nothing: others are run in a thread, at the price of two switches.
async def _service_of(request: Request) -> Service:
    return cast("Service", request.app.state.service)


ServiceOf = Annotated[Service, Depends(_service_of)]
