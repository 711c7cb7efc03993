"""Vectors already computed, kept by encoder, role and text, so that the same text is never encoded twice."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np

from embeddings.encoder import Encoder, EncoderSpec, Vectors
from embeddings.errors import EncoderError

Role = Literal["query", "passage"]
_Result = TypeVar("_Result")

_BUSY_SECONDS = 5.0
_AT_ONCE = 500  # keys in one statement; SQLite allows 999 on old builds
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS vectors (number INTEGER PRIMARY KEY, key BLOB UNIQUE NOT NULL, vector BLOB NOT NULL)"
)
_log = logging.getLogger(__name__)


def _key(spec: EncoderSpec, role: Role, text: str) -> bytes:
    head = f"{spec.fingerprint}\0{role}\0".encode()
    return hashlib.blake2b(head + text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


class VectorCache:
    """A SQLite file of float32 vectors. Safe for several threads and several processes.

    It is only a cache: a file that is damaged is thrown away and begun anew, and one that is locked or full is passed
    over with a warning, so it never fails a caller.

    Args:
        path: the file; its folder is made when missing.
        limit: vectors kept at most, the oldest go first; no limit by default.
    """

    def __init__(self, path: Path, *, limit: int | None = None) -> None:
        self._path = path
        self._limit = limit
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def get(self, spec: EncoderSpec, role: Role, texts: Sequence[str]) -> dict[str, Vectors]:
        """The vectors known for these texts, each of shape (dim,); unknown texts are left out."""
        texts_of = {_key(spec, role, text): text for text in texts}
        nothing: list[tuple[bytes, bytes]] = []
        found = self._safely(lambda connection: list(_read(connection, list(texts_of))), nothing)
        size = spec.dim * np.dtype(np.float32).itemsize
        return {texts_of[key]: np.frombuffer(stored, np.float32) for key, stored in found if len(stored) == size}

    def put(self, spec: EncoderSpec, role: Role, vectors: Mapping[str, Vectors]) -> None:
        """Keep the vectors of these texts, each of shape (dim,)."""
        rows = [
            (_key(spec, role, text), np.ascontiguousarray(vector, np.float32).tobytes())
            for text, vector in vectors.items()
        ]

        def write(connection: sqlite3.Connection) -> None:
            connection.executemany("INSERT OR REPLACE INTO vectors (key, vector) VALUES (?, ?)", rows)
            if self._limit is not None:
                oldest = "DELETE FROM vectors WHERE number <= (SELECT max(number) FROM vectors) - ?"
                connection.execute(oldest, (self._limit,))

        self._safely(write, None)

    def __len__(self) -> int:
        """How many vectors are kept, of all encoders."""
        return self._safely(lambda connection: int(connection.execute("SELECT count(*) FROM vectors").fetchone()[0]), 0)

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _safely(self, work: Callable[[sqlite3.Connection], _Result], otherwise: _Result) -> _Result:
        """Run `work` in a transaction; begin a damaged file anew once; `otherwise` when the file cannot be used."""
        with self._lock:
            for attempt in range(2):
                try:
                    if self._connection is None:
                        self._connection = self._open()
                    with self._connection:
                        return work(self._connection)
                except (sqlite3.OperationalError, OSError) as error:  # locked, read-only, disk full, no such folder
                    _log.warning("vector cache %s cannot be used: %s", self._path, error)
                    return otherwise
                except sqlite3.DatabaseError as error:
                    _log.warning("vector cache %s is damaged and is begun anew: %s", self._path, error)
                    if attempt == 0:
                        self._discard()
            return otherwise

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")  # losing the last vectors in a power cut costs only time
            connection.execute(_SCHEMA)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _discard(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                self._path.with_name(self._path.name + suffix).unlink()


def _read(connection: sqlite3.Connection, keys: Sequence[bytes]) -> Iterable[tuple[bytes, bytes]]:
    for start in range(0, len(keys), _AT_ONCE):
        part = keys[start : start + _AT_ONCE]
        marks = ",".join("?" * len(part))
        yield from connection.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", part)  # noqa: S608 - only question marks


class CachedEncoder:
    """An encoder that asks `cache` first and encodes each distinct text once, also within one call."""

    def __init__(self, encoder: Encoder, cache: VectorCache) -> None:
        self._encoder = encoder
        self._cache = cache

    @property
    def spec(self) -> EncoderSpec:
        """What the encoder behind the cache is."""
        return self._encoder.spec

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Float32 array of shape (len(texts), dim), rows of length 1, for questions."""
        return self._encode("query", self._encoder.encode_queries, texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Float32 array of shape (len(texts), dim), rows of length 1, for passages."""
        return self._encode("passage", self._encoder.encode_passages, texts)

    def _encode(self, role: Role, encode: Callable[[Sequence[str]], Vectors], texts: Sequence[str]) -> Vectors:
        spec = self._encoder.spec
        distinct = list(dict.fromkeys(texts))
        known = self._cache.get(spec, role, distinct) if distinct else {}
        missing = [text for text in distinct if text not in known]
        if missing:
            computed = encode(missing)
            if computed.shape != (len(missing), spec.dim):
                raise EncoderError(f"{spec.name} gave vectors of shape {computed.shape} for {len(missing)} texts")
            fresh = dict(zip(missing, computed, strict=True))
            self._cache.put(spec, role, fresh)
            known.update(fresh)
        vectors = np.empty((len(texts), spec.dim), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            row[:] = known[text]
        return vectors
