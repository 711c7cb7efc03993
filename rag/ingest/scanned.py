"""What a scanner took for something like it: 末来 for 未来, 3O元 for 30元.

A Chinese character is a candidate where one that looks like it is far likelier between its neighbours. How likely it is
that it was misread is a logistic model over what pairs of characters, words, rarity and likeness say
(`eval/make_scan_weights.py`). A single such place proves little, since names are rare too: it must be all but certain.
Where a page has several, it was scanned, and the rest of them count as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt
import rjieba

from rag.ingest.bounds import timed
from rag.ingest.charmodel import DIGIT, SPACE, STEP, CharModel, char_model, code_points
from rag.ingest.edits import Edit
from rag.ingest.lookalikes import MOST_ALIKE, lookalikes
from rag.ingest.wordbits import word_bits
from rag.text.frequency import background
from rag.text.script import fold
from rag.text.words import names

KIND = "look-alike"
# Per bit gained in pairs, bit of the character read, bit of the one meant, bit gained in words, likeness, repeated.
WEIGHTS, BIAS = (0.37, 0.14, -0.63, 0.19, 39.22, -3.32), -33.74
LEAST_GAIN = 3.0  # bits that a candidate gains in pairs and rarity together, or it is not looked at
_ALONE = 8.0  # log-odds that one place needs by itself
_STRONG, _SEVERAL = 3.5, 2  # log-odds of a place that speaks for a scanner, and how many different ones prove it
_EVERY = 2500  # characters of a page for which there must be one such place at least
_SCANNED = 1.0  # log-odds that a place needs on a page that was scanned
_CLOSE = 12  # characters on each side in which the right form of a mistake would stand
_AROUND = 5  # characters on each side whose words are weighed

_LETTERS = str.maketrans("OoIl", "0011")
_FIGURE = re.compile(
    r"(?<![\w=?&@#+/.,\-])(?<![A-Za-z] )"
    r"(?:[0-9]|[lI](?=[0-9]))[0-9OoIl]*(?:,[0-9OoIl]{3})*(?:\.[0-9OoIl]+)?"
    r"(?![A-Za-z0-9_=?&@#+/.,\-])",
    re.ASCII,
)
_MOST_LETTERS = 2  # in a figure, and no more than digits
_MONTH = re.compile(r"月[0-9]{1,2}$")
_MEASURE = re.compile(
    r"[%％‰°℃年月日号時时点點分秒周岁歲元角万萬亿億人名位个個件张張本所家座条條层層米公平吨噸斤克亩畝次倍户戶辆輛届屆路套份台只隻件艘棵株册冊篇项項起例场場批笔筆]"
)

IntArray = npt.NDArray[np.intp]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """At `at` another character may have stood. `features` are in the order of WEIGHTS."""

    at: int
    char: str
    features: tuple[float, ...]

    @property
    def log_odds(self) -> float:
        """Log-odds that it was misread, on a page on which one character in 150 is."""
        return BIAS + sum(weight * value for weight, value in zip(WEIGHTS, self.features, strict=True))


def scanner_edits(text: str) -> list[Edit]:
    """Repairs of look-alikes, in order: letters in figures, and characters where the text leaves little doubt."""
    figures = list(_figures(text))
    found = [(each.at, each.char, each.log_odds) for each in candidates(text)]
    strong = {(text[at], char) for at, char, odds in found if odds > _STRONG}
    proof = len(strong) + len(figures)
    least = _SCANNED if proof >= max(_SEVERAL, len(text) / _EVERY) else _ALONE
    edits = [_edit(at, char) for at, char, odds in found if odds > least]
    return sorted(chain(edits, *figures), key=lambda edit: edit.start)


def candidates(text: str) -> Iterator[Candidate]:
    """Characters for which a look-alike fits better and makes a word, the best one of each place, in order."""
    if len(text) < 2 or text.isascii():
        return
    codes = code_points(text)
    others, likeness, gains = _likelier(codes, traditional=char_model().is_traditional(text))
    repeated = _repeated(codes)
    for at in timed(np.flatnonzero(others).tolist()):
        char = chr(others[at])
        before, behind = text[max(0, at - _AROUND) : at], text[at + 1 : at + 1 + _AROUND]
        if not _may_be_meant(before, text[at], char, behind) or _is_spoken_of(text, at, char):
            continue
        in_words = word_bits(before + text[at] + behind) - word_bits(before + char + behind)
        features = (*gains[at].tolist(), in_words, float(likeness[at]), float(repeated[at]))
        yield Candidate(at=at, char=char, features=features)


def _likelier(codes: IntArray, *, traditional: bool) -> tuple[IntArray, FloatArray, FloatArray]:
    """The look-alike of each character that gains most between its neighbours, 0 for none; its likeness; its gains.

    Those are in bits, shape (len(codes), 3): what it gains in pairs, how rare the character read is, how rare itself.
    """
    model, table = char_model(), lookalikes()
    rare = model.costs[:, codes].min(axis=0) / STEP  # of the script that has it: a line may be in the other one
    read = model.classes[codes].astype(np.intp)
    before, behind = np.concatenate(([SPACE], read[:-1])), np.concatenate((read[1:], [SPACE]))
    stands = _pair_bits(model, before, read, behind)
    best = np.full(len(codes), LEAST_GAIN)
    others, likeness = np.zeros(len(codes), dtype=np.intp), np.zeros(len(codes))
    gains = np.zeros((len(codes), 3))
    for rank in range(MOST_ALIKE):
        other = table.others[codes, rank]
        in_pairs = _pair_bits(model, before, model.classes[other].astype(np.intp), behind) - stands
        rarer = model.costs[int(traditional), other] / STEP
        gain = in_pairs + rare - rarer
        better = (other > 0) & (gain > best)
        best[better], others[better] = gain[better], other[better]
        likeness[better] = table.likeness[codes, rank][better]
        gains[better] = np.stack((in_pairs, rare, rarer), axis=1)[better]
    return others, likeness, gains


def _pair_bits(model: CharModel, before: IntArray, here: IntArray, behind: IntArray) -> FloatArray:
    """What the pairs with both neighbours save."""
    saved: FloatArray = (model.pairs[before, here].astype(np.int32) + model.pairs[here, behind]) / STEP
    return saved


def _repeated(codes: IntArray) -> npt.NDArray[np.bool_]:
    """Whether each character stands beside one of its neighbours elsewhere too: a scanner errs by chance.

    One digit counts as another.
    """
    alike = np.where((codes >= ord("0")) & (codes <= ord("9")), ord("0"), codes)
    _, inverse, counts = np.unique(alike[:-1] << 16 | alike[1:], return_inverse=True, return_counts=True)
    pair = counts[inverse] > 1
    return np.concatenate(([False], pair)) | np.concatenate((pair, [False]))


def _may_be_meant(before: str, read: str, meant: str, behind: str) -> bool:
    """Whether the character meant stands in a word and the one read in none, nor in a name: those are rare anyway.

    Behind a figure anything counts as a word that usually stands there, a day only behind a month.
    """
    if before[-1:].isdigit():
        model = char_model()
        usual = [model.pairs[DIGIT, model.classes[min(ord(char), 0xFFFF)]] > 0 for char in (read, meant)]
        return usual == [False, True] and (meant != "日" or _MONTH.search(before) is not None)
    if not _stands_in_word(before, meant, behind) or _stands_in_word(before, read, behind):
        return False
    if any(rjieba.has_word(fold(pair)) for pair in (before[-1:] + read, read + behind[:1]) if len(pair) > 1):
        return False
    return not _stands_in_name(before, read, behind)


def _stands_in_word(before: str, char: str, behind: str) -> bool:
    reached = 0
    for word in rjieba.cut(fold(before + char + behind), hmm=False):
        reached += len(word)
        if reached > len(before):
            return len(word) > 1 and word in background().counts
    return False


def _stands_in_name(before: str, char: str, behind: str) -> bool:
    """Whether the tagger sees a person's name there."""
    around = fold(before + char + behind)
    people = (name.word for name in names(around) if name.kind == "person")
    return any(at <= len(before) < at + len(word) for word in people if (at := around.find(word)) >= 0)


def _is_spoken_of(text: str, at: int, meant: str) -> bool:
    """Whether the right form stands close by, as where a mistake is shown: `坏境（环境）`."""
    around = text[max(0, at - _CLOSE) : at] + "\n" + text[at + 1 : at + _CLOSE]
    pairs = (text[at - 1 : at] + meant, meant + text[at + 1 : at + 2])
    return any(len(pair) > 1 and pair in around for pair in pairs)


def _figures(text: str) -> Iterator[list[Edit]]:
    """The letters of each figure before a measure; at its end `O` and `I` only, `5l` is litres and `4o` a model."""
    for found in timed(_FIGURE.finditer(text)):
        figure = found[0]
        letters = [at for at, char in enumerate(figure) if char.isalpha()]
        digits = sum(char.isdigit() for char in figure)
        if not 0 < len(letters) <= min(_MOST_LETTERS, digits) or figure[-1] in "lo":
            continue
        if _MEASURE.match(text, found.end()):
            yield [_edit(found.start() + at, figure[at].translate(_LETTERS)) for at in letters]


def _edit(at: int, char: str) -> Edit:
    return Edit(kind=KIND, start=at, end=at + 1, after=char)
