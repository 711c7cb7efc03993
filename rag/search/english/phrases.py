"""The phrases of an English clause: runs of words that tell something, and what hangs on them by a preposition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.search.english.tokens import Sort, Token
from rag.search.english.words import IRREGULAR_FORMS, LIGHT, PREPOSITIONS, SMALL_VERBS

ARTICLES = frozenset("the a an its their his her this these those".split())
_YEARS = {("今年",), ("去年",), ("明年",)}  # stand without a preposition
_NAMES = frozenset("he an may you do can her".split())  # in pinyin, when written with a capital


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Tokens that make one Chinese phrase; or `said`, Chinese that stands as it is."""

    tokens: tuple[Token, ...] = ()
    said: str = ""
    aside: bool = False  # stands in brackets: says again what is said already


@dataclass(slots=True)
class Chunk:
    """A run of content words and the preposition before it, if any; what is told apart is taken out of it."""

    preposition: str = ""
    tokens: list[Token] = field(default_factory=list)


def in_order(chunks: Sequence[Chunk]) -> list[Piece]:
    """What hangs on a phrase by a preposition stands before it, the last first."""
    pieces: list[Piece] = []
    group: list[Piece] = []
    for chunk in chunks:
        if not chunk.preposition and group:
            pieces += group
            group = []
        if chunk.tokens:
            group.insert(0, Piece(tokens=tuple(chunk.tokens)))
    return pieces + group


def chunks_of(clause: Sequence[Token]) -> list[Chunk]:
    """Runs of content words, each with the preposition before it; an article begins a new one."""
    chunks = [Chunk()]
    for token in clause:
        if token.sort is Sort.WORD and token.key in PREPOSITIONS:
            chunks.append(Chunk(preposition=token.key))
        elif token.sort is Sort.WORD and token.key in ARTICLES:
            if chunks[-1].tokens:
                chunks.append(Chunk())
        elif token.options[:1] in _YEARS:
            chunks.append(Chunk(preposition="in", tokens=[token]))
        elif is_content(token) or (token.key == "and" and chunks[-1].tokens):
            chunks[-1].tokens.append(token)
    for chunk in chunks:
        if chunk.tokens and chunk.tokens[-1].key == "and":
            chunk.tokens.pop()
    return chunks


def is_content(token: Token) -> bool:
    """Whether a token tells what a question is about, or may with what follows."""
    if token.sort is not Sort.WORD:
        return token.sort in {Sort.CHINESE, Sort.FIGURE}
    return token.key not in LIGHT or token.key in SMALL_VERBS or (token.capital and token.key in _NAMES)


def is_verb(token: Token) -> bool:
    """Whether it looks like a verb in the past, or a participle."""
    if token.sort is not Sort.WORD or token.capital:
        return False
    return token.key in IRREGULAR_FORMS or (
        len(token.key) > 4 and token.key.endswith("ed") and not token.key.endswith("eed")
    )
