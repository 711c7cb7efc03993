"""`GET /metrics`: counts and latencies in Prometheus' text format."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from rag.api.scopes import ADMIN
from rag.api.service import ServiceOf
from rag.engine import Engine
from rag.errors import JushiError
from rag.store.protocol import StoreStatus

router = APIRouter(tags=["Operations"])


@router.get("/metrics", summary="Counts for Prometheus", dependencies=[ADMIN], response_class=Response)
async def metrics(request: Request, service: ServiceOf) -> Response:
    """Requests, latencies by stage, answers, refusals, verdicts, tokens, sizes and what the process holds.

    Needs an admin key where keys are set.

    Also answers while the store is not open: then `jushi_ready` is 0.
    """
    try:
        status = await service.run(request, _status)
    except JushiError:
        status = None
    text = service.watch.metrics.text(status, working=service.working)
    return Response(text, headers={"content-type": CONTENT_TYPE_LATEST})


def _status(engine: Engine) -> StoreStatus:
    with engine.store.snapshot() as snapshot:
        return snapshot.status()
