"""Does the evidence answer the question at all? A calibrated probability, decided before anything is composed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rag.answer.sentences import SENTENCE_FEATURES, Sentence, longest_run
from rag.answer.view import QuestionView
from rag.search.copies import stories
from rag.text.script import fold
from rag.types import Evidence

COMPARED = 3  # sentences whose vectors are compared with the question's

ANSWERABLE_FEATURES = (
    "similarity",  # highest inner product of the question with one of the `COMPARED` best sentences
    "sentence_gap",  # how far the best sentence is ahead of the best one of another story
    "sentence_coverage",  # question word weight in the best sentence
    "coverage",  # in it and its neighbours
    "passage_coverage",  # in its passage, heading and title
    "article_coverage",  # in its article
    "any_coverage",  # in the passage that covers most
    "article_missing",  # weight of the rarest question word that the article lacks, against the rarest of all
    "missing_names",  # share of the question's names that the article lacks
    "missing_figures",  # share of the question's figures (years too) that the article lacks
    "has_figures",  # the question names figures
    "longest_run",  # longest stretch of the question that stands in the passage, as a share of it
    "fused",  # fused score of the first passage
    "fused_margin",  # how far it is ahead of the first passage of another story
    "dense_margin",  # how far the best dense score is ahead of the mean of them
    "lexical",  # BM25 of the best passage for each unit of question word weight
    "lexical_gap",  # how far the best BM25 score is ahead of the second, copies of its story aside
    "fresh",  # share of the best sentence that the question does not say already
    "log_words",  # number of content words in the question
    "focus",  # the words next to the interrogative stand in the passage
    "article_focus",  # they stand in its article
    "expected",  # one of the `COMPARED` best sentences holds the kind of thing asked for
)


def answerable_features(
    view: QuestionView, evidence: Sequence[Evidence], ranked: Sequence[Sentence], *, similarity: float, article: str
) -> tuple[float, ...]:
    """Values of `ANSWERABLE_FEATURES`.

    `ranked` must not be empty; `similarity` is the highest inner product of the question's vector with those of its
    first `COMPARED` sentences; `article` is the folded text of the whole article of the first, title and publisher too.
    """
    best = ranked[0]
    considered = {sentence.evidence.passage.article_id for sentence in ranked}
    evidence = [item for item in evidence if item.passage.article_id in considered]
    key = passage_key(best.evidence)
    story = stories([e.passage.text for e in evidence], [e.passage.article_id for e in evidence])
    told = story[best.evidence.passage.article_id]
    other = next((s for s in ranked if story[s.evidence.passage.article_id] != told), None)
    of_sentence = dict(zip(SENTENCE_FEATURES, best.features, strict=True))
    dense = [e.signals.dense for e in evidence if e.signals.dense is not None]
    lexical = _distinct_lexical(evidence, story)
    return (
        similarity,
        best.score - (other.score if other else 0.0),
        of_sentence["coverage"],
        of_sentence["context_coverage"],
        view.coverage(key),
        view.coverage(article),
        max(view.coverage(passage_key(item)) for item in evidence),
        view.heaviest_missing(article),
        _share([not name.stands_in(article) for name in view.names]),
        _share([fold(view.text[q.start : q.end]) not in article for q in view.quantities]),
        float(bool(view.quantities)),
        longest_run(view.key, key) / max(8, len(view.key)),
        evidence[0].signals.fused,
        _margin(evidence, story),
        max(dense) - sum(dense) / len(dense) if dense else 0.0,
        lexical[0] / view.total_weight if lexical and view.total_weight > 0 else 0.0,
        lexical[0] - lexical[1] if len(lexical) > 1 else 0.0,
        of_sentence["fresh"],
        math.log(1 + len(view.weights)),
        view.focus_coverage(key),
        view.focus_coverage(article),
        max(dict(zip(SENTENCE_FEATURES, s.features, strict=True))["expected"] for s in ranked[:COMPARED]),
    )


def passage_key(item: Evidence) -> str:
    """Folded passage with its title and heading."""
    return fold(f"{item.passage.title} {item.passage.heading} {item.passage.text}")


def _margin(evidence: Sequence[Evidence], story: Mapping[str, str]) -> float:
    """How far the first passage is ahead of the first one of another story; its whole score when there is none."""
    first = evidence[0]
    told = story[first.passage.article_id]
    others = (e.signals.fused for e in evidence if story[e.passage.article_id] != told)
    return first.signals.fused - next(others, 0.0)


def _distinct_lexical(evidence: Sequence[Evidence], story: Mapping[str, str]) -> list[float]:
    """BM25 scores, the best first, without those of other articles that tell the story of the best one."""
    scored = sorted(
        ((e.signals.lexical, e.passage.article_id) for e in evidence if e.signals.lexical is not None), reverse=True
    )
    if not scored:
        return []
    best = scored[0][1]
    return [score for score, article in scored if article == best or story[article] != story[best]]


def _share(flags: Sequence[bool]) -> float:
    """Share of true flags; 0 when there are none."""
    return sum(flags) / len(flags) if flags else 0.0
