"""Answers that were given already, given again at once as long as nothing was stored or removed since."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, replace
from typing import TypeAlias

from rag.answer.events import Answerer, Event, Events, Finished
from rag.store.protocol import Store
from rag.types import Question

_PATIENCE = 10.0  # seconds to wait for somebody else's answer before making one's own

_Said: TypeAlias = Future[Sequence[Event]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claimed:
    """The place of a question: what is or will be said to it, and whether the one who asks is to say it."""

    said: _Said
    ours: bool


class Remembered:
    """The latest `limit` answers of one answerer, for the newest generation of its store. Safe for many threads.

    Only for an answerer whose answer depends on nothing but the question, the store and what was set at the start.
    A question that is being answered is waited for; should that answer fail, or its reader leave, those who wait go on
    by themselves. Nothing is remembered of an answer that did not come to its end.
    """

    def __init__(self, store: Store, *, limit: int) -> None:
        self._store = store
        self._limit = limit
        self._lock = threading.Lock()
        self._generation = -1
        self._answers: OrderedDict[bytes, _Said] = OrderedDict()

    def events(self, question: Question, answerer: Answerer) -> Events:
        """The events of `answerer`, or those of the same question before, whose trace then says so.

        Raises:
            Exception: whatever the answerer raises.
        """
        began = time.perf_counter()
        with self._store.snapshot() as snapshot:
            generation = snapshot.generation
        key = _key(question)
        while True:
            claimed = self._claim(generation, key)
            if claimed.ours:
                yield from self._first(key, claimed.said, generation, answerer.events(question))
                return
            try:
                said = claimed.said.result(timeout=_PATIENCE)
            except CancelledError:
                continue
            except TimeoutError:
                yield from answerer.events(question)
                return
            yield from _again(said, began)
            return

    def _claim(self, generation: int, key: bytes) -> _Claimed:
        """What is known of a question; its place is taken where nothing is."""
        with self._lock:
            if generation != self._generation:
                self._answers.clear()
                self._generation = generation
            if (known := self._answers.get(key)) is not None:
                self._answers.move_to_end(key)
                return _Claimed(said=known, ours=False)
            made = self._answers[key] = _Said()
            if len(self._answers) > self._limit:
                self._answers.popitem(last=False)
            return _Claimed(said=made, ours=True)

    def _first(self, key: bytes, place: _Said, generation: int, events: Events) -> Events:
        """The events as they come, put in their place once all of them are there."""
        said: list[Event] = []
        try:
            for event in events:
                said.append(event)
                if isinstance(event, Finished):
                    self._settle(key, place, said, lasting=event.answer.trace.generation == generation)
                yield event
        finally:
            events.close()
            if not place.done():
                self._settle(key, place, None, lasting=False)

    def _settle(self, key: bytes, place: _Said, said: Sequence[Event] | None, *, lasting: bool) -> None:
        """Tell those who wait; an answer of another generation than was asked for is for nobody after them."""
        if not lasting:
            with self._lock:
                if self._answers.get(key) is place:
                    del self._answers[key]
        if said is None:
            place.cancel()
        else:
            place.set_result(tuple(said))


def _key(question: Question) -> bytes:
    """All of a question but its instructions, which tell a chore from a question and are not followed."""
    return hashlib.blake2b(repr(replace(question, instructions="")).encode(), digest_size=16).digest()


def _again(said: Sequence[Event], began: float) -> Events:
    """The same events, with a trace of this time."""
    for event in said:
        if isinstance(event, Finished):
            spent = {"total": round(1000 * (time.perf_counter() - began), 3)}
            trace = replace(event.answer.trace, timings=spent, remembered=True)
            yield Finished(answer=replace(event.answer, trace=trace))
        else:
            yield event
