"""An English question cut into tokens: words, the Chinese in it, and figures and dates put into Chinese."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from rag.search.english.figures import figure_at

_CHINESE = re.compile(
    r"[《〈]?[\u3400-\u9fff][\u3400-\u9fff·\dA-Za-z（）()《》〈〉“”：—-]*[\u3400-\u9fff》〉]|[\u3400-\u9fff]"
)
_LETTER = r"[A-Za-z\u00c0-\u024f]"
_WORD = re.compile(rf"{_LETTER}(?:{_LETTER}|\d)*(?:['’&]{_LETTER}+|\.[A-Za-z]\b\.?)*|\d+[A-Za-z]\w*")
_STOPS = ",;?!:，；？！：。—"


class Sort(StrEnum):
    """What a token is."""

    WORD = "word"
    CHINESE = "chinese"
    FIGURE = "figure"
    STOP = "stop"  # punctuation that parts clauses
    OPEN = "open"  # opening bracket
    CLOSE = "close"  # closing bracket


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A piece of a question. `options` is the Chinese for it where that is known, the likeliest first."""

    sort: Sort
    text: str
    options: tuple[str, ...] = ()
    explains: bool = False  # Chinese in brackets behind the English for it

    @property
    def key(self) -> str:
        """The text in lower case."""
        return self.text.lower().replace("’", "'")

    @property
    def capital(self) -> bool:
        """Whether it is written like a name."""
        return self.text[:1].isupper()


def tokens(text: str) -> list[Token]:
    """The tokens of a question in order; quotation marks and hyphens part words and are left out."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        token, at = _next(text, at)
        if token:
            found.append(token)
    return found


def _next(text: str, at: int) -> tuple[Token | None, int]:
    if match := _CHINESE.match(text, at):
        explains = text[:at].rstrip(" \"“'")[-1:] in {"(", "（"}
        return Token(sort=Sort.CHINESE, text=match[0], options=(match[0],), explains=explains), match.end()
    figure = None if text[max(0, at - 1) : at].isalnum() else figure_at(text, at)
    if figure:
        options, end = figure
        return Token(sort=Sort.FIGURE, text=text[at:end], options=options), end
    if match := _WORD.match(text, at):
        return Token(sort=Sort.WORD, text=match[0]), match.end()
    char = text[at]
    sort = Sort.STOP if char in _STOPS or (char == "." and text[at + 1 : at + 2] in {"", " "}) else None
    sort = Sort.OPEN if char in "(（[" else Sort.CLOSE if char in ")）]" else sort
    return (Token(sort=sort, text=char) if sort else None), at + 1
