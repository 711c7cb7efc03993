"""The service around the engine, without a server."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator
from typing import Any

from rag.api.service import Service
from rag.cancel import cancelled
from rag.engine import Engine


class _Waiting:
    """A request whose client stays."""

    async def receive(self) -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}


def test_closing_stops_answers_before_it_closes_the_engine(fresh_engine: Engine) -> None:
    """An answer that is still being written is given up, and its generator is closed while the store is still open."""
    open_when_closed: list[bool] = []

    def work(engine: Engine) -> Generator[int, None, None]:
        flag = cancelled()
        assert flag is not None
        try:
            yield 1
            flag.wait(20)
            yield 2
        finally:
            open_when_closed.append(not engine.store.closed)  # type: ignore[attr-defined]

    async def main() -> None:
        service = Service(lambda _progress: fresh_engine)
        await service.open(lambda error: None)
        run = service.start(_Waiting(), work)  # type: ignore[arg-type]
        assert await anext(run) == 1
        await service.close()
        assert run.task.done()

    asyncio.run(asyncio.wait_for(main(), 20))
    assert open_when_closed == [True]
    assert fresh_engine.store.closed  # type: ignore[attr-defined]


def test_searches_do_not_stand_in_line_behind_answers(fresh_engine: Engine) -> None:
    """With as many answers at work as there may be, short work is still done, and one more answer waits."""
    gate = threading.Event()

    def work(_engine: Engine) -> Generator[int, None, None]:
        yield 1
        gate.wait(20)

    async def main() -> None:
        service = Service(lambda _progress: fresh_engine, workers=2)
        await service.open(lambda error: None)
        answers = 2 + fresh_engine.settings.llm_concurrency
        runs = [service.start(_Waiting(), work) for _ in range(answers + 1)]  # type: ignore[arg-type]
        for run in runs[:answers]:
            await run.begun()
        assert not await runs[answers].ready(0.1)
        assert await service.run(_Waiting(), lambda engine: engine.settings) is fresh_engine.settings  # type: ignore[arg-type]
        gate.set()
        await runs[answers].begun()
        await service.close()

    asyncio.run(asyncio.wait_for(main(), 20))
