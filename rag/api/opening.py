"""How a server opens its data: the engine, warmed up, over the starter articles if there are none yet."""

from __future__ import annotations

import threading

import structlog

from rag.api.service import Opener, Progress
from rag.config import Settings
from rag.engine import Engine
from rag.errors import ModelError
from rag.ingest.sources import read_sources
from rag.starter import starter_folder
from rag.types import Question
from rag.wiring import open_engine

_log = structlog.get_logger(__name__)
_WARM_UP = Question(text="预热")


def opener(settings: Settings, *, seeds: bool, read_only: bool = False) -> Opener:
    """A function that opens the engine and makes it ready to answer, and closes it again if that fails."""

    def open_ready(progress: Progress) -> Engine:
        engine = open_engine(settings, progress=progress, read_only=read_only)
        try:
            if seeds:
                _ingest_starter_articles(engine, progress)
            engine.retriever.retrieve(_WARM_UP)  # loads the encoder and the indexes, which the first question would
            threading.Thread(target=_warm_up, args=(engine,), name="model warm-up", daemon=True).start()
        except BaseException:
            engine.close()
            raise
        return engine

    return open_ready


def _warm_up(engine: Engine) -> None:
    """Questions that come before the model is loaded wait for it; where it does not load, quotes answer."""
    try:
        engine.warm_up_model()
    except ModelError as error:
        _log.warning("model", error=str(error))


def _ingest_starter_articles(engine: Engine, progress: Progress) -> None:
    with engine.store.snapshot() as snapshot:
        if snapshot.status().articles:
            return
    documents = list(read_sources([starter_folder()], max_bytes=engine.settings.max_document_bytes))
    engine.pipeline().ingest(
        documents, progress=lambda now: progress("indexing the starter articles", now.done / len(documents))
    )
