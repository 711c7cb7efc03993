"""Negation and plan: what a claim denies or foresees must be what the quote denies or foresees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from rag.check.align import Alignment
from rag.check.faults import Fault
from rag.check.kinds import Kind
from rag.check.lexicon import is_causing, is_strong_modal
from rag.check.pieces import CONTENT, Piece, Reading

_ANY = 99
_MARKS = ",;。.!? "
_SKIPPED = 2  # pieces of the quote between a negation and the next one that the claim says too


def turned(alignment: Alignment) -> Iterator[Fault]:
    """A fault for each clause of the quote that the claim denies and the quote does not, or the other way round."""
    places = dict(zip((p.start for p in alignment.claim.content), alignment.places, strict=True))
    denied: Counter[int] = Counter()
    words: dict[int, str] = {}
    loose = ""
    for negation, target in _targets(alignment.claim, lambda piece: places.get(piece.start) is not None):
        place = places[target.start] if target else None
        if place is None:
            loose = negation.text
            if target is None and _is_told_without(negation, alignment.claim, alignment.quote):
                yield Fault(kind="negation", detail=negation.text)
            continue
        denied[place.clause] += 1
        words[place.clause] = negation.text
    written: Counter[int] = Counter()
    for negation, target in _targets(alignment.quote, alignment.is_covered, most=_SKIPPED):
        if target:
            written[target.clause] += 1
            words.setdefault(target.clause, negation.text)
        elif _is_told_without(negation, alignment.quote, alignment.claim):
            yield Fault(kind="negation", detail=negation.text)
    for clause in sorted({*denied, *written}):
        if denied[clause] % 2 != written[clause] % 2:
            yield Fault(kind="negation", detail=words[clause])
    if loose and not any(piece.kind is Kind.NEGATION for piece in alignment.quote.pieces):
        yield Fault(kind="negation", detail=loose)


def _is_told_without(negation: Piece, one: Reading, other: Reading) -> bool:
    """What stands behind a negation up to the end of its clause, words of no weight, is told by the other text bare."""
    end = one.clauses[negation.clause][1]
    denied = one.key[negation.end : end].rstrip(_MARKS)
    if len(denied) < 2 or any(piece.kind in CONTENT for piece in one.inside(negation.end, end)):
        return False
    return denied in other.key and negation.text + denied not in other.key


def _targets(
    reading: Reading, counts: Callable[[Piece], bool], *, most: int = _ANY
) -> Iterator[tuple[Piece, Piece | None]]:
    """Each negation with the first piece behind it in its clause that `counts`."""
    for at, piece in enumerate(reading.pieces):
        if piece.kind is not Kind.NEGATION:
            continue
        skipped = 0
        found = None
        for other in reading.pieces[at + 1 :]:
            if other.clause != piece.clause:
                break
            if other.kind not in CONTENT:
                continue
            if counts(other):
                found = other
                if not is_causing(other.text):
                    break
                continue
            skipped += 1
            if skipped > most or (other.kind is Kind.VERB and most < _ANY and not is_causing(other.text)):
                break
        if found is None and not skipped:  # `退货已经不可能`: it stands behind what it denies
            before = [p for p in reading.pieces[:at] if p.clause == piece.clause and p.kind in CONTENT]
            found = before[-1] if before and counts(before[-1]) else None
        yield piece, found


def foreseen(alignment: Alignment) -> Iterator[Fault]:
    """A fault where the quote plans or guesses what the claim tells as a fact."""
    if any(piece.kind is Kind.MODAL for piece in alignment.claim.pieces):
        return
    for at, piece in enumerate(alignment.quote.pieces):
        if piece.kind is not Kind.MODAL or not is_strong_modal(piece.text):
            continue
        behind = [p for p in alignment.quote.pieces[at + 1 :] if p.clause == piece.clause and p.kind in CONTENT]
        if behind and any(alignment.is_covered(p) for p in behind[:2]):
            if piece.text not in alignment.claim.key:
                yield Fault(kind="modality", detail=piece.text)
            return
