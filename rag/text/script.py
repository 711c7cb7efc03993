"""Traditional and simplified script, and the search key that both fold to."""

from __future__ import annotations

from functools import cache, lru_cache

from opencc import OpenCC

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_KEEPS_LENGTH_LOWER = {code: chr(code).lower() for code in range(0x250) if len(chr(code).lower()) == 1}

_OFTEN_FOLDED = 200  # code points of the longest text that is remembered: words and sentences


@cache
def _converter(name: str) -> OpenCC:
    return OpenCC(name)


@lru_cache(maxsize=20_000)
def _fold_character(character: str) -> str:
    simplified = _converter("t2s").convert(character)
    return str(simplified) if len(simplified) == 1 else character


def fold(text: str) -> str:
    """The search key of `text`: simplified, half-width, lower case, and exactly as long.

    Since every code point folds to one code point, offsets in the key are offsets in the text.
    """
    return _fold_again(text) if len(text) <= _OFTEN_FOLDED else _fold(text)


def _fold(text: str) -> str:
    return in_one_script(text.translate(_FULL_WIDTH).translate(_KEEPS_LENGTH_LOWER))


def in_one_script(text: str) -> str:
    """`text` in simplified script and exactly as long: what models are given, to which one word is then one word."""
    simplified = to_simplified(text)
    return simplified if len(simplified) == len(text) else "".join(map(_fold_character, text))


_fold_again = lru_cache(maxsize=10_000)(_fold)  # an answer folds its few sentences hundreds of times; about 5 MB


def to_simplified(text: str) -> str:
    """`text` in simplified script; may change its length."""
    return str(_converter("t2s").convert(text))


def to_traditional(text: str) -> str:
    """`text` in traditional script; may change its length."""
    return str(_converter("s2t").convert(text))


def language(text: str) -> str:
    """`zh-Hans`, `zh-Hant`, `ja`, `en` or `und`, from the characters alone."""
    han = [character for character in text if "\u4e00" <= character <= "\u9fff"]
    kana = sum("\u3040" <= character <= "\u30ff" for character in text)
    if kana > 0.2 * (len(han) + kana):
        return "ja"
    if not han:
        letters = sum(character.isascii() and character.isalpha() for character in text)
        return "en" if letters else "und"
    plain = "".join(han)
    only_traditional = sum(a != b for a, b in zip(plain, fold(plain), strict=True))
    only_simplified = sum(a != _unfold_character(a) for a in plain)
    return "zh-Hant" if only_traditional > only_simplified else "zh-Hans"


@lru_cache(maxsize=20_000)
def _unfold_character(character: str) -> str:
    return str(_converter("s2t").convert(character))
