"""Pinyin that a conversion program left behind characters: `義務(wù)教育` where `義務教育` stood.

Such leftovers stand behind common characters, one syllable behind one character, over the whole page, and nearly always
behind characters that only traditional script has, since the program that wrote them was converting scripts. A gloss
that an author gives stands behind a rare character, a name or a word, once. Where the program cut a character in two
(`堅持?jǐn)U`: the bytes of 擴 lie on both sides), the annotation becomes one U+FFFD, which stands for the lost lead
byte and is left to `byteshift`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from rag.ingest.charmodel import char_model, is_han
from rag.ingest.edits import REPLACEMENT, Edit

_SYLLABLE = re.compile(
    r"(?:[bpmfdtnlgkhjqxrzcsyw]|[zcs]h)?"
    r"(?:[iu]?a(?:ng?|[io])?|[iu]?e(?:ng?|[ir])?|[iu]?o(?:u|ng)?|i(?:ng?|u)?|u(?:[in]|ang?|an|e)?|[vü](?:an?|e|n)?|e[ir]|er|n|ng|m)"
)
_TONES = "\u0304\u0301\u030c\u0300\u0306"  # macron, acute, caron, grave; breve, which is used for the caron
_LETTERS = "a-zA-Z\u00e0-\u00fc\u0100-\u01dc\u0251\u0261\u0300-\u030c"
_ANNOTATION = re.compile(rf"(?P<before>[^\s(（])(?P<note>[(（](?P<syllable>[{_LETTERS}]{{1,9}})[)）])")
_CUT = re.compile(rf"(?<=[\u3400-\u9fff)）])(?P<note>[?{REPLACEMENT}][(（]?(?P<syllable>[{_LETTERS}]{{1,9}})[)）])")
_COMMON_BITS = 17.0  # surprise of a character alone; about the 3,500 most frequent are below
_SYSTEMATIC = 3  # leftovers from which on a page is taken to be full of them
_EVEN_WITHOUT_SCRIPT = 8  # the same where the characters are not traditional ones
_TEACHING = 0.6  # share of annotated characters from which on the annotations are the author's own


def pinyin_edits(text: str) -> list[Edit]:
    """Edits that take leftover pinyin out; none on pages where the annotations are their author's own."""
    if "(" not in text and "（" not in text and ")" not in text:
        return []
    whole = [match for match in _ANNOTATION.finditer(text) if _is_toned_syllable(match["syllable"])]
    cut = [match for match in _CUT.finditer(text) if _is_toned_syllable(match["syllable"])]
    if not whole and not cut:
        return []
    behind = [match for match in whole if is_han(match["before"])]
    if not _is_littered(text, [match["before"] for match in behind], cut=len(cut)):
        return []
    edits = [
        Edit(kind="pinyin", start=match.start("note"), end=match.end("note"), after="")
        for match in whole
        if _may_be_annotated(text, match)
    ]
    edits += [Edit(kind="pinyin", start=m.start("note"), end=m.end("note"), after=REPLACEMENT) for m in cut]
    return _without_overlap(sorted(edits, key=lambda edit: (edit.start, edit.end)))


def _is_toned_syllable(letters: str) -> bool:
    """True for one syllable of pinyin with its tone mark."""
    spread = unicodedata.normalize("NFD", letters.lower().replace("\u0251", "a").replace("\u0261", "g"))
    plain = "".join(char for char in spread if char not in _TONES)
    marks = len(spread) - len(plain)
    return marks == 1 and _SYLLABLE.fullmatch(unicodedata.normalize("NFC", plain)) is not None


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


def _may_be_annotated(text: str, match: re.Match[str]) -> bool:
    """A common character, or a letter that is the second half of one (`⿲W(xué)`, read one byte off)."""
    char = match["before"]
    if is_han(char):
        return _is_common(char) or char_model().is_traditional(char)
    return "@" <= char <= "~" and match.start() > 0 and text[match.start() - 1] > "\x7f"


def _without_overlap(edits: list[Edit]) -> list[Edit]:
    out: list[Edit] = []
    for edit in edits:
        if not out or edit.start >= out[-1].end:
            out.append(edit)
    return out
