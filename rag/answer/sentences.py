"""Sentences of the evidence, scored by how likely each answers the question."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from rag.answer.calibration import Logistic
from rag.answer.expect import Kind, holds
from rag.answer.view import QuestionView
from rag.text.script import fold
from rag.text.sentences import sentences
from rag.types import Evidence, Passage, Span

SENTENCE_FEATURES = (
    "coverage",  # question word weight in the sentence
    "context_coverage",  # in the sentence, its neighbours, heading and title
    "bigram_recall",  # question character pairs in the sentence
    "longest_run",  # longest stretch of the question that stands in the sentence, as a share of it
    "expected",  # the sentence holds the kind of thing asked for
    "expected_coverage",  # both at once
    "names",  # share of the question's names in the sentence
    "passage_score",  # fused score of the passage, against the best one
    "first_passage",  # the passage ranks first
    "log_length",  # of the sentence
    "fresh",  # share of the sentence that the question does not say already
    "reason",  # a reason is asked for and given
    "meaning",  # a meaning is asked for and given
    "local_coverage",  # as coverage, words weighted by how rare they are among the sentences of the same article
    "lead",  # the sentence opens its article
    "focus",  # the words next to the interrogative stand in the sentence
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence of a passage: `[start, end)` in the text of its article."""

    evidence: Evidence
    start: int
    end: int
    text: str
    features: tuple[float, ...] = ()
    score: float = 0.0  # probability that it answers the question, before asking whether anything does


def rank(
    view: QuestionView,
    evidence: Sequence[Evidence],
    model: Logistic,
    *,
    spans_of: Callable[[Passage], Sequence[Span]] = lambda passage: sentences(passage.text),
) -> list[Sentence]:
    """Every sentence of the evidence once, the likeliest answer first; ties in order of evidence and text.

    `spans_of` gives the sentences of a passage that may be taken.
    """
    best = max((e.score for e in evidence), default=0.0)
    found: dict[tuple[str, int], Sentence] = {}
    for item in evidence:
        for sentence in _sentences_of(view, item, spans_of(item.passage), best):
            found.setdefault((item.passage.article_id, sentence.start), sentence)
    scored = [replace(sentence, score=model.probability(sentence.features)) for sentence in found.values()]
    return sorted(scored, key=lambda s: -s.score)


def _sentences_of(view: QuestionView, item: Evidence, spans: Sequence[Span], best: float) -> list[Sentence]:
    passage = item.passage
    keys = [fold(passage.text[span.start : span.end]) for span in spans]
    rarity = _rarity(view, keys)
    around = fold(f"{passage.title} {passage.heading} ")
    out = []
    for i, span in enumerate(spans):
        context = around + " ".join(keys[max(0, i - 1) : i + 2])
        text = passage.text[span.start : span.end]
        out.append(
            Sentence(
                evidence=item,
                start=passage.start + span.start,
                end=passage.start + span.end,
                text=text,
                features=sentence_features(
                    view,
                    keys[i],
                    context,
                    rarity=rarity,
                    passage_gap=best - item.score,
                    first=item.number == 1,
                    lead=passage.start + span.start == 0,
                ),
            )
        )
    return out


def sentence_features(
    view: QuestionView,
    key: str,
    context: str,
    *,
    rarity: Mapping[str, float],
    passage_gap: float,
    first: bool,
    lead: bool,
) -> tuple[float, ...]:
    """Values of `SENTENCE_FEATURES` for the folded sentence `key` between its neighbours `context`."""
    coverage = view.coverage(key)
    found = holds(key, view.expected, question=view.key)
    named = [name.stands_in(key) for name in view.names]
    kind = view.expected.kind
    return (
        coverage,
        view.coverage(context),
        view.bigram_recall(key),
        longest_run(view.key, key) / max(8, len(view.key)),
        found,
        found * coverage,
        sum(named) / len(named) if named else 0.5,
        1.0 / (1.0 + max(0.0, passage_gap)),
        float(first),
        math.log(1 + len(key)) / 5,
        _fresh(view, key),
        found if kind is Kind.REASON else 0.0,
        found if kind is Kind.MEANING else 0.0,
        sum(weight for word, weight in rarity.items() if word in key),
        float(lead),
        view.focus_coverage(key),
    )


def _rarity(view: QuestionView, keys: Sequence[str]) -> dict[str, float]:
    """Question words weighted by rarity in the store and among these sentences, summing to 1; absent words left out."""
    weights = {}
    for word, weight in view.weights.items():
        holding = sum(word in key for key in keys)
        if holding:
            weights[word] = weight * math.log(1 + len(keys) / holding)
    total = sum(weights.values())
    return {word: weight / total for word, weight in weights.items()} if total > 0 else {}


def longest_run(question: str, key: str) -> int:
    """Length of the longest stretch of `question` that stands in `key`."""
    best = 0
    for start in range(len(question)):
        while start + best < len(question) and question[start : start + best + 1] in key:
            best += 1
    return best


def _fresh(view: QuestionView, key: str) -> float:
    """Share of the characters of `key` that the question does not hold."""
    letters = [c for c in key if c.isalnum()]
    if not letters:
        return 0.0
    return sum(c not in view.key for c in letters) / len(letters)
