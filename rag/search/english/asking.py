"""What an English question asks: its interrogative in Chinese, what it belongs to, and where it stands."""

from __future__ import annotations

from collections.abc import Sequence

from rag.search.english.phrases import ARTICLES, Chunk, Piece, chunks_of, in_order, is_content, is_verb
from rag.search.english.tokens import Sort, Token
from rag.search.english.words import AUXILIARIES, PREPOSITIONS, lemmas

_HOW = {
    "many": "多少",
    "much": "多少",
    "large": "多大",
    "big": "多大",
    "deep": "深多少",
    "high": "多高",
    "tall": "多高",
    "wide": "宽多少",
    "broad": "宽多少",
    "far": "多远",
    "heavy": "重多少",
    "old": "多少岁",
    "fast": "速度多少",
    "thick": "厚多少",
    "soon": "多久",
    "often": "多久",
    "expensive": "多少钱",
}
_PAID = frozenset("cost pay paid spend charge fined fine price earn".split())
_MEASURES = frozenset(
    "number amount total value price cost revenue income profit speed length width height depth area size population "
    "rate ratio limit weight distance temperature capacity age salary wage budget investment output sum fee fine fare "
    "tax duration score volume turnover growth increase decrease decline yield tonnage span thickness altitude "
    "elevation latitude frequency power probability quota base ceiling density wavelength share percentage "
    "proportion".split()
)
_BARE = 2  # characters of an interrogative that says nothing else: 谁, 什么
_SHARES = frozenset("share percentage proportion".split())
_TIMES = {
    "year": "哪一年",
    "month": "哪个月",
    "day": "哪一天",
    "date": "什么时候",
    "time": "什么时候",
    "century": "哪个世纪",
    "decade": "哪个年代",
}
_PLACES = frozenset("country city province county district region town village state place continent island".split())
_SIMPLE = {
    "who": "谁",
    "whom": "谁",
    "where": "哪里",
    "when": "什么时候",
    "why": "为什么",
    "how": "如何",
    "whose": "谁的",
}
BE = frozenset("is are was were be been being am isn't aren't wasn't weren't".split())
_NAMED = frozenset("called named".split())


