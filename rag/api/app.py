"""The HTTP server as one ASGI application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING

import anyio.to_thread
import structlog
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from rag.api import (
    answers,
    chat,
    corpus,
    documents,
    embeddings,
    jobs,
    metrics,
    models,
    ops,
    page,
    reference,
    search,
    status,
    verify,
)
from rag.api.auth import Keyring
from rag.api.documented import ErrorBody
from rag.api.errors import install_error_handlers
from rag.api.gate import GateMiddleware
from rag.api.jobs import Jobs
from rag.api.keeping import Keeper
from rag.api.middleware import BodyLimitMiddleware, RequestMiddleware
from rag.api.reach import Outlook
from rag.api.responses import endpoint as responses
from rag.api.scopes import Routes
from rag.api.service import Opener, Service
from rag.api.traces import Traces
from rag.api.tracing import open_traces
from rag.api.watching import Watch
from rag.config import Settings

if TYPE_CHECKING:
    from rag.api.mcp.endpoint import Endpoint

_log = structlog.get_logger(__name__)
_DESCRIPTION = """Answers questions over collected Chinese articles. Every sentence of an answer cites the exact words
of the publisher that it rests on; where the articles do not say, the answer is a refusal with its reason."""


def create_app(
    settings: Settings,
    opener: Opener,
    *,
    on_failure: Callable[[Exception], None] = lambda _error: None,
    traces: Traces | None = None,
) -> FastAPI:
    """The application; `opener` is called once, in a thread, when the server starts.

    While it runs, requests get 503 and `/readyz` says how far it is; if it raises, `on_failure` is told.
    `traces` take the place of those that the settings name.

    Raises:
        ConfigError: an entry of the setting `api_keys` is malformed, or traces are to be sent without what sends them.
    """
    keyring = Keyring(entry.get_secret_value() for entry in settings.api_keys)
    traces = traces or open_traces(settings)
    watch = Watch(questions=settings.log_questions, traces=traces)
    service = Service(opener, watch=watch)
    tools = _tool_endpoint(service, settings)
    ingests = Jobs(service)
    keeper = Keeper(service)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        opening = asyncio.create_task(service.open(on_failure))
        try:
            async with AsyncExitStack() as stack:
                if tools is not None:
                    await stack.enter_async_context(tools.running())
                yield
        finally:
            service.stop_opening()
            await opening
            await ingests.close()
            await keeper.close()
            await service.close()
            await anyio.to_thread.run_sync(traces.close)
            _log.info("closed")

    app = FastAPI(
        title="Jushi 据实",
        version=version("jushi"),
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,  # ours are in `reference`; the framework's load scripts from elsewhere
        redoc_url=None,
        responses={"default": {"model": ErrorBody, "description": "What went wrong, in OpenAI's error shape"}},
    )
    app.state.service = service
    app.state.jobs = ingests
    app.state.keeper = keeper
    app.state.outlook = Outlook(service)
    app.add_middleware(BodyLimitMiddleware, max_bytes=settings.max_body_bytes)
    # Each is outside of those before it: refused bodies get an id and a log line too.
    app.add_middleware(GateMiddleware, settings=settings, keyring=keyring, metrics=watch.metrics)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=["x-request-id", "retry-after"],
        )
    app.add_middleware(RequestMiddleware, routes=Routes(app), metrics=watch.metrics, traces=traces)
    install_error_handlers(app)
    for part in (
        chat,
        responses,
        models,
        search,
        documents,
        corpus,
        jobs,
        verify,
        answers,
        embeddings,
        status,
        metrics,
        ops,
        page,
        reference,
    ):
        app.include_router(part.router)
    if tools is not None:
        app.router.routes.append(tools.route)
    return app


def _tool_endpoint(service: Service, settings: Settings) -> Endpoint | None:
    """The tools at `/mcp`, where the extra `mcp` is installed."""
    if find_spec("mcp") is None:
        return None
    from rag.api.mcp.endpoint import Endpoint  # noqa: PLC0415 - its SDK is an extra, and takes a second to load

    return Endpoint(service, max_bytes=settings.max_body_bytes)
