"""A generator in a thread of its own: order, room, patience, and how it is stopped."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Generator
from typing import Any

import anyio
import pytest

from rag.api.running import ClientGoneError, Run
from rag.cancel import cancelled

Numbers = Generator[int, None, None]


class Counting:
    """Counts from 1, at most to `last`, and remembers how far it came, where it ran and whether it was closed."""

    def __init__(self, last: int = 1_000_000) -> None:
        self.last = last
        self.made = 0
        self.threads: set[int] = set()
        self.closed = threading.Event()
        self.flag: threading.Event | None = None

    def __call__(self) -> Numbers:
        self.flag = cancelled()
        try:
            while self.made < self.last:
                self.threads.add(threading.get_ident())
                self.made += 1
                yield self.made
        finally:
            self.threads.add(threading.get_ident())
            self.closed.set()


def in_loop(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(main(), 20))


async def until(done: Callable[[], bool]) -> None:
    while not done():
        await asyncio.sleep(0.005)


def test_items_come_in_order_from_one_thread() -> None:
    """All items arrive, and the generator never sees another thread, not even the loop's."""
    counting = Counting(500)

    async def main() -> None:
        run = Run(counting)
        await run.begun()
        assert [number async for number in run] == list(range(1, 501))
        await run.task

    in_loop(main)
    assert len(counting.threads) == 1
    assert threading.get_ident() not in counting.threads


def test_what_is_there_is_taken_at_once() -> None:
    """All items that were made come in one list, the end and an error by themselves behind it."""

    def failing() -> Numbers:
        yield from (1, 2, 3)
        raise KeyError("坏")

    async def main() -> None:
        run = Run(Counting(3))
        await run.task
        assert await run.taken() == [1, 2, 3]
        with pytest.raises(StopAsyncIteration):
            await anext(run)
        run = Run(failing)
        await run.task
        assert await run.taken() == [1, 2, 3]
        with pytest.raises(KeyError, match="坏"):
            await run.taken()

    in_loop(main)


def test_generator_runs_no_further_ahead_than_it_may() -> None:
    """With room for 5 it makes the sixth and waits with it until one is taken."""
    counting = Counting()

    async def main() -> None:
        with Run(counting, ahead=5) as run:
            await until(lambda: counting.made == 6)
            await asyncio.sleep(0.05)
            assert counting.made == 6
            assert [await anext(run), await anext(run)] == [1, 2]
            await until(lambda: counting.made == 8)
        await asyncio.wait_for(run.task, 2)  # stopping wakes a thread that waits for room

    in_loop(main)
    assert counting.closed.is_set()
    assert counting.made == 8


def test_reader_that_takes_nothing_is_given_up() -> None:
    """Once the buffer was full for as long as patience lasts, the generator is closed and its thread free."""
    counting = Counting()

    async def main() -> None:
        run = Run(counting, ahead=2, patience=0.05)
        await run.task
        assert counting.closed.is_set()
        assert [await anext(run), await anext(run)] == [1, 2]
        with pytest.raises(ClientGoneError):
            await anext(run)

    in_loop(main)


def test_stop_in_line_never_begins() -> None:
    """A run that is stopped before a thread was free for it does not call the generator."""
    counting, gate = Counting(), threading.Event()

    def busy() -> Numbers:
        yield 1
        gate.wait(20)

    async def main() -> None:
        limiter = anyio.CapacityLimiter(1)
        first = Run(busy, limiter)
        await first.begun()
        second = Run(counting, limiter)
        assert not await second.ready(0.05)
        second.stop()
        with pytest.raises(ClientGoneError):
            await second.begun()
        await second.task
        gate.set()
        await first.task
        assert limiter.borrowed_tokens == 0

    in_loop(main)
    assert counting.made == 0


def test_place_is_held_until_the_generator_is_closed() -> None:
    """Stopping wakes the reader at once, but the place in the line is free only when the thread is."""
    gate = threading.Event()

    def stubborn() -> Numbers:
        yield 1
        gate.wait(20)
        yield 2

    async def main() -> None:
        limiter = anyio.CapacityLimiter(1)
        run = Run(stubborn, limiter)
        assert await anext(run) == 1
        run.stop()
        with pytest.raises(ClientGoneError):
            await anext(run)
        assert limiter.borrowed_tokens == 1
        gate.set()
        await run.task
        assert limiter.borrowed_tokens == 0

    in_loop(main)


def test_stop_sets_the_flag_that_the_generator_finds() -> None:
    """What takes long inside the generator can see that nobody waits, and nobody else's flag is set."""
    one, other = Counting(), Counting()

    async def main() -> None:
        first, second = Run(one, ahead=1), Run(other, ahead=1)
        await first.begun()
        await second.begun()
        first.stop()
        await first.task
        assert one.flag is not None
        assert other.flag is not None
        assert (one.flag.is_set(), other.flag.is_set()) == (True, False)
        second.stop()
        await second.task

    in_loop(main)
    assert cancelled() is None


@pytest.mark.parametrize("before", [0, 2])
def test_errors_reach_the_reader_in_their_place(before: int) -> None:
    """An error comes after the items that were made before it, and as often as one asks."""

    def failing() -> Numbers:
        yield from range(before)
        raise KeyError("坏")

    async def main() -> None:
        run = Run(failing)
        if before == 0:
            with pytest.raises(KeyError):
                await run.begun()
        for number in range(before):
            assert await anext(run) == number
        for _ in range(2):
            with pytest.raises(KeyError, match="坏"):
                await anext(run)
        await run.task

    in_loop(main)
