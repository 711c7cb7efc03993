"""What is no question about the articles is answered by the program, without a search and without a model."""

from __future__ import annotations

import time

from rag.answer.chores import Chore, reply_to
from rag.answer.events import Events, whole
from rag.types import Answer, Question, Status, Trace


def chat(chore: Chore, question: Question, *, generation: int, settings: str) -> Events:
    """The reply to small talk, or to a chore of a chat front end."""
    started = time.perf_counter()
    text = reply_to(chore, question)
    trace = Trace(
        answerer="chat",
        generation=generation,
        settings=settings,
        query="",
        timings={"total": round(1000 * (time.perf_counter() - started), 3)},
    )
    return whole(Answer(status=Status.CHAT, text=text, trace=trace))
