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
from rag.ingest.mixed import try_decode

_GAIN = 18.0  # bits by which the repair must beat the text as it stands
_NATURAL = 12.0  # bits per character above which the result is no Chinese
_SURE = 10.5  # the same for results of two or three characters
_LATIN_BITS = 14.0  # bits of an accented letter or sign in Chinese text
_MANY = 12  # restored characters from which on a text is taken to be misread throughout
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
_PAIRS_AS_LATIN = re.compile(f"(?:[\u00a1-\u00fe\u0081-\u00a0][{_HIGH}@-~])+")
_LATIN_SIGN = re.compile(f"[{_HIGH}]")
_WORDS = re.compile(f"[^\x00-\x3f\n{REPLACEMENT}]+")
_UTF8_CHARACTER = re.compile(rb"[\xe2-\xef][\x80-\xbf]{2}|[\xc2-\xdf][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}")
_UTF8_RUN = re.compile(rb"(?:[\xe2-\xef][\x80-\xbf]{2}){2}|^[\xe2-\xef][\x80-\xbf]{2}")
_ORPHANS = re.compile(rb"[\x80-\xbf]{1,2}[\xe2-\xef][\x80-\xbf]{2}")
_UTF8_BEGINNING = re.compile(rb"[\xe2-\xef][\x80-\xbf]?")

_Way = Callable[[str], str | None]  # a misread word -> what was meant, None where it cannot have been misread so


def latin_edits(text: str) -> list[Edit]:
    """Runs of UTF-8, GBK or Big5 that were read as Latin-1 or Windows-1252, also twice in a row."""
    if text.isascii() or not _PAIRS_AS_LATIN.search(text):
        return []
    ways = [[edit for match in _UTF8_AS_LATIN.finditer(text) if (edit := _utf8_as_latin(match)) is not None]]
    ways += [_pairs_as_latin(text, encoding) for encoding in ("gb18030", "big5hkscs")]
    return max(ways, key=lambda edits: _latin_gain(text, edits))


def _latin_gain(text: str, edits: list[Edit]) -> float:
    """Bits by which these edits make a text less surprising."""
    before = sum(len(_LATIN_SIGN.findall(text[edit.start : edit.end])) for edit in edits)
    return _LATIN_BITS * before - char_model().bits("\n".join(edit.after for edit in edits))


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


def _pairs_as_latin(text: str, encoding: str) -> list[Edit]:
    """GBK or Big5 read as Latin-1, judged over the whole text: a single pair proves nothing, a page of them does."""
    edits = []
    for match in _PAIRS_AS_LATIN.finditer(text):
        found = try_decode(_latin_bytes(match.group()), encoding)
        if found is not None:
            edits.append(Edit(kind="mojibake", start=match.start(), end=match.end(), after=found))
    after = "\n".join(edit.after for edit in edits)
    limit = _NATURAL if len(after) > 3 else _SURE
    natural = len(after) >= 2 and char_model().bits(after) <= limit * len(after)
    return edits if natural and _latin_gain(text, edits) > _GAIN else []


def _latin_bytes(text: str) -> bytes:
    """The bytes that Windows-1252 writes these characters as; a space stands for the no-break space it replaced."""
    return bytes(0xA0 if char == " " else _CP1252.get(char, ord(char) & 0xFF) for char in text)


def wide_edits(text: str, runs: list[tuple[int, int]]) -> list[Edit]:
    """Suspicious runs that are UTF-8 or Big5 read as GBK, or GBK read as Big5.

    Where one way of misreading explains much of a text, its other words are tried in that way too.
    """
    edits: list[Edit] = []
    explained = dict.fromkeys(_WAYS, 0)
    for start, end in _words_around(text, runs):
        word = text[start:end]
        readings = [(way, found) for way in _WAYS for found in _readings(way, word)]
        way, best = min(readings, key=lambda each: _bits(each[1]), default=(_utf8_as_gbk, word))
        if _is_better(best, word):
            explained[way] += len(best)
            edits.append(_edit(text, start, end, best))
    way = max(explained, key=explained.__getitem__)
    return _with_other_words(text, edits, way) if explained[way] >= _MANY else edits


def _with_other_words(text: str, edits: list[Edit], way: _Way) -> list[Edit]:
    """The edits, and those of words between them that read better in the same way, however short."""
    taken = [(edit.start, edit.end) for edit in edits]
    out = list(edits)
    for match in _WORDS.finditer(text):
        start, end = match.span()
        if match.group().isascii() or any(a < end and start < b for a, b in taken):
            continue
        found = way(match.group())
        if found is not None and _bits(found) < _bits(match.group()):
            out.append(_edit(text, start, end, found))
    return sorted(out, key=lambda edit: edit.start)


def _edit(text: str, start: int, end: int, found: str) -> Edit:
    stop = _swallow_mark(text, end) if found.endswith(REPLACEMENT) else end
    return Edit(kind="mojibake", start=start, end=stop, after=found)


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


def _readings(way: _Way, word: str) -> Iterator[str]:
    """What the word is if it was wrongly decoded in this way, once or several times."""
    found, passes = way(word), 0
    while found is not None and passes < _PASSES:
        yield found
        passes += 1
        found = way(found) if REPLACEMENT not in found else None


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
        elif at in bounds and not (at == 0 and _ORPHANS.match(data)):
            size = 1 if data[at] < 0x80 else 2
            out.append(data[at : at + size].decode("gb18030", errors="replace"))
            at += size
        else:  # bytes of a character whose other bytes are lost
            out.append(REPLACEMENT)
            at += 1
    return re.sub(f"{REPLACEMENT}+", REPLACEMENT, "".join(out)) if restored else None


def _big5_as_gbk(word: str) -> str | None:
    return _reread(word, "gb18030", "big5hkscs")


def _gbk_as_big5(word: str) -> str | None:
    return _reread(word, "big5hkscs", "gb18030")


def _reread(word: str, wrong: str, right: str) -> str | None:
    try:
        found = word.encode(wrong).decode(right)
    except UnicodeError:
        return None
    return found


_WAYS: tuple[_Way, ...] = (_utf8_as_gbk, _big5_as_gbk, _gbk_as_big5)


def _bits(text: str) -> float:
    return char_model().bits(text) + 8.0 * text.count(REPLACEMENT)


def _is_better(found: str, word: str) -> bool:
    if len(found) < 2:
        return False
    limit = _NATURAL if len(found) > 3 else _SURE
    return _bits(found) + _GAIN < _bits(word) and _bits(found.replace(REPLACEMENT, "")) <= limit * len(found)


def _swallow_mark(text: str, end: int) -> int:
    """The end of a word with the mark that a decoder left for its last bytes."""
    return end + 1 if text[end : end + 1] in {"?", REPLACEMENT} else end
