"""Whether what a claim says of something is what the quote says of the same thing: figures, subjects, predicates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rag.check.align import Alignment, Place, is_opposite
from rag.check.dating import fits
from rag.check.lexicon import synonyms, trends
from rag.check.pieces import CONTENT, NOMINAL, Kind, Piece, Reading

_COMPARED = ("比", "较", "自", "从", "由", "于", "以来", "年同期")
_DIRECTLY = 2  # characters between a figure and the noun behind it that it counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why the quote does not say what the claim says: a word to switch on, and what was found."""

    kind: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}" if self.detail else self.kind


def misbound(alignment: Alignment) -> Iterator[Fault]:
    """Faults of figures that belong to something else, and of words that stand in for others, likeliest first."""
    for index, piece in enumerate(alignment.claim.content):
        place = alignment.places[index]
        if piece.figure is not None and place is not None:
            yield from _figure_faults(alignment, piece, place)
    for clause in range(len(alignment.claim.clauses)):
        yield from _clause_faults(alignment, clause)


# figures ------------------------------------------------------------------------------------------------------------


def _figure_faults(alignment: Alignment, piece: Piece, place: Place) -> Iterator[Fault]:
    """The words around a figure in the claim against those around it in the quote."""
    quoted = next((other for other in alignment.quote.content if other.start == place.start and other.figure), None)
    if quoted is None:
        return
    ours, theirs = _zone(alignment.claim, piece), _zone(alignment.quote, quoted)
    if not _nominal(ours):
        ours = [*_inherited(alignment.claim, piece), *ours]
    if not _nominal(theirs) and (not theirs or all(other.text in trends() for other in theirs)):
        theirs = [*_inherited(alignment.quote, quoted), *theirs]
    said = "".join(other.text for other in ours)
    written = alignment.quote.key[theirs[0].start : quoted.end] if theirs else ""
    written += "".join(other.text for other in theirs if other.start > quoted.start)
    extra = [one for one in ours if not _is_among(one, theirs, written)]
    missing = [other for other in theirs if not _is_among(other, ours, said)]
    yield from _clash(extra, missing, heads=(_head(ours, piece), _head(theirs, quoted)))
    one, other = _governing(alignment.claim, piece), _governing(alignment.quote, quoted)
    if one and other and not fits(one, other) and not fits(other, one):
        yield Fault(kind="date", detail=f"{one.text}/{other.text}")


def _zone(reading: Reading, figure: Piece) -> list[Piece]:
    """What a figure is of: the pieces before it back to the last figure, and the noun that follows it directly."""
    before: list[Piece] = []
    for piece in reversed([p for p in reading.content if p.end <= figure.start]):
        if piece.part != figure.part or piece.figure is not None:
            break
        before.insert(0, piece)
    at = figure.end
    for piece in (p for p in reading.content if p.start >= figure.end):
        if piece.part != figure.part or piece.start - at > _DIRECTLY or piece.kind not in NOMINAL:
            break
        before.append(piece)
        at = piece.end
    return before


def _inherited(reading: Reading, figure: Piece) -> list[Piece]:
    """The nearest zone before a figure that names something."""
    found: list[Piece] = []
    for piece in reversed([p for p in reading.content if p.end <= figure.start and p.part != figure.part]):
        if found and (piece.part != found[0].part or piece.figure is not None):
            if _nominal(found):
                break
            found = []
        if piece.figure is None:
            found.insert(0, piece)
    return found if _nominal(found) else []


def _nominal(pieces: Iterable[Piece]) -> list[Piece]:
    return [piece for piece in pieces if piece.kind in NOMINAL]


def _head(zone: list[Piece], figure: Piece) -> Piece | None:
    """The noun that a figure counts or measures: the last before it, else the last of those behind it."""
    nouns = _nominal(zone)
    before = [piece for piece in nouns if piece.start < figure.start]
    return before[-1] if before else nouns[-1] if nouns else None


def _is_among(piece: Piece, others: Iterable[Piece], text: str) -> bool:
    if piece.text in text or (piece.name == "place" and len(piece.text) > 2 and piece.text[:-1] in text):
        return True
    same = synonyms().get(piece.text, frozenset())
    for other in others:
        if other.text in same or (len(other.text) > 1 and other.text in piece.text):
            return True
        if piece.date and other.date and (fits(piece, other) or fits(other, piece)):
            return True
    return False


def _clash(extra: list[Piece], missing: list[Piece], *, heads: tuple[Piece | None, Piece | None]) -> Iterator[Fault]:
    for one in extra:
        for other in missing:
            if is_opposite(one.text, other.text):
                yield Fault(kind="direction", detail=f"{one.text}/{other.text}")
            elif one.kind is Kind.NAME and other.kind is Kind.NAME:
                yield Fault(kind="name", detail=f"{one.text}/{other.text}")
    if heads[0] in extra and heads[1] in missing and heads[0] and heads[1]:
        yield Fault(kind="subject", detail=f"{heads[0].text}/{heads[1].text}")


