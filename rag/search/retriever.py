"""Question -> Evidence: both indexes, fused, one hit per reprint cluster, capped per article."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from embeddings.encoder import Encoder, Vectors
from embeddings.rerank import Reranker
from rag.search.copies import Told
from rag.search.crossing import in_chinese
from rag.search.fuse import Fused, fuse
from rag.search.plan import Plan, plan
from rag.search.respell import respell
from rag.store.protocol import Snapshot, Store
from rag.text.frequency import background, weigh
from rag.text.script import in_one_script
from rag.text.words import content_words
from rag.types import Evidence, Passage, Question

_Pool = Sequence[tuple[Fused, Passage]]
_POOL = 32  # passages that a reranker reads, and that tell how names are written


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """The passages to answer from, best first, and how they were found. `timings` are milliseconds."""

    plan: Plan
    vector: Vectors  # of the question, shape (dim,)
    evidence: tuple[Evidence, ...]
    generation: int
    weights: Mapping[str, float] = field(default_factory=dict)  # inverse document frequency of its content words
    timings: Mapping[str, float] = field(default_factory=dict)

    @property
    def query(self) -> str:
        """The question as it was searched."""
        return self.plan.text


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrieverOptions:
    """How many hits each index gives, how many passages come out, and how the scores are weighed."""

    candidates: int = 150
    top_k: int = 8
    per_article: int = 4
    dense_weight: float = 0.45
    neighbours: int = 0  # passages on each side of the best one that come along, behind the others


class Retriever:
    """Searches a store. Safe to use from several threads."""

    def __init__(
        self, store: Store, encoder: Encoder, options: RetrieverOptions, reranker: Reranker | None = None
    ) -> None:
        self._store = store
        self._encoder = encoder
        self._options = options
        self._reranker = reranker

    def retrieve(self, question: Question) -> Retrieval:
        """The evidence for `question`; empty when the store, or what the filters leave of it, holds nothing."""
        with self._store.snapshot() as snapshot:
            return self.retrieve_from(snapshot, question)

    def retrieve_from(self, snapshot: Snapshot, question: Question) -> Retrieval:
        """As `retrieve`, from one snapshot that the caller goes on using."""
        clock = _Clock()
        made = plan(question)
        clock.lap("plan")
        top_k = question.top_k or self._options.top_k
        if made.english:
            made = in_chinese(snapshot, made, self._encoder, dense_weight=self._options.dense_weight)
            clock.lap("gloss")
        vector, pool = self._search(snapshot, made, top_k, clock)
        if not made.english and (respelt := _respelt(snapshot, made, pool)):
            made = respelt
            clock.lap("respell")
            vector, pool = self._search(snapshot, made, top_k, clock)
        evidence = self._choose(snapshot, made, pool, top_k)
        clock.lap("choose")
        weights = weigh(snapshot.document_frequency(content_words(made.text)), snapshot.live_passages)
        clock.lap("weigh")
        return Retrieval(
            plan=made,
            vector=vector,
            evidence=evidence,
            generation=snapshot.generation,
            weights=weights,
            timings=clock.milliseconds,
        )

    def _search(self, snapshot: Snapshot, made: Plan, top_k: int, clock: _Clock) -> tuple[Vectors, _Pool]:
        """The question's vector, and the live passages that both indexes together find, best first."""
        vector = self._encoder.encode_queries([in_one_script(made.text)])[0]
        clock.lap("encode")
        count = max(self._options.candidates, 4 * top_k)
        dense = snapshot.search_dense(vector, count, made.filters)
        clock.lap("dense")
        lexical = snapshot.search_lexical(made.words, count, made.filters)
        clock.lap("lexical")
        fused = fuse(dense, lexical, dense_weight=self._options.dense_weight)[: max(4 * top_k, _POOL)]
        clock.lap("fuse")
        passages = snapshot.passages([hit.passage_id for hit in fused])
        return vector, [(hit, passages[hit.passage_id]) for hit in fused if hit.passage_id in passages]

    def _choose(self, snapshot: Snapshot, made: Plan, pool: _Pool, top_k: int) -> tuple[Evidence, ...]:
        """The first `top_k` passages, at most `per_article` of an article, reranked when there is a reranker.

        Copies of what other articles say already are left out.
        """
        if self._reranker is not None:
            pool = self._rerank(made, pool)
        chosen: list[tuple[Fused, Passage]] = []
        of_article: Counter[str] = Counter()
        told = Told()
        for hit, passage in pool:
            if of_article[passage.article_id] >= self._options.per_article:
                continue
            if not told.adds(passage.text, passage.article_id):
                continue
            of_article[passage.article_id] += 1
            chosen.append((hit, passage))
            if len(chosen) == top_k:
                break
        chosen += self._beside(snapshot, chosen)
        infos = snapshot.infos(list(of_article))
        return tuple(
            Evidence(
                number=number,
                passage=passage,
                article=infos[passage.article_id],
                score=hit.signals.fused if hit.signals.rerank is None else hit.signals.rerank,
                signals=hit.signals,
            )
            for number, (hit, passage) in enumerate(chosen, start=1)
        )

    def _beside(self, snapshot: Snapshot, chosen: _Pool) -> _Pool:
        """What stands next to the best passage in its article and was not chosen itself, with the last one's score."""
        if not (chosen and self._options.neighbours):
            return []
        best, signals = chosen[0][1], replace(chosen[-1][0].signals, dense=None, lexical=None)
        known = {passage.passage_id for _, passage in chosen}
        return [
            (Fused(passage_id=passage.passage_id, signals=signals), passage)
            for passage in snapshot.passages_of(best.article_id)
            if abs(passage.ordinal - best.ordinal) <= self._options.neighbours and passage.passage_id not in known
        ]

    def _rerank(self, made: Plan, pool: _Pool) -> _Pool:
        assert self._reranker is not None
        scores = self._reranker.score(in_one_script(made.text), [in_one_script(passage.text) for _, passage in pool])
        scored = [
            (replace(hit, signals=replace(hit.signals, rerank=score)), passage)
            for (hit, passage), score in zip(pool, scores, strict=True)
        ]
        return sorted(scored, key=lambda pair: (-(pair[0].signals.rerank or 0.0), pair[0].passage_id))


def _respelt(snapshot: Snapshot, made: Plan, pool: _Pool) -> Plan | None:
    """The plan with what was typed by its sound as the passages found write it; None where nothing was."""

    def is_known(word: str) -> bool:
        return word in background().counts or snapshot.document_frequency([word])[word] > 0

    return made.with_spelling(*respell(made.text, [passage.text for _, passage in pool], is_known))


class _Clock:
    """Milliseconds between laps."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.milliseconds[name] = round(1000 * (now - self._last), 3)
        self._last = now
