"""A data folder as one file, and back, also while a server is serving it.

The file is a plain tar: `manifest.json`, then each SQLite database of the folder as one consistent copy. The indexes
are left out, being derived. A restore into a folder in use is one transaction on its catalogue, with a generation of
its own, so that every reader goes on with its snapshot and then builds its indexes anew.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from rag.errors import StoreError, StoreVersionError
from rag.store.lock import WriterLock
from rag.store.schema import SCHEMA_VERSION

_FORMAT = 1
_CATALOG = "catalog.sqlite"
_MANIFEST = "manifest.json"
_NAME = re.compile(r"[a-z][a-z_]{0,40}\.sqlite")
_LONGEST_MANIFEST = 1_000_000  # bytes
_PATIENCE = 30.0  # seconds for another writer to end
_PAGES = 4096  # copied at a time, 32 MB
_CHUNK = 1 << 20
_DERIVED = ("lexical", "dense.faiss")
_ASIDE = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One database of a backup."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds. `articles` and `generation` are those of its catalogue."""

    format: int
    made: str  # ISO 8601, UTC
    schema: int
    encoder: str
    generation: int
    articles: int
    files: Mapping[str, Stored]


def backup(folder: Path, target: Path, *, overwrite: bool = False) -> Manifest:
    """Write the databases of `folder` to `target`, which is there whole or not at all; needs twice their size on disk.

    Raises:
        StoreError: there is no store, `target` exists already, or one of them cannot be read or written.
    """
    if not (folder / _CATALOG).is_file():
        raise StoreError(f"there is no store in {folder}; nothing was written")
    if target.exists() and not overwrite:
        raise StoreError(f"{target} exists already; --force replaces it")
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.absolute().parent) as scratch:
            copies = {}
            for source in sorted(folder.glob("*.sqlite")):
                copies[source.name] = Path(scratch, source.name)
                _copy(source, copies[source.name])
            manifest = _describe(copies)
            whole = Path(scratch, "whole.tar")
            _pack(whole, manifest, copies)
            whole.replace(target)
    except (OSError, sqlite3.Error, KeyError, ValueError) as error:  # the latter two: the catalogue is none
        raise StoreError(f"the backup {target} was not made: {error}") from error
    return manifest


def restore(archive: Path, folder: Path, *, force: bool = False) -> Manifest:
    """Put what `archive` holds into `folder`; with `force` in place of what is there, in one transaction.

    The indexes are not touched: whoever opens the store next builds them from the catalogue.

    Raises:
        StoreError: the archive is none, or damaged; the folder is not empty (without `force`); it cannot be written.
        StoreVersionError: a newer program made the archive, or the store in use there has another encoder.
        StoreBusyError: another process is writing.
    """
    with _opened(archive) as (manifest, members):
        _require_readable(archive, manifest)
        if not force and folder.is_dir() and any(folder.iterdir()):
            raise StoreError(f"the folder {folder} is not empty; --force puts the backup in the place of what it holds")
        new, done = not folder.exists(), False
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".restore-", dir=folder) as scratch:
                copies = {name: Path(scratch, name) for name in manifest.files}
                for name, stream in members:
                    if name in copies:
                        _unpack(archive, name, stream, manifest.files[name], copies[name])
                if missing := [name for name, path in copies.items() if not path.exists()]:
                    raise StoreError(f"{archive} is damaged: {', '.join(missing)} is missing; nothing was changed")
                with WriterLock(folder, timeout=_PATIENCE).held():
                    _replace(copies, folder, manifest)
            done = True
        except (OSError, sqlite3.Error, tarfile.TarError) as error:
            raise StoreError(f"{archive} was not restored into {folder}: {error}") from error
        finally:
            if new and not done:
                shutil.rmtree(folder, ignore_errors=True)
    return manifest


def _copy(source: Path, target: Path) -> None:
    """One consistent copy, whoever writes to the source meanwhile."""
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.execute("PRAGMA busy_timeout = 5000")
        old.execute("BEGIN")  # what is read from here on is one snapshot; else each write would begin the copy anew
        old.execute("SELECT count(*) FROM sqlite_master").fetchone()
        old.backup(new, pages=_PAGES)
        new.execute("PRAGMA journal_mode = DELETE")  # so that it is one file


def _describe(copies: Mapping[str, Path]) -> Manifest:
    with closing(sqlite3.connect(copies[_CATALOG])) as catalog:
        facts = dict(catalog.execute("SELECT key, value FROM meta"))
        (articles,) = catalog.execute("SELECT count(*) FROM articles").fetchone()
    return Manifest(
        format=_FORMAT,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        schema=int(facts["schema"]),
        encoder=facts["encoder"],
        generation=int(facts["generation"]),
        articles=articles,
        files={name: Stored(bytes=path.stat().st_size, sha256=_sha256(path)) for name, path in copies.items()},
    )


