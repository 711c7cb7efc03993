"""What each line of a page looks like as text: its size, its sentences, its links."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.ingest.bounds import timed
from rag.ingest.layout import Layout, Line
from rag.text.script import fold

_STOPS = "。！？!?…；;"
_STOP = re.compile(r"[。！？!?…；;]|(?<=[A-Za-z)\"])\.(?=\s|$)")
_END = re.compile(r"(?:[。！？!?…；;]|(?<=[A-Za-z)\"])\.)[」』”’）】》〉)\]}\"'\s]*$")
_PAUSE = re.compile("[，,、：:]")
_WORDLESS = re.compile(r"[\W_]*")
_BULLET = re.compile(r"\s*(?:[-*+]\s+)?[•●·▪■◆○◇★☆►▶»➤]\s*|\s*[-*+]\s+")
_NUMBERED = re.compile(
    r"\s*(?:[((]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})[))、.．:]|第[一二三四五六七八九十百\d]{1,4}[条章节项款步]|[①-⑳])"
)
_HEADING_MAX = 40
_TICKER_PIECES = 8
_TICKER_SIZE = 150
_PROSE_PAUSES = 2
_PROSE_SIZE = 30


@dataclass(frozen=True, slots=True)
class Feature:
    """One line. `text` is without white space at its ends, `key` is its search key, `size` counts its other characters.

    `stops` counts marks that end sentences, `ends` tells whether the last thing is one; `link_share` is in [0, 1].
    """

    text: str
    key: str
    size: int
    stops: int
    ends: bool
    pauses: int
    link_share: float
    bullet: bool
    numbered: bool
    line: Line

    @property
    def is_empty(self) -> bool:
        """True when the line holds neither a letter nor a digit."""
        return bool(_WORDLESS.fullmatch(self.text))

    @property
    def is_prose(self) -> bool:
        """True when the line holds a sentence, or enough clauses to be part of one, and is not mostly links."""
        if self.link_share > 0.5 or self.is_ticker:
            return False
        if self.stops:
            return self.size >= 4
        return self.pauses >= _PROSE_PAUSES and self.size >= _PROSE_SIZE and " | " not in self.text

    @property
    def is_ticker(self) -> bool:
        """True when the line is headlines strung together: many pieces between blanks, hardly one a sentence."""
        if self.size < _TICKER_SIZE:
            return False
        pieces = self.text.split()
        return len(pieces) >= _TICKER_PIECES and self.stops * 4 <= len(pieces) and not self.ends

    @property
    def is_short(self) -> bool:
        """True when the line could be a heading, a caption or a label: short, and not a sentence."""
        return 0 < self.size <= _HEADING_MAX and not self.ends and not self.text.endswith(("，", ",", "：", ":", "、"))

    @property
    def is_bold(self) -> bool:
        """True when all of the line is set in bold."""
        return self.line.bold_chars * 10 >= self.size * 9 and self.size > 0

    @property
    def is_listed(self) -> bool:
        """True when the line is a row or an item of any list."""
        return self.is_row or self.bullet

    @property
    def is_row(self) -> bool:
        """True when the line is a row of a table or an item of a numbered list."""
        return self.numbered or len([cell for cell in self.text.split(" | ") if cell.strip(" |")]) > 1


def features(layout: Layout, lines: Sequence[str]) -> list[Feature]:
    """One feature per line of the repaired text."""
    return [_feature(text, line) for text, line in timed(zip(lines, layout.lines, strict=True))]


def _feature(raw: str, line: Line) -> Feature:
    text = raw.strip()
    size = len("".join(text.split()))
    bullet = bool(_BULLET.match(text))
    return Feature(
        text=text,
        key=fold(text),
        size=size,
        stops=len(_STOP.findall(text.lstrip(_STOPS))),
        ends=bool(_END.search(text)),
        pauses=len(_PAUSE.findall(text)),
        link_share=min(1.0, line.link_chars / size) if size else 0.0,
        bullet=bullet or line.bullet,
        numbered=bool(_NUMBERED.match(text)),
        line=line,
    )


def bigrams(text: str) -> frozenset[str]:
    """Pairs of neighbouring letters and digits of a text, white space and punctuation left out."""
    letters = [character for character in text if character.isalnum()]
    return frozenset(a + b for a, b in pairwise(letters))


def overlap(a: str, b: str) -> float:
    """How much of the smaller text's bigrams the other one holds, in [0, 1]; 0 where one has none."""
    left, right = bigrams(a), bigrams(b)
    smaller = min(len(left), len(right))
    return len(left & right) / smaller if smaller else 0.0
