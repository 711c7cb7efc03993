"""An answer as it comes to be: what was found, then each sentence as soon as it is checked, then the whole."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from rag.search.retriever import Retrieval
from rag.types import Answer, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The evidence, long before the first sentence. Not sent for what needs no search, such as small talk."""

    retrieval: Retrieval


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A piece of the answer that was checked, with its markers; joined, the pieces are `Answer.text`."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The whole answer; always the last event. A refusal comes without any `Said`."""

    answer: Answer


Event: TypeAlias = Found | Said | Finished
Events: TypeAlias = Generator[Event, None, None]  # closing it stops the work, a language model's included


class Answerer(Protocol):
    """Answers a question from the store, or refuses."""

    def events(self, question: Question) -> Events:
        """The answer to `question` as it comes to be.

        Raises:
            InputError: the question is empty or too long.
        """
        ...


def whole(answer: Answer) -> Events:
    """The events of an answer that is there at once: its text in one piece, if it has any, and the end."""
    if answer.text:
        yield Said(text=answer.text)
    yield Finished(answer=answer)


def last_answer(events: Events) -> Answer:
    """The answer that `events` end in."""
    for event in events:
        if isinstance(event, Finished):
            return event.answer
    raise ValueError("the events ended without an answer")
