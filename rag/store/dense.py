"""Vectors -> passages: one dense index in memory for all snapshots of a process, led by the journal, at times saved.

Snapshots of different generations share it, so it may be ahead of the one that searches; a search says how far.
"""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import numpy.typing as npt
from embeddings.index import DenseIndex, Kind
from sqlalchemy import Connection

from embeddings.encoder import EncoderSpec, Vectors
from embeddings.errors import IndexMismatchError
from rag.store import journal, reading
from rag.types import Hit

_BATCH = 10_000
SAVE_LAG = 1_000  # operations after which a file is worth writing again; replaying fewer takes milliseconds


class DenseReplica:
    """The dense index and the generation that it shows. Safe for use by many threads."""

    def __init__(self, path: Path, encoder: EncoderSpec, *, kind: Kind) -> None:
        self._path = path
        self._encoder = encoder
        self._kind: Kind = kind
        self._lock = threading.RLock()
        self._index: DenseIndex | None = None
        self._saved = -1  # generation of the file

    @property
    def kind(self) -> str:
        """The kind of index in use, or the one that is configured while none is loaded."""
        return self._kind if self._index is None else self._index.kind

    def advance(self, connection: Connection, generation: int) -> None:
        """Bring the index to `generation`, which `connection` shows, unless it is there or further."""
        if self._index is not None and self._index.generation >= generation:
            return
        with self._lock:
            index = self._index or self._load()
            if index.generation >= generation and self._index is not None:
                return
            if not journal.floor(connection) <= index.generation <= generation:
                index = self._load()  # another process has compacted, and saved an index to go on from
            if not journal.floor(connection) <= index.generation <= generation:
                index = self._rebuilt(connection, generation)
            self._replay(connection, index, generation)
            self._index = index

    def _load(self) -> DenseIndex:
        """The saved index; an empty one of generation 0 where there is none that can be used."""
        try:
            index = DenseIndex.load(self._path, self._encoder.fingerprint)
        except (IndexMismatchError, OSError):
            self._saved = -1
            return self._empty()
        self._saved = index.generation
        return index

    def _empty(self) -> DenseIndex:
        return DenseIndex(self._encoder.dim, kind=self._kind, fingerprint=self._encoder.fingerprint)

    def _rebuilt(self, connection: Connection, generation: int) -> DenseIndex:
        index = self._empty()
        for ids, vectors in reading.live_vectors(connection, self._encoder.dim, _BATCH):
            index.add(ids, vectors)
        index.generation = generation
        return index

    def _replay(self, connection: Connection, index: DenseIndex, generation: int) -> None:
        """Apply what the journal says of the generations after the index's."""
        changes = journal.since(connection, index.generation, generation)
        index.remove(np.array(changes.removed, dtype=np.int64))
        for start in range(0, len(changes.added), _BATCH):
            ids = changes.added[start : start + _BATCH]
            index.add(np.array(ids, dtype=np.int64), reading.vectors_of(connection, ids, self._encoder.dim))
        index.generation = generation

    def search(self, vector: Vectors, k: int, allowed: npt.NDArray[np.int64] | None) -> tuple[list[Hit], int]:
        """The k nearest passages (of `allowed`), best first, ties in order of id; and the index's generation."""
        with self._lock:
            assert self._index is not None, "advance() comes before search()"
            found = self._index.search(vector, k, allowed=allowed)
            generation = self._index.generation
        return [Hit(passage_id=passage_id, score=score) for passage_id, score in found], generation

    def save(self, connection: Connection, generation: int, *, minimum: int) -> None:
        """Write the index of `generation` to its file if at least `minimum` operations came since it was written.

        The caller holds the writer lock.
        """
        if self._index is None and self._saved < 0 and self._path.exists():
            self.advance(connection, generation)
        if journal.lag(connection, max(self._saved, 0)) < minimum:
            return
        self.advance(connection, generation)
        with self._lock:
            assert self._index is not None
            if self._index.generation == generation:
                self._index.save(self._path)
                self._saved = generation

    def reopened(self, connection: Connection, generation: int) -> DenseIndex:
        """What a new process would search: the file, led to `generation` by the journal."""
        fresh = DenseReplica(self._path, self._encoder, kind=self._kind)
        fresh.advance(connection, generation)
        assert fresh._index is not None
        return fresh._index

    def rebuild(self, connection: Connection, generation: int) -> None:
        """Build the index again from the catalogue's vectors, and write its file. The caller holds the writer lock."""
        with self._lock:
            self._index = self._rebuilt(connection, generation)
            self._index.save(self._path)
            self._saved = generation
