"""An encoder and a view of a store that do the same work once, so that a question can be searched with many weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from embeddings.encoder import Encoder, Vectors
from rag.store.protocol import Snapshot
from rag.types import Filters, Hit, Passage

T = TypeVar("T")


class EncodedOnce:
    """An `Encoder` that remembers the vectors of the last questions; the rest is passed on."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[tuple[str, ...], Vectors] = {}

    def __getattr__(self, name: str) -> object:
        """Everything but questions is the encoder's."""
        return getattr(self._encoder, name)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """As `Encoder.encode_queries`."""
        key = tuple(texts)
        if key not in self._known:
            self._known[key] = self._encoder.encode_queries(texts)
        return self._known[key]


class SearchedOnce:
    """The searching part of a `Snapshot`, which remembers all it found; the rest is passed on."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._known: dict[tuple[object, ...], object] = {}
        self._passages: dict[int, Passage | None] = {}

    def __getattr__(self, name: str) -> object:
        """Everything but searching is the snapshot's."""
        return getattr(self._snapshot, name)

    def search_dense(self, vector: Vectors, k: int, filters: Filters) -> list[Hit]:
        """As `Snapshot.search_dense`."""
        key = ("dense", vector.tobytes(), k, filters)
        return self._once(key, lambda: self._snapshot.search_dense(vector, k, filters))

    def search_lexical(self, words: Sequence[str], k: int, filters: Filters) -> list[Hit]:
        """As `Snapshot.search_lexical`."""
        key = ("lexical", tuple(words), k, filters)
        return self._once(key, lambda: self._snapshot.search_lexical(words, k, filters))

    def document_frequency(self, words: Sequence[str]) -> Mapping[str, int]:
        """As `Snapshot.document_frequency`."""
        return self._once(("frequency", tuple(words)), lambda: self._snapshot.document_frequency(words))

    def passages(self, passage_ids: Sequence[int]) -> Mapping[int, Passage]:
        """As `Snapshot.passages`."""
        missing = [passage_id for passage_id in passage_ids if passage_id not in self._passages]
        if missing:
            self._passages |= dict.fromkeys(missing, None) | dict(self._snapshot.passages(missing))
        found = {passage_id: self._passages[passage_id] for passage_id in passage_ids}
        return {passage_id: passage for passage_id, passage in found.items() if passage is not None}

    def passages_of(self, article_id: str) -> list[Passage]:
        """As `Snapshot.passages_of`."""
        return self._once(("article", article_id), lambda: self._snapshot.passages_of(article_id))

    def _once(self, key: tuple[object, ...], find: Callable[[], T]) -> T:
        if key not in self._known:
            self._known[key] = find()
        return self._known[key]  # type: ignore[return-value]  # a key is always of one kind of search
