"""Which words of a quote a claim's words are: each content piece of the claim gets a place in the quote, or none.

The places are chosen together (a beam search over the claim): words that stand together in the claim are sought where
they stand together in the quote, so that a word said twice is not taken from another sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rag.check.dating import fits
from rag.check.figures import difference
from rag.check.kinds import Kind
from rag.check.lexicon import opposites, synonyms
from rag.check.pieces import Piece, Reading
from rag.text.words import Name

_BEAM = 10
_MISSING = 2.0
_WEAK = 0.6  # for a word that is only partly there
_SAME_CLAUSE_BACK, _OTHER_CLAUSE, _OTHER_CLAUSE_BACK, _OTHER_SENTENCE, _OTHER_SENTENCE_BACK = 0.5, 0.5, 0.9, 0.9, 1.4
_FAR = 0.01  # for each character that is skipped
_LONGEST_SKIP = 30
_AGAIN = 0.6  # for a place that another word of the claim has taken
_AT_A_BREAK = 0.3  # a jump costs less where the claim begins a new clause
_MOST_PLACES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in the quote a piece of the claim stands; `share` of it is there."""

    start: int
    end: int
    sentence: int
    clause: int
    share: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """Places by index of `claim.content`; `covered` are the characters of the quote that the claim says."""

    claim: Reading
    quote: Reading
    places: tuple[Place | None, ...]
    covered: frozenset[int]

    def place_of(self, piece: Piece) -> Place | None:
        """Where a content piece of the claim stands."""
        return self.places[self.claim.content.index(piece)]

    def sentence_of(self, clause: int) -> int:
        """The number of the quote's sentence that holds a clause of it."""
        return next((piece.sentence for piece in self.quote.pieces if piece.clause == clause), 0)

    def part_at(self, at: int) -> int:
        """The number of the quote's part that holds a character of it."""
        return next((piece.part for piece in self.quote.pieces if piece.start <= at < piece.end), 0)

    def is_covered(self, piece: Piece) -> bool:
        """At least half of a piece of the quote is said by the claim."""
        return 2 * sum(at in self.covered for at in range(piece.start, piece.end)) >= piece.end - piece.start


def align(claim: Reading, quote: Reading) -> Alignment:
    """The cheapest placing of `claim.content` in `quote`."""
    states: list[_State] = [(0.0, None, ())]
    before: Piece | None = None
    for piece in claim.content:
        places = list(_places(piece, quote))[:_MOST_PLACES]
        ease = _AT_A_BREAK if before is not None and before.clause != piece.clause else 1.0
        states = _best(_extended(states, piece, places, ease))
        before = piece
    path = states[0][2]
    covered = {at for place in path if place for at in range(place.start, place.end)}
    return Alignment(claim=claim, quote=quote, places=path, covered=frozenset(covered))


_State = tuple[float, Place | None, tuple[Place | None, ...]]  # cost, last place, and all places so far


def _extended(states: list[_State], piece: Piece, places: list[Place], ease: float) -> list[_State]:
    """Every state with every place for the next piece, and with none."""
    missing = _MISSING * (0.5 + piece.weight)
    following: list[_State] = [(cost + missing, last, (*path, None)) for cost, last, path in states]
    for cost, last, path in states:
        taken = {(place.start, place.end) for place in path if place}
        for place in places:
            jump = _jump(last, place) * ease + (1 - place.share) * _WEAK
            again = _AGAIN if (place.start, place.end) in taken else 0.0
            following.append((cost + jump + again, place, (*path, place)))
    return following


def _best(states: list[_State]) -> list[_State]:
    """The cheapest state for each last place, at most `_BEAM`."""
    kept: dict[int, _State] = {}
    states.sort(key=_cost)
    for state in states:
        kept.setdefault(state[1].start if state[1] else -1, state)
        if len(kept) == _BEAM:
            break
    return list(kept.values())


def _cost(state: _State) -> float:
    return state[0]


def _jump(last: Place | None, place: Place) -> float:
    if last is None:
        return 0.0
    skipped = min(_LONGEST_SKIP, abs(place.start - last.end)) * _FAR
    forward = place.start >= last.end
    if place.clause == last.clause:
        return skipped if forward else _SAME_CLAUSE_BACK + skipped
    if place.sentence == last.sentence:
        return (_OTHER_CLAUSE if forward else _OTHER_CLAUSE_BACK) + skipped
    return (_OTHER_SENTENCE if forward else _OTHER_SENTENCE_BACK) + skipped


