"""`POST /v1/responses`: Jushi behind OpenAI's Responses API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Request
from fastapi.responses import JSONResponse, Response

from rag.api.asking import begin, outcome
from rag.api.keeping import KeeperOf
from rag.api.responses.documented import ResponseBody
from rag.api.responses.examples import RESPONSE_REQUESTS, RESPONSE_RESPONSES
from rag.api.responses.objects import PREFIX, Stages, whole
from rag.api.responses.request import ResponseRequest
from rag.api.scopes import READ
from rag.api.sending import streamed
from rag.api.service import ServiceOf
from rag.types import Answer

router = APIRouter(tags=["OpenAI"])


@router.post(
    "/v1/responses",
    response_model=ResponseBody,
    responses={200: {"description": "The response, or its events", "content": RESPONSE_RESPONSES}},
    summary="Ask a question (Responses API)",
    dependencies=[READ],
)
async def respond(
    request: Request,
    body: Annotated[ResponseRequest, Body(openapi_examples=RESPONSE_REQUESTS)],
    service: ServiceOf,
    keeper: KeeperOf,
) -> Response:
    """The same answers as `/v1/chat/completions`, with the same fields of ours, in the shape of the Responses API.

    `output[0].content[0]` has the `text` and one `url_citation` for each marker in it. Beside `output` stand `jushi`,
    `citations` and `search_results`. A refusal is text too; `jushi.refusal` says why.

    A stream sends `response.created`, `response.in_progress` with the `search_results`, then an
    `response.output_text.delta` for each sentence as soon as it is checked, then the annotations, and
    `response.completed` with the whole response. What fails under way ends in `response.failed` and `error`.
    """
    head, run = begin(request, body, body.to_question(), service, prefix=PREFIX)

    def keep(answer: Answer) -> None:
        if body.store is not False:
            keeper.keep(head, answer)

    if body.stream:
        return await streamed(run, Stages(head, body.given()), keep)
    answer, results = await outcome(run, head.base)
    response = JSONResponse(whole(head, body.given(), answer, results))
    keep(answer)
    return response
