"""A generator at work in a thread of its own, read by the event loop and stopped when nobody reads any more."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, Self, TypeVar

import anyio
import anyio.to_thread

from rag.cancel import cancellable

T = TypeVar("T")

_AHEAD = 64  # items made before the reader takes the first: more than an answer has, so that a slow reader holds nobody
_PATIENCE = 10.0  # seconds that a full buffer may stay full


class ClientGoneError(Exception):
    """The client hung up, or stopped reading; nobody reads the response."""


@dataclass(frozen=True, slots=True)
class _End:
    error: Exception | None


class Run(Generic[T]):
    """The items of a generator, as they are made. To be made and read in an event loop.

    The generator begins, goes on and is closed in one and the same worker thread, for which it waits in line: it may
    hold what belongs to a thread. It is closed once it is through, fails or `stop` is called; then at its next item, or
    sooner where it looks at `rag.cancel.cancelled`. It runs at most `ahead` items ahead of its reader, and gives up on
    one that takes none of them for `patience` seconds.
    """

    def __init__(
        self,
        begin: Callable[[], Generator[T, None, None]],
        limiter: anyio.CapacityLimiter | None = None,
        *,
        ahead: int = _AHEAD,
        patience: float = _PATIENCE,
    ) -> None:
        self._begin = begin
        self._loop = asyncio.get_running_loop()
        self._items: deque[T | _End] = deque()
        self._came = asyncio.Event()
        self._room = threading.Semaphore(ahead)
        self._patience = patience
        self._cancelled = threading.Event()
        self._scope = anyio.CancelScope()
        self.task = asyncio.create_task(self._work(limiter))

    async def ready(self, seconds: float | None = None) -> bool:
        """Wait until there is a next item or the end of them; False when `seconds` went by first."""
        try:
            await asyncio.wait_for(self._came.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def begun(self) -> None:
        """Wait for the first item, which stays to be read.

        Raises:
            ClientGoneError: the run was stopped.
            Exception: whatever the generator raised before it.
        """
        await self.ready()
        first = self._items[0]
        if isinstance(first, _End) and first.error is not None:
            raise first.error

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        """The next item; raises as `begun`."""
        await self.ready()
        item = self._items[0]
        if isinstance(item, _End):
            raise item.error or StopAsyncIteration
        self._items.popleft()
        if not self._items:
            self._came.clear()
        self._room.release()
        return item

    async def taken(self) -> list[T]:
        """The next item, and those that are there behind it; raises as `begun`."""
        items = [await anext(self)]
        while self._items and not isinstance(self._items[0], _End):
            items.append(await anext(self))
        return items

    def stop(self) -> None:
        """Leave the line, or have the generator closed; who waits for an item learns of it at once."""
        self._cancelled.set()
        self._room.release()  # wakes a thread that waits for its reader
        self._scope.cancel()
        self._give(_End(ClientGoneError()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        self.stop()

    async def _work(self, limiter: anyio.CapacityLimiter | None) -> None:
        with self._scope:
            await anyio.to_thread.run_sync(self._pump, limiter=limiter)

    def _pump(self) -> None:
        """Run the generator to its end; called in the worker thread."""
        error = None
        try:
            with cancellable(self._cancelled), closing(self._begin()) as items:
                for item in items:
                    self._put(item)
        except Exception as failure:  # noqa: BLE001 - it is the reader's, who is in another thread
            error = failure
        self._loop.call_soon_threadsafe(self._give, _End(error))

    def _put(self, item: T) -> None:
        if not self._room.acquire(timeout=self._patience) or self._cancelled.is_set():
            raise ClientGoneError
        self._loop.call_soon_threadsafe(self._give, item)

    def _give(self, item: T | _End) -> None:
        self._items.append(item)
        self._came.set()
