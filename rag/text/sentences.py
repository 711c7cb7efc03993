"""Where sentences begin and end, in Chinese text with English words, quotations and lists in it."""

from __future__ import annotations

import re
from bisect import bisect_right

from rag.types import Span

LONGEST_QUOTATION = 80  # code points; a quotation up to this length is never cut inside

STOPS = "。｡！？!?；;"
CLOSERS = "」』”’）】》〉〕｝)]}"

_END = re.compile(
    rf"[{STOPS}…]+"
    r"|\.{3,}"
    r"|(?<=[\w)\]”\"'%])\.(?=[)\]”’\"']*(?:\s|$))"
    r"|[\n\r\u2028\u2029]\s*"
)
_TAIL = re.compile(rf"(?:\s*[{re.escape(STOPS + CLOSERS)}]|\s*\.(?![\w.])|…)*")
_QUOTED = re.compile(
    "|".join(
        rf"{re.escape(opener)}[^{re.escape(opener + closer)}\n]{{0,{LONGEST_QUOTATION}}}{re.escape(closer)}"
        for opener, closer in ("“”", "「」", "『』", "（）", "《》", "【】", "()")
    )
    + r'|"[^"\n]*"'
)
_LIST_MARK = re.compile(r"\s*[（(]?(?:\d{1,3}|[一二三四五六七八九十]{1,3}|[A-Za-z])[）)]?")
_LATIN_WORD = re.compile(r"[A-Za-z.]+$")
_COUNTED = re.compile(r"[A-Za-z)][,:]?\s+\S*\d$")
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof st vs no nos vol fig pp ed eds al inc ltd co corp jr sr gen col sen rep gov approx est dept "
    "jan feb mar apr jun jul aug sep sept oct nov dec".split()
)


def sentences(text: str) -> list[Span]:
    """Spans of `text`, in order and without overlap, that together hold every character but white space.

    A sentence ends after 。！？!?；;…, after a full stop that follows an English word, and at the end of a line. Marks
    that close a quotation or bracket stay with the sentence before them, across white space too. A quotation of at most
    `LONGEST_QUOTATION` characters is cut only behind its closing mark, and only where it is a sentence of its own
    (`他问：“为什么？”` but not `以“为什么？”为题`); a longer one is cut inside as well.
    """
    quoted = [(found.start(), found.end() - 1) for found in _QUOTED.finditer(text)]
    starts = [start for start, _ in quoted]
    closing = {end for start, end in quoted if text[start] == '"'}
    spans: list[Span] = []
    begin = 0
    for found in _END.finditer(text):
        if found.start() < begin:
            continue
        at = bisect_right(starts, found.start()) - 1
        if not _is_end(text, found, begin, quoted[at] if at >= 0 else None):
            continue
        stop = _tail(text, found.end(), closing)
        _add(spans, text, begin, stop)
        begin = stop
    _add(spans, text, begin, len(text))
    return spans


def begins_badly(text: str, at: int = 0) -> bool:
    """True when a sentence or passage must not begin at `text[at]`: a closing mark or a full stop stands there."""
    if at >= len(text):
        return False
    mark = text[at]
    return mark in STOPS or mark in CLOSERS or (mark == "." and not text[at + 1 : at + 2].isalnum())


def _add(spans: list[Span], text: str, begin: int, stop: int) -> None:
    """Append `[begin, stop)` without the white space around it, if anything is left."""
    piece = text[begin:stop]
    bare = piece.lstrip()
    if bare:
        start = begin + len(piece) - len(bare)
        spans.append(Span(start=start, end=start + len(bare.rstrip())))


def _tail(text: str, at: int, closing: set[int]) -> int:
    """The offset behind the closing marks that follow `at`; `closing` holds the straight quotes that close."""
    found = _TAIL.match(text, at)
    at = found.end() if found else at
    while at in closing:
        found = _TAIL.match(text, at + 1)
        at = found.end() if found else at + 1
    return at


def _is_end(text: str, found: re.Match[str], begin: int, quotation: tuple[int, int] | None) -> bool:
    """True when the mark that was found ends the sentence that began at `begin`."""
    mark = found.group()
    if mark[0].isspace():
        return True
    if quotation and quotation[1] - quotation[0] <= LONGEST_QUOTATION + 1 and found.start() < quotation[1]:
        return _ends_quotation(text, found, begin, quotation)
    if mark == ".":
        return _is_full_stop(text, begin, found.start())
    if mark in "!?;":  # inside an address or a formula: no white space on either side, and ASCII on both
        before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
        return not (
            before.isascii() and after.isascii() and before.strip() and (after.isalnum() or after in tuple("=/&"))
        )
    return True


def _ends_quotation(text: str, found: re.Match[str], begin: int, quotation: tuple[int, int]) -> bool:
    """True when the mark closes a short quotation that is a sentence of its own."""
    start, end = quotation
    if text[start] == "《" or text[found.end() : end].strip(CLOSERS):
        return False
    leading = text[begin:start]
    return "。" in found.group() or not leading.strip() or leading[-1] in "：:，, \u3000" + STOPS + CLOSERS


def _is_full_stop(text: str, begin: int, at: int) -> bool:
    """True when the `.` at `at` ends a sentence: not a list number, an abbreviation or an initial."""
    if _LIST_MARK.fullmatch(text, begin, at):
        return False
    following = text[at + 1 : at + 12].lstrip(")]”’\"' \t\u3000")[:1]
    if following.isascii() and following.islower():
        return False
    before = text[at - 1]
    if before.isdigit():
        return bool(_COUNTED.search(text, max(begin, at - 40), at)) and (not following or following.isascii())
    word = _LATIN_WORD.search(text, max(begin, at - 20), at)
    if word is None:
        return True
    last = word.group().rpartition(".")[2]
    return not following or (len(last) > 1 and word.group().lower() not in _ABBREVIATIONS)
