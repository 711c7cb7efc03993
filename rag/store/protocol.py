"""What the rest of the program asks of a store. One writer, many readers, one generation to the end of a question."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from embeddings.encoder import Vectors
from rag.types import Article, ArticleInfo, Filters, Hit, Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An article ready to be committed, with its passages and their vectors, shape (len(passages), dim)."""

    article: Article
    passages: tuple[Passage, ...]
    vectors: Vectors
    signature: Sequence[int]  # MinHash of the text, for reprint clusters
    sentences: Sequence[int]  # 63-bit hashes of its distinct sentences, for lines that recur over many articles
    skipped: Collection[int] = ()  # those of `sentences` that the passages leave out because they recur


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitReport:
    """What a commit did, by article id. `reprints`: those of `added` and `revised` whose twin is searched instead."""

    generation: int
    added: tuple[str, ...] = ()
    revised: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    reprints: tuple[str, ...] = ()
    passages: int = 0  # stored by this commit, searched or not


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreStatus:
    """Counts for people and metrics. Sizes are bytes on disk."""

    generation: int
    articles: int
    live_articles: int
    revisions: int
    passages: int
    live_passages: int
    reprint_clusters: int
    recurring_sentences: int
    encoder: str
    size_bytes: int
    dense_kind: str
    last_published: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What `check` found, before any repair: no `problems` means that the derived indexes agree with the catalogue.

    `repaired` is True when there were problems, repair was asked for, and a second look found none.
    """

    generation: int
    articles: int
    passages: int
    problems: tuple[str, ...]
    repaired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One row of a list of articles: `repaired` counts mended places, `damaged` spans that cannot be quoted."""

    info: ArticleInfo
    author: str | None
    repaired: int
    damaged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of a list of articles, and how many there are on all pages."""

    rows: tuple[Listed, ...]
    total: int


class ReprintPolicy(Protocol):
    """Decides which articles tell the same story."""

    def bands(self, signature: Sequence[int]) -> Sequence[int]:
        """63-bit keys of a signature; articles that share none are never compared."""
        ...

    def is_reprint(
        self, new: Article, old: Article, new_signature: Sequence[int], old_signature: Sequence[int]
    ) -> bool:
        """True when `new` is the same story as `old`, which is stored already."""
        ...


class RecurringPolicy(Protocol):
    """Decides which sentences are furniture rather than news."""

    def is_recurring(self, articles_with: int, articles_total: int) -> bool:
        """Whether a sentence in `articles_with` of `articles_total` searched articles is left out of passages.

        Asked once for all articles and once for each publisher; one yes is enough.
        """
        ...


class Snapshot(Protocol):
    """A read view of one generation. Safe for use by one thread at a time."""

    @property
    def generation(self) -> int:
        """The generation that this view shows."""
        ...

    @property
    def live_passages(self) -> int:
        """How many passages can be retrieved; cheap."""
        ...

    def search_dense(self, vector: Vectors, k: int, filters: Filters) -> list[Hit]:
        """The k live passages with the highest inner product with `vector` (shape (dim,)), best first."""
        ...

    def search_lexical(self, words: Sequence[str], k: int, filters: Filters) -> list[Hit]:
        """The k live passages with the highest BM25 for `words` (folded), best first, zero scores left out."""
        ...

    def passages(self, passage_ids: Sequence[int]) -> Mapping[int, Passage]:
        """The live passages of these ids; ids that are not live are left out."""
        ...

    def passages_of(self, article_id: str) -> list[Passage]:
        """All passages of an article's current revision, in order."""
        ...

    def vectors(self, passage_ids: Sequence[int]) -> Vectors:
        """The stored vectors of these live passages, shape (n, dim), in the order asked for."""
        ...

    def document_frequency(self, words: Sequence[str]) -> Mapping[str, int]:
        """In how many live passages each word (folded) stands; 0 where it stands in none."""
        ...

    def infos(self, article_ids: Sequence[str]) -> Mapping[str, ArticleInfo]:
        """What answers need to know of these articles; unknown ids are left out."""
        ...

    def articles(self, *, offset: int = 0, limit: int = 100, filters: Filters | None = None) -> list[ArticleInfo]:
        """Current revisions, newest ingest first."""
        ...

    def listing(self, text: str = "", *, offset: int = 0, limit: int = 100, filters: Filters | None = None) -> Listing:
        """Current revisions, the latest day of publication first, those without a day last; then by id.

        `text` stands in the title, name, id or address of each, whatever the script; empty, it limits nothing.
        """
        ...

    def publishers(self) -> Mapping[str, int]:
        """How many articles each publisher has, most first, then by name; those without one are left out."""
        ...

    def article(self, article_id: str, revision: str | None = None) -> Article:
        """One article, the current revision unless another is named.

        Raises:
            NotFoundError: there is no such article or revision.
        """
        ...

    def revisions(self, article_id: str) -> list[str]:
        """All kept revisions of an article, oldest first; empty when unknown."""
        ...

    def reprints(self, article_id: str) -> list[ArticleInfo]:
        """The other articles that tell the same story, newest ingest first; empty when unknown."""
        ...

    def status(self) -> StoreStatus:
        """Counts and sizes."""
        ...


class Store(Protocol):
    """Articles, their passages and the two indexes over them."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """A read view of the newest generation, held to the end of the `with` block."""
        ...

    def commit(self, batch: Sequence[Prepared]) -> CommitReport:
        """Store a batch in one transaction; on return it is durable. The same content again changes nothing.

        Raises:
            StoreBusyError: another process is writing.
        """
        ...

    def recurring(self) -> frozenset[int]:
        """Hashes of the sentences that stand in so many articles that passages leave them out."""
        ...

    def stale_articles(self) -> list[str]:
        """Searched articles whose passages hold a sentence that recurs by now, or lack one that no longer does."""
        ...

    def rechunk(self, batch: Sequence[Prepared]) -> CommitReport:
        """Replace the passages of these revisions, now cut without the sentences that `recurring` names.

        Articles that are gone or have another revision by now are passed over; `revised` names the others.
        """
        ...

    def remove(self, article_ids: Iterable[str]) -> list[str]:
        """Delete articles with all their revisions; returns the ids that existed. Never retrieved again on return."""
        ...

    def compact(self) -> None:
        """Rewrite the derived indexes without what was removed."""
        ...

    def check(self, *, repair: bool = False) -> CheckReport:
        """Compare the derived indexes with the catalogue; with `repair`, rebuild what disagrees."""
        ...

    def close(self) -> None:
        """Let go of files and locks; the store may not be used afterwards."""
        ...
