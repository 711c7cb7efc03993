"""Rates and concurrency by hand-computed times."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from rag.api import limits as module
from rag.api.limits import Limits
from rag.errors import OverLimitError


class _Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def _ask(limits: Limits, asker: str = "a") -> None:
    with limits.taken(asker):
        pass


def test_a_minutes_worth_may_come_at_once_and_then_evenly() -> None:
    """Of 30 a minute, 30 pass; the next may come after two seconds, and one askers's haste is not another's."""
    clock = _Clock()
    limits = Limits(per_minute=30, concurrent=0, clock=clock)
    for _ in range(30):
        _ask(limits)
    with pytest.raises(OverLimitError) as refused:
        _ask(limits)
    assert (refused.value.limit, refused.value.wait) == ("rate", 2)
    _ask(limits, "b")
    clock.now += 2
    _ask(limits)
    with pytest.raises(OverLimitError):
        _ask(limits)


def test_a_bucket_never_holds_more_than_a_minutes_worth() -> None:
    """An hour of silence earns no more than a minute."""
    clock = _Clock()
    limits = Limits(per_minute=3, concurrent=0, clock=clock)
    clock.now += 3600
    for _ in range(3):
        _ask(limits)
    with pytest.raises(OverLimitError) as refused:
        _ask(limits)
    assert refused.value.wait == 20


def test_requests_under_way_are_counted_until_they_end() -> None:
    """With two at the same time, the third waits until one has ended, also by an error."""
    limits = Limits(per_minute=0, concurrent=2)
    with ExitStack() as first, ExitStack() as second:
        first.enter_context(limits.taken("a"))
        second.enter_context(limits.taken("a"))
        with pytest.raises(OverLimitError) as refused:
            _ask(limits)
        assert (refused.value.limit, refused.value.wait) == ("concurrency", 1)
        _ask(limits, "b")
        first.close()
        _ask(limits)
    with pytest.raises(RuntimeError), limits.taken("a"):
        raise RuntimeError
    for _ in range(3):
        _ask(limits)


def test_no_limits_hold_nobody() -> None:
    """0 is no limit."""
    limits = Limits(per_minute=0, concurrent=0)
    for _ in range(1000):
        _ask(limits)


def test_what_is_remembered_of_askers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asked long ago is forgotten first, who has a request under way is kept."""
    monkeypatch.setattr(module, "_KNOWN", 4)
    clock = _Clock()
    limits = Limits(per_minute=1, concurrent=0, clock=clock)
    with limits.taken("busy"):
        for number in range(20):
            clock.now += 1
            _ask(limits, f"asker {number}")
        assert len(limits._askers) <= 4
        with pytest.raises(OverLimitError):
            _ask(limits, "busy")
    clock.now += 60
    _ask(limits, "new")
    _ask(limits, "newer")
    assert set(limits._askers) <= {"new", "newer", "asker 19", "asker 18", "busy"}
