"""The flag of work that nobody waits for."""

from __future__ import annotations

import threading

from rag.cancel import cancellable, cancelled


def test_flag_is_found_inside_the_block_and_in_this_thread_only() -> None:
    """Inner blocks hide outer ones, other threads see nothing, and afterwards all is as before."""
    outer, inner, seen = threading.Event(), threading.Event(), []
    with cancellable(outer):
        with cancellable(inner):
            assert cancelled() is inner
            other = threading.Thread(target=lambda: seen.append(cancelled()))
            other.start()
            other.join()
        assert cancelled() is outer
    assert cancelled() is None
    assert seen == [None]
