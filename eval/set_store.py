"""The articles of a question set in a store: read, cleaned and indexed as a user's are, once for each state of both."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import embeddings
import rag
from eval.cases import CaseSet
from rag.config import Settings, load_settings
from rag.engine import Engine
from rag.errors import ConfigError, InputError
from rag.ingest.sources import read_sources
from rag.starter import starter_folder
from rag.types import Article
from rag.wiring import Progress, open_engine

_DONE = "ingested"  # a store without this file was left half made
_MAKES_STORES = ("ingest", "text", "store", "types", "offsets.py")  # parts of the package rag
_PAGE = 500


def open_set(
    case_set: CaseSet, folder: Path, *, settings: Settings | None = None, progress: Progress | None = None
) -> Engine:
    """An engine over the sources of `case_set`, and nothing else, in a data folder of its own below `folder`.

    The data folder is named after what it depends on: the bytes of the sources, `settings.fingerprint`, and the code
    that cleans and indexes. When it is there already, nothing is ingested. `settings` are those of the environment when
    None; their `data` is not used. `progress` hears of models and of the ingest. Close the engine when done.

    Raises:
        InputError: a source is missing, an article cannot be read, or two files of the sources have one name.
        ConfigError, ModelMissingError, StoreError: as `open_engine`.
    """
    settings = settings or load_settings()
    paths = source_paths(case_set)
    data = folder / f"{case_set.name}-{_digest(paths, settings)}"
    engine = open_engine(settings.model_copy(update={"data": data}), progress=progress)
    try:
        if not (data / _DONE).exists():
            _ingest(engine, paths, progress)
            (data / _DONE).touch()
    except BaseException:
        engine.close()
        raise
    return engine


def articles_of(engine: Engine) -> Mapping[str, Article]:
    """The current revision of every article in the store, by its name in a set (see `eval.cases`)."""
    found: dict[str, Article] = {}
    with engine.store.snapshot() as snapshot:
        offset = 0
        while infos := snapshot.articles(offset=offset, limit=_PAGE):
            found.update((set_name(info.name), snapshot.article(info.article_id)) for info in infos)
            offset += len(infos)
    return found


def earlier_of(engine: Engine) -> Mapping[str, Sequence[Article]]:
    """The superseded revisions of every article that has some, oldest first, by the article's name in a set."""
    found: dict[str, Sequence[Article]] = {}
    for name, article in articles_of(engine).items():
        with engine.store.snapshot() as snapshot:
            revisions = snapshot.revisions(article.article_id)
            older = [revision for revision in revisions if revision != article.revision]
            if older:
                found[name] = [snapshot.article(article.article_id, revision) for revision in older]
    return found


def set_name(name: str) -> str:
    """What a set calls the article of a document of that name: its last part, `records.jsonl:3`."""
    return name.replace("\\", "/").rpartition("/")[2]


def source_paths(case_set: CaseSet) -> list[Path]:
    """Where the sources of a set are, in their order. `seeds` is found in a checkout and in an installed program.

    Raises:
        InputError: one of them is missing.
    """
    paths: list[Path] = []
    for source in case_set.sources:
        try:
            path = starter_folder() if source == "seeds" else case_set.folder / source
        except ConfigError as error:
            raise InputError(f"set {case_set.name}: {error}") from error
        if not path.exists():
            raise InputError(f"set {case_set.name}: there is no source {source!r} in {case_set.folder}")
        paths.append(path)
    return paths


def _ingest(engine: Engine, paths: list[Path], progress: Progress | None) -> None:
    documents = list(read_sources(paths, max_bytes=engine.settings.max_document_bytes))
    names = [set_name(document.name) for document in documents]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InputError(f"two files of the sources are called {twice[0]}; a set names articles by it")
    tell = progress or (lambda _what, _share: None)
    report = engine.pipeline().ingest(
        documents, progress=lambda now: tell("indexing the articles of the set", now.done / len(documents))
    )
    if report.rejected:
        raise InputError(f"the article {report.rejected[0].name} was not read: {report.rejected[0].reason}")


def _digest(paths: list[Path], settings: Settings) -> str:
    """16 hexadecimal digits for the sources, the settings, and the code that makes a store of them."""
    made = hashlib.blake2b(settings.fingerprint.encode(), digest_size=8)
    code = Path(rag.__file__).parent
    parts = [*(code / name for name in _MAKES_STORES), Path(embeddings.__file__).parent]
    for path in [*paths, *parts]:
        for file in _files(path):
            made.update(f"{file.relative_to(path.parent)}\0{file.stat().st_size}\0".encode())
            made.update(file.read_bytes())
    return made.hexdigest()


def _files(path: Path) -> Iterator[Path]:
    """A file, or all files below a folder in sorted order, without what Python leaves there."""
    if path.is_file():
        yield path
    else:
        yield from (file for file in sorted(path.rglob("*")) if file.is_file() and "__pycache__" not in file.parts)
