"""A view of one generation: the catalogue in one transaction, the two indexes checked against it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from embeddings.encoder import EncoderSpec, Vectors
from rag.store import journal, listing, reading
from rag.store.database import Database
from rag.store.dense import DenseReplica
from rag.store.lexical import LexicalView
from rag.store.protocol import Listing, StoreStatus
from rag.types import Article, ArticleInfo, Filters, Hit, Passage

_SPARE = 8  # hits asked for beyond k, since some may belong to another generation


class LocalSnapshot:
    """What `LocalStore.snapshot` yields. Safe for use by one thread at a time."""

    def __init__(
        self,
        connection: Connection,
        generation: int,
        lexical: LexicalView,
        dense: DenseReplica,
        encoder: EncoderSpec,
        database: Database,
    ) -> None:
        self._connection = connection
        self._generation = generation
        self._lexical = lexical
        self._dense = dense
        self._encoder = encoder
        self._database = database
        self._allowed: tuple[Filters, npt.NDArray[np.int64]] | None = None

    @property
    def generation(self) -> int:
        """The generation that this view shows."""
        return self._generation

    @property
    def live_passages(self) -> int:
        """How many passages can be retrieved."""
        return len(self._lexical)

    def search_dense(self, vector: Vectors, k: int, filters: Filters) -> list[Hit]:
        """The k live passages with the highest inner product with `vector` (shape (dim,)), best first, then by id."""
        allowed = None if filters.is_empty else self._allowed_ids(filters)
        if k <= 0 or (allowed is not None and len(allowed) == 0):
            return []
        index = self._dense.advance(self._connection, self._generation)
        ahead = self._generation

        def find(limit: int) -> list[Hit]:
            nonlocal ahead
            hits, ahead = self._dense.search(index, vector, limit, allowed)
            return hits

        hits = self._live(find, k)
        if ahead > self._generation:
            known = {hit.passage_id for hit in hits}
            hits.extend(hit for hit in self._departed(vector, ahead, allowed) if hit.passage_id not in known)
            hits.sort(key=lambda hit: (-hit.score, hit.passage_id))
        return hits[:k]

    def _departed(self, vector: Vectors, ahead: int, allowed: npt.NDArray[np.int64] | None) -> list[Hit]:
        """Scores of passages that the dense index may have lost after this generation, and which this view shows."""
        with self._database.reading() as connection:
            complete = journal.floor(connection) <= self._generation
            removed = journal.since(connection, self._generation, ahead).removed
        candidates = removed if complete else reading.all_live_ids(self._connection).tolist()
        live = reading.live_ids(self._connection, candidates)
        ids = sorted(live if allowed is None else live.intersection(allowed.tolist()))
        scores = (self.vectors(ids) * vector).sum(axis=1)  # summed as the dense index does, to the last bit
        return [Hit(passage_id=id_, score=float(score)) for id_, score in zip(ids, scores, strict=True)]

    def _allowed_ids(self, filters: Filters) -> npt.NDArray[np.int64]:
        if self._allowed is None or self._allowed[0] != filters:
            self._allowed = filters, reading.allowed_ids(self._connection, filters)
        return self._allowed[1]

    def search_lexical(self, words: Sequence[str], k: int, filters: Filters) -> list[Hit]:
        """The k live passages with the highest BM25 for `words` (folded), best first, then by id; no zero scores."""
        if k <= 0:
            return []
        return self._live(lambda limit: self._lexical.search(words, limit, filters), k)

    def _live(self, find: Callable[[int], list[Hit]], k: int) -> list[Hit]:
        """The k best hits that this generation searches, asking for more until there are k or no others."""
        limit = k + _SPARE
        while True:
            found = find(limit)
            live = reading.live_ids(self._connection, [hit.passage_id for hit in found])
            hits = [hit for hit in found if hit.passage_id in live]
            if len(hits) >= k or len(found) < limit:
                return hits[:k]
            limit *= 4

    def passages(self, passage_ids: Sequence[int]) -> Mapping[int, Passage]:
        """The live passages of these ids; ids that are not live are left out."""
        return reading.passages_by_id(self._connection, passage_ids)

    def passages_of(self, article_id: str) -> list[Passage]:
        """All passages of an article's current revision, in order."""
        return reading.passages_of(self._connection, article_id)

    def vectors(self, passage_ids: Sequence[int]) -> Vectors:
        """The stored vectors of these live passages, shape (n, dim), in the order asked for."""
        return reading.vectors_of(self._connection, passage_ids, self._encoder.dim)

    def document_frequency(self, words: Iterable[str]) -> Mapping[str, int]:
        """In how many live passages each word (folded) stands; 0 where it stands in none."""
        return self._lexical.document_frequency(words)

    def infos(self, article_ids: Sequence[str]) -> Mapping[str, ArticleInfo]:
        """What answers need to know of these articles; unknown ids are left out."""
        return reading.infos(self._connection, article_ids)

    def articles(self, *, offset: int = 0, limit: int = 100, filters: Filters | None = None) -> list[ArticleInfo]:
        """Current revisions, newest ingest first."""
        return reading.listed(self._connection, filters, offset=offset, limit=limit)

    def listing(self, text: str = "", *, offset: int = 0, limit: int = 100, filters: Filters | None = None) -> Listing:
        """Current revisions whose title, name, id or address holds `text`, latest day first, then by id."""
        return listing.find(self._connection, text, filters or Filters(), offset=offset, limit=limit)

    def publishers(self) -> Mapping[str, int]:
        """How many articles each publisher has, most first, then by name."""
        return listing.publishers(self._connection)

    def article(self, article_id: str, revision: str | None = None) -> Article:
        """One article, the current revision unless another is named.

        Raises:
            NotFoundError: there is no such article or revision.
        """
        return reading.article(self._connection, article_id, revision)

    def revisions(self, article_id: str) -> list[str]:
        """All kept revisions of an article, oldest first; empty when unknown."""
        return reading.revisions_of(self._connection, article_id)

    def reprints(self, article_id: str) -> list[ArticleInfo]:
        """The other articles that tell the same story, newest ingest first; empty when unknown."""
        return reading.reprints_of(self._connection, article_id)

    def status(self) -> StoreStatus:
        """Counts and sizes."""
        status = reading.status(
            self._connection,
            generation=self._generation,
            encoder=self._encoder.fingerprint,
            size_bytes=_size(self._database.path.parent),
        )
        return replace(status, dense_kind=self._dense.kind_for(status.live_passages))


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # the lexical index merges its files while we look
            total += path.stat().st_size if path.is_file() else 0
    return total
