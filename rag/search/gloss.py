"""An English question put into Chinese with the words that the articles found for it use.

Each word has many translations; which one is meant is told by the collection (Ballesteros and Croft 1997, "Phrasal
translation and query expansion techniques for cross-language information retrieval"; Gao et al. 2001): of the
candidates for a word that one is taken which stands in the passages found, near those of the other words. A word none
of whose candidates stands there stays, as its commonest translation, so that what the articles do not say is missing
from them as it would be for a Chinese question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from rag.search.candidates import HAN, Pool, exact, meant, partly, says_again, usual
from rag.search.english.order import arrange
from rag.search.english.phrases import Piece
from rag.search.english.tokens import Sort, Token, tokens
from rag.search.english.words import COMMON_VERBS, SMALL_VERBS
from rag.text.frequency import weigh
from rag.text.script import fold

_LONGEST = 5  # words of an English phrase
_NEAR = 20.0  # characters over which the pull of another word falls to a half
_JOINED = 1.5  # what a word gains that adjoins its neighbour
_LENGTH = 0.3  # what it gains for each character, up to four
_SINGLE = 0.6  # worth of a candidate of one character, which stands in many words
_RANK = 0.15  # share of all word weight by which the first passage is ahead of the last
_MOST_PLACES = 20  # of a candidate in a passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A passage found: the article that it stands in, and its folded text with title and heading."""

    article_id: str
    key: str


