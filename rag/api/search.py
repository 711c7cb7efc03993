"""`POST /v1/search`: passages without an answer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Request
from fastapi.responses import JSONResponse

from rag.answer.present import search_object
from rag.api.examples import SEARCH_REQUESTS, SEARCH_RESPONSE
from rag.api.requests import SearchRequest
from rag.api.scopes import READ
from rag.api.service import ServiceOf

router = APIRouter(tags=["Search"])


@router.post(
    "/v1/search",
    summary="Find passages",
    dependencies=[READ],
    responses={200: {"content": {"application/json": SEARCH_RESPONSE}}},
)
async def search(
    request: Request, body: Annotated[SearchRequest, Body(openapi_examples=SEARCH_REQUESTS)], service: ServiceOf
) -> JSONResponse:
    """The passages nearest to a query, best first, with the score of each index.

    `text` stands between `start` and `end` of the article's cleaned text, which `/v1/documents/{id}/source` gives.
    """
    question = body.to_question()
    retrieval = await service.run(request, lambda engine: engine.retriever.retrieve(question))
    service.watch.searched(retrieval.timings)
    return JSONResponse({"object": "list", **search_object(retrieval)})
