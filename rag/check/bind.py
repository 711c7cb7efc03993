"""Whether what a claim says of something is what the quote says of the same thing: figures, subjects, predicates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from rag.check.align import Alignment, Place, is_opposite
from rag.check.dating import fits
from rag.check.figures import difference, is_same_unit
from rag.check.lexicon import is_anaphor, is_relational, is_saying, opposites, synonyms, trends
from rag.check.pieces import CONTENT, NOMINAL, Kind, Piece, Reading

_COMPARED = ("比", "较", "自", "从", "由", "于", "以来", "年同期")
_MOVES, _STAYS = 0.3, 0.35  # what names and dates, and other words, weigh for where a clause is from
_TELLS = 0.3  # weight from which a noun may be a subject of its own
_LEAST_NAME = 2  # characters of a longer name that are a name of their own: `泰国` of `泰国宪法法院`
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
    yield from _said_twice(alignment)
    yield from _cut_names(alignment)
    yield from _jumps(alignment)
    yield from _opposites(alignment)


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


def _cut_names(alignment: Alignment) -> Iterator[Fault]:
    """A name or noun of which only a part is there, and beside the part stands another one: `中国移动`, `山东移动`."""
    for piece, place in zip(alignment.claim.content, alignment.places, strict=True):
        if place is None or place.share == 1 or piece.kind not in NOMINAL:
            continue
        ends = piece.text.endswith(alignment.quote.key[place.start : place.end])
        for other in alignment.quote.content:
            touching = other.end == place.start if ends else other.start == place.end
            within = other.start < place.start < other.end if ends else other.start < place.end < other.end
            if (touching or within) and other.kind in NOMINAL and not (touching and alignment.is_covered(other)):
                yield Fault(kind="name", detail=f"{piece.text}/{other.text}")


def _jumps(alignment: Alignment) -> Iterator[Fault]:
    """A claim clause without a subject that comes from another sentence of the quote than the clause before it.

    There it is said of something else, if that sentence names something before it that the claim does not.
    """
    before: int | None = None
    for clause in range(len(alignment.claim.clauses)):
        ours = _of_clause(alignment, clause)
        home = _home(ours)
        if home is None:
            continue
        sentence = alignment.sentence_of(home)
        if before is not None and sentence != before:
            own = [p for p, place in ours if place and place.clause == home]
            subjects = [p for p in _nominal(own) if not p.figure]
            first = min(place.start for _, place in ours if place and place.clause == home)
            pushed = [
                other
                for other in alignment.quote.content
                if other.sentence == sentence
                and other.end <= first
                and other.kind in NOMINAL
                and other.weight >= _TELLS
                and not alignment.is_covered(other)
            ]
            if pushed and (not subjects or sentence < before):
                yield Fault(kind="subject", detail=f"{own[0].text} is of {pushed[-1].text}")
        before = sentence


def _of_clause(alignment: Alignment, clause: int) -> list[tuple[Piece, Place | None]]:
    return [
        (piece, place)
        for piece, place in zip(alignment.claim.content, alignment.places, strict=True)
        if piece.clause == clause
    ]


def _opposites(alignment: Alignment) -> Iterator[Fault]:
    """A word that the quote lacks, where it has the opposite and the claim does not."""
    for piece, place in zip(alignment.claim.content, alignment.places, strict=True):
        if place is None and piece.text in opposites():
            for other in alignment.quote.content:
                if other.text in opposites()[piece.text] and not alignment.is_covered(other):
                    yield Fault(kind="direction", detail=f"{piece.text}/{other.text}")


# figures ------------------------------------------------------------------------------------------------------------


def _figure_faults(alignment: Alignment, piece: Piece, place: Place) -> Iterator[Fault]:
    """The words around a figure in the claim against those around it in the quote."""
    quoted = next((other for other in alignment.quote.content if other.start == place.start and other.figure), None)
    if quoted is None:
        return
    ours, theirs = _zone(alignment.claim, piece), _zone(alignment.quote, quoted)
    if not _nominal(ours):
        ours = [*_inherited(alignment.claim, piece), *ours]
    if not _nominal(theirs) and all(_is_of_another(other) for other in theirs):
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


def _is_of_another(piece: Piece) -> bool:
    """What a clause says of what was named before it: 同比增长, 占比."""
    return piece.text in trends() or is_relational(piece.text)


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
    return [piece for piece in pieces if piece.kind in NOMINAL and not is_relational(piece.text)]


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
    ours = _of_clause(alignment, clause)
    home = _home(ours)
    if home is None:
        return
    start, end = alignment.quote.clauses[home]
    yield from _other_day(alignment, ours, home)
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
        gap = list(_uncovered(alignment, low, high))
        yield from _replaced(piece, place, gap)
        if right is not None and left is None:
            yield from _other_subject(alignment, ours[at + 1 :], piece, right, gap)
        if place is not None and place.sentence > alignment.sentence_of(home) and piece.kind in NOMINAL:
            yield Fault(kind="subject", detail=piece.text)


def _uncovered(alignment: Alignment, low: int, high: int) -> Iterator[Piece]:
    """What the quote says in `[low, high)` and the claim does not; of a piece that reaches beyond, what is inside."""
    for piece in alignment.quote.content:
        if piece.start >= high or piece.end <= low:
            continue
        start, end = max(low, piece.start), min(high, piece.end)
        inside = piece
        if (start, end) != (piece.start, piece.end):
            if piece.kind is not Kind.NAME or end - start < _LEAST_NAME:
                continue
            inside = replace(piece, start=start, end=end, text=alignment.quote.key[start:end])
        if not alignment.is_covered(inside):
            yield inside


def _is_in_line(left: Place | None, place: Place, right: Place | None) -> bool:
    """The place stands between those of its neighbours, and is not one of theirs."""
    return (left is None or left.end <= place.start) and (right is None or place.end <= right.start)


def _other_subject(
    alignment: Alignment, following: list[tuple[Piece, Place | None]], piece: Piece, right: Place, gap: list[Piece]
) -> Iterator[Fault]:
    """A name opens the clause where the quote has a noun that does what the name is said to do."""
    after = following[0][0]
    if piece.kind is not Kind.NAME or after.kind is not Kind.VERB or following[0][1] is not right:
        return
    nouns = [other for other in gap if other.kind in NOMINAL]
    if nouns and nouns[-1] is gap[-1] and not is_anaphor(nouns[-1].text) and nouns[-1].text not in piece.text:
        yield Fault(kind="subject", detail=f"{piece.text}/{nouns[-1].text}")


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
            weight = _MOVES if piece.kind in {Kind.NAME, Kind.DATE} else max(piece.weight, _STAYS)
            weights[place.clause] = weights.get(place.clause, 0.0) + weight * place.share
    return max(weights, key=lambda clause: (weights[clause], -clause)) if weights else None


def _replaced(piece: Piece, place: Place | None, gap: list[Piece]) -> Iterator[Fault]:
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
            and place is None
            and not (is_saying(piece.text) or is_saying(other.text))
        ):
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
