"""Pinyin that a conversion program left behind characters: `義務(wù)教育` where `義務教育` stood.

Such leftovers stand behind common characters, one syllable behind one character, over the whole page, and nearly always
behind characters that only traditional script has, since the program that wrote them was converting scripts. A gloss
that an author gives stands behind a rare character, a name or a word, once. Annotations that cut a character in two
(`堅持?jǐn)U`) are left to `cutpinyin`.
"""

from __future__ import annotations

import re
from collections import Counter

from rag.ingest.charmodel import char_model, is_han
from rag.ingest.cutpinyin import cut_edits
from rag.ingest.edits import REPLACEMENT, Edit
from rag.text.readings import characters_read, has_tone

_LETTERS = "a-zA-Z\u00e0-\u00fc\u0100-\u01dc\u0251\u0261\u0300-\u030c"
_ANNOTATION = re.compile(rf"(?P<before>[^\s(（])(?P<note>[(（](?P<syllable>[{_LETTERS}]{{1,9}})[)）])")
_CUT = re.compile(rf"(?<=[\u3400-\u9fff)）])(?P<note>[?{REPLACEMENT}][(（]?(?P<syllable>[{_LETTERS}]{{1,9}})[)）])")
_COMMON_BITS = 17.0  # surprise of a character alone; about the 3,500 most frequent are below
_SYSTEMATIC = 3  # leftovers from which on a page is taken to be full of them
_EVEN_WITHOUT_SCRIPT = 8  # the same where the characters are not traditional ones
_TEACHING = 0.6  # share of annotated characters from which on the annotations are the author's own


def pinyin_edits(text: str) -> list[Edit]:
    """Edits that take leftover pinyin out; none on pages where the annotations are their author's own."""
    if ")" not in text and "）" not in text:
        return []
    whole = [match for match in _ANNOTATION.finditer(text) if has_tone(match["syllable"])]
    cut = [match for match in _CUT.finditer(text) if _is_reading(match["syllable"])]
    if not whole and not cut:
        return []
    read = [match for match in whole if match["before"] in characters_read(match["syllable"])]
    if not _is_littered(text, [match["before"] for match in read], cut=len(cut)):
        return []
    behind = [match for match in read if _is_common(match["before"]) or char_model().is_traditional(match["before"])]
    behind += [match for match in whole if _is_half(text, match)]
    edits = [Edit(kind="pinyin", start=match.start("note"), end=match.end("note"), after="") for match in behind]
    edits += cut_edits(text, [(match.span("note"), match["syllable"]) for match in cut])
    return _without_overlap(sorted(edits, key=lambda edit: (edit.start, edit.end)))


def _is_reading(letters: str) -> bool:
    return has_tone(letters) and bool(characters_read(letters))


def _is_littered(text: str, annotated: list[str], *, cut: int) -> bool:
    """True when the annotations of a page are a program's leavings."""
    common = Counter(char for char in annotated if _is_common(char))
    traditional = sum(count for char, count in common.items() if char_model().is_traditional(char))
    han = sum(map(is_han, text))
    if not common or common.total() > _TEACHING * han:
        return False
    if traditional + cut >= _SYSTEMATIC:
        return 2 * traditional >= common.total()
    if traditional == common.total() == len(annotated):
        return True  # a short text; nobody explains how a common character is read in traditional script
    return (
        common.total() >= _EVEN_WITHOUT_SCRIPT
        and 2 * len(common) <= common.total()
        and 0.9 * len(annotated) <= common.total()
    )


def _is_common(char: str) -> bool:
    """True for characters that every reader knows."""
    model = char_model()
    return float(model.costs[:, ord(char)].min()) / 8 < _COMMON_BITS if char <= "\uffff" else False


def _is_half(text: str, match: re.Match[str]) -> bool:
    """True for a letter that is the second half of a character, behind something else than ASCII (`⿲W(xué)`)."""
    half = "@" <= match["before"] <= "~" and match.start() > 0 and text[match.start() - 1] > "\x7f"
    return half and _is_reading(match["syllable"])


def _without_overlap(edits: list[Edit]) -> list[Edit]:
    out: list[Edit] = []
    for edit in edits:
        if not out or edit.start >= out[-1].end:
            out.append(edit)
    return out
