"""Language models in the cache folder: named, found, listed, removed.

`<cache>/models/` has a folder for each model: the GGUF file, a lock, and a stamp that was written after the file's
SHA-256 had been computed: its size, time and digest. A file appears under its name whole and checked, or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from rag.errors import InputError, ModelError, NotFoundError
from rag.llm.known_models import KNOWN_MODELS, KnownModel

Progress = Callable[[str, float], None]
"""Called with what is being done and the share of it that is done, in [0, 1]."""

_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_CHUNK = 1 << 23


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalModel:
    """A GGUF file whose content was checked against `sha256` when it came."""

    name: str
    path: Path
    size: int  # bytes
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stamp:
    name: str
    size: int
    modified: int  # nanoseconds
    sha256: str


def find_model(cache: Path | None, name: str, *, known: Mapping[str, KnownModel] = KNOWN_MODELS) -> LocalModel | None:
    """The model of that name, or None when it is not in the cache or its file was changed.

    Looks at the file's size and time only; a file that was moved here from elsewhere is read once.

    Args:
        cache: the cache folder; the user's by default.
        name: a known name, one that was given to an adopted file, or "organisation/repository/file.gguf".
        known: the models with short names.

    Raises:
        InputError: no model can have that name.
    """
    name = canonical_name(name)
    path = model_path(cache, name)
    stamp = _read_stamp(path)
    if stamp is None or stamp.name != name or (name in known and stamp.sha256 != known[name].sha256):
        return None
    try:
        found = path.stat()
        if found.st_size != stamp.size:
            return None
        if found.st_mtime_ns != stamp.modified:
            if file_sha256(path) != stamp.sha256:
                return None
            _write_stamp(path, name, stamp.sha256)
    except OSError:  # it is gone, or was moved into a cache that is read-only, where it stays unproven
        return None
    return LocalModel(name=name, path=path, size=stamp.size, sha256=stamp.sha256)


def list_models(cache: Path | None, *, known: Mapping[str, KnownModel] = KNOWN_MODELS) -> list[LocalModel]:
    """All models in the cache whose files are as they were when they were checked, in order of their names."""
    stamps = (_read_stamp(path) for path in models_folder(cache).glob("*/*.gguf"))
    names = sorted(stamp.name for stamp in stamps if stamp is not None)
    found = (find_model(cache, name, known=known) for name in names)
    return [model for model in found if model is not None]


def remove_model(cache: Path | None, name: str) -> int:
    """Remove a model, and what an unfinished fetch left of it. Returns the bytes that are free now.

    Raises:
        InputError: no model can have that name.
        NotFoundError: there is nothing of that name.
        ModelError: it is being fetched right now, or may not be removed.
    """
    name = canonical_name(name)
    path = model_path(cache, name)
    freed = 0
    try:
        files = _files_of(path)
        if not files:
            raise NotFoundError(f"there is no model {name} in {models_folder(cache)}", field="name")
        with FileLock(_lock_path(path), timeout=0):
            for file in files:
                freed += file.stat().st_size
                file.unlink()
            _drop_folders(path)
    except Timeout as error:
        raise ModelError(f"{name} is being fetched by another process and can be removed afterwards") from error
    except OSError as error:
        raise ModelError(f"{name} cannot be removed: {error}") from error
    return freed


def models_folder(cache: Path | None) -> Path:
    """Where models are kept."""
    return (cache or platformdirs.user_cache_path("jushi")) / "models"


def canonical_name(name: str) -> str:
    """One spelling for each model: a plain name, or "organisation/repository/file.gguf" (a colon is understood too).

    Raises:
        InputError: it is neither.
    """
    parts = name.replace(":", "/", 1).split("/")
    words = all(_WORD.fullmatch(part) for part in parts)
    if not words or not (len(parts) == 1 or (len(parts) >= 3 and name.endswith(".gguf"))):
        raise InputError(
            f"{name!r} names no model; expected {', '.join(KNOWN_MODELS)}, or organisation/repository/file.gguf",
            field="name",
        )
    return "/".join(parts)


def model_path(cache: Path | None, name: str) -> Path:
    """Where the file of a model stands or will stand. `name` is canonical."""
    word = name.removesuffix(".gguf").replace("/", "+")  # no part of a name has a plus sign
    return models_folder(cache) / word / f"{word}.gguf"


@contextmanager
def held(path: Path, wait: Callable[[], None]) -> Iterator[None]:
    """Be the only one who brings the model at `path`; `wait` is called when another one is at it.

    Raises:
        ModelError: the cache folder cannot be written.
    """
    lock = FileLock(_lock_path(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            wait()
            lock.acquire()
    except OSError as error:
        raise ModelError(f"models cannot be kept in {path.parent}: {error}") from error
    try:
        yield
    finally:
        lock.release()


def put_in_place(staged: Path, path: Path, name: str, sha256: str) -> LocalModel:
    """Give a checked file its name, stamp it, and drop what earlier tries left of it."""
    with staged.open("rb") as file:  # it may be a link to a file that we must not write
        os.fsync(file.fileno())
    _stamp_path(path).unlink(missing_ok=True)
    staged.replace(path)
    _write_stamp(path, name, sha256)
    for file_ in _files_of(path):
        if file_ not in {path, _stamp_path(path)}:
            file_.unlink(missing_ok=True)
    _drop_folders(path)
    return LocalModel(name=name, path=path, size=path.stat().st_size, sha256=sha256)


def file_sha256(path: Path, told: Callable[[float], None] | None = None) -> str:
    """The SHA-256 of a file, in hexadecimal digits; `told` is called with the share that is read."""
    digest = hashlib.sha256()
    size = path.stat().st_size
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            if told is not None:
                told(min(1.0, file.tell() / max(size, 1)))
    return digest.hexdigest()


def _files_of(path: Path) -> list[Path]:
    """The file of a model, its stamp, and what unfinished tries left."""
    return [file for file in path.parent.rglob("*") if file.is_file() and file != _lock_path(path)]


def _drop_folders(path: Path) -> None:
    """Remove the folders that a killed fetch left beside the file of a model."""
    for folder in path.parent.iterdir():
        if folder.is_dir():
            shutil.rmtree(folder, ignore_errors=True)


def _lock_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def _stamp_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _read_stamp(path: Path) -> _Stamp | None:
    try:
        return _Stamp(**json.loads(_stamp_path(path).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _write_stamp(path: Path, name: str, sha256: str) -> None:
    found = path.stat()
    stamp = _Stamp(name=name, size=found.st_size, modified=found.st_mtime_ns, sha256=sha256)
    aside = path.with_name(f"{path.name}.stamp-{os.getpid()}")
    aside.write_text(json.dumps(asdict(stamp), indent=2), encoding="utf-8")
    aside.replace(_stamp_path(path))
