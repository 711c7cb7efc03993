"""`GET /v1/status`: what is indexed, who answers, and how fast, for the page."""

from __future__ import annotations

from importlib.metadata import version
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from rag.api.scopes import READ
from rag.api.service import ServiceOf
from rag.api.watching import Latency, Outcome
from rag.engine import Engine
from rag.llm.local_model import LocalLanguageModel
from rag.store.protocol import StoreStatus

router = APIRouter(tags=["Operations"])


class ModelStatus(BaseModel):
    """The language model that is configured."""

    name: str
    kind: Literal["local", "server"]


class ServerStatus(BaseModel):
    """The state of this server. `latency` and `recent` go back to its start at most, and hold no question."""

    articles: int
    passages: int = Field(description="those that are searched")
    generation: int
    version: str
    encoder: str
    model: ModelStatus | None
    answerers: list[str]
    latency: list[Latency] = Field(description="stages of the latest answers, in milliseconds")
    recent: list[Outcome] = Field(description="the latest answers, newest first; times in milliseconds")


@router.get("/v1/status", summary="What is indexed, who answers, how fast", dependencies=[READ])
async def status(request: Request, service: ServiceOf) -> ServerStatus:
    """Sizes, the model, latency percentiles per stage and the latest answers."""
    found = await service.run(request, _look)
    engine, watch = service.engine, service.watch
    return ServerStatus(
        articles=found.articles,
        passages=found.live_passages,
        generation=found.generation,
        version=version("jushi"),
        encoder=engine.encoder.spec.name,
        model=_model(engine),
        answerers=list(engine.answerers),
        latency=list(watch.latencies()),
        recent=list(watch.recent()),
    )


def _look(engine: Engine) -> StoreStatus:
    with engine.store.snapshot() as snapshot:
        return snapshot.status()


def _model(engine: Engine) -> ModelStatus | None:
    if engine.model is None:
        return None
    kind: Literal["local", "server"] = "local" if isinstance(engine.model, LocalLanguageModel) else "server"
    return ModelStatus(name=engine.model.spec.name, kind=kind)
