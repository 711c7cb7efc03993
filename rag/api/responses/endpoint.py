"""`/v1/responses`: Jushi behind OpenAI's Responses API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import JSONResponse, Response

from rag.answer.present import JsonObject
from rag.api.asking import begin, outcome
from rag.api.keeping import KeeperOf
from rag.api.responses.documented import ResponseBody
from rag.api.responses.earlier import conversation_until, kept, response_again
from rag.api.responses.examples import RESPONSE_REQUESTS, RESPONSE_RESPONSES
from rag.api.responses.objects import PREFIX, Stages, whole
from rag.api.responses.request import ResponseRequest
from rag.api.scopes import READ
from rag.api.sending import streamed
from rag.api.service import ServiceOf
from rag.errors import InputError
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

    `previous_response_id` goes on from a response that is kept; filters and instructions are not taken over from it.

    A stream sends `response.created`, `response.in_progress` with the `search_results`, then a
    `response.output_text.delta` for each sentence as soon as it is checked, then the annotations, and
    `response.completed` with the whole response. What fails under way ends in `response.failed` and `error`.
    """
    earlier = await conversation_until(request, keeper, body.previous_response_id)
    question = body.to_question(earlier)
    head, run = begin(request, body, question, service, prefix=PREFIX)

    def keep(answer: Answer, response: JsonObject | None) -> None:
        if response is not None and body.store is not False:
            keeper.keep(head, answer, kept(response, question))

    if body.stream:
        stages = Stages(head, body.given())
        return await streamed(run, stages, lambda answer: keep(answer, stages.response))
    answer, results = await outcome(run, head.base)
    response = whole(head, body.given(), answer, results)
    sent = JSONResponse(response)
    keep(answer, response)
    return sent


@router.get(
    "/v1/responses/{response_id}",
    response_model=ResponseBody,
    responses={200: {"content": {"application/json": RESPONSE_RESPONSES["application/json"]}}},
    summary="An earlier response",
    dependencies=[READ],
)
async def again(
    *,
    response_id: str,
    request: Request,
    keeper: KeeperOf,
    stream: Annotated[bool, Query(description="`true` is refused: a response that was given comes whole")] = False,
) -> JSONResponse:
    """A response as it was given. Of all answers the latest `kept_answers` are kept, but none with `store: false`.

    `GET /v1/answers/{id}` gives the same answer with its question, and checks its quotes again.
    """
    if stream:
        raise InputError("a response that was given comes whole, not as a stream", field="stream")
    return JSONResponse(await response_again(request, keeper, response_id))