def _pack(whole: Path, manifest: Manifest, copies: Mapping[str, Path]) -> None:
    head = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
    with whole.open("xb") as out:
        whole.chmod(0o600)  # articles may be confidential
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
            entry = tarfile.TarInfo(_MANIFEST)
            entry.size = len(head)
            archive.addfile(entry, io.BytesIO(head))
            for name, path in copies.items():
                archive.add(path, arcname=name, recursive=False)
        out.flush()
        os.fsync(out.fileno())


@contextmanager
def _opened(archive: Path) -> Iterator[tuple[Manifest, Iterator[tuple[str, BinaryIO]]]]:
    """The manifest of an archive, and its databases one after the other.

    Raises:
        StoreError: it cannot be read, or is no backup.
    """
    try:
        with tarfile.open(archive, mode="r:") as found:
            yield _manifest(archive, found), _members(found)
    except (OSError, tarfile.TarError) as error:
        raise StoreError(f"{archive} cannot be read as a backup: {error}") from error


def _manifest(archive: Path, found: tarfile.TarFile) -> Manifest:
    first = found.next()
    stream = found.extractfile(first) if first is not None and first.name == _MANIFEST else None
    if stream is None or first is None or first.size > _LONGEST_MANIFEST:
        raise StoreError(f"{archive} is no backup of jushi: it does not begin with a manifest")
    try:
        fields = json.load(stream)
        files = {name: Stored(**stored) for name, stored in fields.pop("files").items()}
        manifest = Manifest(**fields, files=files)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StoreError(f"{archive} is no backup of jushi: its manifest cannot be read: {error}") from error
    if _CATALOG not in files or not all(_NAME.fullmatch(name) for name in files):
        raise StoreError(f"{archive} is no backup of jushi: it names the files {', '.join(sorted(files))[:200]}")
    return manifest


def _members(found: tarfile.TarFile) -> Iterator[tuple[str, BinaryIO]]:
    while (member := found.next()) is not None:
        stream = found.extractfile(member) if member.isreg() else None
        if stream is not None and _NAME.fullmatch(member.name):
            yield member.name, stream  # type: ignore[misc]  # the library's own type for what it reads from


def _require_readable(archive: Path, manifest: Manifest) -> None:
    if manifest.format > _FORMAT or manifest.schema > SCHEMA_VERSION:
        raise StoreVersionError(
            f"{archive} is a backup of format {manifest.format} and schema version {manifest.schema}, made by a newer "
            f"program; this one reads up to {_FORMAT} and {SCHEMA_VERSION}"
        )


def _unpack(archive: Path, name: str, stream: BinaryIO, stored: Stored, target: Path) -> None:
    """Write one database to `target`, and refuse it unless every byte is what the manifest says."""
    with target.open("xb") as out:
        shutil.copyfileobj(stream, out, _CHUNK)
    if target.stat().st_size != stored.bytes or _sha256(target) != stored.sha256:
        raise StoreError(f"{archive} is damaged: {name} is not what its manifest says; nothing was changed")
    with closing(sqlite3.connect(target)) as database:
        (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise StoreError(f"{archive} is damaged: {name} {verdict}; nothing was changed")


def _replace(copies: Mapping[str, Path], folder: Path, manifest: Manifest) -> None:
    """Put the copies in place of the folder's databases; the caller holds the writer lock."""
    live = _facts(folder / _CATALOG)
    if live and live["encoder"] != manifest.encoder:
        raise StoreVersionError(
            f"{folder} holds vectors of the encoder {live['encoder']}, the backup those of {manifest.encoder}: restore "
            "it into an empty folder"
        )
    if not live:  # nothing can be using it
        for path in (folder / f"{_CATALOG}{suffix}" for suffix in _ASIDE):
            path.unlink(missing_ok=True)
        for name in _DERIVED:
            path = folder / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    generation = max(manifest.generation, int(live.get("generation", "0"))) + 1
    with closing(sqlite3.connect(copies[_CATALOG])) as catalog, catalog:
        for fact in ("generation", "journal_floor", "dense_saved"):
            catalog.execute("UPDATE meta SET value = ? WHERE key = ?", (str(generation), fact))
        catalog.execute("DELETE FROM journal")
    for name, copy in copies.items():
        with closing(sqlite3.connect(copy)) as new, closing(sqlite3.connect(folder / name)) as database:
            database.execute("PRAGMA busy_timeout = 10000")
            database.execute("PRAGMA synchronous = FULL")
            new.backup(database)  # one transaction


def _facts(catalog: Path) -> dict[str, str]:
    """What a catalogue says of itself; nothing where there is none, or it is damaged beyond use."""
    if not catalog.is_file():
        return {}
    try:
        with closing(sqlite3.connect(f"{catalog.absolute().as_uri()}?mode=ro", uri=True)) as database:
            return dict(database.execute("SELECT key, value FROM meta"))
    except sqlite3.DatabaseError:
        return {}


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
