"""Decoding a file line by line and, where a line mixes encodings or lost a byte, character by character.

The main encoding is tried first. A line it cannot decode, or decodes into something that is hardly Chinese, is tried
whole in the other encodings; when none suits, the line's non-ASCII stretches are solved by dynamic programming over
bytes: each step reads one character in some encoding or gives one byte up, and the cheapest reading wins. Costs are
bits of surprise, plus fixed costs for changing the encoding and for giving up a byte. Bytes that decode whole in the
main encoding are torn apart only when what comes out is natural Chinese: rare characters are no damage.
"""

from __future__ import annotations

import re
from itertools import accumulate

import numpy as np

from rag.ingest.charmodel import SPACE, char_model

FAMILIES = ("utf-8", "gb18030", "big5hkscs")
REPLACEMENT = "\ufffd"

_STRANGE = 13.5  # mean bits of a line's non-ASCII characters from which on another encoding is tried
_GAIN = 12.0  # bits by which another encoding must be better
_SWITCH = 18.0  # bits for a change of encoding inside a line
_LOST = 26.0  # bits for a byte that nothing decodes
_SOLVABLE = 4000  # bytes of one stretch that are solved character by character
_BUDGET = 24_000  # such bytes in one file; solving takes about 20 µs a byte
_STRETCH = re.compile(rb"[\x80-\xff][\x30-\x39\x40-\xff]*")
_UTF8_CUT = re.compile(rb"(?:[\xe0-\xef][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{1,2})(?![\x80-\xbf])")
_UTF8_RUN = re.compile(rb"(?:[\xe2-\xef][\x80-\xbf]{2}){3,}")

Found = tuple[str, list[tuple[int, int]], bool]


def try_decode(data: bytes, encoding: str) -> str | None:
    """The strictly decoded text, or None when the bytes are not valid in that encoding."""
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def surprise_of(data: bytes, encoding: str) -> float:
    """Bits of the text that these bytes give; a byte that does not decode costs as much as giving it up."""
    return _surprise(data.decode(encoding, errors="replace"))


def _surprise(text: str) -> float:
    """Bits of the non-ASCII characters, a lost byte at its fixed cost."""
    bits = char_model().surprise(text)
    high = np.fromiter((char > "\x7f" for char in text), dtype=bool, count=len(text))
    return float(bits[high].sum()) + _LOST * text.count(REPLACEMENT)


def decode_lines(data: bytes, main: str) -> Found:
    """The text, the spans of U+FFFD that stand for undecodable bytes, and whether encodings are mixed."""
    lines = data.split(b"\n")
    texts = [try_decode(line, main) for line in lines]
    damaged: list[tuple[int, int]] = []
    mixed, at, budget = False, 0, _BUDGET
    out: list[str] = []
    for line, text, strange in zip(lines, texts, _strange_lines(texts), strict=True):
        piece = text
        if text is None or strange or (main != "utf-8" and _UTF8_RUN.search(line)):
            piece, lost, changed, spent = _mend_line(line, main, budget)
            damaged += [(at + start, at + end) for start, end in lost]
            mixed, budget = mixed or changed, budget - spent
        assert piece is not None
        out.append(piece)
        at += len(piece) + 1
    return "\n".join(out), damaged, mixed


def _strange_lines(texts: list[str | None]) -> list[bool]:
    """For each line, whether its non-ASCII characters are hardly Chinese."""
    joined = "\n".join(text or "" for text in texts)
    model = char_model()
    bits = model.surprise(joined)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    high = codes > 0x7F
    ends = list(accumulate((len(text or "") + 1 for text in texts), initial=0))[:-1]
    if not len(bits):
        return [False] * len(texts)
    starts = np.minimum(ends, len(bits) - 1)
    sums = np.add.reduceat(np.where(high, bits, 0.0), starts)
    counts = np.add.reduceat(high.astype(np.int64), starts)
    return [bool(flag) for flag in (counts >= 3) & (sums > _STRANGE * counts)]


