"""Whether what a claim says of something is what the quote says of the same thing."""

from __future__ import annotations

from collections.abc import Iterator

from rag.check.align import Alignment
from rag.check.clauses import home_of, of_clause, replaced_words
from rag.check.faults import Fault
from rag.check.kinds import Kind
from rag.check.lexicon import opposites
from rag.check.measures import misplaced_figures
from rag.check.pieces import NOMINAL
from rag.check.zones import nominal

_TELLS = 0.3  # weight from which a noun may be a subject of its own


def misbound(alignment: Alignment) -> Iterator[Fault]:
    """Faults of figures that belong to something else, and of words that stand in for others, likeliest first."""
    yield from misplaced_figures(alignment)
    yield from replaced_words(alignment)
    yield from _passed_over(alignment)
    yield from _cut_names(alignment)
    yield from _jumps(alignment)
    yield from _opposites(alignment)


def _jumps(alignment: Alignment) -> Iterator[Fault]:
    """A claim clause without a subject that comes from another sentence of the quote than the clause before it.

    There it is said of something else, if that sentence names something before it that the claim does not.
    """
    before: int | None = None
    for clause in range(len(alignment.claim.clauses)):
        ours = of_clause(alignment, clause)
        home = home_of(ours)
        if home is None:
            continue
        sentence = alignment.sentence_of(home)
        if before is not None and sentence != before:
            own = [p for p, place in ours if place and place.clause == home]
            subjects = [p for p in nominal(own) if not p.figure]
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
            if pushed and not all(p.date for p in own) and (not subjects or sentence < before):
                yield Fault(kind="subject", detail=f"{own[0].text} is of {pushed[-1].text}")
        before = sentence


def _passed_over(alignment: Alignment) -> Iterator[Fault]:
    """A name that stands right before a word in the claim, where the quote has another name between them."""
    content, places = alignment.claim.content, alignment.places
    for at, piece in enumerate(content[:-1]):
        place, following = places[at], places[at + 1]
        if piece.kind is not Kind.NAME or place is None or following is None or content[at + 1].kind is Kind.NAME:
            continue
        if content[at + 1].start - piece.end > 1 or place.clause != following.clause:
            continue
        for other in alignment.quote.inside(place.end, following.start):
            if other.kind is Kind.NAME and following.start - other.end <= 1 and not alignment.is_covered(other):
                yield Fault(kind="name", detail=f"{piece.text}/{other.text}")


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


def _opposites(alignment: Alignment) -> Iterator[Fault]:
    """A word that the quote lacks, where it has the opposite and the claim does not."""
    for piece, place in zip(alignment.claim.content, alignment.places, strict=True):
        if place is None and piece.text in opposites():
            for other in alignment.quote.content:
                if other.text in opposites()[piece.text] and not alignment.is_covered(other):
                    yield Fault(kind="direction", detail=f"{piece.text}/{other.text}")
