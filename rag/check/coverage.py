"""What a claim says beyond the quote: figures, names and dates that are not there, and words that are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from rag.check.align import Alignment
from rag.check.dating import fits
from rag.check.faults import Fault
from rag.check.figures import difference
from rag.check.kinds import Kind
from rag.check.pieces import Piece, Reading, read
from rag.text.words import Name

_ASKED = 0.4  # what a word weighs that the question brought in
_AROUND = 0.3  # or that stands around the quote
_OFTEN = 3  # mentions that make who is asked about a subject of the article
_HEAVY = 0.5
_SOME, _MUCH, _MOST, _NEARLY_ALL = 0.12, 0.3, 0.5, 0.7  # shares of a claim's words
_YEAR_DAYS = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What may be said of a quote without standing in it, folded: `about` is what its `article` is about."""

    about: str
    article: str
    published: date | None
    asked: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """`share` of the claim's words that the quote lacks; `words` are the heavy ones.

    `bare` is the share without regard to what question and article say, `plain` that of words that are no names.
    """

    share: float
    bare: float
    plain: float
    words: tuple[str, ...]


def absent(alignment: Alignment, around: Surroundings) -> Iterator[Fault]:
    """A fault for each figure, name and date that neither the quote nor, where that counts, its article gives."""
    for piece, place in zip(alignment.claim.content, alignment.places, strict=True):
        if place is not None and not (piece.kind is Kind.NAME and place.share < 1):
            continue
        if piece.figure is not None:
            if not (_is_an_article(piece, alignment) or (piece.text in around.asked and piece.text in around.about)):
                yield _figure(alignment.quote, piece)
        elif piece.date is not None:
            if not _is_dated(piece, alignment, around):
                yield Fault(kind="date", detail=f"{piece.text} is not in the quote")
        elif piece.kind is Kind.NAME and place is None and not _is_named(piece, around):
            yield Fault(kind="name", detail=f"{piece.text} is not in the quote")
        elif piece.kind is Kind.NOUN and any(map(str.isdigit, piece.text)):
            yield Fault(kind="number", detail=f"{piece.text} is not in the quote")


def _is_an_article(piece: Piece, alignment: Alignment) -> bool:
    """`一家公司` says no more than 公司, unless the quote counts something that the claim does not."""
    figure = piece.figure
    assert figure is not None
    if not piece.text.startswith("一") or figure.value != 1 or figure.ordinal:
        return False
    return not any(
        p.figure and p.figure.unit == figure.unit and not alignment.is_covered(p) for p in alignment.quote.content
    )


def _figure(quote: Reading, piece: Piece) -> Fault:
    """The fault of a figure that is not there; a near miss says what differs."""
    assert piece.figure is not None
    kinds = [difference(other.figure, piece.figure) for other in quote.content if other.figure]
    kind = next((kind for kind in ("hedge", "unit", "ordinal") if kind in kinds), "number")
    return Fault(kind=kind if kind != "ordinal" else "number", detail=f"{piece.text} is not in the quote")


def _is_dated(piece: Piece, alignment: Alignment, around: Surroundings) -> bool:
    """The article tells the day that the quote does not: before it, or by when it came out."""
    rivals = [other for other in alignment.quote.content if other.date and not alignment.is_covered(other)]
    if any(not fits(other, piece) for other in rivals):
        return False
    dates = [other for other in read(around.about, around.published).content if other.date]
    if any(fits(piece, other) for other in dates):
        return True
    day, mention = around.published, piece.date
    if day is None or mention is None:
        return False
    return mention.first <= day <= mention.last and (mention.last - mention.first).days <= _YEAR_DAYS


def _is_named(piece: Piece, around: Surroundings) -> bool:
    """Places and bodies may be what the article is about; a person must be in the quote, or be the one asked about."""
    name = Name(word=piece.text, kind=piece.name)
    if piece.text in around.asked and around.article.count(name.stem) >= _OFTEN:
        return True
    return (piece.name != "person" or piece.text in around.asked) and name.stands_in(around.about)


def lack(alignment: Alignment, around: Surroundings) -> Lack:
    """How much of the claim's wording the quote lacks, by weight."""
    total = missing = whole = bare = words_alone = plain = 0.0
    words = []
    for piece, place in zip(alignment.claim.content, alignment.places, strict=True):
        weight = piece.weight
        if piece.kind in {Kind.NOUN, Kind.VERB} or (piece.kind is Kind.NAME and place is not None):
            whole += weight
            gone = weight * (1 - (place.share if place else 0.0))
            bare += gone
            if piece.kind is not Kind.NAME:
                words_alone += weight
                plain += gone
        asked = piece.text in around.asked
        if asked and place is None and piece.kind in {Kind.NOUN, Kind.VERB}:
            weight *= _ASKED
        total += weight
        share = place.share if place else 0.0
        if share == 1 or (place is None and piece.kind in {Kind.NAME, Kind.DATE}):
            continue
        gone = weight * (1 - share)
        if place is None and piece.text in around.about:
            gone *= _AROUND
        missing += gone
        if gone >= _HEAVY * (1 if piece.kind is Kind.NOUN else 0.7):
            words.append(piece.text)
    return Lack(
        share=missing / total if total else 0.0,
        bare=bare / whole if whole else 0.0,
        plain=plain / words_alone if words_alone else 0.0,
        words=tuple(words),
    )


def is_little(found: Lack) -> bool:
    """What is lacking changes nothing."""
    return found.share <= _SOME and not found.words


def is_too_much(found: Lack) -> bool:
    """What is lacking is a good part of the claim, or words that carry it."""
    return (
        found.share > _MUCH
        or found.bare > _MOST
        or found.plain > _NEARLY_ALL
        or (bool(found.words) and found.share > _SOME)
    )
