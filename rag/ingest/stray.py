"""Signs that do not belong to a text: leftover HTML entities, invisible and control characters, look-alike radicals.

Nothing here touches full-width signs, and the text as a whole is never normalised.
"""

from __future__ import annotations

import html
import re
import unicodedata

from rag.ingest.charmodel import is_han
from rag.ingest.edits import Edit

_ENTITY = re.compile(
    r"&(?:amp;)*(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,24});|&nbsp(?![A-Za-z0-9=;])"
)
_INVISIBLE = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029"
_RADICALS = "\u2e80-\u2fd5\uf900-\ufaff"
_STRAY = re.compile(f"[{_INVISIBLE}{_CONTROLS}{_RADICALS}]")
_PRIVATE = re.compile("[\ue000-\uf8ff]+")
_SPACES = frozenset("\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028\u2029")
_JOINERS = frozenset("\u200c\u200d")
_MARKS = frozenset("\u200e\u200f\u061c")
# simplified radicals of Unicode's supplement, as PDF programs write them, which have no compatibility mapping
_SUPPLEMENT = dict(
    zip(
        "⺟⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻪⻬⻮⻰⻳",
        "母民虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟麦黄黾齐齿龙龟",
        strict=True,
    )
)


def entity_edits(text: str) -> list[Edit]:
    """Leftover HTML entities, also escaped twice, become the characters they name; a line break among them a space."""
    if "&" not in text:
        return []
    edits = []
    for match in _ENTITY.finditer(text):
        char = _unescape(match.group())
        if char is not None:
            edits.append(Edit(kind="entity", start=match.start(), end=match.end(), after=char))
    return edits


def _unescape(entity: str) -> str | None:
    """What an entity stands for; None when it is none, or names no character."""
    plain = re.sub("^&(?:amp;)+(?!$)", "&", entity)
    char = html.unescape(plain)
    if char == plain or "\ufffd" in char or "\ue000" <= char <= "\uf8ff":
        return None
    if _STRAY.fullmatch(char) and not re.fullmatch(f"[{_RADICALS}]", char):
        return ""
    return " " if char.isspace() else char


def control_edits(text: str) -> list[Edit]:
    """Invisible and control characters go (not line feeds and tabs), look-alike radicals become the character."""
    edits = []
    for match in _STRAY.finditer(text):
        edit = _stray_edit(text, match.start())
        if edit is not None:
            edits.append(edit)
    return edits


def _stray_edit(text: str, at: int) -> Edit | None:
    char = text[at]
    neighbours = text[max(0, at - 1) : at] + text[at + 1 : at + 2]
    if (char in _JOINERS and any(map(_joins, neighbours))) or (char in _MARKS and any(map(_right_to_left, neighbours))):
        return None
    if "\u2e80" <= char <= "\u2fd5" or "\uf900" <= char <= "\ufaff":
        plain = _SUPPLEMENT.get(char) or unicodedata.normalize("NFKC", char)
        return Edit(kind="radical", start=at, end=at + 1, after=plain) if plain != char else None
    lone_return = char == "\r" and text[at + 1 : at + 2] != "\n"
    return Edit(kind="control", start=at, end=at + 1, after=" " if char in _SPACES or lone_return else "")


def _joins(char: str) -> bool:
    """True for emoji and for scripts in which joiners change what is read (Arabic, Indic)."""
    code = ord(char)
    return 0x0600 <= code <= 0x0DFF or 0x2600 <= code <= 0x27BF or code == 0xFE0F or 0x1F000 <= code <= 0x1FAFF


def _right_to_left(char: str) -> bool:
    return unicodedata.bidirectional(char) in {"R", "AL", "AN"}


def private_edits(text: str) -> list[Edit]:
    """Private-use characters that are icons go; those inside words stay, see `private_spans`."""
    return [
        Edit(kind="control", start=match.start(), end=match.end(), after="")
        for match in _PRIVATE.finditer(text)
        if not _inside_word(text, match.start(), match.end())
    ]


def private_spans(text: str) -> list[tuple[int, int]]:
    """Private-use characters that stand where a Chinese character should."""
    return [match.span() for match in _PRIVATE.finditer(text) if _inside_word(text, *match.span())]


def _inside_word(text: str, start: int, end: int) -> bool:
    return start > 0 and end < len(text) and is_han(text[start - 1]) and is_han(text[end])
