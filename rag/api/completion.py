"""The events of an answer as OpenAI's objects: one whole completion, or the chunks of a streamed one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from rag.answer.events import Event, Finished, Found, Said
from rag.answer.present import Json, JsonObject, answer_object, error_object
from rag.answer.wire import citation_links, search_results, url_citations
from rag.api.asking import Head
from rag.errors import JushiError
from rag.types import Answer


def whole(head: Head, answer: Answer, results: Sequence[Json]) -> JsonObject:
    """A whole completion; `results` are what was found for the answer."""
    message: JsonObject = {
        "role": "assistant",
        "content": head.content(answer),
        "refusal": None,
        "annotations": url_citations(answer, head.base),
        "jushi": answer_object(answer),
    }
    choice: JsonObject = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return _object(
        head,
        "chat.completion",
        [choice],
        usage=_usage(answer),
        citations=citation_links(answer, head.base),
        search_results=results,
    )


class Chunks:
    """The chunks of a streamed completion, made as the events come.

    The first chunk with content carries `search_results`; since it is made before the first sentence, its content is
    empty, and the first chunk with words carries them again, for clients that pass over empty ones.
    """

    ending: ClassVar[str] = "data: [DONE]\n\n"

    def __init__(self, head: Head, *, include_usage: bool) -> None:
        self._head = head
        self._include_usage = include_usage
        self._results: list[Json] = []
        self._said = ""
        self.finished = False

    def opening(self) -> JsonObject:
        """The chunk that says who speaks."""
        return self._chunk({"role": "assistant"})

    def of(self, event: Event) -> Iterator[JsonObject]:
        """The chunks that `event` brings.

        Raises:
            ValueError: the answer at the end begins otherwise than what was said before.
        """
        match event:
            case Found(retrieval=retrieval):
                self._results = search_results(retrieval.evidence, self._head.base)
                yield self._chunk({"content": ""}, search_results=self._results)
            case Said(text=text):
                yield from self._say(text)
            case Finished(answer=answer):
                yield from self._rest(answer)
                yield from self._end(answer)
                self.finished = True

    def failed(self, error: JushiError) -> Iterator[JsonObject]:
        """The error, as OpenAI's clients raise it out of a stream."""
        yield error_object(error)

    def _say(self, text: str) -> Iterator[JsonObject]:
        if text and not self._said:
            yield self._chunk({"content": text}, search_results=self._results)
        elif text:
            yield self._chunk({"content": text})
        self._said += text

    def _rest(self, answer: Answer) -> Iterator[JsonObject]:
        """The content that was not said yet."""
        for piece in self._head.rest(answer, self._said):
            yield from self._say(piece)

    def _end(self, answer: Answer) -> Iterator[JsonObject]:
        delta: JsonObject = {"annotations": url_citations(answer, self._head.base), "jushi": answer_object(answer)}
        yield self._chunk(delta, finish="stop", citations=citation_links(answer, self._head.base))
        if self._include_usage:
            yield _object(self._head, "chat.completion.chunk", [], usage=_usage(answer))

    def _chunk(self, delta: JsonObject, *, finish: str | None = None, **more: Json) -> JsonObject:
        choice: JsonObject = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _object(self._head, "chat.completion.chunk", [choice], **more)


def _object(head: Head, kind: str, choices: Sequence[JsonObject], **more: Json) -> JsonObject:
    """One object of a completion."""
    return {
        "id": head.reply_id,
        "object": kind,
        "created": head.created,
        "model": head.model,
        "system_fingerprint": head.fingerprint,
        "choices": choices,
        **more,
    }


def _usage(answer: Answer) -> JsonObject:
    read, written = answer.trace.prompt_tokens, answer.trace.completion_tokens
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
