"""Vectors -> passages: one dense index in memory for all snapshots of a process, led by the journal, at times saved.

Snapshots of different generations share it, so it may be ahead of the one that searches; a search says how far.
"""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from embeddings.encoder import EncoderSpec, Vectors
from embeddings.errors import EmbeddingError
from embeddings.index import FLAT_LIMIT, DenseIndex, Kind
from rag.store import journal, reading
from rag.types import Hit

_BATCH = 10_000


class DenseReplica:
    """The dense index and the generation that it shows. Safe for use by many threads."""

    def __init__(self, path: Path, encoder: EncoderSpec, *, kind: Kind) -> None:
        self._path = path
        self._encoder = encoder
        self._kind: Kind = kind
        self._advancing = threading.Lock()
        self._index: DenseIndex | None = None
        self._reaching = 0  # the generation that the index has, or is being led to

    def kind_for(self, passages: int) -> str:
        """The kind of index in use; while none is loaded, the one that this many passages will have."""
        if self._index is not None:
            return self._index.kind
        if self._kind != "auto":
            return self._kind
        return "flat" if passages <= FLAT_LIMIT else "hnsw"

    def advance(self, connection: Connection, generation: int) -> DenseIndex:
        """Bring the index to `generation`, which `connection` shows, unless it is there or further."""
        if self._index is not None and self._index.generation >= generation:
            return self._index
        with self._advancing:
            if self._index is not None and self._index.generation >= generation:
                return self._index
            index = self._index or self._load()
            floor = journal.floor(connection)
            if index.generation < floor:
                index = self._load()  # another process has compacted, and saved an index to go on from
            if floor <= index.generation <= generation:
                self._replay(connection, index, generation)
            else:
                index = self._built(connection, generation)
            self._index = index
            return index

    def _load(self) -> DenseIndex:
        """The saved index; an empty one of generation 0 where there is none that can be used."""
        try:
            return DenseIndex.load(self._path, self._encoder.fingerprint, kind=self._kind)
        except (EmbeddingError, OSError):
            return self._empty()

    def _empty(self) -> DenseIndex:
        return DenseIndex(self._encoder.dim, kind=self._kind, fingerprint=self._encoder.fingerprint)

    def _built(self, connection: Connection, generation: int) -> DenseIndex:
        index = self._empty()
        for ids, vectors in reading.live_vectors(connection, self._encoder.dim, _BATCH):
            index.add(ids, vectors)
        index.generation = generation
        return index

    def _replay(self, connection: Connection, index: DenseIndex, generation: int) -> None:
        """Apply what the journal says of the generations after the index's."""
        changes = journal.since(connection, index.generation, generation)
        self._reaching = generation
        index.remove(changes.removed)
        for start in range(0, len(changes.added), _BATCH):
            ids = changes.added[start : start + _BATCH]
            index.add(np.array(ids, dtype=np.int64), reading.vectors_of(connection, ids, self._encoder.dim))
        index.generation = generation

    def search(
        self, index: DenseIndex, vector: Vectors, k: int, allowed: npt.NDArray[np.int64] | None
    ) -> tuple[list[Hit], int]:
        """The k nearest passages (of `allowed`), best first, ties in order of id; and how far the index has gone.

        It may have lost passages, and gained others, of every generation up to the one named.
        """
        found = index.search(vector, k, allowed=allowed)
        reached = max(self._reaching, index.generation)
        return [Hit(passage_id=passage_id, score=score) for passage_id, score in found], reached

    def reopened(self, connection: Connection, generation: int) -> DenseIndex:
        """What a new process would search: the file, led to `generation` by the journal."""
        return DenseReplica(self._path, self._encoder, kind=self._kind).advance(connection, generation)

    def save(self, connection: Connection, generation: int) -> bool:
        """Write the index of `generation` to its file; False when it is ahead. The caller holds the writer lock."""
        index = self.advance(connection, generation)
        if index.generation != generation:
            return False
        index.save(self._path)
        return True

    def rebuild(self, connection: Connection, generation: int) -> None:
        """Build the index again from the catalogue's vectors, and write its file. The caller holds the writer lock."""
        index = self._built(connection, generation)
        index.save(self._path)
        with self._advancing:
            self._index = index
