"""Where each character of a cleaned text came from: rewrites that keep their offsets, and maps that compose.

Every offset in this program counts Unicode code points (Python `str` indices), never bytes or UTF-16 units.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One run of target text `[start, end)` that came from the origin text `[origin_start, origin_end)`.

    Runs of equal length are copied character by character; runs of different length were rewritten as a whole.
    A segment with an empty origin was inserted and came from nowhere.
    """

    start: int
    end: int
    origin_start: int
    origin_end: int

    @property
    def is_copy(self) -> bool:
        """True when character i of the run came from character i of the origin run."""
        return self.end - self.start == self.origin_end - self.origin_start


@dataclass(frozen=True, slots=True)
class OffsetMap:
    """Target text -> origin text, as segments that tile the target in order, without gaps or overlap."""

    segments: tuple[Segment, ...]

    def __post_init__(self) -> None:
        at = 0
        for segment in self.segments:
            if segment.start != at or segment.end <= segment.start or segment.origin_end < segment.origin_start:
                raise ValueError(f"offset map is not a tiling: {segment} follows target offset {at}")
            at = segment.end

    @classmethod
    def identity(cls, length: int) -> OffsetMap:
        """The map of a text of `length` code points onto itself."""
        if length == 0:
            return cls(())
        return cls((Segment(start=0, end=length, origin_start=0, origin_end=length),))

    @property
    def length(self) -> int:
        """Length of the target text in code points."""
        return self.segments[-1].end if self.segments else 0

    def _index(self, offset: int) -> int:
        return bisect_right(self.segments, offset, key=lambda segment: segment.start) - 1

    def segments_from(self, offset: int) -> tuple[Segment, ...]:
        """The segments from the one that holds `offset` on."""
        return self.segments[self._index(offset) :]

    def origin_span(self, start: int, end: int) -> tuple[int, int] | None:
        """The origin span `[a, b)` that target `[start, end)` was made of, or None when there is no single one.

        There is none when the span is empty, wholly inserted, or its pieces stand in another order in the origin.
        Text that was taken out between two pieces lies inside the span.

        Raises:
            ValueError: the span lies outside the target text.
        """
        if not 0 <= start <= end <= self.length:
            raise ValueError(f"span [{start}, {end}) lies outside a text of {self.length} code points")
        pieces = [(a, b) for a, b in self.origin_pieces(start, end) if b > a]
        if not pieces or any(later[0] < earlier[1] for earlier, later in pairwise(pieces)):
            return None
        return pieces[0][0], pieces[-1][1]

    def origin_pieces(self, start: int, end: int) -> list[tuple[int, int]]:
        """The origin spans of each segment touched by target `[start, end)`, in target order, inserted ones empty."""
        pieces: list[tuple[int, int]] = []
        if start >= end:
            return pieces
        for segment in self.segments_from(start):
            if segment.start >= end:
                break
            if segment.is_copy:
                shift = segment.origin_start - segment.start
                pieces.append((max(start, segment.start) + shift, min(end, segment.end) + shift))
            else:
                pieces.append((segment.origin_start, segment.origin_end))
        return pieces

    def after(self, inner: OffsetMap) -> OffsetMap:
        """Compose: `self` maps text -> middle, `inner` maps middle -> origin; the result maps text -> origin."""
        out: list[Segment] = []
        for segment in self.segments:
            if segment.origin_start == segment.origin_end:
                at = inner.origin_pieces(segment.origin_start, segment.origin_start + 1)
                place = at[0][0] if at and segment.origin_start < inner.length else 0
                out.append(Segment(start=segment.start, end=segment.end, origin_start=place, origin_end=place))
            elif segment.is_copy:
                out.extend(_carry(segment, inner))
            else:
                span = inner.origin_span(segment.origin_start, segment.origin_end) or (0, 0)
                out.append(Segment(start=segment.start, end=segment.end, origin_start=span[0], origin_end=span[1]))
        return OffsetMap(_join(out))

    def to_rows(self) -> list[list[int]]:
        """Plain rows `[target length, origin start, origin end]` for storing as JSON."""
        return [[segment.end - segment.start, segment.origin_start, segment.origin_end] for segment in self.segments]

    @classmethod
    def from_rows(cls, rows: Iterable[Iterable[int]]) -> OffsetMap:
        """The inverse of `to_rows`."""
        at, out = 0, []
        for length, origin_start, origin_end in rows:
            out.append(Segment(start=at, end=at + length, origin_start=origin_start, origin_end=origin_end))
            at += length
        return cls(tuple(out))


def _carry(segment: Segment, inner: OffsetMap) -> list[Segment]:
    """A copied run of the outer map, cut along the segments of the inner one."""
    out = []
    shift = segment.start - segment.origin_start
    for part in inner.segments_from(segment.origin_start):
        if part.start >= segment.origin_end:
            break
        low, high = max(part.start, segment.origin_start), min(part.end, segment.origin_end)
        if part.is_copy:
            origin = (low - part.start + part.origin_start, high - part.start + part.origin_start)
        else:
            origin = (part.origin_start, part.origin_end)
        out.append(Segment(start=low + shift, end=high + shift, origin_start=origin[0], origin_end=origin[1]))
    return out


def _join(segments: list[Segment]) -> tuple[Segment, ...]:
    """Merge neighbours that are one copied run, so that maps stay small."""
    out: list[Segment] = []
    for segment in segments:
        last = out[-1] if out else None
        if (
            last
            and last.is_copy
            and segment.is_copy
            and last.origin_end == segment.origin_start
            and last.origin_end > last.origin_start
        ):
            out[-1] = Segment(
                start=last.start, end=segment.end, origin_start=last.origin_start, origin_end=segment.origin_end
            )
        else:
            out.append(segment)
    return tuple(out)


class Rewriter:
    """Builds a rewritten text and its map side by side: `keep`, `replace` and `insert` append to the result."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._parts: list[str] = []
        self._segments: list[Segment] = []
        self._length = 0

    def keep(self, start: int, end: int) -> None:
        """Append origin `[start, end)` unchanged."""
        self._append(self._origin[start:end], start, end)

    def replace(self, start: int, end: int, text: str) -> None:
        """Append `text` in the place of origin `[start, end)`; an empty `text` drops the span."""
        self._append(text, start, end)

    def insert(self, text: str, at: int) -> None:
        """Append `text` that stands nowhere in the origin, noted as coming from the empty span at `at`."""
        self._append(text, at, at)

    def _append(self, text: str, start: int, end: int) -> None:
        if not text:
            return
        stop = self._length + len(text)
        self._parts.append(text)
        self._segments.append(Segment(start=self._length, end=stop, origin_start=start, origin_end=end))
        self._length = stop

    def finish(self) -> tuple[str, OffsetMap]:
        """The rewritten text and its map onto the origin."""
        return "".join(self._parts), OffsetMap(_join(self._segments))
