"""`GET /healthz` and `GET /readyz`: for whatever watches over the server."""

from __future__ import annotations

from typing import Annotated, Literal, cast

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from rag.answer.present import error_object
from rag.api.documented import ErrorDetail
from rag.api.reach import Outlook, Reach
from rag.api.scopes import OPEN
from rag.api.service import ServiceOf
from rag.engine import Engine
from rag.errors import JushiError, ModelError
from rag.store.protocol import StoreStatus

router = APIRouter(tags=["Operations"], dependencies=[OPEN])


class Ready(BaseModel):
    """The server can answer, by quotes at least: `model` does not decide that."""

    status: Literal["ready"] = "ready"
    store: Literal["open"] = "open"
    encoder: Literal["loaded"] = "loaded"
    model: Literal["reachable", "starting", "unreachable", "none"] = Field(
        description="the language model; while it is not `reachable`, quotes answer. `starting`: it is being loaded, "
        "or nothing is known yet. Looked at every five seconds, if asked; the log says why it is unreachable"
    )
    generation: int
    articles: int
    passages: int = Field(description="those that are searched")


class NotReady(BaseModel):
    """The server cannot answer."""

    status: Literal["not ready"]
    reasons: list[str]
    error: ErrorDetail


async def _outlook_of(request: Request) -> Outlook:
    return cast("Outlook", request.app.state.outlook)


@router.get("/healthz", summary="Is the process up?")
async def healthz() -> JSONResponse:
    """Always 200 while the process can answer at all."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz", summary="Can it answer questions?", responses={503: {"model": NotReady}}, response_model=Ready)
async def readyz(
    request: Request, service: ServiceOf, outlook: Annotated[Outlook, Depends(_outlook_of)]
) -> Ready | JSONResponse:
    """200 once the store is open and the encoder loaded; until then, and when they are lost, 503 with the reasons."""
    try:
        found = await service.run(request, _look)
        if await outlook.encoder() is Reach.UNREACHABLE:
            raise ModelError("the server of the encoder does not answer; the log says why")
        model = await outlook.model()
    except JushiError as error:
        body = {"status": "not ready", "reasons": [str(error)], **error_object(error)}
        return JSONResponse(body, status_code=503, headers={"retry-after": "1"})
    return Ready(
        model=model.value if model else "none",
        generation=found.generation,
        articles=found.articles,
        passages=found.live_passages,
    )


def _look(engine: Engine) -> StoreStatus:
    """Read from the store, so that a folder that was taken away shows."""
    with engine.store.snapshot() as snapshot:
        return snapshot.status()
