"""`GET /v1/answers/{id}`: an answer that was given, and whether its quotes still carry it."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from rag.answer.present import Json, JsonObject
from rag.answer.rechecking import QuoteState, Rechecked, Recut, recheck, recut
from rag.api.examples_answers import ANSWER_RESPONSE
from rag.api.keeping import KeeperOf
from rag.api.scopes import READ
from rag.api.service import ServiceOf
from rag.check.verify import RANK
from rag.engine import Engine
from rag.types import Citation, Claim, Verdict

router = APIRouter(tags=["Checking"])


class _Trace(BaseModel):
    query: str  # the question as it was understood in its conversation


class _Cited(BaseModel):
    """What of the `jushi` object is checked again."""

    claims: tuple[Claim, ...]
    trace: _Trace
    citations: tuple[Citation, ...]


class _Kept(BaseModel):
    jushi: _Cited


@router.get(
    "/v1/answers/{answer_id}",
    summary="An earlier answer, checked again",
    dependencies=[READ],
    responses={200: {"content": {"application/json": ANSWER_RESPONSE}}},
)
async def answer(
    *,
    answer_id: str,
    request: Request,
    service: ServiceOf,
    keeper: KeeperOf,
    verify: Annotated[bool, Query(description="cut each quote again and check each sentence again")] = False,
) -> JSONResponse:
    """An answer by the `id` of its completion, as it was given, with its question. The latest `kept_answers` are kept.

    With `verify=true`, `verification` says for each citation whether the revision it names still holds its quote at
    its place (`same`), other words (`changed`), or is not kept any more (`gone`), and which revision is the current
    one; and for each claim the verdict of the checker today, against its own quotes, beside the one of then. Its
    `status` is `same`, else `gone` or `changed` (a quote, or a verdict that fell below `supported`).
    """
    kept = await keeper.find(request, answer_id)
    found: JsonObject = json.loads(kept)
    found.pop("response", None)  # the same again, in the shape of the Responses API
    if not verify:
        return JSONResponse(found)
    cited = _Kept.model_validate_json(kept).jushi
    with service.start(request, lambda engine: _again(engine, cited)) as run:
        (verification,) = [one async for one in run]
    return JSONResponse({**found, "verification": verification})


def _again(engine: Engine, cited: _Cited) -> Generator[JsonObject, None, None]:
    with engine.store.snapshot() as snapshot:
        generation = snapshot.generation
        cuts = list(recut(snapshot, cited.citations))
    claims = list(recheck(engine.verifier(), cited.claims, cuts, question=cited.trace.query))
    states = {cut.state for cut in cuts}
    worse = any(_is_worse(one) for one in claims)
    status = QuoteState.CHANGED if worse or QuoteState.CHANGED in states else QuoteState.SAME
    citations: list[Json] = [_cut_object(cut) for cut in cuts]
    rows: list[Json] = [_claim_object(one) for one in claims]
    yield {
        "status": (QuoteState.GONE if QuoteState.GONE in states else status).value,
        "generation": generation,
        "citations": citations,
        "claims": rows,
    }


def _is_worse(one: Rechecked) -> bool:
    """A verdict fell, and below `supported`: between that and `exact` lies only how much of the quote is repeated."""
    return one.verdict is not None and RANK[one.verdict] < min(RANK[one.claim.verdict], RANK[Verdict.SUPPORTED])


def _cut_object(cut: Recut) -> JsonObject:
    citation = cut.citation
    return {
        "number": citation.number,
        "claim": citation.claim,
        "article_id": citation.article_id,
        "revision": citation.revision,
        "current_revision": cut.current,
        "status": cut.state.value,
        "quote": citation.quote,
        "found": cut.found,
        "message": cut.message,
    }


def _claim_object(one: Rechecked) -> JsonObject:
    return {
        "text": one.claim.text,
        "verdict": one.verdict and one.verdict.value,
        "was": one.claim.verdict.value,
        "reason": one.reason,
    }
