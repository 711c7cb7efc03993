"""An answer that is a phrase (`163所`), completed from its question, and what of its faults counts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.check.align import Alignment, Place, align
from rag.check.coverage import Surroundings
from rag.check.dating import fits
from rag.check.faults import Fault
from rag.check.figures import difference, is_same_unit
from rag.check.kinds import Kind
from rag.check.pieces import Piece, Reading, read
from rag.text.script import fold
from rag.text.words import Name

_LONGEST = 16  # characters
_CLEARLY, _A_LITTLE = 1.3, 0.2  # by how much another figure must be nearer to the words that are asked about
_ASIDE = 0.7  # what a word in another clause of the sentence counts
_HERE, _NEAR = 0.3, 0.5  # share of the question's words in the quote, and in the quote with what it is about
_MEASURE = (
    "个|所|人|名|家|座|位|次|届|元|万元|亿元|米|公里|千米|吨|亩|平方米|平方公里|岁|年|月|日|天|小时|分钟|%|种|类|项|场|部|本|辆|台|条|份|"
    "里|儿|些|国|省|市|区|县|乡|镇|村|队|国家|地区|地方|城市|大学|学校|公司|机构|部门|时期|朝代|方面"
)
_INTERROGATIVE = re.compile(
    rf"(?:(?:有|是|为|达|达到|于)?(?:多少|几|多大|多长|多高|多远|多久|多重)|什么时候|何时|何地|何处|何人|(?:是|为)?谁|"
    rf"(?:是|为)?(?:哪|什么|何种|何)(?:一)?)(?:{_MEASURE})?(?:时候|时)?"
)
_ENDS = re.compile(r"[？?。！!\n]+")
_BOUND = frozenset({"name", "direction", "subject", "date", "unit", "number", "hedge"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is checked: `text`, of which `[start, end)` is the answer's own; the rest was asked."""

    text: str
    start: int
    end: int

    @property
    def is_completed(self) -> bool:
        """The question lent words."""
        return self.end - self.start < len(self.text)

    @property
    def own(self) -> str:
        """What the answer itself says."""
        return self.text[self.start : self.end]

    def is_own(self, piece: Piece) -> bool:
        """A piece of the statement that the answer itself says."""
        return self.start <= piece.start < self.end


def complete(claim: str, question: str) -> Statement:
    """A phrase in the place of the question's interrogative; a sentence as it is."""
    bare = claim.strip().rstrip("。.！!；;")
    whole = Statement(text=claim, start=0, end=len(claim))
    if not question or not bare or len(bare) > _LONGEST:
        return whole
    pieces = read(bare).content
    if (
        any(piece.kind is Kind.VERB for piece in pieces)
        or sum(piece.kind in {Kind.NAME, Kind.NOUN} for piece in pieces) > 3
    ):
        return whole
    asked = next((part for part in _ENDS.split(question) if _INTERROGATIVE.search(fold(part))), question).strip(
        "？?。 "
    )
    found = _INTERROGATIVE.search(fold(asked))
    if found is None:
        return Statement(text=f"{asked}：{bare}", start=len(asked) + 1, end=len(asked) + 1 + len(bare))
    before, after = asked[: found.start()], asked[found.end() :]
    after = "" if after in bare else after
    return Statement(text=f"{before}{bare}{after}", start=len(before), end=len(before) + len(bare))


