"""A question as the answering stages see it: its weighted words, names, figures and what it asks for."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from rag.answer.expect import Expected, expected
from rag.text.numbers import Quantity, find_quantities
from rag.text.script import fold
from rag.text.words import Name, content_words, names


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionView:
    """What can be compared with a sentence. `weights` are the inverse document frequencies of the content words."""

    text: str
    key: str
    weights: Mapping[str, float]
    names: tuple[Name, ...]
    quantities: tuple[Quantity, ...]
    expected: Expected
    bigrams: frozenset[str]

    @property
    def total_weight(self) -> float:
        """Sum of the word weights; 0 for a question without content words."""
        return sum(self.weights.values())

    def coverage(self, key: str) -> float:
        """Share of the question's word weight that stands in the folded text `key`, in [0, 1]."""
        total = self.total_weight
        if total <= 0:
            return 0.0
        return sum(weight for word, weight in self.weights.items() if word in key) / total

    def missing(self, key: str) -> dict[str, float]:
        """The question's words that do not stand in the folded text `key`, with their weights."""
        return {word: weight for word, weight in self.weights.items() if word not in key}

    def heaviest_missing(self, key: str) -> float:
        """Weight of the rarest question word that `key` lacks, against the rarest of all, in [0, 1]."""
        heaviest = max(self.weights.values(), default=0.0)
        return max(self.missing(key).values(), default=0.0) / heaviest if heaviest > 0 else 1.0

    def bigram_recall(self, key: str) -> float:
        """Share of the question's character pairs that stand in `key`, in [0, 1]."""
        if not self.bigrams:
            return 0.0
        return sum(pair in key for pair in self.bigrams) / len(self.bigrams)


def view(question: str, idf: Mapping[str, float]) -> QuestionView:
    """Look at `question`; `idf` holds a weight for each of its content words, 0 for those without."""
    key = fold(question)
    found = content_words(question)
    content = "".join(word if word in found else " " for word in _cut(key, found))
    return QuestionView(
        text=question,
        key=key,
        weights={word: idf.get(word, 0.0) for word in found},
        names=tuple(names(question)),
        quantities=tuple(find_quantities(question)),
        expected=expected(question),
        bigrams=frozenset(a + b for a, b in itertools.pairwise(content) if a.isalnum() and b.isalnum()),
    )


def _cut(key: str, found: list[str]) -> list[str]:
    """`key` cut greedily into the longest of the words `found` and single characters."""
    by_length = sorted(found, key=len, reverse=True)
    out, at = [], 0
    while at < len(key):
        word = next((word for word in by_length if key.startswith(word, at)), key[at])
        out.append(word)
        at += len(word)
    return out