def _governing(reading: Reading, figure: Piece) -> Piece | None:
    """The date that a figure is of: the last before it in its sentence that is no base of comparison."""
    dates = [p for p in reading.content if p.date and p.sentence == figure.sentence and p.end <= figure.start]
    for piece in reversed(dates):
        if not reading.key[: piece.start].endswith(_COMPARED) and not reading.key.startswith(_COMPARED, piece.end):
            return piece
    return None


# clauses ------------------------------------------------------------------------------------------------------------


def _clause_faults(alignment: Alignment, clause: int) -> Iterator[Fault]:
    """Words of one claim clause that come from elsewhere, and push aside words of the clause that the rest is from."""
    ours = [
        (piece, alignment.places[index])
        for index, piece in enumerate(alignment.claim.content)
        if piece.clause == clause
    ]
    home = _home(ours)
    if home is None:
        return
    start, end = alignment.quote.clauses[home]
    yield from _other_day(alignment, ours, home)
    for at, (piece, place) in enumerate(ours):
        if place is not None and place.clause == home:
            yield from _swapped(alignment, ours[:at], piece, place)
            continue
        if place is not None and piece.figure is not None:
            continue
        left = next((p for _, p in reversed(ours[:at]) if p and p.clause == home), None)
        right = next((p for _, p in ours[at + 1 :] if p and p.clause == home), None)
        low = left.end if left and (not right or left.end <= right.start) else start
        high = right.start if right else end if left else start
        if left is None and right is None:
            continue
        gap = [other for other in alignment.quote.inside(low, high) if not alignment.is_covered(other)]
        yield from _replaced(piece, place, gap)
        if place is not None and place.sentence > alignment.sentence_of(home) and piece.kind in NOMINAL:
            yield Fault(kind="subject", detail=piece.text)


def _other_day(alignment: Alignment, ours: list[tuple[Piece, Place | None]], home: int) -> Iterator[Fault]:
    """The claim dates what it says otherwise than the quote does."""
    first = next(((p, place) for p, place in ours if place and place.clause == home and not p.date), None)
    if first is None:
        return
    there = next((p for p in alignment.quote.content if p.start <= first[1].start < p.end), None)
    said = _governing(alignment.claim, first[0])
    written = _governing(alignment.quote, there) if there else None
    if said is None or written is None or fits(said, written) or fits(written, said):
        return
    place = alignment.place_of(said)
    if place is None or place.clause != home:
        yield Fault(kind="date", detail=f"{said.text}/{written.text}")


def _home(ours: list[tuple[Piece, Place | None]]) -> int | None:
    """The clause of the quote that most of a claim clause is from."""
    weights: dict[int, float] = {}
    for piece, place in ours:
        if place is not None:
            weights[place.clause] = weights.get(place.clause, 0.0) + piece.weight * place.share
    return max(weights, key=lambda clause: (weights[clause], -clause)) if weights else None


def _replaced(piece: Piece, place: Place | None, gap: list[Piece]) -> Iterator[Fault]:
    for other in gap:
        if is_opposite(piece.text, other.text):
            yield Fault(kind="direction", detail=f"{piece.text}/{other.text}")
        elif piece.kind is Kind.NAME and other.kind is Kind.NAME:
            yield Fault(kind="name", detail=f"{piece.text}/{other.text}")
        elif piece.date and other.date:
            if not fits(piece, other) and not fits(other, piece):
                yield Fault(kind="date", detail=f"{piece.text}/{other.text}")
        elif piece.kind is Kind.VERB and other.kind is Kind.VERB and place is None:
            yield Fault(kind="wording", detail=f"{piece.text}/{other.text}")
    nouns = [other for other in gap if other.kind in NOMINAL]
    if piece.kind is Kind.NOUN and nouns:
        yield Fault(kind="subject", detail=f"{piece.text}/{nouns[-1].text}")


def _swapped(
    alignment: Alignment, earlier: list[tuple[Piece, Place | None]], piece: Piece, place: Place
) -> Iterator[Fault]:
    """Two names of a kind that change places around a word that stays: `甲收购乙` and `乙收购甲`."""
    if piece.kind is not Kind.NAME:
        return
    for other, there in earlier:
        if there and other.kind is Kind.NAME and there.clause == place.clause and there.start > place.start:
            between = alignment.quote.inside(place.end, there.start)
            if any(word.kind in CONTENT and word.kind is Kind.VERB for word in between):
                yield Fault(kind="order", detail=f"{other.text}/{piece.text}")