def _places(piece: Piece, quote: Reading) -> Iterator[Place]:
    if piece.figure is not None:
        for other in quote.content:
            if other.figure is not None and not difference(other.figure, piece.figure):
                yield _of(other)
        return
    if piece.date is not None:
        for other in quote.content:
            if other.date is not None and fits(piece, other):
                yield _of(other)
        return
    found = list(_standing(piece.text, quote))
    if piece.kind is Kind.NAME and not found:
        found = list(_name_places(piece, quote))
    yield from found
    same = synonyms().get(piece.text, frozenset())
    alike = [_of(other) for other in quote.content if other.text in same]
    yield from alike
    if not found and not alike:
        yield from _partly(piece, quote)


def _of(piece: Piece, share: float = 1.0) -> Place:
    return Place(start=piece.start, end=piece.end, sentence=piece.sentence, clause=piece.clause, share=share)


def _standing(word: str, quote: Reading) -> Iterator[Place]:
    """Where `word` stands in the quote, outside figures and dates and not inside a word that says the opposite."""
    contrary = opposites().get(word, frozenset())
    at = quote.key.find(word)
    while at >= 0:
        end = at + len(word)
        holding = _piece_at(quote, at)
        if not (holding and (holding.figure or holding.date or holding.text in contrary)):
            yield _place(quote, at, end)
        at = quote.key.find(word, end)


def _place(quote: Reading, start: int, end: int, share: float = 1.0) -> Place:
    before = None
    for piece in quote.pieces:
        if piece.start > start:
            break
        before = piece
    return Place(
        start=start,
        end=end,
        sentence=before.sentence if before else 0,
        clause=before.clause if before else 0,
        share=share,
    )


def _piece_at(quote: Reading, at: int) -> Piece | None:
    return next((piece for piece in quote.content if piece.start <= at < piece.end), None)


def _name_places(piece: Piece, quote: Reading) -> Iterator[Place]:
    """A place without the suffix that says what kind of place it is."""
    stem = Name(word=piece.text, kind=piece.name).stem if piece.name == "place" else piece.text
    if len(stem) > 1 and stem != piece.text:
        yield from _standing(stem, quote)


def _partly(piece: Piece, quote: Reading) -> Iterator[Place]:
    """The longest part of a word of three characters or more; a verb that shares a character with one of two."""
    text = piece.text
    if any(map(str.isdigit, text)) or (piece.name == "person"):
        return
    if text.isascii():
        return
    for size in range(len(text) - 1, 1, -1):
        if 2 * size < len(text):
            break
        for start in range(len(text) - size + 1):
            part = text[start : start + size]
            at = quote.key.find(part)
            holding = _piece_at(quote, at) if at >= 0 else None
            if holding and (is_opposite(text, holding.text) or holding.figure or holding.date):
                continue
            if at >= 0:
                yield _place(quote, at, at + size, share=size / len(text))
                return
    if piece.kind is Kind.VERB and len(text) == 2:
        contrary = opposites().get(text, frozenset())
        for other in quote.content:
            shared = other.kind is Kind.VERB and len(other.text) == 2 and set(other.text) & set(text)
            if shared and other.text not in contrary and not _differ_in_opposites(text, other.text):
                yield _of(other, share=0.5)


_POLES = """
    上下 进出 增减 升降 有无 高低 多少 大小 前后 男女 东西 南北 左右 早晚 快慢 新旧 买卖 加减 开关 开闭 正负 涨跌
    盈亏 内外 入出 公私 好坏 赢输 胜败 收放 收发 始终 起止 来去 得失 轻重 长短 强弱 远近 宽窄 缺出
    """.split()
_POLAR = frozenset(frozenset(pair) for pair in _POLES)


def _differ_in_opposites(one: str, other: str) -> bool:
    """Two words that differ in characters of opposite meaning: 进口 and 出口."""
    return any(frozenset((a, b)) in _POLAR for a in set(one) - set(other) for b in set(other) - set(one))


def is_opposite(one: str, other: str) -> bool:
    """Two words of which one says the opposite of the other."""
    if other in opposites().get(one, frozenset()):
        return True
    return len(one) == len(other) == 2 and len(set(one) & set(other)) == 1 and _differ_in_opposites(one, other)
