"""An English question in the order of a Chinese one: what modifies stands first, the interrogative where it asks.

Not a parser: prepositions, articles and auxiliaries are enough to tell what hangs on what in a short question.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.search.english.asking import Asked
from rag.search.english.phrases import Piece, chunks_of, in_order, is_content
from rag.search.english.tokens import Sort, Token
from rag.search.english.words import AUXILIARIES, INTERROGATIVES, PREPOSITIONS


def arrange(question: Sequence[Token]) -> list[Piece]:
    """The pieces of a question, in Chinese order; `，` between its clauses."""
    pieces: list[Piece] = []
    for clause, aside in _clauses(question):
        found = _asides(clause) if aside else _arrange(clause)
        if pieces and found:
            pieces.append(Piece(said="，"))
        pieces += found
    return pieces


def _clauses(question: Sequence[Token]) -> list[tuple[list[Token], bool]]:
    """The clauses with whether they stand in brackets, which follow the clause that they stand in."""
    found: list[tuple[list[Token], bool]] = []
    clause: list[Token] = []
    aside: list[Token] = []
    depth = 0
    for at, token in enumerate(question):
        if token.sort is Sort.OPEN:
            depth += 1
        elif token.sort is Sort.CLOSE:
            depth = max(0, depth - 1)
        elif depth and not token.explains:
            aside.append(token)
        elif token.sort is Sort.STOP or (token.key in {"and", "but"} and _asks(question[at + 1 : at + 3])):
            found += [(clause, False), (aside, True)]
            clause, aside = [], []
        else:
            clause.append(token)
    found += [(clause, False), (aside, True)]
    return [(tokens, bracketed) for tokens, bracketed in found if tokens]


def _asks(ahead: Sequence[Token]) -> bool:
    keys = [token.key for token in ahead if token.sort is Sort.WORD]
    return bool(keys) and (keys[0] in INTERROGATIVES or (keys[0] in PREPOSITIONS and keys[-1] in INTERROGATIVES))


def _asides(clause: Sequence[Token]) -> list[Piece]:
    return [Piece(tokens=tuple(chunk.tokens), aside=True) for chunk in reversed(chunks_of(clause))]


def _arrange(clause: list[Token]) -> list[Piece]:
    at = next((i for i, token in enumerate(clause) if token.key in INTERROGATIVES and token.sort is Sort.WORD), None)
    if at is None or any(is_content(token) for token in clause[:at]):
        return _plain(clause)
    return Asked(clause[at:]).pieces()


def _plain(clause: list[Token]) -> list[Piece]:
    """A clause without an interrogative in front: a yes-or-no question, or only some words."""
    yes_or_no = clause[0].key in AUXILIARIES and len(clause) > 1
    exists = yes_or_no and any(token.key in {"there", "have", "has"} for token in clause[:4])
    found = in_order(chunks_of(clause))
    if yes_or_no and found:
        found.insert(len(found) - 1, Piece(said="有没有" if exists else "是否"))
    return found
