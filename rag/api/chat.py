"""`POST /v1/chat/completions`: Jushi as an OpenAI-compatible model."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated

import structlog
from fastapi import APIRouter, Body, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from embeddings.errors import EmbeddingError
from rag.answer.events import Event, Finished, last_answer
from rag.answer.present import Json, as_jushi_error, error_object
from rag.api.completion import Chunks, Head, whole
from rag.api.errors import INTERNAL_MESSAGE
from rag.api.examples import CHAT_REQUESTS, CHAT_RESPONSES
from rag.api.keeping import KeeperOf
from rag.api.models import answerer_of
from rag.api.requests import ChatRequest
from rag.api.responses import Completion
from rag.api.running import ClientGoneError, Run
from rag.api.scopes import READ
from rag.api.service import ServiceOf
from rag.errors import JushiError
from rag.types import Answer

router = APIRouter(tags=["OpenAI"])

_log = structlog.get_logger(__name__)
_QUIET = 10.0  # seconds without an event after which a comment keeps the connection alive
_KEEP_ALIVE = ": keep-alive\n\n"
_LINE_ENDS = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}  # where some clients' readers break lines
_HEADERS = {"cache-control": "no-cache", "x-accel-buffering": "no"}  # the second is for proxies that would collect


@router.post(
    "/v1/chat/completions",
    response_model=Completion,
    responses={200: {"description": "The completion, or its chunks", "content": CHAT_RESPONSES}},
    summary="Ask a question",
    dependencies=[READ],
)
async def complete(
    request: Request,
    body: Annotated[ChatRequest, Body(openapi_examples=CHAT_REQUESTS)],
    service: ServiceOf,
    keeper: KeeperOf,
) -> Response:
    """Answer from the articles, every sentence cited, or refuse and say why.

    `choices[0].message.content` is for people: `[n]` in it names `citations[n - 1]`, and `annotations` say where each
    such marker stands. `choices[0].message.jushi` is for programs: each claim with its verdict, each citation with its
    quote. The `url` of an article is its own, or `/articles/{id}` on this server. `usage` counts tokens of a language
    model, of which `quotes` uses none. `GET /v1/answers/{id}` gives the answer again.

    A stream (`stream: true`) sends `search_results` as soon as they are there, then each sentence as soon as it is
    checked; the last chunk has `annotations` and `jushi` in its delta and `citations` beside.
    """
    question = body.to_question()
    answerer = answerer_of(body.model, body.answerer, service.engine)
    head = Head(
        completion_id=f"chatcmpl-{request.state.request_id}",
        created=int(time.time()),
        model=body.model,
        fingerprint=service.engine.settings.fingerprint,
        base=str(request.base_url),
        question=question.text,
        sources=body.sources_in_content == "markdown",
    )
    run = service.answer(request, question, answerer)
    if not body.stream:
        with run:
            events = [event async for event in run]
        completion = JSONResponse(whole(head, events))
        keeper.keep(head, last_answer(event for event in events))
        return completion
    await run.begun()  # what fails before it answers with a status of its own
    chunks = Chunks(head, include_usage=body.stream_options is not None and body.stream_options.include_usage)
    keep = partial(keeper.keep, head)
    return StreamingResponse(_sent(run, chunks, keep), media_type="text/event-stream", headers=_HEADERS)


async def _sent(run: Run[Event], chunks: Chunks, keep: Callable[[Answer], None]) -> AsyncIterator[str]:
    """The chunks as server-sent events; the status is already sent, so a failure becomes an event too."""
    with run:
        try:
            yield _event(chunks.opening())
            while not chunks.finished:
                if not await run.ready(_QUIET):
                    yield _KEEP_ALIVE
                    continue
                event = await anext(run)
                for chunk in chunks.of(event):
                    yield _event(chunk)
                if isinstance(event, Finished):
                    keep(event.answer)
        except ClientGoneError:
            return
        except Exception as error:  # noqa: BLE001 - the client must learn of any failure, and the stream end cleanly
            _log.exception("stream failed")
            yield _event(error_object(_known(error)))
            return
    yield "data: [DONE]\n\n"


def _known(error: Exception) -> JushiError:
    """The error as the client may see it."""
    if isinstance(error, EmbeddingError):
        return as_jushi_error(error)
    return error if isinstance(error, JushiError) else JushiError(INTERNAL_MESSAGE)


def _event(data: Json) -> str:
    line = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_LINE_ENDS)
    return f"data: {line}\n\n"
