"""A model's answer -> its sentences, each with the numbers that it cites."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from rag.text.sentences import CLOSERS, STOPS, sentences

_MARKER = re.compile(r"\s*\[(\d{1,3})\]")
_MARKERS_BEHIND = re.compile(rf"(?:\s*\[\d{{1,3}}\]|[{re.escape(CLOSERS + STOPS)}])*\s*\[\d{{1,3}}\]")
_BULLET = re.compile(
    r"\s*(?:[-*•·●▪◦]\s+|[-*•·●▪◦](?=[^\s\d])|#{1,6}\s+|>\s+|\d{1,2}[.、)）]\s*(?!\d)|[（(]\d{1,2}[)）]\s*)"
)
_OPEN_MARKER = re.compile(
    r"\s*[\[【［〔(（][^\d\[\]【】［］〔〕()（）]{0,8}[\d,，、\s-]{0,9}"
)  # a reply that breaks off in a marker
_CLAUSE = re.compile(r"[^，,；;]{4,}[，,；;]?")
_EMPHASIS = re.compile(r"\*\*|__|`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One sentence that a model wrote, markers and list signs left out; it stands at `[start, end)` of the reply.

    `numbers` are those of the markers inside it and right behind it, each once, in order. `new_line` tells that it
    began a line of the reply.
    """

    text: str
    start: int
    end: int
    numbers: tuple[int, ...]
    new_line: bool = False

    @property
    def is_question(self) -> bool:
        """It asks, so that nothing is said which a quote could carry."""
        return self.text.endswith(("?", "？"))


def clauses(text: str) -> list[str]:
    """The clauses of one sentence, marks included; shorter ones than four characters are left out."""
    return _CLAUSE.findall(text)


def split_claims(text: str) -> list[Draft]:
    """The sentences of `text` in order. A marker belongs to the sentence that it stands in or behind.

    Sentences end as `rag.text.sentences` says, at `；` and at line breaks too; the sign of a list item and emphasis are
    left out. Pieces without a letter or digit are no sentences.
    """
    drafts: list[Draft] = []
    begin = 0
    for span in sentences(text):
        if span.end <= begin:
            continue
        start = max(span.start, begin)
        behind = _MARKERS_BEHIND.match(text, span.end)
        end = behind.end() if behind else span.end
        begin = end
        draft = _draft(text, start, end)
        if draft:
            drafts.append(draft)
        elif drafts and (numbers := _numbers(text[start:end])):  # a line of markers alone
            last = drafts[-1]
            merged = tuple(dict.fromkeys((*last.numbers, *numbers)))
            drafts[-1] = replace(last, end=end, numbers=merged)
    return drafts


def _draft(text: str, start: int, end: int) -> Draft | None:
    raw = text[start:end]
    new_line = text[:start].rstrip(" \t").endswith("\n")
    bullet = _BULLET.match(raw)
    if bullet:
        start += bullet.end()
        raw = raw[bullet.end() :]
    bare = _EMPHASIS.sub("", _MARKER.sub("", raw)).strip()
    if not any(character.isalnum() for character in bare) or _OPEN_MARKER.fullmatch(bare):
        return None
    return Draft(text=bare, start=start, end=end, numbers=_numbers(raw), new_line=new_line)


def _numbers(raw: str) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(found[1]) for found in _MARKER.finditer(raw)))
