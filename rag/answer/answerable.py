"""Does the evidence answer the question at all? A calibrated probability, decided before anything is composed."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rag.answer.sentences import SENTENCE_FEATURES, Sentence
from rag.answer.view import QuestionView
from rag.text.script import fold
from rag.types import Evidence

ANSWERABLE_FEATURES = (
    "sentence",  # log-odds of the best sentence
    "sentence_gap",  # how far it is ahead of the best sentence of another article
    "coverage",  # question word weight in the best sentence and its neighbours
    "passage_coverage",  # in its passage, heading and title
    "any_coverage",  # in the passage that covers most
    "heaviest_missing",  # weight of the rarest question word that its passage lacks, against the rarest of all
    "article_missing",  # the same against its whole article
    "missing_names",  # share of the question's names that its article lacks
    "missing_figures",  # share of the question's figures (years too) that its article lacks
    "has_figures",  # the question names figures
    "expected",  # the best sentence holds the kind of thing asked for
    "dense",  # inner product of the best passage
    "dense_margin",  # how far the best dense score is ahead of the mean of the others
    "lexical",  # BM25 of the best passage for each unit of question word weight
    "agreement",  # both indexes found the passage of the best sentence
    "bigram_recall",  # question character pairs in the passage of the best sentence
    "log_words",  # number of content words in the question
)


def answerable_features(
    view: QuestionView, evidence: Sequence[Evidence], ranked: Sequence[Sentence], *, best_logit: float, article: str
) -> tuple[float, ...]:
    """Values of `ANSWERABLE_FEATURES`.

    `ranked` must not be empty; `best_logit` are the log-odds of its first sentence, `article` is the folded text of the
    whole article that it stands in, title and publisher included.
    """
    best = ranked[0]
    key = passage_key(best.evidence)
    other = next((s for s in ranked if s.evidence.passage.article_id != best.evidence.passage.article_id), None)
    dense = [e.signals.dense for e in evidence if e.signals.dense is not None]
    lexical = [e.signals.lexical for e in evidence if e.signals.lexical is not None]
    of_sentence = dict(zip(SENTENCE_FEATURES, best.features, strict=True))
    return (
        best_logit,
        best.score - (other.score if other else 0.0),
        of_sentence["context_coverage"],
        view.coverage(key),
        max(view.coverage(passage_key(e)) for e in evidence),
        view.heaviest_missing(key),
        view.heaviest_missing(article),
        _share([name.word not in article for name in view.names]),
        _share([fold(view.text[q.start : q.end]) not in article for q in view.quantities]),
        float(bool(view.quantities)),
        of_sentence["expected"],
        max(dense, default=0.0),
        max(dense) - sum(dense) / len(dense) if len(dense) > 1 else 0.0,
        max(lexical, default=0.0) / view.total_weight if view.total_weight else 0.0,
        float(best.evidence.signals.dense is not None and best.evidence.signals.lexical is not None),
        view.bigram_recall(key),
        math.log(1 + len(view.weights)),
    )


def passage_key(item: Evidence) -> str:
    """Folded passage with its title and heading."""
    return fold(f"{item.passage.title} {item.passage.heading} {item.passage.text}")


def _share(flags: Sequence[bool]) -> float:
    """Share of true flags; 0 when there are none."""
    return sum(flags) / len(flags) if flags else 0.0
