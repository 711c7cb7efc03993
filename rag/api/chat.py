"""`POST /v1/chat/completions` and `GET /v1/models`: Jushi as an OpenAI-compatible model."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Annotated

import structlog
from fastapi import APIRouter, Body, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from rag.answer.present import Json, JsonObject, answer_object, error_object
from rag.api.errors import INTERNAL_MESSAGE
from rag.api.examples import CHAT_REQUESTS, MODELS_RESPONSE
from rag.api.schemas import ChatRequest, Completion
from rag.api.service import ServiceOf
from rag.errors import InputError, JushiError, UnknownModelError
from rag.types import Answer
from rag.wiring import Engine

router = APIRouter(tags=["OpenAI"])

_log = structlog.get_logger(__name__)
_MODEL = "jushi"
# A piece to send at once: a sentence with its closing quotes and markers, a line end, or the rest.
_PIECE = re.compile(r".*?(?:[。！？!?；]+[”’」』）)]*(?:\s*\[\d+\])*|(?:\[\d+\])+|\n)\s*|.+", re.DOTALL)


@router.post("/v1/chat/completions", response_model=Completion, summary="Ask a question")
async def complete(
    request: Request, body: Annotated[ChatRequest, Body(openapi_examples=CHAT_REQUESTS)], service: ServiceOf
) -> Response:
    """Answer from the articles, every sentence cited, or refuse and say why.

    `choices[0].message.content` is for people, `choices[0].message.jushi` for programs. A stream (`stream: true`)
    sends the content sentence by sentence and the `jushi` object in the delta of its last chunk. The `url` of a
    citation is the article's own, or `/articles/{id}` on this server. `usage` counts tokens of a language model, of
    which `quotes` uses none.
    """
    answerer = _answerer_of(body, service.engine)
    question = body.to_question()
    answer = await service.run(request, lambda engine: engine.answer(question, answerer))
    head = _Head(request.state.request_id, body.model, answer)
    if body.stream:
        usage = body.stream_options is not None and body.stream_options.include_usage
        events = _guarded(head.chunks(include_usage=usage))
        return StreamingResponse(events, media_type="text/event-stream", headers={"cache-control": "no-cache"})
    return JSONResponse(head.whole())


@router.get("/v1/models", summary="Models", responses={200: {"content": {"application/json": MODELS_RESPONSE}}})
async def models(service: ServiceOf) -> JSONResponse:
    """`jushi` answers in the best way there is here; `jushi-…` always in the way named."""
    return JSONResponse({"object": "list", "data": [_model(name) for name in _model_names(service.engine)]})


@router.get("/v1/models/{model}", summary="One model")
async def model(model: str, service: ServiceOf) -> JSONResponse:
    """One of the models that `/v1/models` lists."""
    _check_model(model, service.engine)
    return JSONResponse(_model(model))


def _model_names(engine: Engine) -> list[str]:
    return [_MODEL, *(f"{_MODEL}-{name}" for name in engine.answerers)]


def _model(name: str) -> JsonObject:
    return {"id": name, "object": "model", "created": 0, "owned_by": "jushi"}


def _check_model(name: str, engine: Engine) -> None:
    names = _model_names(engine)
    if name not in names:
        raise UnknownModelError(f"there is no model {name!r} here, only {', '.join(names)}", field="model")


def _answerer_of(body: ChatRequest, engine: Engine) -> str:
    """The answerer that the model's name and the field `answerer` ask for together."""
    _check_model(body.model, engine)
    named = body.model.removeprefix(_MODEL).removeprefix("-") or "auto"
    asked = body.answerer or (engine.settings.answerer if named == "auto" else named)
    if "auto" not in {named, asked} and named != asked:
        raise InputError(f"model {body.model!r} never answers by {asked!r}; drop one of the two", field="answerer")
    return asked if named == "auto" else named


class _Head:
    """One answer as OpenAI's objects, which all carry the same id, time and model."""

    def __init__(self, request_id: str, model: str, answer: Answer) -> None:
        self._answer = answer
        self._common: JsonObject = {
            "id": f"chatcmpl-{request_id}",
            "created": int(time.time()),
            "model": model,
            "system_fingerprint": answer.trace.settings,
        }

    @property
    def _content(self) -> str:
        return self._answer.refusal.message if self._answer.refusal else self._answer.text

    @property
    def _usage(self) -> JsonObject:
        trace = self._answer.trace
        read, written = trace.prompt_tokens, trace.completion_tokens
        return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}

    def whole(self) -> JsonObject:
        """A whole completion."""
        jushi = answer_object(self._answer)
        message: JsonObject = {"role": "assistant", "content": self._content, "refusal": None, "jushi": jushi}
        choice: JsonObject = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return {**self._common, "object": "chat.completion", "choices": [choice], "usage": self._usage}

    def chunks(self, *, include_usage: bool) -> Iterator[JsonObject]:
        """The chunks of a streamed completion: the role, the content in pieces, the `jushi` object, the usage."""
        nothing: JsonObject = {"usage": None} if include_usage else {}
        yield {**self._chunk({"role": "assistant", "content": ""}), **nothing}
        for piece in pieces(self._content):
            yield {**self._chunk({"content": piece}), **nothing}
        yield {**self._chunk({"jushi": answer_object(self._answer)}, finish="stop"), **nothing}
        if include_usage:
            yield {**self._common, "object": "chat.completion.chunk", "choices": [], "usage": self._usage}

    def _chunk(self, delta: JsonObject, *, finish: str | None = None) -> JsonObject:
        choice: JsonObject = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {**self._common, "object": "chat.completion.chunk", "choices": [choice]}


def pieces(content: str) -> list[str]:
    """The content cut after sentences and their markers; joined, the pieces are the content."""
    return _PIECE.findall(content)


def _guarded(chunks: Iterator[JsonObject]) -> Iterator[str]:
    """The chunks as server-sent events; the status is already sent, so a failure becomes an event too."""
    try:
        for chunk in chunks:
            yield _event(chunk)
    except Exception as error:  # noqa: BLE001 - the client must learn of any failure, and the stream must end cleanly
        _log.exception("stream failed")
        known = error if isinstance(error, JushiError) else JushiError(INTERNAL_MESSAGE)
        yield _event(error_object(known))
        return
    yield "data: [DONE]\n\n"


def _event(data: Json) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n"
