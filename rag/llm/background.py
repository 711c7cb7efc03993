"""Work that can be broken off at any moment: coroutines on a thread of their own, read from any other thread."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import CancelledError, Future
from typing import Any, TypeAlias, TypeVar

from rag.cancel import cancelled
from rag.errors import ModelError

T = TypeVar("T")
R = TypeVar("R")
Giver: TypeAlias = Callable[[T], None]

_LOOK = 0.1  # seconds between two looks at whether the work was cancelled
_PATIENCE = 5.0  # seconds for what is still running when the thread is stopped


class Background:
    """An event loop on a daemon thread, started by its first use. May be used from any thread."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopped = False

    def submit(self, work: Coroutine[Any, Any, R]) -> Future[R]:
        """Run `work` on the thread; cancelling the future cancels the work.

        Raises:
            ModelError: the thread was stopped.
        """
        with self._lock:
            if self._stopped:
                work.close()
                raise ModelError("the language model was closed")
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name=self._name, daemon=True)
                self._thread.start()
            return asyncio.run_coroutine_threadsafe(work, self._loop)

    def stop(self, last: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Cancel what is running, run `last` if anything ever ran, and end the thread. A second call does nothing."""
        with self._lock:
            loop, thread, stopped = self._loop, self._thread, self._stopped
            self._stopped = True
        if stopped or loop is None or thread is None:
            return
        ending = asyncio.run_coroutine_threadsafe(_finish(last), loop)
        ending.add_done_callback(lambda _: loop.call_soon_threadsafe(loop.stop))
        if thread is not threading.current_thread():  # a garbage collector may run on any thread
            thread.join(_PATIENCE)
            if not thread.is_alive():
                loop.close()


async def _finish(last: Callable[[], Coroutine[Any, Any, None]]) -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await last()


def relay(background: Background, work: Callable[[Giver[T]], Coroutine[Any, Any, R]]) -> Generator[T, None, R]:
    """What `work` gives while it runs, as it gives it, and in the end its result.

    Closing the generator cancels the work at once, whatever it is waiting for; so does the flag of `rag.cancel`.

    Raises:
        ModelError: nobody waits any more, or the thread was stopped.
    """
    flag = cancelled()
    given: queue.SimpleQueue[tuple[T] | None] = queue.SimpleQueue()
    running = background.submit(work(lambda item: given.put((item,))))
    running.add_done_callback(lambda _: given.put(None))
    try:
        while (item := _next(given, flag)) is not None:
            yield item[0]
        return running.result()
    except CancelledError:
        raise ModelError("the language model was closed while it wrote") from None
    finally:
        running.cancel()


def _next(given: queue.SimpleQueue[tuple[T] | None], flag: threading.Event | None) -> tuple[T] | None:
    if flag is None:
        return given.get()
    while not flag.is_set():
        try:
            return given.get(timeout=_LOOK)
        except queue.Empty:
            continue
    raise ModelError("the reply is no longer wanted")
