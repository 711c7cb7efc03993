"""Whether the words of one clause of a claim stand together in the quote, or push aside what stands there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rag.check.align import Alignment, Place, is_opposite
from rag.check.dating import fits
from rag.check.faults import Fault
from rag.check.figures import difference, is_same_unit
from rag.check.kinds import Kind
from rag.check.lexicon import is_anaphor, is_saying
from rag.check.pieces import NOMINAL, Piece
from rag.check.zones import governing, is_adverbial

_MOVES, _STAYS = 0.3, 0.35  # what names and dates, and other words, weigh for where a clause is from
_LEAST_NAME = 2  # characters of a longer name that are a name of their own: `泰国` of `泰国宪法法院`
_DIRECTLY = 2  # characters between a subject and its verb

Ours = list[tuple[Piece, Place | None]]


def replaced_words(alignment: Alignment) -> Iterator[Fault]:
    """Faults of words that stand in for others."""
    for clause in range(len(alignment.claim.clauses)):
        yield from _of_one_clause(alignment, clause)


def _of_one_clause(alignment: Alignment, clause: int) -> Iterator[Fault]:
    """Words of one claim clause that come from elsewhere, and push aside words of the clause that the rest is from."""
    ours = of_clause(alignment, clause)
    home = home_of(ours)
    if home is None:
        return
    start, end = alignment.quote.clauses[home]
    yield from _other_day(alignment, ours, home)
    yield from _other_scope(alignment, clause, home)
    for at, (piece, place) in enumerate(ours):
        left = next((p for _, p in reversed(ours[:at]) if p and p.clause == home), None)
        right = next((p for _, p in ours[at + 1 :] if p and p.clause == home), None)
        if place is not None and place.clause == home:
            yield from _swapped(alignment, ours[:at], piece, place)
            if _is_in_line(left, place, right):
                continue
        if left is None and right is None:
            continue
        low = left.end if left and (not right or left.end <= right.start) else start
        high = right.start if right else end if left else start
        gap = list(uncovered(alignment, low, high))
        if right is None and not _follows(ours[:at], left):
            gap = []
        elif piece.kind is Kind.NOUN and left is None and right is not None:
            gap = [other for other in gap if other.part == alignment.part_at(right.start)]
        if place is not None and place.clause == home:  # only moved: what it pushes aside stands beside its neighbour
            part = alignment.part_at(right.start if right else low - 1)
            gap = [other for other in gap if other.part == part]
        touching = gap[0] if gap and left and gap[0].start - left.end <= 1 and at and ours[at - 1][1] is left else None
        yield from _replaced(piece, place, gap, touching)
        if right is not None and left is None:
            yield from _other_subject(alignment, ours[at + 1 :], right, piece, gap)
        if place is not None and place.sentence > alignment.sentence_of(home) and piece.kind in NOMINAL:
            yield Fault(kind="subject", detail=piece.text)
        if place is not None and place.sentence != alignment.sentence_of(home) and piece.kind is Kind.VERB:
            yield from _of_another(alignment, piece, place)


def home_of(ours: Ours) -> int | None:
    """The clause of the quote that most of a claim clause is from."""
    weights: dict[int, float] = {}
    for piece, place in ours:
        if place is not None:
            weight = _MOVES if piece.kind in {Kind.NAME, Kind.DATE} else max(piece.weight, _STAYS)
            weights[place.clause] = weights.get(place.clause, 0.0) + weight * place.share
    return max(weights, key=lambda clause: (weights[clause], -clause)) if weights else None


def of_clause(alignment: Alignment, clause: int) -> Ours:
    """The content pieces of one clause of the claim with their places."""
    return [
        (piece, place)
        for piece, place in zip(alignment.claim.content, alignment.places, strict=True)
        if piece.clause == clause
    ]


def _other_day(alignment: Alignment, ours: Ours, home: int) -> Iterator[Fault]:
    """The claim dates what it says otherwise than the quote does."""
    first = next(((p, place) for p, place in ours if place and place.clause == home and not p.date), None)
    if first is None:
        return
    there = next((p for p in alignment.quote.content if p.start <= first[1].start < p.end), None)
    said = governing(alignment.claim, first[0])
    written = governing(alignment.quote, there) if there else None
    if said is None or written is None or fits(said, written) or fits(written, said):
        return
    place = alignment.place_of(said)
    if place is None or place.clause != home:
        yield Fault(kind="date", detail=f"{said.text}/{written.text}")


def _other_scope(alignment: Alignment, clause: int, home: int) -> Iterator[Fault]:
    """全国 in the claim where the quote says 全省."""
    said = [p.text for p in alignment.claim.pieces if p.clause == clause and p.kind is Kind.SCOPE]
    written = [p.text for p in alignment.quote.pieces if p.clause == home and p.kind is Kind.SCOPE]
    for scope in said:
        if written and scope not in written:
            yield Fault(kind="scope", detail=f"{scope}/{written[0]}")


def _replaced(piece: Piece, place: Place | None, gap: list[Piece], touching: Piece | None) -> Iterator[Fault]:
    gap = [other for other in gap if other.text != piece.text]  # said twice, it stands in for nothing
    for other in gap:
        if is_opposite(piece.text, other.text):
            yield Fault(kind="direction", detail=f"{piece.text}/{other.text}")
        elif piece.kind is Kind.NAME and other.kind is Kind.NAME:
            yield Fault(kind="name", detail=f"{piece.text}/{other.text}")
        elif piece.figure and other.figure:
            if is_same_unit(piece.figure, other.figure) and difference(other.figure, piece.figure):
                yield Fault(kind="number", detail=f"{piece.text}/{other.text}")
        elif piece.date and other.date:
            if not fits(piece, other) and not fits(other, piece):
                yield Fault(kind="date", detail=f"{piece.text}/{other.text}")
        elif (
            piece.kind is other.kind is Kind.VERB
            and (place is None or other is touching)
            and not (is_saying(piece.text) or is_saying(other.text))
        ):
            yield Fault(kind="wording", detail=f"{piece.text}/{other.text}")
    nouns = [other for other in gap if other.kind in NOMINAL]
    if piece.kind is Kind.NOUN and nouns:
        yield Fault(kind="subject", detail=f"{piece.text}/{nouns[-1].text}")


def _other_subject(
    alignment: Alignment, following: Ours, right: Place, piece: Piece, gap: list[Piece]
) -> Iterator[Fault]:
    """A name opens the clause where the quote has a noun that does what the name is said to do."""
    after = following[0][0]
    if piece.kind is not Kind.NAME or after.kind is not Kind.VERB or following[0][1] is not right:
        return
    nouns = [other for other in gap if other.kind in NOMINAL]
    if not nouns or nouns[-1] is not gap[-1] or is_anaphor(nouns[-1].text) or nouns[-1].text in piece.text:
        return
    if not is_adverbial(alignment.quote, nouns[-1]):
        yield Fault(kind="subject", detail=f"{piece.text}/{nouns[-1].text}")


def _follows(earlier: Ours, left: Place | None) -> bool:
    """Nothing of another clause of the quote was said since `left`."""
    return next((place for _, place in reversed(earlier) if place), None) is left


def _is_in_line(left: Place | None, place: Place, right: Place | None) -> bool:
    """The place stands between those of its neighbours, and is not one of theirs."""
    return (left is None or left.end <= place.start) and (right is None or place.end <= right.start)


def _swapped(alignment: Alignment, earlier: Ours, piece: Piece, place: Place) -> Iterator[Fault]:
    """Two names of a kind that change places around a word that stays: `甲收购乙` and `乙收购甲`."""
    if piece.kind is not Kind.NAME:
        return
    for other, there in earlier:
        if there and other.kind is Kind.NAME and there.clause == place.clause and there.start > place.start:
            between = alignment.quote.inside(place.end, there.start)
            if any(word.kind is Kind.VERB for word in between):
                yield Fault(kind="order", detail=f"{other.text}/{piece.text}")


def _of_another(alignment: Alignment, piece: Piece, place: Place) -> Iterator[Fault]:
    """A verb from another sentence, where someone else does it."""
    for other in alignment.quote.content:
        touches = other.clause == place.clause and 0 <= place.start - other.end <= _DIRECTLY
        if touches and other.kind in NOMINAL and not alignment.is_covered(other):
            yield Fault(kind="subject", detail=f"{piece.text} is of {other.text}")


def uncovered(alignment: Alignment, low: int, high: int) -> Iterator[Piece]:
    """What the quote says in `[low, high)` and the claim does not; of a piece that reaches beyond, what is inside."""
    for piece in alignment.quote.content:
        if not low <= piece.start < high:
            continue
        inside = piece
        if piece.end > high:
            if piece.kind is not Kind.NAME or high - piece.start < _LEAST_NAME:
                continue
            inside = replace(piece, end=high, text=alignment.quote.key[piece.start : high])
        if not alignment.is_covered(inside):
            yield inside
