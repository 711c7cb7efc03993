"""`POST /v1/chat/completions`: Jushi as an OpenAI-compatible model."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Body, Request
from fastapi.responses import JSONResponse, Response

from rag.api.asking import begin, outcome
from rag.api.chat_request import ChatRequest
from rag.api.completion import Chunks, whole
from rag.api.documented import Completion
from rag.api.examples import CHAT_REQUESTS, CHAT_RESPONSES
from rag.api.keeping import KeeperOf
from rag.api.scopes import READ
from rag.api.sending import streamed
from rag.api.service import ServiceOf

router = APIRouter(tags=["OpenAI"])


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
    head, run = begin(request, body, body.to_question(), service, prefix="chatcmpl-")
    if body.stream:
        chunks = Chunks(head, include_usage=body.stream_options is not None and body.stream_options.include_usage)
        return await streamed(run, chunks, partial(keeper.keep, head))
    answer, results = await outcome(run, head.base)
    completion = JSONResponse(whole(head, answer, results))
    keeper.keep(head, answer)
    return completion
