"""Work that nobody waits for any more: who started it sets a flag, and what takes long looks at it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_flag: ContextVar[threading.Event | None] = ContextVar("cancelled", default=None)


def cancelled() -> threading.Event | None:
    """The flag that is set once nobody waits for what runs here; None where nobody could say so."""
    return _flag.get()


@contextmanager
def cancellable(flag: threading.Event) -> Iterator[None]:
    """Let what runs inside the block, in this thread, find `flag`."""
    token = _flag.set(flag)
    try:
        yield
    finally:
        _flag.reset(token)
