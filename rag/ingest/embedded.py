"""Stories that a page carries out of sight: HTML escaped in a `textarea`, or as a text inside a script."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from rag.ingest.markup import decoded
from rag.offsets import OffsetMap, Rewriter

_REFERENCE = re.compile(r"&(?:#[0-9]++;?|#[xX][0-9a-fA-F]++;?|[a-zA-Z][a-zA-Z0-9]*+;?)")
_SCRIPT = re.compile(r"<script\b[^>]*+>", re.IGNORECASE)
_SCRIPT_END = re.compile("</script", re.IGNORECASE)
_LITERAL = re.compile(r"\"((?:[^\"\\]++|\\.)*+)\"|'((?:[^'\\\n]++|\\.)*+)'", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)
_SENTENCE_END = re.compile(r"[。！？]|\\u3002")
_SHORTEST = 120  # characters of a text inside a script that may be a story


def unescape_textarea(page: str, start: int, end: int) -> tuple[str, OffsetMap]:
    """The HTML that page `[start, end)` spells in entities, with its map onto the page."""
    return _rewritten(page, start, end, _REFERENCE, decoded)


def articles_in_script(page: str) -> Iterator[tuple[str, OffsetMap]]:
    """Texts inside scripts that hold sentences, unescaped, each with its map onto the page."""
    for low, high in _scripts(page):
        for found in _LITERAL.finditer(page, low, high):
            start, end = found.span(1) if found[1] is not None else found.span(2)
            if end - start >= _SHORTEST and _SENTENCE_END.search(page, start, end):
                text, origin = _rewritten(page, start, end, _ESCAPE, _unescape_json)
                if "&lt;" in text:
                    text, inner = unescape_textarea(text, 0, len(text))
                    origin = inner.after(origin)
                yield text, origin


def _scripts(page: str) -> Iterator[tuple[int, int]]:
    """Where the contents of scripts stand; one that is never closed is none."""
    at = 0
    while (opening := _SCRIPT.search(page, at)) and (closing := _SCRIPT_END.search(page, opening.end())):
        yield opening.end(), closing.start()
        at = closing.end()


def _unescape_json(escape: str) -> str:
    """What one JSON escape stands for; one that JSON does not know stands for its own letter, as in JavaScript."""
    try:
        text = str(json.loads(f'"{escape}"'))
    except ValueError:
        return escape[1:]
    return "\ufffd" if len(text) == 1 and "\ud800" <= text <= "\udfff" else text


def _rewritten(
    page: str, start: int, end: int, mark: re.Pattern[str], read: Callable[[str], str]
) -> tuple[str, OffsetMap]:
    """Page `[start, end)` with each mark read, and the map onto the page."""
    writer, at = Rewriter(page), start
    for found in mark.finditer(page, start, end):
        writer.keep(at, found.start())
        writer.replace(found.start(), found.end(), read(found.group()))
        at = found.end()
    writer.keep(at, end)
    return writer.finish()
