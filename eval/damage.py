"""Damages clean text the way the web damages it, so that repair can be measured and questions asked of noisy twins.

Pure functions: the same text and the same seed give the same damage. Each follows the mechanism that makes the damage
(bytes lost, replaced or misread), never the look of its result.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from rag.ingest.gbkbytes import gbk_bytes, pair_table
from rag.text.readings import readings_of

_FOLDED_MARKS = {b"\xa3\xa1": b"!", b"\xa3\xbf": b"?", b"\xa3\xac": b",", b"\xa3\xba": b":"}
_ENTITIES = {"“": "&ldquo;", "”": "&rdquo;", "·": "&middot;", "—": "&mdash;", "…": "&hellip;", " ": "&nbsp;"}
_INVISIBLE = ("\u200b", "\ufeff", "\u00ad", "\u200e", "\x08", "\u2060")


def read_gbk(data: bytes, *, lost: str = "", swallowed: bytes = b"") -> str:
    """GBK bytes as a lenient reader takes them: `lost` for a byte without partner, nothing for unassigned pairs.

    ASCII signs among `swallowed` go with the byte before them that has no partner.
    """
    out: list[str] = []
    at = 0
    while at < len(data):
        if data[at] < 0x80:
            out.append(chr(data[at]))
            at += 1
        elif at + 1 < len(data) and data[at + 1] >= 0x40 and data[at + 1] not in (0x7F, 0xFF):
            code = int(pair_table().codes[data[at], data[at + 1]])
            out.append(chr(code) if code else "")
            at += 2
        else:
            out.append(lost)
            at += 2 if data[at + 1 : at + 2] in swallowed and at + 1 < len(data) else 1
    return "".join(out)


def lose_bytes(text: str, *, seed: int, count: int = 1, lost: str = "") -> str:
    """GBK text after `count` bytes of double-byte characters were lost; text outside GBK is left out."""
    chance = random.Random(seed)  # noqa: S311 - damage, not secrets
    raw = [gbk_bytes(char) for char in text]
    wide = [at for at, data in enumerate(raw) if len(data) == 2]
    for at in chance.sample(wide, min(count, len(wide))):
        raw[at] = raw[at][1:] if chance.random() < 0.5 else raw[at][:1]
    return read_gbk(b"".join(data for data in raw if len(data) < 4), lost=lost)


def fold_marks(text: str, *, marks: Iterable[bytes] = (b"\xa3\xa1", b"\xa3\xbf")) -> str:
    """GBK text after full-width marks were replaced in its bytes without minding where characters begin."""
    data = b"".join(raw for char in text if len(raw := gbk_bytes(char)) < 4)
    for mark in marks:
        data = data.replace(mark, _FOLDED_MARKS[mark])
    return read_gbk(data)


def strip_high_bits(text: str, *, seed: int, count: int = 1) -> str:
    """GBK text after `count` lead bytes of full-width signs lost their high bit (`。` A1 A3 becomes `!` and A3)."""
    chance = random.Random(seed)  # noqa: S311 - as above
    raw = [gbk_bytes(char) for char in text]
    signs = [at for at, data in enumerate(raw) if len(data) == 2 and 0xA1 <= data[0] <= 0xA3]
    for at in chance.sample(signs, min(count, len(signs))):
        raw[at] = bytes((raw[at][0] & 0x7F, raw[at][1]))
    return read_gbk(b"".join(data for data in raw if len(data) < 4))


def leave_pinyin(text: str, characters: Iterable[str]) -> str:
    """GBK text after a program wrote the reading behind each of `characters`, searching the bytes, not the text."""
    data = b"".join(raw for char in text if len(raw := gbk_bytes(char)) < 4)
    for char in characters:
        if readings := readings_of(char):
            data = data.replace(gbk_bytes(char), gbk_bytes(char) + b"(" + readings[0].encode("gb18030") + b")")
    return read_gbk(data, lost="?", swallowed=b"(")


def misread(text: str, *, written: str, read: str) -> str:
    """Text written in one encoding and read in another; what does not decode becomes U+FFFD."""
    return text.encode(written, errors="ignore").decode(read, errors="replace")


def escape_entities(text: str, *, twice: bool = False) -> str:
    """Text whose signs were escaped for HTML and never unescaped."""
    escaped = "".join(_ENTITIES.get(char, char) for char in text)
    return escaped.replace("&", "&amp;") if twice else escaped


def sprinkle_invisible(text: str, *, seed: int, count: int = 5) -> str:
    """Text with invisible and control characters between its characters."""
    chance = random.Random(seed)  # noqa: S311 - as above
    out = list(text)
    for _ in range(count):
        out.insert(chance.randrange(len(out) + 1), chance.choice(_INVISIBLE))
    return "".join(out)


@cache
def damages() -> Mapping[str, Callable[[str, int], str]]:
    """Every kind of damage by name, as functions of a text and a seed."""
    return {
        "byte lost": lambda text, seed: lose_bytes(text, seed=seed),
        "byte lost, marked": lambda text, seed: lose_bytes(text, seed=seed, lost="\ufffd"),
        "marks folded in bytes": lambda text, _: fold_marks(text),
        "high bit lost": lambda text, seed: strip_high_bits(text, seed=seed),
        "UTF-8 as GBK": lambda text, _: misread(text, written="utf-8", read="gb18030"),
        "UTF-8 as Latin-1": lambda text, _: misread(text, written="utf-8", read="latin-1"),
        "GBK as Latin-1": lambda text, _: misread(text, written="gbk", read="latin-1"),
        "Big5 as GBK": lambda text, _: misread(text, written="big5", read="gb18030"),
        "GBK as Big5": lambda text, _: misread(text, written="gbk", read="big5hkscs"),
        "entities": lambda text, _: escape_entities(text),
        "entities twice": lambda text, _: escape_entities(text, twice=True),
        "invisible": lambda text, seed: sprinkle_invisible(text, seed=seed),
    }
