"""How natural a piece of Chinese is: character and character-pair statistics of news text, in both scripts.

The measure is surprise in bits: -log2 P(character | character before it). News text has about 7 bits a character,
names and classical text about 11, wrongly decoded bytes 15 and more. A pair of characters that was never counted falls
back to the second one alone at a fixed cost (Brants et al. 2007, "stupid backoff"). Traditional and simplified forms
of a character share one class in the pair table; how frequent each form is, is counted per script.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

MODEL_FILE = Path(__file__).with_name("data") / "char_model.npz"

UNKNOWN, RARE_HAN, LATIN, DIGIT, SPACE, FIRST_CLASS = 0, 1, 2, 3, 4, 5
STEP = 8  # stored bits are eighths
_BACKOFF = 20  # 2.5 bits: an unseen pair, against its second character alone
_RARE_HAN_COST = 22 * STEP  # one particular character outside the table
_UNKNOWN_COST = 17 * STEP  # one particular sign that is neither Chinese nor ASCII
_LETTER_COST = 5 * STEP  # which letter it is
_DIGIT_COST = 3 * STEP
_PUNCTUATION = {
    ",": "，", ":": "：", ";": "；", "?": "？", "!": "！", "(": "（", ")": "）", '"': "“", "「": "“", "」": "”",
    "『": "‘", "』": "’", "'": "’", "%": "％", "/": "／", "-": "－", ".": "．", "~": "～",
}  # fmt: skip
_PUNCTUATION_HEADS = frozenset("。、《》〈〉【】〔〕—…·“”‘’" + "".join(_PUNCTUATION.values()))

Bits = npt.NDArray[np.int32]


def is_han(char: str) -> bool:
    """True for one Chinese character (unified, extension or compatibility), False for signs and kana."""
    code = ord(char)
    return (
        0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF or 0xF900 <= code <= 0xFAFF or 0x20000 <= code <= 0x323AF
    )


def punctuation_class_of(char: str) -> str | None:
    """The sign that stands for this one in the statistics (half-width as full-width), None for anything else."""
    head = _PUNCTUATION.get(char, char)
    return head if head in _PUNCTUATION_HEADS else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CharModel:
    """The tables. Costs are in eighths of a bit; code points beyond the basic plane count as U+FFFF.

    classes: shape (65536,), the class of each code point.
    costs: shape (2, 65536), row 0 for simplified text, row 1 for traditional text.
    pairs: shape (classes, classes), what a counted pair saves against an unseen one.
    """

    classes: npt.NDArray[np.uint16]
    costs: Bits
    pairs: npt.NDArray[np.int8]

    def surprise(self, text: str, *, traditional: bool | None = None) -> npt.NDArray[np.float64]:
        """Bits of each character given the one before it; shape (len(text),). Linear, about 7 M characters/s.

        The script is taken from the text itself unless it is given.
        """
        if not text:
            return np.zeros(0)
        if traditional is None:
            traditional = self.is_traditional(text)
        codes = code_points(text)
        classes = self.classes[codes].astype(np.intp)
        cost = self.costs[int(traditional)][codes]
        before = np.concatenate(([SPACE], classes[:-1]))
        saved = self.pairs[before, classes].astype(np.int32)
        bits: npt.NDArray[np.float64] = np.true_divide(cost + _BACKOFF - saved, STEP)
        return bits

    def bits(self, text: str, *, traditional: bool | None = None) -> float:
        """Surprise of the whole text, in bits."""
        return float(self.surprise(text, traditional=traditional).sum())

    def step(self, before: int, code: int, *, traditional: bool) -> float:
        """Bits of one code point after a character of class `before`."""
        code = min(code, 0xFFFF)
        return float(self.costs[int(traditional), code] + _BACKOFF - int(self.pairs[before, self.classes[code]])) / STEP

    def steps(self, before: int, codes: npt.NDArray[np.intp], *, traditional: bool) -> npt.NDArray[np.float64]:
        """Bits of each of these code points (all in the basic plane) after a character of class `before`."""
        cost = self.costs[int(traditional)][codes]
        bits: npt.NDArray[np.float64] = np.true_divide(cost + _BACKOFF - self.pairs[before][self.classes[codes]], STEP)
        return bits

    def steps_to(self, codes: npt.NDArray[np.intp], after: int) -> npt.NDArray[np.float64]:
        """What the code point `after` costs behind each of these, but for a constant."""
        pairs = self.pairs[self.classes[codes], self.classes[min(after, 0xFFFF)]]
        bits: npt.NDArray[np.float64] = np.true_divide(-pairs.astype(np.int32), STEP)
        return bits

    def is_traditional(self, text: str) -> bool:
        """True when more characters of the text are only traditional than only simplified."""
        codes = code_points(text)
        gap = self.costs[0][codes] - self.costs[1][codes]
        return int((gap > 4 * STEP).sum()) > int((gap < -4 * STEP).sum())


def code_points(text: str) -> npt.NDArray[np.intp]:
    """Code points as an array, those beyond the basic plane as U+FFFF; shape (len(text),)."""
    raw = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return np.minimum(raw, 0xFFFF).astype(np.intp)


@cache
def char_model() -> CharModel:
    """The model that is shipped with the program, loaded once."""
    with np.load(MODEL_FILE) as stored:
        characters = code_points(str(stored["characters"]))
        size = int(stored["class_count"])
        classes, special = blank_classes(), stored["special_bits"].astype(np.int32)
        costs = np.empty((2, 0x10000), dtype=np.int32)
        costs[:] = special[np.minimum(classes, SPACE)]
        costs[:, classes == LATIN] += _LETTER_COST
        costs[:, classes == DIGIT] += _DIGIT_COST
        costs[:, classes == RARE_HAN] = _RARE_HAN_COST
        costs[:, classes == UNKNOWN] = _UNKNOWN_COST
        classes[characters] = stored["classes"]
        costs[0, characters] = stored["simplified_bits"]
        costs[1, characters] = stored["traditional_bits"]
        _share_punctuation(classes, costs)
        pairs = np.zeros(size * size, dtype=np.int8)
        pairs[np.cumsum(stored["pair_keys"], dtype=np.int64)] = stored["pair_gains"]
    table = pairs.reshape(size, size)
    table[:, [UNKNOWN, RARE_HAN]] = 0  # these classes are many signs; one says nothing of the next
    return CharModel(classes=classes, costs=costs, pairs=table)


def blank_classes() -> npt.NDArray[np.uint16]:
    """Classes of code points that have none of their own."""
    table = np.full(0x10000, UNKNOWN, dtype=np.uint16)
    for first, last in ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0xF900, 0xFAFF)):
        table[first : last + 1] = RARE_HAN
    table[0xFFFF] = RARE_HAN  # almost always a character of the extensions
    for first, last in ((0x41, 0x5A), (0x61, 0x7A), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A)):
        table[first : last + 1] = LATIN
    for first, last in ((0x30, 0x39), (0xFF10, 0xFF19)):
        table[first : last + 1] = DIGIT
    for code in (0x20, 0x09, 0x0A, 0x0D, 0xA0, 0x3000):
        table[code] = SPACE
    return table


def _share_punctuation(classes: npt.NDArray[np.uint16], costs: Bits) -> None:
    """Give half-width signs the class of their full-width form, at two bits more than it."""
    for char, head in _PUNCTUATION.items():
        classes[ord(char)] = classes[ord(head)]
        costs[:, ord(char)] = costs[:, ord(head)] + 2 * STEP
