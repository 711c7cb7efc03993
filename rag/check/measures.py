"""Whether the figures of a claim are of what the quote says they are of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rag.check.align import Alignment, Place, is_opposite
from rag.check.dating import fits
from rag.check.faults import Fault
from rag.check.figures import is_same_unit
from rag.check.kinds import Kind
from rag.check.lexicon import synonyms, trends
from rag.check.pieces import Piece, Reading
from rag.check.zones import change, governing, head, inherited, is_adverbial, is_relative, nominal, zone

Pair = tuple[Piece, Piece]


def misplaced_figures(alignment: Alignment) -> Iterator[Fault]:
    """Faults of figures that belong to something else, likeliest first."""
    for piece, quoted in _figures(alignment):
        yield from _of_one(alignment, piece, quoted)
    yield from _exchanged(alignment)
    yield from _twins(alignment)
    yield from _said_twice(alignment)


def _figures(alignment: Alignment) -> list[Pair]:
    """The figures of the claim, each with the one of the quote that it is."""
    by_start = {piece.start: piece for piece in alignment.quote.content if piece.figure}
    return [
        (piece, by_start[place.start])
        for piece, place in zip(alignment.claim.content, alignment.places, strict=True)
        if piece.figure and place and place.start in by_start
    ]


def _of_one(alignment: Alignment, piece: Piece, quoted: Piece) -> Iterator[Fault]:
    """The words around a figure in the claim against those around it in the quote."""
    ours, theirs = zone(alignment.claim, piece), zone(alignment.quote, quoted)
    if not nominal(ours):
        ours = [*inherited(alignment.claim, piece), *ours]
    if theirs and not nominal(theirs) and all(is_relative(other) for other in theirs):
        theirs = [*inherited(alignment.quote, quoted), *theirs]
    said = "".join(other.text for other in ours)
    written = alignment.quote.key[theirs[0].start : quoted.end] if theirs else ""
    written += "".join(other.text for other in theirs if other.start > quoted.start)
    extra = [one for one in ours if not _is_among(one, theirs, written)]
    missing = [other for other in theirs if not _is_among(other, ours, said)]
    measured = head(theirs, quoted)
    if measured is not None and is_adverbial(alignment.quote, measured):
        measured = None
    yield from _clash(extra, missing, heads=(head(ours, piece), measured))
    changed = change(alignment.quote, quoted)
    if changed and not any(other.text in trends() for other in ours):
        yield Fault(kind="direction", detail=f"{piece.text} is what {changed.text} tells")
    one, other = governing(alignment.claim, piece), governing(alignment.quote, quoted)
    if one and other and not fits(one, other) and not fits(other, one):
        yield Fault(kind="date", detail=f"{one.text}/{other.text}")


def _clash(extra: list[Piece], missing: list[Piece], *, heads: tuple[Piece | None, Piece | None]) -> Iterator[Fault]:
    for one in extra:
        for other in missing:
            if is_opposite(one.text, other.text):
                yield Fault(kind="direction", detail=f"{one.text}/{other.text}")
            elif one.kind is Kind.NAME and other.kind is Kind.NAME:
                yield Fault(kind="name", detail=f"{one.text}/{other.text}")
    if heads[0] is not None and heads[1] is not None and heads[0] in extra and heads[1] in missing:
        yield Fault(kind="subject", detail=f"{heads[0].text}/{heads[1].text}")


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


def _exchanged(alignment: Alignment) -> Iterator[Fault]:
    """Two figures that change places while the words around them stay."""
    found = _figures(alignment)
    for at, (first, one) in enumerate(found):
        for second, other in found[at + 1 :]:
            if one.start <= other.start or first.sentence != second.sentence:
                continue
            for ours, own, foreign in ((first, one, other), (second, other, one)):
                places = [place for p in zone(alignment.claim, ours) if (place := alignment.place_of(p))]
                near = sum(_is_around(alignment.quote, own, place) for place in places)
                far = sum(_is_around(alignment.quote, foreign, place) for place in places)
                if far > near or not places:
                    yield Fault(kind="order", detail=f"{first.text}/{second.text}")


def _is_around(reading: Reading, figure: Piece, place: Place) -> bool:
    """The place lies between the figures on both sides of `figure`, in its clause."""
    start, end = reading.clauses[figure.clause]
    for other in reading.content:
        if other.figure and other.end <= figure.start:
            start = max(start, other.end)
        elif other.figure and other.start >= figure.end:
            end = min(end, other.start)
    return start <= place.start and place.end <= end


def _twins(alignment: Alignment) -> Iterator[Fault]:
    """A figure from another sentence than the rest of the claim's, which has one of its own for the same words."""
    weights: dict[int, float] = {}
    for piece, place in zip(alignment.claim.content, alignment.places, strict=True):
        if place and not piece.figure:
            weights[place.sentence] = weights.get(place.sentence, 0.0) + piece.weight
    main = max(weights, key=lambda sentence: weights[sentence], default=None)
    for piece, quoted in _figures(alignment):
        if quoted.sentence == main or not piece.figure:
            continue
        said = {p.text for p in zone(alignment.claim, piece)}
        for other in alignment.quote.content:
            if other.figure and other.sentence == main and is_same_unit(piece.figure, other.figure):
                written = {p.text for p in zone(alignment.quote, other)}
                if said and said <= written and not alignment.is_covered(other):
                    yield Fault(kind="number", detail=f"{piece.text}/{other.text}")


def _said_twice(alignment: Alignment) -> Iterator[Fault]:
    """Two figures of the claim that are one of the quote, which has another that the claim lacks."""
    seen: dict[int, Piece] = {}
    for piece, place in zip(alignment.claim.content, alignment.places, strict=True):
        if piece.figure is None or place is None:
            continue
        if place.start in seen:
            for other in alignment.quote.content:
                if other.figure and is_same_unit(piece.figure, other.figure) and not alignment.is_covered(other):
                    yield Fault(kind="number", detail=f"{piece.text}/{other.text}")
        seen[place.start] = piece
