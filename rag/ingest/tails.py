"""Where a story is over although no heading says so: at its labels, at other articles with their days, at the foot."""

from __future__ import annotations

from collections.abc import Sequence

from rag.ingest.features import Feature
from rag.ingest.furniture import is_dated_headline, is_footer, is_label_line
from rag.ingest.roles import Reason, has_copyright

_ENOUGH = 60  # characters of prose that stand before the end of a story
_LEFT_OVER = 0.3  # of them that what comes behind it may hold in paragraphs


def find_tail(rows: Sequence[Feature], live: Sequence[int]) -> tuple[list[int], Reason] | None:
    """The lines among `live` from the first that ends the story, and what that one is; None where none does."""
    before = 0
    for at, number in enumerate(live):
        reason = _ending(rows, live[at : at + 3]) if before >= _ENOUGH else None
        if reason is not None and _paragraphs(rows, live[at:]) <= _LEFT_OVER * before:
            return list(live[at:]), reason
        before += rows[number].size if rows[number].is_prose else 0
    return None


def _ending(rows: Sequence[Feature], following: Sequence[int]) -> Reason | None:
    """What the first of these lines is, if no line of the story stands behind it."""
    row = rows[following[0]]
    if is_footer(row.key):
        return Reason.COPYRIGHT
    if is_label_line(row.key):
        return Reason.NAVIGATION
    dated = [at for at in following if is_dated_headline(rows[at].key) and not rows[at].is_row]
    return Reason.RELATED if len(dated) >= 2 and dated[0] == following[0] else None


def _paragraphs(rows: Sequence[Feature], numbers: Sequence[int]) -> int:
    kept = (rows[at] for at in numbers if rows[at].ends and rows[at].is_prose)
    return sum(row.size for row in kept if not has_copyright(row.key))
