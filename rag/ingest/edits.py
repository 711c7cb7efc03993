"""A change to a text, as a value; many of them applied at once, with the map that leads back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.offsets import OffsetMap, Rewriter

REPLACEMENT = "\ufffd"  # stands in repaired text for a character that is lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Code points `[start, end)` are to become `after`. `kind` is one of those named at `Repair`.

    A doubtful edit makes the text better but is not sure in each character: what it leaves must not be quoted.
    """

    kind: str
    start: int
    end: int
    after: str
    doubtful: bool = False


def apply_edits(text: str, edits: Sequence[Edit]) -> tuple[str, OffsetMap]:
    """The changed text and its map onto `text`. Edits must be in order and must not overlap.

    Raises:
        ValueError: they overlap or are out of order.
    """
    rewriter = Rewriter(text)
    at = 0
    for edit in edits:
        if edit.start < at:
            raise ValueError(f"edit at {edit.start} begins before {at}, where the one before it ended")
        rewriter.keep(at, edit.start)
        rewriter.replace(edit.start, edit.end, edit.after)
        at = edit.end
    rewriter.keep(at, len(text))
    return rewriter.finish()
