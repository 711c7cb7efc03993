"""A question on its way to its answer, the same for every endpoint that answers in one of OpenAI's shapes."""

from __future__ import annotations

import time
from dataclasses import dataclass

from fastapi import Request

from rag.answer.events import Event, Finished, Found
from rag.answer.present import Json
from rag.answer.sources import sources_markdown
from rag.answer.wire import notice_line, search_results, spoken
from rag.api.models import answerer_of
from rag.api.requests import Asking
from rag.api.running import Run
from rag.api.service import Service
from rag.types import Answer, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What all objects of one reply share, and how they are to be written.

    `base` is the address of this server; `question` says in which language to head the list of `sources`, if wanted.
    """

    reply_id: str
    created: int  # seconds since 1970
    model: str
    fingerprint: str
    base: str
    question: str
    sources: bool = False

    def tail(self, answer: Answer) -> list[str]:
        """What follows the words of an answer in the content, piece by piece."""
        sources = sources_markdown(answer, self.question, self.base) if self.sources else ""
        return [piece for piece in (notice_line(answer), sources) if piece]

    def rest(self, answer: Answer, said: str) -> list[str]:
        """The pieces of the content that come after what was `said` of the words of an answer.

        Raises:
            ValueError: the answer begins otherwise.
        """
        words = spoken(answer)
        if not words.startswith(said):
            raise ValueError("the answer begins otherwise than what was said before")
        return [piece for piece in (words[len(said) :], *self.tail(answer)) if piece]

    def content(self, answer: Answer) -> str:
        """All that is said: the words of an answer and what follows them."""
        return spoken(answer) + "".join(self.tail(answer))


def begin(
    request: Request, body: Asking, question: Question, service: Service, *, prefix: str
) -> tuple[Head, Run[Event]]:
    """Begin to answer; the id of the reply is `prefix` and the id of the request.

    Raises:
        UnknownModelError: there is no such model.
        InputError: `model` and `answerer` contradict each other.
        NotReadyError: the engine is not open.
    """
    answerer = answerer_of(body.model, body.answerer, service.engine)
    head = Head(
        reply_id=f"{prefix}{request.state.request_id}",
        created=int(time.time()),
        model=body.model,
        fingerprint=service.engine.settings.fingerprint,
        base=str(request.base_url),
        question=question.text,
        sources=body.sources_in_content == "markdown",
    )
    return head, service.answer(request, question, answerer)


async def outcome(run: Run[Event], base: str) -> tuple[Answer, list[Json]]:
    """The answer that a run comes to, and the search results that it was drawn from; the run is stopped if it fails.

    Raises:
        ClientGoneError: the client hung up.
        ValueError: the events do not end in an answer.
        Exception: whatever the answerer raised.
    """
    results: list[Json] = []
    answer: Answer | None = None
    with run:
        async for event in run:
            if isinstance(event, Found):
                results = search_results(event.retrieval.evidence, base)
            elif isinstance(event, Finished):
                answer = event.answer
    if answer is None:
        raise ValueError("the events ended without an answer")
    return answer, results
