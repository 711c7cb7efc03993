"""What cleaning one document may cost: computing time, and counts that memory goes with. Beyond, it is refused.

Pages that people read stay below a tenth of it. What is made to be costly is found out here, so that it holds up
neither the documents behind it nor a server.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from rag.errors import UnreadableError

T = TypeVar("T")

MOST_LINES = 100_000
MOST_ELEMENTS = 300_000
MOST_PIECES = 1_000_000  # of text, in HTML: each tag, entity and blank divides it

_PATIENCE = 60.0  # seconds of computing for a document
_PER_MEGABYTE = 10.0  # seconds on top; about five times what prose takes
_EVERY = 64  # looks at the clock are dearer than what stands between them

_NEVER = (float("inf"), float("inf"))
_ends: ContextVar[tuple[float, float]] = ContextVar("cleaning ends", default=_NEVER)  # wall clock, thread's clock


@contextmanager
def bounded(size: int, *, seconds: float | None = None) -> Iterator[None]:
    """Around the cleaning of a document of `size` bytes, in one thread; `seconds` take the place of what it gets.

    Computing is counted, not waiting: a busy machine refuses nothing that an idle one takes.
    """
    given = _PATIENCE + _PER_MEGABYTE * size / 1e6 if seconds is None else seconds
    token = _ends.set((time.monotonic() + given, time.thread_time() + given))
    try:
        yield
    finally:
        _ends.reset(token)


def check_time() -> None:
    """To be called from what is repeated often.

    Raises:
        UnreadableError: the document has had its time.
    """
    wall, computed = _ends.get()
    if time.monotonic() > wall and time.thread_time() > computed:  # the second clock is the dear one
        raise UnreadableError("cleaning it takes far longer than a page of its size should; expected an article")


def timed(items: Iterable[T]) -> Iterator[T]:
    """The items, with a look at the time every now and then.

    Raises:
        UnreadableError: the document has had its time.
    """
    for number, item in enumerate(items):
        if number % _EVERY == 0:
            check_time()
        yield item


def check_count(count: int, most: int, what: str) -> None:
    """Refuse a document that holds too many of something.

    Raises:
        UnreadableError: there are more than `most`.
    """
    if count > most:
        raise UnreadableError(f"it holds more than {most} {what}; expected an article, which has some hundreds")
