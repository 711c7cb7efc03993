"""A view of a store in which some articles do not exist, for asking questions whose paragraph is withheld."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from embeddings.encoder import Vectors
from rag.store.protocol import Snapshot
from rag.types import Filters, Hit

_MARGIN = 8  # passages of the hidden articles that may have to be skipped


class Hiding:
    """The searching part of a `Snapshot` without the passages of `hidden` articles; the rest is passed on."""

    def __init__(self, snapshot: Snapshot, hidden: Collection[str]) -> None:
        self._snapshot = snapshot
        self._hidden = frozenset(p.passage_id for article in hidden for p in snapshot.passages_of(article))

    def __getattr__(self, name: str) -> object:
        """Everything but searching is the snapshot's."""
        return getattr(self._snapshot, name)

    def search_dense(self, vector: Vectors, k: int, filters: Filters) -> list[Hit]:
        """As `Snapshot.search_dense`, hidden passages left out."""
        return self._shown(self._snapshot.search_dense(vector, k + _MARGIN, filters), k)

    def search_lexical(self, words: Sequence[str], k: int, filters: Filters) -> list[Hit]:
        """As `Snapshot.search_lexical`, hidden passages left out."""
        return self._shown(self._snapshot.search_lexical(words, k + _MARGIN, filters), k)

    def _shown(self, hits: list[Hit], k: int) -> list[Hit]:
        return [hit for hit in hits if hit.passage_id not in self._hidden][:k]
