"""The events of an answer as objects of the Responses API: one whole response, or the events of a streamed one."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import ClassVar

from rag.answer.events import Event, Finished, Found, Said
from rag.answer.present import Json, JsonObject, answer_object, error_object
from rag.answer.wire import citation_links, flat_url_citations, search_results
from rag.api.asking import Head
from rag.errors import JushiError
from rag.types import Answer

PREFIX = "resp_"

_PART: JsonObject = {"output_index": 0, "content_index": 0}  # where the only text of the only message stands


def whole(head: Head, given: JsonObject, answer: Answer, results: Sequence[Json]) -> JsonObject:
    """A whole response; `given` is what it repeats of its request, `results` are what was found for the answer."""
    part = _text(head.content(answer), flat_url_citations(answer, head.base))
    return {
        **_response(head, given, "completed"),
        "completed_at": int(time.time()),
        "output": [_message(head, "completed", [part])],
        "usage": _usage(answer),
        "jushi": answer_object(answer),
        "citations": citation_links(answer, head.base),
        "search_results": results,
    }


class Stages:
    """The events of a streamed response, made as those of the answer come.

    `response.in_progress` carries `search_results`; annotations follow the words, since only the whole answer has them.
    """

    ending: ClassVar[str] = ""

    def __init__(self, head: Head, given: JsonObject) -> None:
        self._head = head
        self._given = given
        self._results: list[Json] = []
        self._said = ""
        self._sent = 0
        self._under_way = False
        self.response: JsonObject | None = None  # the whole one, once it is there
        self.finished = False

    def opening(self) -> JsonObject:
        """The event that names the response."""
        return self._event("response.created", response=_response(self._head, self._given, "in_progress"))

    def of(self, event: Event) -> Iterator[JsonObject]:
        """The events that `event` brings.

        Raises:
            ValueError: the answer at the end begins otherwise than what was said before.
        """
        match event:
            case Found(retrieval=retrieval):
                self._results = search_results(retrieval.evidence, self._head.base)
                yield from self._begin()
            case Said(text=text):
                yield from self._begin()
                yield from self._say(text)
            case Finished(answer=answer):
                yield from self._begin()
                for piece in self._head.rest(answer, self._said):
                    yield from self._say(piece)
                yield from self._end(answer)
                self.finished = True

    def failed(self, error: JushiError) -> Iterator[JsonObject]:
        """The response with what was said of it, then the error itself, which the official client raises."""
        detail = {"message": str(error), "param": error.field, "code": error.code}
        code = "server_error" if error.http_status >= 500 else "invalid_prompt"
        message = _message(self._head, "incomplete", [_text(self._said, [])])
        response: JsonObject = {
            **_response(self._head, self._given, "failed"),
            "error": {**detail, "code": code, "type": error.code},
            "output": [message] if self._under_way else [],
            "search_results": self._results,
        }
        yield self._event("response.failed", response=response)
        yield self._event("error", **detail, **error_object(error))

    def _begin(self) -> Iterator[JsonObject]:
        """Once: that the answer is under way, and the places where its words will stand."""
        if self._under_way:
            return
        self._under_way = True
        response = {**_response(self._head, self._given, "in_progress"), "search_results": self._results}
        yield self._event("response.in_progress", response=response)
        item = _message(self._head, "in_progress", [])
        yield self._event("response.output_item.added", output_index=0, item=item)
        yield self._of_part("content_part.added", part=_text("", []))

    def _say(self, text: str) -> Iterator[JsonObject]:
        self._said += text
        if text:
            yield self._of_part("output_text.delta", delta=text, logprobs=[])

    def _end(self, answer: Answer) -> Iterator[JsonObject]:
        self.response = whole(self._head, self._given, answer, self._results)
        part = _text(self._head.content(answer), flat_url_citations(answer, self._head.base))
        for index, annotation in enumerate(flat_url_citations(answer, self._head.base)):
            yield self._of_part("output_text.annotation.added", annotation_index=index, annotation=annotation)
        yield self._of_part("output_text.done", text=part["text"], logprobs=[])
        yield self._of_part("content_part.done", part=part)
        item = _message(self._head, "completed", [part])
        yield self._event("response.output_item.done", output_index=0, item=item)
        yield self._event("response.completed", response=self.response)

    def _of_part(self, kind: str, **more: Json) -> JsonObject:
        return self._event(f"response.{kind}", item_id=_message_id(self._head), **_PART, **more)

    def _event(self, kind: str, **more: Json) -> JsonObject:
        self._sent += 1
        return {"type": kind, "sequence_number": self._sent - 1, **more}


def _response(head: Head, given: JsonObject, status: str) -> JsonObject:
    """A response before there is anything in it."""
    return {
        "id": head.reply_id,
        "object": "response",
        "created_at": head.created,
        "status": status,
        "completed_at": None,
        "background": False,
        "error": None,
        "incomplete_details": None,
        "model": head.model,
        "output": [],
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "usage": None,
        **given,
        "jushi": None,
        "citations": [],
        "search_results": [],
    }


def _message(head: Head, status: str, parts: Sequence[JsonObject]) -> JsonObject:
    return {"id": _message_id(head), "type": "message", "status": status, "role": "assistant", "content": parts}


def _message_id(head: Head) -> str:
    return f"msg_{head.reply_id.removeprefix(PREFIX)}"


def _text(text: str, annotations: Sequence[Json]) -> JsonObject:
    return {"type": "output_text", "text": text, "annotations": annotations, "logprobs": []}


def _usage(answer: Answer) -> JsonObject:
    read, written = answer.trace.prompt_tokens, answer.trace.completion_tokens
    return {
        "input_tokens": read,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": read + written,
    }
