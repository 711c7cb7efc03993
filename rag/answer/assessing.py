"""What the evidence for a question is worth: its sentences, best first, and whether they answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from embeddings.encoder import Encoder, Vectors
from embeddings.recent import RecentPassages
from rag.answer.answerable import COMPARED, answerable_features
from rag.answer.calibration import Calibration, Logistic
from rag.answer.quotable import quotable_spans
from rag.answer.reader import Reader, read, shipped_reader
from rag.answer.sentences import Sentence, rank
from rag.answer.subject import missing_places
from rag.answer.view import QuestionView, view
from rag.search.retriever import Retrieval
from rag.store.protocol import Snapshot
from rag.text.script import fold, in_one_script
from rag.types import Article, Evidence

_KEPT_FEATURES = 4  # decimals in traces


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What the evidence is worth: its sentences, best first, and whether they answer."""

    view: QuestionView
    ranked: tuple[Sentence, ...] = ()
    probability: float = 0.0
    features: Mapping[str, float] = field(default_factory=dict)


def assess(
    retrieval: Retrieval,
    articles: Articles,
    encoder: Encoder,
    compared: RecentPassages,
    calibration: Calibration,
    reader: Reader | None = None,
) -> Assessment:
    """Rank the sentences of the evidence and estimate the probability that they answer the question.

    `compared` has the vectors of sentences by `encoder`; `reader` takes the place of the one that ships.
    """
    seen = view(retrieval.query, retrieval.weights)
    ranked = quotable_ranked(seen, retrieval.evidence, calibration.sentence, articles)
    if not ranked:
        return Assessment(view=seen)
    with ThreadPoolExecutor(1, thread_name_prefix="read") as beside:  # two cores: the sentences are encoded meanwhile
        reading = beside.submit(read, seen, ranked[0], encoder, reader or shipped_reader())
        values = answerable_features(
            seen,
            retrieval.evidence,
            ranked,
            similarity=similarity(retrieval, ranked, compared.encode),
            article=articles.key(ranked[0].evidence.passage.article_id),
        )
        told = reading.result()
    known = (calibration.reading if told else calibration.answerable).features
    return Assessment(
        view=seen,
        ranked=tuple(ranked),
        probability=calibration.answers(values, told),
        features={
            name: round(value, _KEPT_FEATURES) for name, value in zip(known, (*values, *(told or ())), strict=True)
        },
    )


def quotable_ranked(
    view: QuestionView, evidence: Sequence[Evidence], model: Logistic, articles: Articles
) -> list[Sentence]:
    """The sentences that can be quoted and stand in articles that speak of the places asked about, best first.

    Where no article does, all that can be quoted: the refusal shows the nearest of them.
    """
    ranked = rank(view, evidence, model, spans_of=lambda p: quotable_spans(p, articles.get(p.article_id)))
    ids = dict.fromkeys(s.evidence.passage.article_id for s in ranked)
    elsewhere = {article_id for article_id in ids if missing_places(view, articles.get(article_id))}
    return [s for s in ranked if s.evidence.passage.article_id not in elsewhere] or ranked


def similarity(retrieval: Retrieval, ranked: Sequence[Sentence], encode: Callable[[Sequence[str]], Vectors]) -> float:
    """Highest inner product of the question's vector with those of the first sentences, as `encode` gives them."""
    vectors = encode([in_one_script(sentence.text) for sentence in ranked[:COMPARED]])
    return float((vectors @ retrieval.vector).max())


class Articles:
    """The articles of one question, each read once from the snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._read: dict[str, Article] = {}
        self._keys: dict[str, str] = {}

    def get(self, article_id: str) -> Article:
        """One article, from memory when it was read before."""
        if article_id not in self._read:
            self._read[article_id] = self._snapshot.article(article_id)
        return self._read[article_id]

    def of(self, chosen: Sequence[Sentence]) -> dict[str, Article]:
        """The articles of some sentences, by id."""
        return {s.evidence.passage.article_id: self.get(s.evidence.passage.article_id) for s in chosen}

    def key(self, article_id: str) -> str:
        """Folded text by which an article is known to speak of a place or a person: title, publisher and body."""
        if article_id not in self._keys:
            article = self.get(article_id)
            self._keys[article_id] = fold(f"{article.title} {article.publisher or ''} {article.text}")
        return self._keys[article_id]
