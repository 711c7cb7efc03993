"""Text damaged in its bytes: GBK read one byte off, and readings that a script converter left behind characters."""

from __future__ import annotations

import random
from functools import cache

from eval.damage import leave_pinyin, read_gbk
from rag.ingest.charmodel import FIRST_CLASS, char_model, is_han
from rag.ingest.gbkbytes import gbk_bytes
from rag.text.readings import readings_of

FOLDED = 0.75  # share of the places where folding marks in bytes hits two characters; real pages miss some
STOPS = 0.08  # share of full stops that lose their first byte; with the above about four shifts in 1,000 characters
LEFT_BEHIND = 0.3  # share of the common traditional characters behind which their reading is left
_MARKS = {b"\xa3\xa1": b"!", b"\xa3\xbf": b"?"}
NARROW = str.maketrans("，：；（）？！", ",:;()?!")
_STOP = "。".encode("gbk")
_COMMON_BITS = 14.0  # surprise of a character alone; about the 1,500 most frequent are below


def shift(text: str, seed: int, *, folded: float = FOLDED, stops: float = STOPS, narrow: bool = True) -> str:
    """GBK text read one byte off behind some marks, up to the next ASCII sign; what GBK cannot write is left out.

    Marks were folded in its bytes without minding where characters begin (`。“` is A1 A3 A1 B0 and holds a full-width
    `！`, A3 A1), and some full stops lost their first byte. With `narrow`, the other marks are half-width already, as
    on pages to which this happened.
    """
    chance = random.Random(seed)  # noqa: S311 - damage, not secrets
    if narrow:
        text = text.translate(NARROW)
    raw = [written for char in text if len(written := gbk_bytes(char)) < 3]
    stopped = (at for at, written in enumerate(raw) if written == _STOP and at + 1 < len(raw))
    for at in stopped:
        if len(raw[at + 1]) == 2 and chance.random() < stops:
            raw[at] = raw[at][1:]
    data = b"".join(raw)
    for mark, sign in _MARKS.items():
        first, *rest = data.split(mark)
        data = first + b"".join((sign if chance.random() < folded else mark) + part for part in rest)
    return read_gbk(data)


def leave_readings(text: str, seed: int, *, share: float = LEFT_BEHIND) -> str:
    """Traditional text with readings behind `share` of the common traditional characters, wherever these stand."""
    return leave_pinyin(text, (char for char in _traditional_only() if _is_chosen(char, seed, share)))


def _is_chosen(char: str, seed: int, share: float) -> bool:
    """The same characters are hit over a whole page, whatever else stands there."""
    return random.Random(f"{seed}{char}").random() < share  # noqa: S311 - as above


@cache
def _traditional_only() -> tuple[str, ...]:
    """Common characters that only traditional text has, and of which a reading is known."""
    model = char_model()
    simplified, traditional = model.costs
    codes = (code for code in range(0x4E00, 0xA000) if model.classes[code] >= FIRST_CLASS)
    only = (
        code for code in codes if simplified[code] - traditional[code] > 32 and traditional[code] < 8 * _COMMON_BITS
    )
    return tuple(char for char in map(chr, only) if is_han(char) and readings_of(char))
