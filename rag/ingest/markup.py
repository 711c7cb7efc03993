"""HTML as tokens that know where they stand, read as browsers read it (WHATWG HTML, section 13.2.5), in linear time.

The standard library's parser reports line and column but not where a token ends, and its tolerance for broken markup
has changed between patch releases; offsets that citations rest on should not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

# Elements whose content is text, whatever it looks like.
RAW = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "noscript"})
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*+)((?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+)*+)>")
_ATTRIBUTE = re.compile(r"([^\s=/>][^\s=/>]*+)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>]*+)))?+")
_REFERENCE = r"&(?:#[0-9]++;?|#[xX][0-9a-fA-F]++;?|[a-zA-Z][a-zA-Z0-9]*+;?)"
_SPECIAL = re.compile(rf"[ \t\n\r\f]++|{_REFERENCE}")
_LINE_BREAKS = dict.fromkeys(map(ord, "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), " ")


@dataclass(frozen=True, slots=True)
class Tag:
    """A start or end tag at `[start, end)` of the page; `name` is lower case, `attributes` is its raw inside."""

    start: int
    end: int
    name: str
    closes: bool
    attributes: str


@dataclass(frozen=True, slots=True)
class Text:
    """Text between tags at `[start, end)`, undecoded. `element` is set for the content of a raw-text element."""

    start: int
    end: int
    element: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of visible text: page `[start, end)`, copied where `text` is None, else shown as `text`."""

    start: int
    end: int
    text: str | None = None


def tokens(page: str) -> Iterator[Tag | Text]:
    """Tags and texts of a page in order; comments, declarations and processing instructions are left out."""
    at, text_from = 0, 0
    unclosed: set[str] = set()
    last_close = page.rfind(">")
    while (opening := page.find("<", at)) >= 0:
        found = _TAG.match(page, opening) if opening < last_close else None
        skip = _skipped(page, opening) if found is None else 0
        if found is None and not skip:
            at = opening + 1
            continue
        if text_from < opening:
            yield Text(text_from, opening)
        at = text_from = skip or opening
        if found is None:
            continue
        name, closes = found[2].lower(), bool(found[1])
        yield Tag(opening, found.end(), name, closes, found[3])
        at = text_from = found.end()
        if name in RAW and not closes and name not in unclosed:
            stop = _raw_end(page, at, name)
            if stop < 0:
                unclosed.add(name)
                continue
            yield Text(at, stop, name)
            at = text_from = stop
    if text_from < len(page):
        yield Text(text_from, len(page))


def _skipped(page: str, opening: int) -> int:
    """Where a comment, declaration or broken tag that begins at `opening` ends; 0 when `<` is plain text."""
    if page.startswith("<!--", opening):
        if page.startswith((">", "->"), opening + 4):
            return page.index(">", opening) + 1
        end = page.find("-->", opening + 4)
        return end + 3 if end >= 0 else len(page)
    following = page[opening + 1 : opening + 3]
    if following[:1] in {"!", "?"} or (following[:1] == "/" and following[1:].strip()):
        end = page.find(">", opening)
        return end + 1 if end >= 0 else len(page)
    if following[:1].isascii() and following[:1].isalpha():
        return len(page)  # a tag that never ends: browsers drop it
    return 0


def _raw_end(page: str, start: int, name: str) -> int:
    """Where the content of a raw-text element ends; -1 where it is never closed and what follows is better read on."""
    found = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(page, start)
    if found:
        return found.start()
    return len(page) if name in {"script", "style"} else -1


def decoded(text: str) -> str:
    """The text with its entities decoded; one whose number has thousands of digits stays as it is."""
    try:
        return unescape(text)
    except ValueError:
        return text


def attributes(raw: str) -> dict[str, str]:
    """Attributes of a tag by lower-case name, values decoded; the first of two equal names counts."""
    out: dict[str, str] = {}
    for found in _ATTRIBUTE.finditer(raw):
        value = found[2] or found[3] or found[4] or ""
        out.setdefault(found[1].lower(), decoded(value) if "&" in value else value)
    return out


def visible(page: str, start: int, end: int, *, keep_space: bool = False) -> Iterator[Run]:
    """The text `[start, end)` as shown: entities decoded, white space collapsed to one blank unless `keep_space`.

    A line break between two Han characters is dropped, as the CSS text module has it for East Asian scripts.
    """
    at = start
    for found in _SPECIAL.finditer(page, start, end):
        low, high, mark = found.start(), found.end(), found.group()
        if at < low:
            yield Run(at, low)
        at = high
        if mark[0] == "&":
            shown = decoded(mark)
            yield Run(low, high) if shown == mark else Run(low, high, shown.translate(_LINE_BREAKS))
        elif keep_space:
            yield from (
                Run(low + at, low + at + 1, "\n" if c == "\n" else " ") for at, c in enumerate(mark) if c != "\r"
            )
        elif "\n" in mark and start < low and high < end and _wide(page[low - 1]) and _wide(page[high]):
            continue
        else:
            yield Run(low, high, None if mark == " " else " ")
    if at < end:
        yield Run(at, end)


def _wide(character: str) -> bool:
    return "\u2e80" <= character <= "\u9fff" or "\uff00" <= character <= "\uff60"