def phrase_faults(
    statement: Statement,
    alignment: Alignment,
    around: Surroundings,
    figure_faults: Iterator[Fault],
    turned: Iterator[Fault],
) -> Iterator[Fault]:
    """Why the quote does not give the phrase as the answer to its question.

    What the phrase says must be there; the place, the body and the day asked about must not be others; a figure must be
    of what is asked; and the quote must speak of the matter.
    """
    own = align(read(statement.own), alignment.quote)
    for piece, place in zip(own.claim.content, own.places, strict=True):
        if place is None or (place.share < 1 and piece.kind is Kind.NAME):
            yield Fault(kind="number" if piece.figure else "absent", detail=f"{piece.text} is not in the quote")
    for piece, place in zip(alignment.claim.content, alignment.places, strict=True):
        if statement.is_own(piece) or place is not None:
            continue
        if piece.date and _is_of_another_day(piece, alignment):
            yield Fault(kind="date", detail=f"{piece.text} is not in the quote")
        elif piece.name in {"place", "body"} and not Name(word=piece.text, kind=piece.name).stands_in(around.article):
            yield Fault(kind="name", detail=f"{piece.text} is not in the article")
    yield from (fault for fault in figure_faults if fault.kind in _BOUND)
    yield from turned
    yield from _better_fits(statement, alignment, own)
    here, near = asked_shares(statement, alignment, around)
    if here < _HERE or near < _NEAR:
        yield Fault(kind="wording", detail="the quote is about something else")


def _better_fits(statement: Statement, alignment: Alignment, own: Alignment) -> Iterator[Fault]:
    """Another date or figure of the unit that stands among more of the words that are asked about."""
    counted = [(piece, place) for piece, place in zip(own.claim.content, own.places, strict=True) if place]
    if len(counted) != 1 or not (counted[0][0].date or counted[0][0].figure):
        return
    piece = counted[0][0]
    asked = [
        (p.weight, there)
        for p, there in zip(alignment.claim.content, alignment.places, strict=True)
        if there and not statement.is_own(p) and p.kind is not Kind.NAME
    ]
    rivals = [other for other in alignment.quote.content if _is_like(piece, other) and not _is_asked(other, asked)]
    chosen = [other for other in rivals if _says(other, piece)]
    mine = max((_among(other, rivals, asked, alignment.quote) for other in chosen), default=0.0)
    for other in rivals:
        if (
            chosen
            and other not in chosen
            and _among(other, rivals, asked, alignment.quote) > _CLEARLY * mine + _A_LITTLE
        ):
            yield Fault(kind="subject", detail=f"{other.text} fits better")


def _says(other: Piece, piece: Piece) -> bool:
    """The quote's date or figure is the one of the answer."""
    if other.figure and piece.figure:
        return not difference(other.figure, piece.figure)
    return bool(other.date and piece.date) and fits(piece, other)


def _is_asked(other: Piece, asked: list[tuple[float, Place]]) -> bool:
    return other.text.startswith("一") or any(place.start == other.start for _, place in asked)


def _is_like(one: Piece, other: Piece) -> bool:
    if one.date and other.date:
        return True
    return one.figure is not None and other.figure is not None and is_same_unit(one.figure, other.figure)


def _among(chosen: Piece, rivals: list[Piece], asked: list[tuple[float, Place]], quote: Reading) -> float:
    """Weight of the words asked about between the rivals on both sides, within the sentence; less in other clauses."""
    start = max((other.end for other in rivals if other.end <= chosen.start), default=0)
    end = min((other.start for other in rivals if other.start >= chosen.end), default=len(quote.key))
    taken = {other.clause for other in rivals if other is not chosen}
    return sum(
        weight * (1.0 if place.clause == chosen.clause else _ASIDE)
        for weight, place in asked
        if place.sentence == chosen.sentence
        and start <= place.start
        and place.end <= end
        and (place.clause == chosen.clause or place.clause not in taken)
    )


def _is_of_another_day(piece: Piece, alignment: Alignment) -> bool:
    others = [other for other in alignment.quote.content if other.date and not alignment.is_covered(other)]
    return bool(others) and not any(fits(other, piece) for other in others)


def asked_shares(statement: Statement, alignment: Alignment, around: Surroundings) -> tuple[float, float]:
    """How much of what was asked, by weight, stands in the quote, and in the quote or around it."""
    total = here = near = 0.0
    for piece, place in zip(alignment.claim.content, alignment.places, strict=True):
        if statement.is_own(piece):
            continue
        total += piece.weight
        share = place.share if place else 0.0
        here += share * piece.weight
        near += (1.0 if piece.text in around.about else share) * piece.weight
    return (here / total, near / total) if total else (1.0, 1.0)
