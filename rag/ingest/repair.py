"""Damaged text -> the text that was meant, with a record of every place and a map back.

Each stage looks at the text the one before it left and proposes edits; it decides by the character statistics whether
the result is better Chinese, and leaves alone what it is not sure of. What stays broken is marked, so that it is never
quoted. Line feeds are neither added nor removed: lines keep their numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.ingest.bounds import timed
from rag.ingest.byteshift import may_be_shifted, shift_edits
from rag.ingest.charmodel import char_model
from rag.ingest.edits import REPLACEMENT, Edit, apply_edits
from rag.ingest.mojibake import latin_edits, wide_edits
from rag.ingest.pinyin import pinyin_edits
from rag.ingest.scanned import scanner_edits
from rag.ingest.stray import control_edits, entity_edits, private_edits, private_spans
from rag.ingest.suspicion import broken_runs, leftovers, suspicious_runs
from rag.offsets import OffsetMap
from rag.types import Repair, Span

LOST = "lost characters"
GARBLED = "garbled beyond repair"
DOUBTFUL = "recovered only in part"
PRIVATE = "private-use characters"
_DAMAGE_WEIGHT = 3.0  # a character that is lost counts as much as this many that were mended
_HARMLESS = frozenset({"control", "entity", "radical"})  # kinds of repair after which nothing is in doubt
_GARBLED = re.compile("(?:锟斤拷|锟斤|锟絓|錕斤拷|烫{4,}|屯{4,}|燙{4,}|[锘錆]匡豢)+[锟斤拷錕]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """Repaired text. `map` leads from it to the source; `repairs` count in the source, `damaged` in the text.

    A repair of a place that an earlier one had touched covers that one's source span.
    """

    text: str
    map: OffsetMap
    repairs: tuple[Repair, ...] = ()
    damaged: tuple[Span, ...] = ()


def repair(source: str, *, damaged: Sequence[Span] = ()) -> Repaired:
    """Mend a text. `damaged` are spans of the source that are known to be undecodable."""
    work = _Work(source)
    for stage in (latin_edits, entity_edits, control_edits, pinyin_edits):
        work.change(stage(work.text))
    runs = suspicious_runs(work.text)
    if runs:
        work.change(_byte_edits(work.text, runs))
    work.change(private_edits(work.text))
    shifted = any(found.kind == "gbk-shift" for found in work.repairs)
    if not shifted and REPLACEMENT not in work.text:  # what is left of a shift may look like anything
        work.change(scanner_edits(work.text))
    broken = [run for run in broken_runs(work.text) if may_be_shifted(work.text, *run)] if runs else []
    broken += leftovers(work.text, shifted=shifted)
    spans = _damaged(work.text, broken) + _carried(work.map, [*damaged, *work.doubtful])
    return Repaired(text=work.text, map=work.map, repairs=tuple(work.repairs), damaged=_merged(spans))


class _Work:
    """A text on its way through the stages, with the map back to the source and the records so far."""

    def __init__(self, source: str) -> None:
        self.text, self.map = source, OffsetMap.identity(len(source))
        self.repairs: list[Repair] = []
        self.doubtful: list[Span] = []
        self._source = source

    def change(self, edits: list[Edit]) -> None:
        """Apply one stage's edits."""
        if not edits:
            return
        for edit in edits:
            if span := self.map.origin_span(edit.start, edit.end):
                start, end = span
                self.repairs.append(
                    Repair(
                        kind=edit.kind,
                        source_start=start,
                        source_end=end,
                        before=self._source[start:end],
                        after=edit.after,
                    )
                )
                if edit.doubtful:
                    self.doubtful.append(Span(start=start, end=end, reason=DOUBTFUL))
        self.text, step = apply_edits(self.text, edits)
        self.map = step.after(self.map)


def damage_score(text: str) -> float:
    """How damaged a text is: 0 for a clean one, about 1 for one of which every character had to be mended, at most 3.

    Characters that were mended count once and lost ones three times, as a share of the text.
    """
    if not text:
        return 0.0
    found = repair(text)
    mended = sum(item.source_end - item.source_start for item in found.repairs if item.kind not in _HARMLESS)
    lost = sum(span.end - span.start for span in found.damaged)
    return min(_DAMAGE_WEIGHT, (mended + _DAMAGE_WEIGHT * lost) / len(text))


def _byte_edits(text: str, runs: list[tuple[int, int]]) -> list[Edit]:
    """Repairs of what was read from the wrong bytes; a run is first taken for another encoding, then for a shift."""
    wide = wide_edits(text, runs)
    left = [run for run in runs if not any(edit.start < run[1] and run[0] < edit.end for edit in wide)]
    shifted = shift_edits(text, left, traditional=char_model().is_traditional(text)) if left else []
    apart = [edit for edit in shifted if not any(w.start < edit.end and edit.start < w.end for w in wide)]
    return sorted(wide + apart, key=lambda edit: edit.start)


def _damaged(text: str, broken: list[tuple[int, int]]) -> list[Span]:
    """What the text itself shows to be damaged."""
    spans = [Span(start=m.start(), end=m.end(), reason=LOST) for m in re.finditer(f"{REPLACEMENT}+", text)]
    spans += [Span(start=m.start(), end=m.end(), reason=GARBLED) for m in _GARBLED.finditer(text)]
    spans += [Span(start=start, end=end, reason=PRIVATE) for start, end in private_spans(text)]
    return spans + [Span(start=start, end=end, reason=GARBLED) for start, end in broken]


def _carried(chain: OffsetMap, known: Sequence[Span]) -> list[Span]:
    """Spans of the source, as spans of the text."""
    spans: list[Span] = []
    for segment in timed(chain.segments) if known else ():
        shift = segment.start - segment.origin_start
        for span in known:
            if not span.overlaps(segment.origin_start, segment.origin_end):
                continue
            start, end = segment.start, segment.end
            if segment.is_copy:
                start, end = max(start, span.start + shift), min(end, span.end + shift)
            spans.append(Span(start=start, end=end, reason=span.reason or LOST))
    return spans


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    out: list[Span] = []
    for span in sorted(spans, key=lambda each: (each.start, -each.end)):
        if out and span.start < out[-1].end:
            out[-1] = Span(start=out[-1].start, end=max(out[-1].end, span.end), reason=out[-1].reason)
        else:
            out.append(span)
    return tuple(out)
