"""Pinyin that a program wrote into the middle of a character: `堅持?jǐn)U` where `堅持擴` stood.

The program looked for characters in GBK bytes without minding where characters begin. 持擴 is B3 D6 94 55, and D6 94 is
謹, read jǐn: so it wrote `(jǐn)` between 94 and 55. A decoder then takes 94 and the parenthesis for one broken
character, `?`. Since the reading is there, the lost byte can be found: it makes, with the last byte of the character
before, a character that is read so, and with what follows the character that was cut. Where that leaves a choice, the
character statistics decide, and where they cannot, U+FFFD stands for the lost byte and is left to `byteshift`.
"""

from __future__ import annotations

from collections.abc import Iterable

from rag.ingest.charmodel import char_model
from rag.ingest.edits import REPLACEMENT, Edit
from rag.ingest.gbkbytes import gbk_bytes, pair_table
from rag.text.readings import characters_read

_CLEAR = 3.0  # bits by which the best candidate must beat the next one

Cut = tuple[tuple[int, int], str]  # the span of the annotation, and its syllable


def cut_edits(text: str, cuts: list[Cut]) -> list[Edit]:
    """One edit for each annotation, or for two in a row that cut the same character."""
    edits: list[Edit] = []
    at = 0
    while at < len(cuts):
        (start, end), syllable = cuts[at]
        pair = at + 1 < len(cuts) and cuts[at + 1][0][0] == end
        first = _lost_bytes(text[start - 1], syllable)
        if pair:
            stop, found = cuts[at + 1][0][1], _both_lost(first, cuts[at + 1][1])
        else:
            stop, found = end + 1, _with_trail(first, text[end : end + 1])
        best = _likeliest(found, text[start - 1], text[stop : stop + 1])
        if best:
            edits.append(Edit(kind="pinyin", start=start, end=stop, after=best))
            at += 1 + pair
        else:
            edits.append(Edit(kind="pinyin", start=start, end=end, after=REPLACEMENT))
            at += 1
    return edits


def _lost_bytes(before: str, syllable: str) -> set[int]:
    """The bytes that make, behind the last byte of a character, a character with this reading."""
    last = gbk_bytes(before)[-1:]
    written = (gbk_bytes(char) for char in characters_read(syllable))
    return {raw[1] for raw in written if len(raw) == 2 and raw[:1] == last and raw[1] > 0x80}


def _with_trail(first: Iterable[int], trail: str) -> set[str]:
    """Characters of a lost lead byte and an ASCII character that is really a trail byte."""
    if not "@" <= trail <= "~":
        return set()
    return {chr(code) for lead in first if (code := int(pair_table().codes[lead, ord(trail)]))}


def _both_lost(first: Iterable[int], syllable: str) -> set[str]:
    """Characters with this reading whose lead byte is one of `first`."""
    leads = set(first)
    return {char for char in characters_read(syllable) if gbk_bytes(char)[0] in leads}


def _likeliest(found: set[str], before: str, behind: str) -> str | None:
    """The candidate that suits its neighbours, if one does clearly better than the others."""
    model = char_model()

    def bits(char: str) -> float:
        return min(model.bits(before + char + behind, traditional=script) for script in (False, True))

    ranked = sorted(found, key=bits)
    if not ranked or (len(ranked) > 1 and bits(ranked[1]) < bits(ranked[0]) + _CLEAR):
        return None
    return ranked[0]
