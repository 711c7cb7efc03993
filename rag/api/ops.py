"""`GET /healthz` and `GET /readyz`: for whatever watches over the server."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from rag.answer.present import error_object
from rag.api.scopes import OPEN
from rag.api.service import ServiceOf
from rag.errors import JushiError
from rag.wiring import Engine

router = APIRouter(tags=["Operations"], dependencies=[OPEN])


@router.get("/healthz", summary="Is the process up?")
async def healthz() -> JSONResponse:
    """Always 200 while the process can answer at all."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz", summary="Can it answer questions?")
async def readyz(request: Request, service: ServiceOf) -> JSONResponse:
    """200 once the store is open and the encoder is loaded; until then 503 with the reasons."""
    try:
        found = await service.run(request, _look)
    except JushiError as error:
        body = {"status": "not ready", "reasons": [str(error)], **error_object(error)}
        return JSONResponse(body, status_code=503, headers={"retry-after": "1"})
    return JSONResponse({"status": "ready", **found})


def _look(engine: Engine) -> dict[str, int]:
    """Read from the store, so that a folder that was taken away shows."""
    with engine.store.snapshot() as snapshot:
        status = snapshot.status()
    return {"generation": status.generation, "articles": status.articles, "passages": status.live_passages}
