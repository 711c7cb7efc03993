"""Text as a scanner reads it: look-alikes, widths mixed up, marks lost, lines broken where the paper's lines ended."""

from __future__ import annotations

import random
from dataclasses import dataclass

_GROUPS = (
    "已己巳 未末 日曰 土士 干千于 人入八 大太犬 今令 天夭 午牛 王玉主 木本 问间 目自且 田由甲申 兔免 刀力 几儿 白自 "
    "折拆 住往 晴睛 侍待 候侯 治冶 师帅 拔拨 洒酒 乌鸟 戊戌成 巾币 风凤 历厉 住佳 贝见 了子 戒戎 抉扶"
).split()
_LIKE: dict[str, str] = {}
for _group in _GROUPS:
    for _char in _group:
        _LIKE[_char] = _LIKE.get(_char, "") + _group.replace(_char, "")
_DIGITS = {"0": "Oo", "1": "lI", "O": "0", "l": "1", "I": "1"}
_WIDTHS = str.maketrans("，。：；（）％", ",.:;()%")
_WIDE = {str(digit): chr(0xFF10 + digit) for digit in range(10)} | {"%": "％"}
_MARKS = "，。、；："


@dataclass(frozen=True, slots=True, kw_only=True)
class Misreading:
    """How often a scanner errs, each a share of the signs to which it can happen; `lines` is of a paragraph's breaks.

    The defaults are those of a fair scan: about one wrong character in 150, one figure in 100 with a letter in it.
    """

    characters: float = 0.08
    digits: float = 0.004
    widths: float = 0.1
    wide_digits: float = 0.01
    lost_marks: float = 0.02
    lines: float = 0.25
    width: int = 36


def misread_glyphs(text: str, seed: int, *, errors: Misreading = Misreading()) -> str:
    """One line as a scanner reads it, without broken lines."""
    chance = random.Random(seed)  # noqa: S311 - damage, not secrets
    return "".join(_misread(char, chance, errors) for char in text)


def break_lines(text: str, seed: int, *, errors: Misreading = Misreading()) -> str:
    """A paragraph in which some of the paper's line ends were taken for ends of paragraphs."""
    chance = random.Random(seed)  # noqa: S311 - as above
    pieces = [text[at : at + errors.width] for at in range(0, len(text), errors.width)]
    if len(pieces) > 1 and len(pieces[-1]) < 2:
        pieces[-2:] = [pieces[-2] + pieces[-1]]
    out = pieces[:1]
    for piece in pieces[1:]:
        out.append(("\n" if chance.random() < errors.lines else "") + piece)
    return "".join(out)


def _misread(char: str, chance: random.Random, errors: Misreading) -> str:
    if char in _LIKE and chance.random() < errors.characters:
        return chance.choice(_LIKE[char])
    if char in _DIGITS and chance.random() < errors.digits:
        return chance.choice(_DIGITS[char])
    if char in _WIDE and chance.random() < errors.wide_digits:
        return _WIDE[char]
    if char in _MARKS and chance.random() < errors.lost_marks:
        return ""
    return char.translate(_WIDTHS) if chance.random() < errors.widths else char
