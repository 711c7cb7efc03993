"""Text that was decoded in the wrong encoding, taken back: UTF-8 or GBK or Big5 read as each other or as Latin-1.

The characters are written in the encoding they were wrongly read in, which gives the original bytes, and those are read
in the right one. Whether that is right is decided by the character statistics: what comes out must be natural Chinese
and far less surprising than what stood there. Sequences that lost a byte on the way become U+FFFD.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from rag.ingest.charmodel import char_model
from rag.ingest.edits import REPLACEMENT, Edit
from rag.ingest.gbkbytes import gbk_bytes

_GAIN = 18.0  # bits by which the repair must beat the text as it stands
_NATURAL = 12.0  # bits per character above which the result is no Chinese
_SURE = 10.5  # the same for results of two or three characters
_LATIN_BITS = 14.0  # bits of an accented letter or sign in Chinese text
_PASSES = 3  # how often text may have been wrongly decoded, one time after the other

_CP1252 = {
    bytes((code,)).decode("cp1252"): code for code in range(0x80, 0xA0) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_HIGH = "\u0080-\u00ff" + "".join(sorted(_CP1252))
_CONTINUATION = "".join(sorted({*_CP1252, *map(chr, range(0x80, 0xC0))}))
_UTF8_AS_LATIN = re.compile(
    f"(?:[\u00e2-\u00ef](?:[{_CONTINUATION}]{{2}}| [{_CONTINUATION}]|[{_CONTINUATION}] )"
    f"|[\u00c2-\u00df][{_CONTINUATION}]|\u00f0[{_CONTINUATION}]{{3}})+"
)
_PAIRS_AS_LATIN = re.compile(f"(?:[\u00a1-\u00fe\u0081-\u00a0][{_HIGH}@-~]){{2,}}")
_WORDS = re.compile(f"[^\x00-\x3f\n{REPLACEMENT}]+")
_UTF8_CHARACTER = re.compile(rb"[\xe2-\xef][\x80-\xbf]{2}|[\xc2-\xdf][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}")
_UTF8_RUN = re.compile(rb"(?:[\xe2-\xef][\x80-\xbf]{2}){2}|^[\xe2-\xef][\x80-\xbf]{2}")
_UTF8_BEGINNING = re.compile(rb"[\xe2-\xef][\x80-\xbf]?")


def latin_edits(text: str) -> list[Edit]:
    """Runs of UTF-8, GBK or Big5 that were read as Latin-1 or Windows-1252, also twice in a row."""
    if text.isascii():
        return []
    edits = [edit for match in _UTF8_AS_LATIN.finditer(text) if (edit := _utf8_as_latin(match)) is not None]
    if not edits:
        edits = [edit for match in _PAIRS_AS_LATIN.finditer(text) if (edit := _pairs_as_latin(match)) is not None]
    return edits


def _utf8_as_latin(match: re.Match[str]) -> Edit | None:
    """UTF-8 read as Latin-1: valid by chance next to never, so that one Chinese character or sign is enough."""
    text = match.group()
    for _ in range(_PASSES):
        try:
            text = _latin_bytes(text).decode("utf-8")
        except UnicodeDecodeError:
            return None
        if any("\u2e80" <= char <= "\uffef" or char > "\uffff" for char in text):
            return Edit(kind="mojibake", start=match.start(), end=match.end(), after=text)
    return None


def _pairs_as_latin(match: re.Match[str]) -> Edit | None:
    """GBK or Big5 read as Latin-1."""
    data = _latin_bytes(match.group())
    best: tuple[float, str] | None = None
    for encoding in ("gb18030", "big5hkscs"):
        try:
            found = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        bits = char_model().bits(found)
        if bits <= (_NATURAL if len(found) > 3 else _SURE) * len(found) and (best is None or bits < best[0]):
            best = bits, found
    if best is None or best[0] + _GAIN > _LATIN_BITS * sum(char > "\x7f" for char in match.group()):
        return None
    return Edit(kind="mojibake", start=match.start(), end=match.end(), after=best[1])


def _latin_bytes(text: str) -> bytes:
    """The bytes that Windows-1252 writes these characters as; a space stands for the no-break space it replaced."""
    return bytes(0xA0 if char == " " else _CP1252.get(char, ord(char) & 0xFF) for char in text)


def wide_edits(text: str, runs: list[tuple[int, int]]) -> list[Edit]:
    """Suspicious runs that are UTF-8 or Big5 read as GBK, or GBK read as Big5."""
    edits: list[Edit] = []
    for start, end in _words_around(text, runs):
        word = text[start:end]
        best = min(_readings(word), key=_bits, default=None)
        if best is not None and _is_better(best, word):
            stop = _swallow_mark(text, end) if best.endswith(REPLACEMENT) else end
            edits.append(Edit(kind="mojibake", start=start, end=stop, after=best))
    return edits


def _words_around(text: str, runs: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The stretches without ASCII signs and spaces in which the runs lie, each once."""
    done = 0
    for low, high in runs:
        start = max(done, max((text.rfind(char, 0, low) for char in "\n ?!"), default=-1) + 1)
        for match in _WORDS.finditer(text, start):
            if match.start() >= high:
                break
            if match.end() > low and match.start() >= done:
                done = match.end()
                yield match.span()


def _readings(word: str) -> Iterator[str]:
    """What the word is if it was wrongly decoded, one way after the other."""
    steps: tuple[Callable[[str], str | None], ...] = (_utf8_as_gbk, _big5_as_gbk, _gbk_as_big5)
    for step in steps:
        found, passes = step(word), 0
        while found is not None and passes < _PASSES:
            yield found
            passes += 1
            found = step(found) if REPLACEMENT not in found else None


def _utf8_as_gbk(word: str) -> str | None:
    """UTF-8 that was read as GBK, with characters in between that were not."""
    data = b"".join(map(gbk_bytes, word))
    if not _UTF8_RUN.search(data):
        return None
    bounds = set()
    at = 0
    for char in word:
        bounds.add(at)
        at += len(gbk_bytes(char))
    out: list[str] = []
    at, restored = 0, 0
    while at < len(data):
        if match := _UTF8_CHARACTER.match(data, at):
            out.append(match.group().decode("utf-8", errors="replace"))
            restored += 1
            at = match.end()
        elif restored and _UTF8_BEGINNING.fullmatch(data, at):
            out.append(REPLACEMENT)  # the last character lost its end to the sign that follows
            at = len(data)
        elif at in bounds:
            size = 1 if data[at] < 0x80 else 2
            out.append(data[at : at + size].decode("gb18030", errors="replace"))
            at += size
        else:
            return None
    return "".join(out) if restored else None


def _big5_as_gbk(word: str) -> str | None:
    return _reread(word, "gb18030", "big5hkscs")


def _gbk_as_big5(word: str) -> str | None:
    return _reread(word, "big5hkscs", "gb18030")


def _reread(word: str, wrong: str, right: str) -> str | None:
    try:
        found = word.encode(wrong).decode(right)
    except UnicodeError:
        return None
    return found if len(found) >= 3 else None


def _bits(text: str) -> float:
    return char_model().bits(text) + 8.0 * text.count(REPLACEMENT)


def _is_better(found: str, word: str) -> bool:
    limit = _NATURAL if len(found) > 3 else _SURE
    return _bits(found) + _GAIN < _bits(word) and _bits(found.replace(REPLACEMENT, "")) <= limit * len(found)


def _swallow_mark(text: str, end: int) -> int:
    """The end of a word with the mark that a decoder left for its last bytes."""
    return end + 1 if text[end : end + 1] in {"?", REPLACEMENT} else end