def _mend_line(line: bytes, main: str, budget: int) -> tuple[str, list[tuple[int, int]], bool, int]:
    """One line: its text, lost spans, whether another encoding than `main` was used, and bytes solved one by one."""
    whole = {name: found for name in FAMILIES if (found := try_decode(line, name)) is not None}
    costs = {name: surprise_of(line, name) - _GAIN * (name == main) for name in whole}
    if costs:
        best = min(costs, key=costs.__getitem__)
        high = sum(char > "\x7f" for char in whole[best])
        if surprise_of(line, best) <= _STRANGE * high and not (best != "utf-8" and _UTF8_RUN.search(line)):
            return whole[best], [], best != main, 0
    parts: list[str] = []
    lost: list[tuple[int, int]] = []
    mixed, at, done, spent = False, 0, 0, 0
    for match in _STRETCH.finditer(line):
        gap = line[done : match.start()].decode("ascii")
        piece, piece_lost, changed, used = _mend_stretch(match.group(), main, budget - spent)
        at += len(gap)
        lost += [(at + start, at + end) for start, end in piece_lost]
        parts += [gap, piece]
        at += len(piece)
        done, spent, mixed = match.end(), spent + used, mixed or changed
    parts.append(line[done:].decode("ascii"))
    return "".join(parts), lost, mixed, spent


def _mend_stretch(data: bytes, main: str, budget: int) -> tuple[str, list[tuple[int, int]], bool, int]:
    """One non-ASCII stretch, whole in one encoding when that is natural, else character by character."""
    usual = try_decode(data, main)
    foreign = main != "utf-8" and (try_decode(data, "utf-8") is not None or _UTF8_RUN.search(data))
    if usual is not None and not foreign and surprise_of(data, main) <= _STRANGE * len(usual):
        return usual, [], False, 0
    if len(data) > min(_SOLVABLE, budget):
        text = data.decode(main, errors="replace")
        return text, [match.span() for match in re.finditer(f"{REPLACEMENT}+", text)], False, 0
    text, lost, mixed = solve(data, main)
    if usual is not None and not _is_natural(text):
        return usual, [], False, len(data)
    return text, lost, mixed, len(data)


def _is_natural(text: str) -> bool:
    """Whether the non-ASCII characters read as Chinese; random ones, lost bytes and private-use signs do not."""
    high = sum(char > "\x7f" for char in text)
    return _surprise(text) <= _STRANGE * high


def solve(data: bytes, main: str) -> Found:
    """The cheapest reading of bytes in which encodings are mixed or bytes are missing."""
    model = char_model()
    traditional = main == "big5hkscs"
    # per offset and encoding: cost so far, class of the last character, way back (offset, encoding), character, lost
    table: list[dict[str, tuple[float, int, int, str, str, bool]]] = [{} for _ in range(len(data) + 1)]
    table[0][main] = (0.0, SPACE, -1, main, "", False)
    for at in range(len(data)):
        readings = _readings(data, at)
        for encoding, (cost, before, *_) in table[at].items():
            for name, size, char in readings:
                new = encoding if size == 1 and name == "ascii" else name
                price = cost + model.step(before, ord(char), traditional=traditional) + _SWITCH * (new != encoding)
                _offer(
                    table[at + size],
                    new,
                    (price, int(model.classes[min(ord(char), 0xFFFF)]), at, encoding, char, False),
                )
            cut = _UTF8_CUT.match(data, at) if encoding == "utf-8" else None
            size = len(cut.group()) if cut else 1
            _offer(table[at + size], encoding, (cost + _LOST, SPACE, at, encoding, REPLACEMENT, True))
    return _read_back(table, main)


def _offer(
    cell: dict[str, tuple[float, int, int, str, str, bool]], name: str, entry: tuple[float, int, int, str, str, bool]
) -> None:
    if name not in cell or entry[0] < cell[name][0]:
        cell[name] = entry


def _readings(data: bytes, at: int) -> list[tuple[str, int, str]]:
    """Every character that may begin at an offset, as (encoding, bytes, character)."""
    if data[at] < 0x80:
        return [("ascii", 1, chr(data[at]))]
    out = []
    for name, sizes in (("utf-8", (2, 3, 4)), ("gb18030", (2, 4)), ("big5hkscs", (2,))):
        for size in sizes:
            text = try_decode(data[at : at + size], name) if at + size <= len(data) else None
            if text is not None and len(text) == 1:
                out.append((name, size, text))
    return out


def _read_back(table: list[dict[str, tuple[float, int, int, str, str, bool]]], main: str) -> Found:
    """Follow the cheapest way back from the end."""
    at = len(table) - 1
    encoding = min(table[at], key=lambda name: table[at][name][0])
    chars: list[tuple[str, bool]] = []
    mixed = False
    while at > 0:
        _, _, back, previous, char, gone = table[at][encoding]
        mixed = mixed or (encoding != main and char > "\x7f" and not gone)
        chars.append((char, gone))
        at, encoding = back, previous
    chars.reverse()
    text = "".join(char for char, _ in chars)
    flags = "".join("x" if gone else "." for _, gone in chars)
    return text, [match.span() for match in re.finditer("x+", flags)], mixed
