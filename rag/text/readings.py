"""How characters are read: the characters of GBK by pinyin with tone marks."""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
from collections import defaultdict
from functools import cache
from pathlib import Path

READINGS_FILE = Path(__file__).with_name("data") / "readings.json.gz"
_PERHAPS_DOTTED = frozenset({"lu", "nu", "lue", "nue"})
_TONES = frozenset("\u0304\u0301\u030c\u0300")  # macron, acute, caron, grave


def normal_reading(letters: str) -> str:
    """One spelling for each reading: composed, lower case, with the caron for the third tone and plain letters."""
    spread = unicodedata.normalize("NFD", letters.lower().replace("\u0251", "a").replace("\u0261", "g"))
    return unicodedata.normalize("NFC", spread.replace("\u0306", "\u030c"))


def has_tone(letters: str) -> bool:
    """True when exactly one letter carries a tone mark."""
    return sum(char in _TONES for char in unicodedata.normalize("NFD", normal_reading(letters))) == 1


@cache
def characters_read(reading: str) -> frozenset[str]:
    """The characters that can be read so; empty when it is no reading. The script is either."""
    return frozenset(_table().get(normal_reading(reading), ""))


@cache
def _table() -> dict[str, str]:
    with gzip.open(READINGS_FILE, "rt", encoding="utf-8") as stored:
        table: dict[str, str] = json.load(stored)["readings"]
    return table


def readings_of(char: str) -> tuple[str, ...]:
    """All readings of a character of GBK, in no order of frequency; empty for any other character."""
    return _by_character().get(char, ())


@cache
def _by_character() -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for reading, characters in _table().items():
        for char in characters:
            found[char].append(reading)
    return {char: tuple(readings) for char, readings in found.items()}


@cache
def sounds_like(char: str) -> frozenset[str]:
    """The characters that share a reading with `char`, tones aside, and `char` itself."""
    plain = {_toneless(reading) for reading in readings_of(char)}
    return frozenset(char).union(*(_by_syllable().get(syllable, "") for syllable in plain))


@cache
def _by_syllable() -> dict[str, str]:
    found: defaultdict[str, str] = defaultdict(str)
    for reading, characters in _table().items():
        found[_toneless(reading)] += characters
    return dict(found)


@cache
def characters_spelled(syllable: str) -> str:
    """The characters that are read as a syllable in plain letters; `u`, `v` and `yu` may be `ü`, as in passports."""
    plain = re.sub(r"(?<=^[ln])(?:v|yu|ü)(?=e?$)", "u", syllable.lower())
    spelt = {plain, plain.replace("u", "ü")} if plain in _PERHAPS_DOTTED else {plain}
    return "".join(sorted({char for each in spelt for char in _by_syllable().get(each, "")}))


def _toneless(reading: str) -> str:
    """`lǜ` as `lü`."""
    spread = unicodedata.normalize("NFD", reading)
    return unicodedata.normalize("NFC", "".join(char for char in spread if char not in _TONES))
