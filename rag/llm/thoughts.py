"""Models that think aloud: what they write between <think> and </think> before the answer is not part of it."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto

from rag.llm.model import Delta

_OPEN, _CLOSE = "<think>", "</think>"


class _Place(Enum):
    BEGINNING = auto()
    THOUGHT = auto()
    AFTER = auto()  # behind a thought, in front of the first word
    ANSWER = auto()


class Thoughts:
    """Lets through the pieces of one reply, but for a thought at its beginning."""

    def __init__(self) -> None:
        self._place = _Place.BEGINNING
        self._held: list[Delta] = []  # at the beginning, while it may still become a thought
        self._tail = ""  # of a thought, while it may still become its end

    def drop(self, delta: Delta) -> list[Delta]:
        """What can be passed on now that `delta` has come."""
        if self._place is _Place.BEGINNING:
            return self._begin(delta)
        if self._place is _Place.THOUGHT:
            return self._think(delta)
        if self._place is _Place.AFTER:
            return self._after(delta)
        return [delta]

    def rest(self) -> list[Delta]:
        """What was held back when the reply ends. A thought that never ended stays away."""
        return self._held if self._place is _Place.BEGINNING else []

    def _begin(self, delta: Delta) -> list[Delta]:
        self._held.append(delta)
        begun = "".join(held.text for held in self._held).lstrip()
        if begun.startswith(_OPEN):
            self._place = _Place.THOUGHT
            return self._think(Delta(text=begun.removeprefix(_OPEN)))
        if _OPEN.startswith(begun):
            return []
        self._place = _Place.ANSWER
        return self._held

    def _think(self, delta: Delta) -> list[Delta]:
        thought, closed, rest = (self._tail + delta.text).partition(_CLOSE)
        if not closed:
            self._tail = thought[-len(_CLOSE) :]
            return []
        self._place = _Place.AFTER
        return self._after(Delta(text=rest))

    def _after(self, delta: Delta) -> list[Delta]:
        if not (text := delta.text.lstrip()):
            return []
        self._place = _Place.ANSWER
        return [replace(delta, text=text)]
