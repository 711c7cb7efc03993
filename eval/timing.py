"""Asking an answerer with a clock, from a view of the store that the caller chooses."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

from rag.answer.events import Events, Finished, Found, Said
from rag.store.protocol import Snapshot
from rag.types import Answer, Question


class FromSnapshot(Protocol):
    """An answerer that can be asked about a view of the store."""

    def events_from(self, snapshot: Snapshot, question: Question) -> Events:
        """The answer as it comes to be."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """An answer, and after how many milliseconds the evidence, the first sentence and the end came."""

    answer: Answer
    evidence: float
    first: float | None
    end: float


def timed(answerer: FromSnapshot, snapshot: Snapshot, question: str) -> Timed:
    """Ask once, with a clock."""
    began = time.perf_counter()
    evidence = first = None
    for event in answerer.events_from(snapshot, Question(text=question)):
        now = 1000 * (time.perf_counter() - began)
        match event:
            case Found():
                evidence = now
            case Said():
                first = first or now
            case Finished(answer=answer):
                return Timed(answer=answer, evidence=evidence or now, first=first, end=now)
    raise AssertionError("an answerer ended without an answer")
