"""EM, F1 and ROUGE-L as the Chinese sets publish them. Pure functions; None without gold answers.

The rules of EM and F1 are those of the evaluation script of CMRC 2018 (Cui et al. 2019, "A Span-Extraction Dataset for
Chinese Machine Reading Comprehension"; `cmrc2018_evaluate.py`, version 5), by which its authors score DRCD (Shao et al.
2018) as well: lower case; the punctuation of `PUNCTUATION` left out; Chinese characters one by one, other text in
words. F1 is over the longest common run of segments, not over a bag of them, and the best gold answer counts. Script
is not folded: an answer in the other script scores nothing.

Two differences. Other text is cut by a regular expression instead of NLTK's `word_tokenize`, which matters for English
contractions only. The script's "……" is two characters that it compares with single ones, so it never leaves out an
ellipsis; neither do we.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import rjieba

PUNCTUATION = frozenset("-:_*^/\\~`+=，。：？！“”；’《》·、「」（）－～『』")

_WORDS = re.compile(r"\d+(?:[.,]\d+)*|\w+|[^\w\s]")
_HAN = re.compile(r"[\u4e00-\u9fa5]")


def exact_match(prediction: str, answers: Sequence[str]) -> float | None:
    """1.0 when the prediction is one of the gold answers, punctuation and case aside, else 0.0."""
    if not answers:
        return None
    return float(_bare(prediction) in map(_bare, answers))


def f1(prediction: str, answers: Sequence[str]) -> float | None:
    """The best F1 in [0, 1] of the prediction with a gold answer, over their longest common run of segments."""
    if not answers:
        return None
    said = segments(prediction)
    return max(_f1(said, segments(answer)) for answer in answers)


def rouge_l(prediction: str, answers: Sequence[str]) -> float | None:
    """The best F-measure of ROUGE-L (Lin 2004) in [0, 1] over Chinese words, as CRUD-RAG scores answers.

    It is over the longest common subsequence of words, which need not stand side by side. Words are those of jieba,
    punctuation included.
    """
    if not answers:
        return None
    said = rjieba.cut(prediction)
    return max(_rouge(said, rjieba.cut(answer)) for answer in answers)


def segments(text: str) -> list[str]:
    """The segments of a text, punctuation left out: each Chinese character, each word or number of other text."""
    found: list[str] = []
    other = ""
    for character in text.lower().strip():
        if character in PUNCTUATION:
            continue
        if _HAN.match(character):
            found += [*_WORDS.findall(other), character]
            other = ""
        else:
            other += character
    return found + _WORDS.findall(other)


def _f1(said: Sequence[str], gold: Sequence[str]) -> float:
    common = _longest_run(said, gold)
    return 2 * common / (len(said) + len(gold)) if common else 0.0


def _rouge(said: Sequence[str], gold: Sequence[str]) -> float:
    row = [0] * (len(gold) + 1)
    for word in said:
        diagonal = 0
        for at, theirs in enumerate(gold, start=1):
            kept = row[at]
            row[at] = diagonal + 1 if word == theirs else max(row[at], row[at - 1])
            diagonal = kept
    return 2 * row[-1] / (len(said) + len(gold)) if row[-1] else 0.0


def _longest_run(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the longest run of segments that stands in both."""
    best = 0
    row = [0] * (len(other) + 1)
    for segment in one:
        row = [0, *(row[at] + 1 if segment == theirs else 0 for at, theirs in enumerate(other))]
        best = max(best, *row)
    return best


def _bare(text: str) -> str:
    return "".join(character for character in text.lower().strip() if character not in PUNCTUATION)
