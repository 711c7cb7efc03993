"""Opens what is measured: the server of this process over the articles of a set, or one that is deployed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Literal, TypeAlias

from platformdirs import user_cache_path

from eval.cases import CaseSet
from eval.conditions import Conditions, build_digest, set_digest
from eval.naive import with_naive
from eval.serving import served
from eval.set_store import open_set
from eval.targets import JushiTarget, PlainTarget, Target
from rag.api.service import Opener
from rag.cli.output import progress_bar
from rag.config import Settings, load_settings
from rag.engine import Engine
from rag.errors import InputError
from rag.types import Question
from rag.wiring import Progress

Adapter: TypeAlias = Literal["jushi", "openai"]
_WARM_UP = Question(text="预热")


@contextmanager
def opened_here(case_set: CaseSet, answerer: str, *, data: Path | None = None) -> Iterator[tuple[Target, Conditions]]:
    """A server of this process over the articles of the set, which are ingested once below `data`.

    Raises:
        InputError, ConfigError, ModelMissingError, StoreError: as `open_set`; or there is no such answerer.
    """
    settings = load_settings(answerer="quotes" if answerer == "quotes" else None)
    conditions = Conditions(
        set_name=case_set.name,
        set_version=case_set.version,
        set_digest=set_digest(case_set),
        answerer=answerer,
        fingerprint=settings.fingerprint,
        build=build_digest(),
    )
    with ExitStack() as stack:
        with progress_bar() as report:
            opener = set_opener(case_set, settings, answerer, data or default_folder(settings), report)
            root = stack.enter_context(served(settings, opener))
        yield stack.enter_context(closing(JushiTarget(root, answerer=answerer))), conditions


@contextmanager
def opened_there(
    case_set: CaseSet,
    url: str,
    answerer: str,
    *,
    adapter: Adapter = "jushi",
    model: str | None = None,
    key: str | None = None,
) -> Iterator[tuple[Target, Conditions]]:
    """A deployed server, which must hold the articles of the set. `url` may end in `/v1`.

    Raises:
        InputError: the address is none, or a plain server does not say which model to ask.
    """
    if not url.startswith(("http://", "https://")):
        raise InputError(f"{url!r} is no address; expected http://… or https://…", field="url")
    root = url.rstrip("/").removesuffix("/v1")
    conditions = Conditions(
        set_name=case_set.name,
        set_version=case_set.version,
        set_digest=set_digest(case_set),
        answerer=answerer,
        adapter=adapter,
        target=root,
        model=model or "",
    )
    target: Target = (
        PlainTarget(root, model=model, key=key)
        if adapter == "openai"
        else JushiTarget(root, answerer=answerer, key=key)
    )
    with closing(target):
        yield target, conditions


def set_opener(
    case_set: CaseSet, settings: Settings, answerer: str, folder: Path, progress: Progress | None = None
) -> Opener:
    """A function that opens the engine over the articles of a set and makes it ready to answer."""

    def open_ready(_report: Progress) -> Engine:
        engine = with_naive(open_set(case_set, folder, settings=settings, progress=progress))
        try:
            engine.events(_WARM_UP, answerer).close()  # a name that nobody answers to is known before the first case
            engine.retriever.retrieve(_WARM_UP)
            engine.warm_up_model()
        except BaseException:
            engine.close()
            raise
        return engine

    return open_ready


def default_folder(settings: Settings) -> Path:
    """Where the stores of sets are kept."""
    return (settings.cache or user_cache_path("jushi")) / "eval"