@dataclass(slots=True, kw_only=True)
class _Slot:
    """One English phrase: `found` are its candidates that stand in `pool`, with their worth and where they stand.

    `fixed` is Chinese that the question says itself; what is `loose` is left out where no passage has it.
    """

    tokens: tuple[Token, ...]
    pool: Pool
    found: dict[str, tuple[float, frozenset[int]]] = field(default_factory=dict)
    near: bool = True  # found where the article is that the question is about
    fixed: bool = False
    loose: bool = False
    chosen: str = ""

    @property
    def english(self) -> str:
        """The phrase as the question has it."""
        return " ".join(token.text for token in self.tokens)

    @property
    def weight(self) -> float:
        """How much the phrase tells, as the inverse document frequency of its commonest candidate."""
        return min(weigh(dict.fromkeys(self.found or [usual(self.tokens[0])], 0), 0).values())

    def spans(self, key: str) -> list[tuple[int, int]]:
        """Where its candidates stand in a passage, whose text is `key`."""
        said = [fold(self.chosen)] if self.fixed else self.found
        return [span for option in said for span in _occurrences(option, key)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gloss:
    """A question in Chinese, and each English phrase of it with what it became."""

    text: str
    words: tuple[tuple[str, str], ...]


def gloss(question: str, sources: Sequence[Source], whole: Callable[[str], Sequence[str]]) -> Gloss | None:
    """`question`, which is English, in Chinese; None where that makes no sense: nothing is left, or found is English.

    `sources` are the passages found, best first; `whole` gives the folded texts of all passages of an article.
    """
    if sources and _is_latin(sources[0].key):
        return None
    pieces = arrange(tokens(question))
    pool = Pool([source.key for source in sources])
    first = [slot for piece in pieces for slot in _slots(piece, [pool])]
    home = _home(first, pool)
    pools = [pool]
    if home is not None:  # a second look: what the article says that it is about goes before what others say
        pools.insert(0, Pool([sources[home].key, *whole(sources[home].article_id)]))
    laid: list[list[_Slot] | str] = [piece.said or _slots(piece, pools) for piece in pieces]
    slots = [slot for part in laid if isinstance(part, list) for slot in part]
    for number in range(len(slots)):
        _choose(slots, number)
    text = _text(laid, pools[0])
    return Gloss(text=text, words=tuple((slot.english, slot.chosen) for slot in slots)) if text else None


def _is_latin(key: str) -> bool:
    """Whether a text is in Latin letters, with hardly any Chinese."""
    han = len(HAN.findall(key))
    return 10 * han < sum(char.isascii() and char.isalpha() for char in key)


def _text(laid: Sequence[list[_Slot] | str], near: Pool) -> str:
    """The parts in order; a space between phrases, so that their words are not cut across."""
    text, parted = "", False
    for part in laid:
        said = part if isinstance(part, str) else _joined(part, near)
        if said:
            both = parted and isinstance(part, list)
            text += (" " if both else "") + said
            parted = isinstance(part, list)
    return re.sub("，+", "，", text).strip("，")


def _joined(slots: list[_Slot], near: Pool) -> str:
    """The phrases of a piece, two of them the other way round where the article has them so."""
    said = [slot.chosen for slot in slots if slot.chosen]
    for at in range(len(said) - 1):
        one, two = said[at], said[at + 1]
        if near.has_phrase(two + one) and not near.has_phrase(one + two):
            said[at : at + 2] = [two, one]
    text = ""
    for word in said:
        text += " " if text[-1:].isascii() and text and word[:1].isascii() else ""
        text += word
    return text


def _slots(piece: Piece, pools: Sequence[Pool]) -> list[_Slot]:
    """The phrases of a piece, the longest that the first pool knows first, else the next pool."""
    found: list[_Slot] = []
    left = _unexplained(piece.tokens)
    while left:
        slot = _next(left, pools, found[-1] if found else None)
        slot.loose |= piece.aside
        if slot.found or slot.fixed or not slot.loose:
            found.append(slot)
        left = left[len(slot.tokens) :]
    return found


def _unexplained(given: Sequence[Token]) -> list[Token]:
    """The tokens without the English that Chinese in brackets behind it says again."""
    kept: list[Token] = []
    for token in given:
        if token.explains:
            first = next((at for at, other in enumerate(kept) if says_again(token.text, other)), len(kept))
            kept[first:] = []
        kept.append(token)
    return kept


def _next(left: Sequence[Token], pools: Sequence[Pool], before: _Slot | None) -> _Slot:
    """The slot that `left` begins with, behind the slot `before`."""
    first = left[0]
    if first.sort is Sort.CHINESE:
        return _Slot(tokens=(first,), pool=pools[0], chosen=first.text, fixed=True)
    if first.key == "and":
        return _Slot(tokens=(first,), pool=pools[0], chosen="和", fixed=True)
    loose = first.key in SMALL_VERBS or first.key in COMMON_VERBS
    joins = before.found if before else ()
    named = before is not None and all(token.capital for token in before.tokens)
    of_phrase = any(exact(left[:count]) for count in range(2, _LONGEST) if count <= len(left))
    end = next((at for at, token in enumerate(left[:_LONGEST]) if token.sort is Sort.CHINESE), _LONGEST)
    for pool in pools[:1] if loose else pools:
        for run in (tuple(left[:count]) for count in range(min(end, len(left)), 0, -1)):
            if len(run) == 1 and first.key in SMALL_VERBS:
                break
            if found := meant(run, pool, joins, named=named, of_phrase=of_phrase):
                return _Slot(tokens=run, pool=pool, near=pool is pools[0], found=found)
        if pool is pools[0] and not loose and (found := partly(first, pool)):
            return _Slot(tokens=(first,), pool=pool, found=found)
    return _Slot(tokens=(first,), pool=pools[0], loose=loose)


def _home(slots: Sequence[_Slot], pool: Pool) -> int | None:
    """The passage that holds most of the question, by weight; None when there is none."""
    total = sum(slot.weight for slot in slots) or 1.0
    scores = [-_RANK * total * at / len(pool.keys) for at in range(len(pool.keys))]
    for slot in slots:
        best = dict.fromkeys(pool.holding(fold(slot.chosen)), 1.0) if slot.fixed else {}
        for worth, places in slot.found.values():
            for at in places:
                best[at] = max(best.get(at, 0.0), worth)
        for at, worth in best.items():
            scores[at] += slot.weight * worth
    return max(range(len(scores)), key=lambda at: (scores[at], -at), default=None)


def _choose(slots: Sequence[_Slot], number: int) -> None:
    """Give a slot that one of its candidates which fits the others best, in the first passage that holds any."""
    slot = slots[number]
    if slot.fixed:
        return
    if not slot.found:
        slot.chosen = usual(slot.tokens[0])
        return
    if not slot.near:
        slot.chosen = max(slot.found, key=lambda option: slot.found[option][0] * _surely(option))
        return
    at = min(place for _, holding in slot.found.values() for place in holding)
    key = slot.pool.keys[at]
    others = [other.spans(key) for other in slots]
    best = max(
        (option for option, (_, holding) in slot.found.items() if at in holding),
        key=lambda option: _fit(option, slot.found[option][0], number, others, key),
    )
    slot.chosen = slot.english if best == slot.english.lower() else best


def _occurrences(option: str, key: str) -> list[tuple[int, int]]:
    return [match.span() for match in islice(re.finditer(re.escape(option), key), _MOST_PLACES)]


def _fit(option: str, worth: float, number: int, others: Sequence[Sequence[tuple[int, int]]], key: str) -> float:
    """How well a candidate fits: its worth, its length, and how near it stands to the other words of the question.

    One that joins a candidate of the word before or behind (`缴费|基数`) is nearly certain.
    """
    best = 0.0
    for start, end in _occurrences(option, key):
        pull = 0.0
        for place, spans in enumerate(others):
            if place == number or not spans:
                continue
            pull += 2 ** (-min(abs(low - start) for low, _ in spans) / _NEAR)
            joins = (place == number - 1 and any(high == start for _, high in spans)) or (
                place == number + 1 and any(low == end for low, _ in spans)
            )
            pull += _JOINED if joins else 0.0
        best = max(best, pull)
    return _surely(option) * worth * (1 + best) + _LENGTH * min(len(option), 4)


def _surely(option: str) -> float:
    return _SINGLE if len(option) == 1 else 1.0
