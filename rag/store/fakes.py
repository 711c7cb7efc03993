"""A store without files: the same contract by brute force, for tests and as the oracle that `LocalStore` is held to."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from embeddings.encoder import EncoderSpec, Vectors
from rag.errors import NotFoundError
from rag.store.listing import key_of, matching
from rag.store.protocol import (
    CheckReport,
    CommitReport,
    Listed,
    Listing,
    Prepared,
    RecurringPolicy,
    ReprintPolicy,
    StoreStatus,
)
from rag.store.rules import MAX_COMPARED, distinct_parts, rank, require_sound
from rag.text.words import words
from rag.types import Article, ArticleInfo, Filters, Hit, Passage

_K1, _B = 1.2, 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """An article: its place among first ingests and among all ingests, its cluster, and its revisions, newest last."""

    first: int
    latest: int
    cluster: int
    prepared: Prepared
    revisions: tuple[Article, ...]

    @property
    def day(self) -> date | None:
        published = self.prepared.article.published
        return published.day if published else None


class MemorySnapshot:
    """What `MemoryStore.snapshot` yields; later writes do not reach it."""

    def __init__(self, kept: Mapping[str, _Kept], generation: int, encoder: EncoderSpec, recurring: int) -> None:
        self._kept = kept
        self._encoder = encoder
        self._recurring = recurring
        self._live = live(kept)
        self.generation = generation

    @property
    def live_passages(self) -> int:
        """As in `Snapshot`."""
        return sum(len(self._kept[article_id].prepared.passages) for article_id in self._live)

    def _searched(self, filters: Filters) -> Iterator[tuple[Passage, Vectors]]:
        for article_id in self._live:
            kept = self._kept[article_id]
            if _admits(filters, kept):
                yield from zip(kept.prepared.passages, kept.prepared.vectors, strict=True)

    def search_dense(self, vector: Vectors, k: int, filters: Filters) -> list[Hit]:
        """As in `Snapshot`."""
        return _best(((p.passage_id, float((row * vector).sum())) for p, row in self._searched(filters)), k)

    def search_lexical(self, query_words: Sequence[str], k: int, filters: Filters) -> list[Hit]:
        """As in `Snapshot`: BM25 with k1 = 1.2 and b = 0.75 (Robertson and Zaragoza 2009), titles and bodies added."""
        everything = [passage for passage, _ in self._searched(Filters())]
        admitted = {passage.passage_id for passage, _ in self._searched(filters)}
        scores = Counter[int]()
        for field in ([p.title for p in everything], [f"{p.heading}\n{p.text}" for p in everything]):
            for passage, score in zip(everything, _bm25([words(text) for text in field], query_words), strict=True):
                scores[passage.passage_id] += score  # type: ignore[assignment]  # Counter is typed for whole counts only
        return _best(((id_, float(score)) for id_, score in scores.items() if score > 0 and id_ in admitted), k)

    def document_frequency(self, query_words: Sequence[str]) -> Mapping[str, int]:
        """As in `Snapshot`."""
        held = [set(words(f"{p.title}\n{p.heading}\n{p.text}")) for p, _ in self._searched(Filters())]
        return {word: sum(word in one for one in held) for word in query_words}

    def passages(self, passage_ids: Sequence[int]) -> Mapping[int, Passage]:
        """As in `Snapshot`."""
        wanted = set(passage_ids)
        return {p.passage_id: p for p, _ in self._searched(Filters()) if p.passage_id in wanted}

    def passages_of(self, article_id: str) -> list[Passage]:
        """As in `Snapshot`."""
        return list(self._kept[article_id].prepared.passages) if article_id in self._kept else []

    def vectors(self, passage_ids: Sequence[int]) -> Vectors:
        """As in `Snapshot`."""
        found = {passage.passage_id: vector for passage, vector in self._searched(Filters())}
        if missing := [passage_id for passage_id in passage_ids if passage_id not in found]:
            raise NotFoundError(f"there is no searched passage {missing[0]}")
        rows = [found[passage_id] for passage_id in passage_ids]
        return np.array(rows, dtype=np.float32).reshape(len(rows), self._encoder.dim)

    def infos(self, article_ids: Sequence[str]) -> Mapping[str, ArticleInfo]:
        """As in `Snapshot`."""
        return {
            article_id: self._info(self._kept[article_id]) for article_id in article_ids if article_id in self._kept
        }

    def _info(self, kept: _Kept) -> ArticleInfo:
        article = kept.prepared.article
        return ArticleInfo(
            article_id=article.article_id, revision=article.revision, title=article.title, name=article.name,
            url=article.url, publisher=article.publisher, published=article.published,
            passages=len(kept.prepared.passages), characters=len(article.text),
            reprints=sum(other.cluster == kept.cluster for other in self._kept.values()) - 1,
            live=article.article_id in self._live,
        )  # fmt: skip

    def articles(self, *, offset: int = 0, limit: int = 100, filters: Filters | None = None) -> list[ArticleInfo]:
        """As in `Snapshot`."""
        newest = sorted(self._kept.values(), key=lambda kept: -kept.latest)
        admitted = [kept for kept in newest if _admits(filters or Filters(), kept)]
        return [self._info(kept) for kept in admitted[offset : offset + limit]]

    def listing(self, text: str = "", *, offset: int = 0, limit: int = 100, filters: Filters | None = None) -> Listing:
        """As in `Snapshot`."""
        wanted = matching(text)
        found = [
            Listed(info=self._info(kept), author=one.author, repaired=len(one.repairs), damaged=len(one.damaged))
            for kept in self._kept.values()
            for one in (kept.prepared.article,)
            if _admits(filters or Filters(), kept) and wanted in key_of(one.article_id, one.title, one.name, one.url)
        ]
        found.sort(key=lambda row: row.info.article_id)
        found.sort(key=lambda row: row.info.published.day if row.info.published else date.min, reverse=True)
        return Listing(rows=tuple(found[offset : offset + limit]), total=len(found))

    def publishers(self) -> Mapping[str, int]:
        """As in `Snapshot`."""
        found = Counter(kept.prepared.article.publisher for kept in self._kept.values())
        return {name: found[name] for name in sorted(filter(None, found), key=lambda name: (-found[name], name))}

    def article(self, article_id: str, revision: str | None = None) -> Article:
        """As in `Snapshot`."""
        for article in reversed(self._kept[article_id].revisions if article_id in self._kept else ()):
            if revision in (None, article.revision):
                return article
        raise NotFoundError(f"there is no article {article_id!r} of revision {revision!r}")

    def revisions(self, article_id: str) -> list[str]:
        """As in `Snapshot`."""
        return [article.revision for article in self._kept[article_id].revisions] if article_id in self._kept else []

    def reprints(self, article_id: str) -> list[ArticleInfo]:
        """As in `Snapshot`."""
        one = self._kept.get(article_id)
        newest = sorted(self._kept.values(), key=lambda kept: -kept.latest)
        return [self._info(other) for other in newest if one and other is not one and other.cluster == one.cluster]

    def status(self) -> StoreStatus:
        """As in `Snapshot`."""
        kept = self._kept.values()
        return StoreStatus(
            generation=self.generation, articles=len(kept), live_articles=len(self._live),
            revisions=sum(len(one.revisions) for one in kept),
            passages=sum(len(one.prepared.passages) for one in kept),
            live_passages=self.live_passages,
            reprint_clusters=sum(n > 1 for n in Counter(one.cluster for one in kept).values()),
            recurring_sentences=self._recurring, encoder=self._encoder.fingerprint, size_bytes=0,
            dense_kind="flat", last_published=max((one.day for one in kept if one.day), default=None),
        )  # fmt: skip


class MemoryStore:
    """Articles in memory. For one thread."""

    def __init__(
        self, *, encoder: EncoderSpec, reprints: ReprintPolicy | None = None, recurring: RecurringPolicy | None = None
    ) -> None:
        self._encoder = encoder
        self._reprints = reprints
        self._policy = recurring
        self._kept: dict[str, _Kept] = {}
        self._generation = 0
        self._ingests = 0

    @contextmanager
    def snapshot(self) -> Iterator[MemorySnapshot]:
        """As in `Store`."""
        yield MemorySnapshot(dict(self._kept), self._generation, self._encoder, len(self.recurring()))

    def commit(self, batch: Sequence[Prepared]) -> CommitReport:
        """As in `Store`."""
        require_sound(batch, self._encoder.dim)
        said: dict[str, list[str]] = {"added": [], "revised": [], "unchanged": []}
        passages = 0
        for part in distinct_parts(batch):
            known = {one.article.article_id: self._kept.get(one.article.article_id) for one in part}
            fresh = [one for one in part if not _is_same(known[one.article.article_id], one)]
            for prepared in fresh:
                self._kept.pop(prepared.article.article_id, None)
            for prepared in part:
                old = known[prepared.article.article_id]
                outcome = "unchanged" if _is_same(old, prepared) else "revised" if old else "added"
                said[outcome].append(prepared.article.article_id)
            for prepared in fresh:
                self._keep(prepared, known[prepared.article.article_id])
                passages += len(prepared.passages)
        changed = dict.fromkeys(said["added"] + said["revised"])
        self._generation += bool(changed)
        hidden = set(self._kept) - live(self._kept)
        return CommitReport(
            generation=self._generation, added=tuple(said["added"]), revised=tuple(said["revised"]),
            unchanged=tuple(said["unchanged"]), passages=passages,
            reprints=tuple(article_id for article_id in changed if article_id in hidden),
        )  # fmt: skip

    def _keep(self, prepared: Prepared, old: _Kept | None) -> None:
        self._ingests += 1
        article = prepared.article
        earlier = tuple(one for one in (old.revisions if old else ()) if one.revision != article.revision)
        self._kept[article.article_id] = _Kept(
            first=old.first if old else self._ingests, latest=self._ingests, prepared=prepared,
            cluster=self._twin(prepared) or self._ingests, revisions=(*earlier, article),
        )  # fmt: skip

    def _twin(self, prepared: Prepared) -> int | None:
        """The cluster of the first stored article that this one is a reprint of."""
        policy = self._reprints
        if policy is None:
            return None
        keys = set(policy.bands(prepared.signature))
        shared = {id_: len(keys & set(policy.bands(kept.prepared.signature))) for id_, kept in self._kept.items()}
        candidates = sorted((kept for id_, kept in self._kept.items() if shared[id_]), key=lambda kept: kept.first)
        candidates.sort(key=lambda kept: -shared[kept.prepared.article.article_id])
        for kept in candidates[:MAX_COMPARED]:
            old = kept.prepared
            if policy.is_reprint(prepared.article, old.article, prepared.signature, old.signature):
                return kept.cluster
        return None

    def recurring(self) -> frozenset[int]:
        """As in `Store`."""
        if self._policy is None:
            return frozenset()
        found: set[int] = set()
        searched = [self._kept[article_id].prepared for article_id in live(self._kept)]
        for publisher in {None, *(one.article.publisher for one in searched)}:
            group = [one for one in searched if publisher is None or one.article.publisher == publisher]
            counts = Counter(hash_ for one in group for hash_ in set(one.sentences))
            found.update(h for h, n in counts.items() if n > 1 and self._policy.is_recurring(n, len(group)))
        return frozenset(found)

    def stale_articles(self) -> list[str]:
        """As in `Store`."""
        recurring, searched = self.recurring(), live(self._kept)
        return [
            article_id
            for article_id, kept in sorted(self._kept.items(), key=lambda item: item[1].first)
            if article_id in searched
            and recurring.intersection(kept.prepared.sentences)
            != set(kept.prepared.skipped).intersection(kept.prepared.sentences)
        ]

    def rechunk(self, batch: Sequence[Prepared]) -> CommitReport:
        """As in `Store`."""
        require_sound(batch, self._encoder.dim)
        recurring, done = self.recurring(), []
        for prepared in batch:
            kept = self._kept.get(prepared.article.article_id)
            if kept and kept.prepared.article.revision == prepared.article.revision:
                now = replace(kept.prepared, passages=prepared.passages, vectors=prepared.vectors, skipped=recurring)
                self._kept[prepared.article.article_id] = replace(kept, prepared=now)
                done.append(prepared)
        self._generation += bool(done)
        return CommitReport(
            generation=self._generation, revised=tuple(one.article.article_id for one in done),
            passages=sum(len(one.passages) for one in done),
        )  # fmt: skip

    def remove(self, article_ids: Iterable[str]) -> list[str]:
        """As in `Store`."""
        gone = [article_id for article_id in dict.fromkeys(article_ids) if self._kept.pop(article_id, None)]
        self._generation += bool(gone)
        return gone

    def compact(self) -> None:
        """As in `Store`: there is nothing to rewrite."""

    def check(self, *, repair: bool = False) -> CheckReport:  # noqa: ARG002 - nothing here can disagree
        """As in `Store`."""
        passages = sum(len(kept.prepared.passages) for kept in self._kept.values())
        return CheckReport(
            generation=self._generation, articles=len(self._kept), passages=passages, problems=(), repaired=False
        )

    def close(self) -> None:
        """As in `Store`: there is nothing to let go of."""


def live(kept: Mapping[str, _Kept]) -> set[str]:
    """The ids that are searched: of each cluster the earliest day, unknown ones last, then the first ingested."""
    heads: dict[int, tuple[tuple[date, int], str]] = {}
    for article_id, one in kept.items():
        here = (rank(one.day, one.first), article_id)
        heads[one.cluster] = min(heads.get(one.cluster, here), here)
    return {article_id for _, article_id in heads.values()}


def _is_same(kept: _Kept | None, prepared: Prepared) -> bool:
    return kept is not None and kept.prepared.article.revision == prepared.article.revision


def _admits(filters: Filters, kept: _Kept) -> bool:
    article, day = kept.prepared.article, kept.day
    return (
        (not filters.article_ids or article.article_id in filters.article_ids)
        and (not filters.publishers or article.publisher in filters.publishers)
        and (filters.since is None or (day is not None and day >= filters.since))
        and (filters.until is None or (day is not None and day <= filters.until))
    )


def _best(scored: Iterable[tuple[int, float]], k: int) -> list[Hit]:
    ordered = sorted(scored, key=lambda one: (-one[1], one[0]))
    return [Hit(passage_id=passage_id, score=score) for passage_id, score in ordered[: max(k, 0)]]


def _bm25(documents: Sequence[Sequence[str]], query: Sequence[str]) -> list[float]:
    counts = [Counter(document) for document in documents]
    average = sum(map(len, documents)) / max(1, len(documents))
    scores = [0.0] * len(documents)
    for word in query:
        n = sum(word in count for count in counts)
        idf = math.log(1 + (len(documents) - n + 0.5) / (n + 0.5))
        for at, count in enumerate(counts):
            if tf := count[word]:
                norm = _K1 * (1 - _B + _B * len(documents[at]) / average)
                scores[at] += idf * (_K1 + 1) * tf / (tf + norm)
    return scores
