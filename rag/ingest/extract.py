"""Main text: which lines of a page are the story, which are its headings, and why each other line is not kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rag.ingest.bylines import trailing_note
from rag.ingest.copies import Merged, Piece, merge_copies, pasted_lines
from rag.ingest.features import Feature, features
from rag.ingest.layout import Layout
from rag.ingest.metadata import Metadata, read_metadata
from rag.ingest.region import Region
from rag.ingest.roles import Reason
from rag.ingest.title import find_title
from rag.ingest.trim import Trimmer
from rag.ingest.wrapped import rejoined

__all__ = ["Extraction", "Piece", "Reason", "Removed", "extract"]

_LONGEST_HEADING = 60
_SHORTEST_PARAGRAPH = 30  # characters that a heading without markup needs below it


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Removed:
    """Code points `[start, end)` of a line that are not main text, and why."""

    line: int
    start: int
    end: int
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """The story of a page. Offsets count in the (repaired) lines that were given.

    `kept` are the pieces of the main text in reading order; a piece begins a new block unless it `joins` the one
    before. `headings` are numbers of kept lines that are headings. The line that is the title is neither kept nor
    removed. `removed` is in page order.
    """

    kept: tuple[Piece, ...]
    headings: frozenset[int]
    removed: tuple[Removed, ...]
    title: str
    title_line: int | None
    metadata: Metadata

    def text(self, lines: Sequence[str]) -> str:
        """The main text, one block per line, cut from the lines that the extraction was made of."""
        parts = []
        for number, piece in enumerate(self.kept):
            parts.append("" if piece.joins or not number else "\n")
            parts.append(lines[piece.line][piece.start : piece.end])
        return "".join(parts)


def extract(
    layout: Layout, lines: Sequence[str], *, damage: Callable[[str], float], given_title: str = ""
) -> Extraction:
    """Find the story among `lines`, the repaired `layout.source_text` split at its line ends.

    `damage` rates how damaged a text is, 0 for clean; it decides which copy of a sentence is kept when a story stands
    on the page twice. A page without anything that looks like a story keeps every line that is not plainly something
    else.

    Raises:
        ValueError: there are not as many lines as the layout describes.
    """
    if len(lines) != len(layout.lines):
        raise ValueError(f"{len(lines)} lines of repaired text for {len(layout.lines)} lines of the page")
    rows = features(layout, lines)
    region = Region(layout, rows)
    title = find_title(layout, rows, region, given_title)
    prose = [_cut(number, lines[number], rows[number]) for number in region.lines if rows[number].is_prose]
    trimmer = Trimmer(region, rows, title.text, title.line, pasted_lines(prose, lines))
    trimmer.run()
    reasons = trimmer.reasons
    pieces = [_cut(number, lines[number], rows[number]) for number in trimmer.live()]
    merged = merge_copies(pieces, lines, damage)
    kept = rejoined(merged.pieces, rows, lines)
    return Extraction(
        kept=kept,
        headings=_headings(kept, rows),
        removed=_removed(reasons, merged, pieces, lines),
        title=title.text or _opening(kept, lines),
        title_line=title.line,
        metadata=read_metadata(layout, rows, reasons, title),
    )


def _cut(number: int, text: str, row: Feature) -> Piece:
    """The line without white space at its ends and without a credit in brackets behind its last sentence."""
    start = len(text) - len(text.lstrip())
    end = start + len(row.text)
    return Piece(line=number, start=start, end=end - trailing_note(row.key))


def _headings(kept: Sequence[Piece], rows: Sequence[Feature]) -> frozenset[int]:
    """Lines marked up as headings, and short lines without a sentence's end that stand right above a paragraph."""
    out: set[int] = set()
    for piece, following in reversed(list(zip_longest(kept, kept[1:]))):
        row = rows[piece.line]
        if piece.joins or (following and following.joins) or row.size > _LONGEST_HEADING or row.text.endswith("。"):
            continue
        marked = row.line.heading > 0 or (row.is_bold and row.is_short and following is not None)
        stands_above = following is not None and row.is_short and not row.bullet
        if marked or (stands_above and _is_below(rows[following.line], row, following, out)):
            out.add(piece.line)
    return frozenset(out)


def _is_below(below: Feature, row: Feature, piece: Piece, headings: set[int]) -> bool:
    """True for a paragraph longer than the line above it, or for another heading."""
    paragraph = below.is_prose and below.size >= _SHORTEST_PARAGRAPH and below.size > row.size
    return paragraph or piece.line in headings


def _removed(
    reasons: dict[int, Reason], merged: Merged, pieces: Sequence[Piece], lines: Sequence[str]
) -> tuple[Removed, ...]:
    out = [
        Removed(line=number, start=0, end=len(lines[number]), reason=reason)
        for number, reason in reasons.items()
        if lines[number]
    ]
    out += [
        Removed(line=piece.line, start=piece.start, end=piece.end, reason=Reason.DUPLICATE)
        for piece in merged.duplicates
    ]
    for piece in pieces:
        rest = len(lines[piece.line].rstrip())
        if piece.end < rest:
            out.append(Removed(line=piece.line, start=piece.end, end=rest, reason=Reason.CREDIT))
    return tuple(sorted(out))


def _opening(kept: Sequence[Piece], lines: Sequence[str]) -> str:
    """The first sentence of the story, for pages that have no headline."""
    if not kept:
        return ""
    text = lines[kept[0].line][kept[0].start : kept[0].end]
    found = re.match(r"[^。！？!?…]{1,60}", text)
    return found.group() if found else text[:60]
