"""How much one key, or one address, may ask: requests a minute, and requests at the same time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rag.errors import OverLimitError

_KNOWN = 10_000  # askers that are remembered; those who have asked nothing for a minute are forgotten first


@dataclass(slots=True)
class _Asker:
    tokens: float
    seen: float
    active: int = 0


class Limits:
    """A bucket of tokens for each asker, filled evenly, and a count of what each has under way.

    For one event loop. A minute's worth of requests may come at once; 0 means no limit.
    """

    def __init__(self, *, per_minute: int, concurrent: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._concurrent = concurrent
        self._clock = clock
        self._askers: dict[str, _Asker] = {}

    @contextmanager
    def taken(self, asker: str) -> Iterator[None]:
        """Around one request of `asker`, to the end of its response.

        Raises:
            OverLimitError: it is one too many.
        """
        now = self._clock()
        held = self._refilled(asker, now)
        if self._concurrent and held.active >= self._concurrent:
            raise OverLimitError(
                f"{held.active} requests of yours are under way, and no more are allowed at the same time",
                limit="concurrency",
            )
        if self._per_minute:
            if held.tokens < 1:
                wait = max(1, math.ceil((1 - held.tokens) * 60 / self._per_minute))
                raise OverLimitError(
                    f"you may ask {self._per_minute} times a minute; ask again in {wait} s", limit="rate", wait=wait
                )
            held.tokens -= 1
        held.active += 1
        try:
            yield
        finally:
            held.active -= 1

    def _refilled(self, asker: str, now: float) -> _Asker:
        held = self._askers.get(asker)
        if held is None:
            if len(self._askers) >= _KNOWN:
                self._forget(now)
            held = self._askers[asker] = _Asker(tokens=self._per_minute, seen=now)
        held.tokens = min(self._per_minute, held.tokens + (now - held.seen) * self._per_minute / 60)
        held.seen = now
        return held

    def _forget(self, now: float) -> None:
        """Drop whoever has a full bucket again; if that are too few, whoever asked longest ago."""
        idle = sorted((name for name, one in self._askers.items() if not one.active), key=self._last_seen)
        full = [name for name in idle if now - self._askers[name].seen >= 60]
        for name in full or idle[: _KNOWN // 2]:
            del self._askers[name]

    def _last_seen(self, asker: str) -> float:
        return self._askers[asker].seen