class Asked:
    """A clause that begins with its interrogative."""

    def __init__(self, clause: list[Token]) -> None:
        self.word = clause[0].key
        self.rest = clause[1:]
        self.said = _SIMPLE.get(self.word, "什么")
        self.noun: list[Token] = []  # the noun that the interrogative belongs to
        if self.word == "how":
            self._how()
        elif self.word in {"what", "which", "whose"}:
            self._noun_asked()

    def _how(self) -> None:
        if not self.rest:
            return
        following = self.rest[0].key
        if following in _HOW:
            self.said = _HOW[following]
            self.rest = self.rest[1:]
            if following in {"many", "much"}:
                self._take_noun(of=True)
                if not self.noun and self._asks_price():
                    self.said = "多少钱"
        elif following == "long":
            self.rest = self.rest[1:]
            lasting = self.rest and (self.rest[0].key not in BE or is_verb(self.rest[-1]))
            self.said = "多久" if lasting else "多长"

    def _asks_price(self) -> bool:
        """`how much does it cost`, `how much is a ticket`; not `how much is the total`."""
        if any(token.key in _PAID for token in self.rest):
            return True
        chunk = next((chunk for chunk in chunks_of(self.rest) if chunk.tokens), None)
        return bool(self.rest) and self.rest[0].key in BE and chunk is not None and not _measures(chunk.tokens[-1])

    def _noun_asked(self) -> None:
        self._take_noun(of=False)
        if not self.noun:
            return
        head = self._head(self.noun)
        if head in _TIMES:
            self.said, self.noun = _TIMES[head], []
        elif head in _SHARES:
            self.said, self.noun = "比例是多少", []
            self.rest = self.rest[1:] if self.rest and self.rest[0].key == "of" else self.rest
        elif head in _MEASURES:
            self.said = "多少"
        elif self.word == "which" or head in _PLACES:
            self.said = "哪个"

    def _take_noun(self, *, of: bool) -> None:
        end = 0
        while end < len(self.rest):
            key = self.rest[end].key
            joins = end > 0 and (key == "and" or (of and key == "of"))
            if not joins and (key in AUXILIARIES or key in PREPOSITIONS or key in ARTICLES or key == "there"):
                break
            end += 1
        taken, self.rest = self.rest[:end], self.rest[end:]
        begins = not self.rest or self.rest[0].key not in AUXILIARIES
        verb = next((at for at, token in enumerate(taken) if at and is_verb(token)), None) if begins else None
        if verb is not None:  # the noun is the subject, its verb follows
            taken, self.rest = taken[:verb], taken[verb:] + self.rest
        self.noun = [token for token in taken if is_content(token)]

    @staticmethod
    def _head(tokens: Sequence[Token]) -> str:
        return next(iter(list(lemmas(tokens[-1].key))[1:2] or [tokens[-1].key])) if tokens else ""

    def pieces(self) -> list[Piece]:
        """The clause in Chinese order."""
        auxiliary = next((token.key for token in self.rest if token.key in AUXILIARIES), "")
        named = any(token.key in _NAMED for token in self.rest) or any(
            a.key == "name" and b.key == "of" for a, b in zip(self.rest, self.rest[1:], strict=False)
        )
        begins = bool(self.rest) and self.rest[0].key not in AUXILIARIES
        has = bool(self.rest) and self.rest[-1].key == "have"
        chunks = chunks_of([token for token in self.rest if token.key not in AUXILIARIES])
        verb = self._verb(chunks, auxiliary, begins=begins)
        before = in_order(chunks)
        interrogative = [Piece(said=self.said)]
        if self.noun:
            noun = [Piece(tokens=tuple(self.noun))]
            return [*before, *verb, *([Piece(said="有")] if has else []), *interrogative, *noun]
        if self.word == "where":
            return [*before, *verb, Piece(said="在哪里")]
        if self.word in {"when", "why", "how", "who", "whom"} and self.said == _SIMPLE[self.word] and verb:
            return [*before, *interrogative, *verb]
        if verb and self.said not in _SIMPLE.values():
            return [*before, *verb, *interrogative]
        if self.word == "what" and named:
            return [*before, Piece(said="叫什么")]
        if self.word == "what" and self._is_measured(chunks):
            return [*before, *verb, Piece(said="是多少")]
        joins = self.word in {"what", "who", "which"} and len(self.said) <= _BARE and not verb and auxiliary in BE
        return [*before, *verb, Piece(said=f"{'是' if joins else ''}{self.said}")]

    def _is_measured(self, chunks: Sequence[Chunk]) -> bool:
        head = next((chunk for chunk in chunks if chunk.tokens and not chunk.preposition), None)
        return head is not None and _measures(head.tokens[-1])

    def _verb(self, chunks: list[Chunk], auxiliary: str, *, begins: bool) -> list[Piece]:
        """Take the verb out of the chunk that it stands in."""
        first = next((chunk for chunk in chunks if not chunk.preposition and chunk.tokens), None)
        if first is None:
            return []
        if begins and is_verb(first.tokens[0]):
            return [Piece(tokens=(first.tokens.pop(0),))]
        if auxiliary in BE:
            chunk = next((chunk for chunk in chunks if chunk.tokens and is_verb(chunk.tokens[-1])), None)
            return [Piece(tokens=(chunk.tokens.pop(),))] if chunk else []
        last = first
        for chunk in chunks[chunks.index(first) + 1 :]:  # `did the police of Nanchuan catch`
            if chunk.preposition != "of":
                break
            last = chunk
        if auxiliary and len(last.tokens) > 1 and not last.tokens[-1].capital and last.tokens[-1].sort is Sort.WORD:
            return [Piece(tokens=(last.tokens.pop(),))]
        return []


def _measures(token: Token) -> bool:
    return any(word in _MEASURES for word in lemmas(token.key))
