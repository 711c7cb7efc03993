"""Text and Markdown -> `Layout`: the file itself, line by line, with what indentation and marks say."""

from __future__ import annotations

import re
from bisect import bisect_right

from rag.ingest.bounds import MOST_LINES, check_count
from rag.ingest.layout import Layout, Line
from rag.offsets import Rewriter

_LINE_END = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_PICTURE = re.compile(r"!\[([^\]\n]*+)\]\([^)\n]*+\)")
_LINK = re.compile(r"\[([^\[\]\n]*+)\]\([^)\s]*+(?:\s+\"[^\"\n]*+\")?\)")
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.*?)(?:\s+#+)?\s*$")
_QUOTE = re.compile(r"\s{0,3}(?:>\s?)+")
_BULLET = re.compile(r"\s*(?:[-*+]\s+|[•●·▪■◆○►▶➤]\s*)")
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
_EMPHASIS = re.compile(r"(\*\*|__|\*|(?<!\w)_|~~)(?=\S)([^*_~\n]+?)(?<=\S)\1(?!\w)")
_UNDERLINE = re.compile(r"\s{0,3}(=+|-+)\s*")


def parse_text(text: str) -> Layout:
    """Text as it is: one line per line, every kind of line end read as a line feed.

    Pictures that a page dump left behind (`![](…)`) and bullets are noted, not changed.

    Raises:
        UnreadableError: there are too many lines.
    """
    writer, at = Rewriter(text), 0
    for found in _LINE_END.finditer(text):
        writer.keep(at, found.start())
        crlf = found.group() == "\r" and text.startswith("\n", found.end())
        writer.replace(found.start(), found.end(), "" if crlf else "\n")
        at = found.end()
    writer.keep(at, len(text))
    source, page_map = writer.finish()
    check_count(source.count("\n"), MOST_LINES, "lines")
    lines: list[Line] = []
    pictures, words = 0, ""
    for line in source.split("\n"):
        shown = _PICTURE.findall(line)
        rest = _PICTURE.sub("", line).strip()
        pictures, words = pictures + len(shown), words or " ".join(filter(None, shown))
        indent = len(line) - len(line.lstrip())
        lines.append(_line(rest, indent=indent, pictures=pictures if rest else 0, picture_text=words if rest else ""))
        if rest:
            pictures, words = 0, ""
    return Layout(source_text=source, page_map=page_map, lines=tuple(lines))


def _line(text: str, *, indent: int, pictures: int, picture_text: str) -> Line:
    return Line(indent=indent, bullet=bool(_BULLET.match(text)), pictures=pictures, picture_text=picture_text)


def parse_markdown(text: str) -> Layout:
    """Markdown as it reads: heading marks, emphasis, link targets gone, code kept, every character with its place.

    Raises:
        UnreadableError: there are too many lines.
    """
    reader = _Markdown(text)
    return reader.layout()


class _Markdown:
    """Walks over the lines of a Markdown file and writes what they show."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._writer = Rewriter(text)
        self._lines: list[Line] = []
        self._pictures = 0
        self._words = ""
        self._fenced = False

    def layout(self) -> Layout:
        at = 0
        rows = self._text.split("\n")
        check_count(len(rows), MOST_LINES, "lines")
        for number, row in enumerate(rows):
            if number:
                self._writer.keep(at - 1, at)
            following = rows[number + 1] if number + 1 < len(rows) else ""
            self._row(at, row.rstrip("\r"), following)
            at += len(row) + 1
        source, page_map = self._writer.finish()
        return Layout(source_text=source, page_map=page_map, lines=tuple(self._lines))

    def _row(self, at: int, row: str, following: str) -> None:
        if _FENCE.match(row):
            self._fenced = not self._fenced
            self._lines.append(Line())
            return
        if self._fenced:
            self._writer.keep(at, at + len(row))
            self._lines.append(Line(tags=frozenset({"pre"})))
            return
        heading = _HEADING.match(row)
        level = len(heading[1]) if heading else 0
        start, end = heading.span(2) if heading else (0, len(row))
        quote = _QUOTE.match(row)
        if quote:
            start = quote.end()
        if not level and row.strip() and _UNDERLINE.fullmatch(following.rstrip("\r")) and not _BULLET.match(row):
            level = 1 if "=" in following else 2
        if not level and self._lines and _UNDERLINE.fullmatch(row) and self._lines[-1].heading:
            self._lines.append(Line())
            return
        links, linked, shown = self._inline(at, row, start, end)
        self._lines.append(
            Line(
                heading=level,
                links=links,
                link_chars=linked,
                indent=len(row) - len(row.lstrip()),
                bullet=bool(_BULLET.match(row)),
                pictures=self._pictures if shown else 0,
                picture_text=self._words if shown else "",
            )
        )
        if shown:
            self._pictures, self._words = 0, ""

    def _inline(self, at: int, row: str, start: int, end: int) -> tuple[int, int, bool]:
        """Write row `[start, end)` without link targets, pictures, emphasis; links, their characters, any text."""
        links = linked = 0
        drop: list[tuple[int, int]] = []
        for picture in _PICTURE.finditer(row, start, end):
            drop.append(picture.span())
            self._pictures += 1
            self._words = self._words or picture[1]
        pictures = tuple(drop)
        for link in _LINK.finditer(row, start, end):
            before = bisect_right(pictures, (link.start(), end)) - 1
            if before >= 0 and link.start() < pictures[before][1]:
                continue
            drop += [(link.start(), link.start(1)), (link.end(1), link.end())]
            links += 1
            linked += len("".join(link[1].split()))
        for mark in _EMPHASIS.finditer(row, start, end):
            drop += [(mark.start(), mark.start(2)), (mark.end(2), mark.end())]
        shown = False
        for low, high in _kept(drop, start, end):
            self._writer.keep(at + low, at + high)
            shown = shown or bool(row[low:high].strip())
        return links, linked, shown


def _kept(drop: list[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """What is left of `[start, end)` without the spans to drop, which may overlap."""
    out = []
    for low, high in sorted(drop):
        if low > start:
            out.append((start, low))
        start = max(start, high)
    if start < end:
        out.append((start, end))
    return out
