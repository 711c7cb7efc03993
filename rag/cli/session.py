"""An open engine for the length of one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.cli.output import progress_bar
from rag.config import load_settings
from rag.engine import Engine
from rag.wiring import open_engine


@contextmanager
def opened(data: Path | None, *, read_only: bool) -> Iterator[Engine]:
    """The engine over the data folder, closed at the end; shows progress while a model is made ready."""
    settings = load_settings(data=data)
    with progress_bar() as report:
        engine = open_engine(settings, progress=report, read_only=read_only)
    try:
        yield engine
    finally:
        engine.close()
