"""What a figure is of: the words around it, up to the next figure or the next member of an enumeration."""

from __future__ import annotations

from collections.abc import Iterable

from rag.check.kinds import Kind
from rag.check.lexicon import is_relational, trends
from rag.check.pieces import NOMINAL, Piece, Reading

_COMPARED = ("比", "较", "自", "从", "由", "于", "以来", "年同期")
_WHEN_OR_WHERE = ("在", "于", "自", "从")
_LEVEL = "到至为达"
_DIRECTLY = 2  # characters between a figure and the noun behind it that it counts


def zone(reading: Reading, figure: Piece) -> list[Piece]:
    """What a figure is of: the pieces before it back to the last figure, and the noun that follows it directly."""
    before: list[Piece] = []
    for piece in reversed([p for p in reading.content if p.end <= figure.start]):
        if piece.part != figure.part or piece.figure is not None:
            break
        before.insert(0, piece)
    at = figure.end
    for piece in (p for p in reading.content if p.start >= figure.end):
        between = reading.key[at : piece.start]
        if piece.part != figure.part or len(between) > _DIRECTLY or "的" in between or piece.kind not in NOMINAL:
            break
        before.append(piece)
        at = piece.end
    return before


def inherited(reading: Reading, figure: Piece) -> list[Piece]:
    """The nearest zone before a figure that names something."""
    found: list[Piece] = []
    for piece in reversed([p for p in reading.content if p.end <= figure.start and p.part != figure.part]):
        if found and (piece.part != found[0].part or piece.figure is not None):
            if nominal(found):
                break
            found = []
        if piece.figure is None:
            found.insert(0, piece)
    return found if nominal(found) else []


def nominal(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces that name something; measures that are always of something else (涨幅) name nothing."""
    return [piece for piece in pieces if piece.kind in NOMINAL and not is_relational(piece.text)]


def head(pieces: list[Piece], figure: Piece) -> Piece | None:
    """The noun that a figure counts or measures: the last of those right behind it, else the last before it."""
    nouns = nominal(pieces)
    behind = [piece for piece in nouns if piece.start > figure.start]
    return behind[-1] if behind else nouns[-1] if nouns else None


def governing(reading: Reading, figure: Piece) -> Piece | None:
    """The date that a figure is of: the last before it in its sentence that is no base of comparison."""
    dates = [p for p in reading.content if p.date and p.sentence == figure.sentence and p.end <= figure.start]
    for piece in reversed(dates):
        if not reading.key[: piece.start].endswith(_COMPARED) and not reading.key.startswith(_COMPARED, piece.end):
            return piece
    return None


def change(reading: Reading, figure: Piece) -> Piece | None:
    """The word that makes a figure an amount of change (增加12所), not a level (增加到12所)."""
    before = [piece for piece in reading.content if piece.end <= figure.start and piece.part == figure.part]
    if not before or before[-1].text not in trends() or before[-1].kind is Kind.NOUN:
        return None
    between = reading.key[before[-1].end : figure.start]
    return None if before[-1].text[-1] in _LEVEL or any(mark in between for mark in _LEVEL) else before[-1]


def is_relative(piece: Piece) -> bool:
    """What a clause says of what was named before it: 同比增长, 占比."""
    return piece.text in trends() or is_relational(piece.text)


def is_adverbial(reading: Reading, piece: Piece) -> bool:
    """The piece says when or where, as 首轮 in `在首轮以1比3不敌`: nothing is said of it."""
    return reading.key[: piece.start].endswith(_WHEN_OR_WHERE)
