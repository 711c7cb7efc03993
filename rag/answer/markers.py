"""Citation markers as language models write them -> `[1][2]`, side by side, behind the sentence that they belong to."""

from __future__ import annotations

import re
import unicodedata

from rag.text.sentences import CLOSERS, STOPS

_LONGEST_RANGE = 10  # `[1-3]` is a range of markers, `[1-100]` is one of something else
_LONGEST_LIST = 30  # items in one bracket

_SPACE = r"[ \t\u3000]*"
_WIDE_STOPS = "。｡！？；…"
_SUPERSCRIPTS = "¹²³⁴⁵⁶⁷⁸⁹"
_LABEL = (
    r"(?:(?:参考|參考|引用|原始)?(?:资料|資料|来源|來源|文献|文獻|文档|文檔|文章|片段|材料|证据|證據|段落|原文)"
    r"|参考|參考|引用|出处|出處|编号|編號|见|見"
    r"|sources?|documents?|docs?|refs?|references?|passages?|articles?|cite|citations?|evidence)"
)
_NUMBER = r"[1-9１-９][0-9０-９]{0,2}(?![0-9０-９])"
_ANCHOR = rf"(?::\d{{1,3}}(?=†))?(?:†[^\[\]［］【】,，、;\s{_WIDE_STOPS}]{{0,40}})?"  # `1†L3`, `4:0†source`
_ITEM = rf"(?:{_LABEL}{_SPACE}(?:[:：#＃]{_SPACE})?)?(?:[\[［【]\^?{_NUMBER}{_ANCHOR}[\]］】]|\^?{_NUMBER}{_ANCHOR})"
_SEPARATOR = rf"{_SPACE}(?:(?:[,，、;/&\-–—~～至到和与與及]|and|to){_SPACE})?"
_BODY = rf"{_SPACE}{_ITEM}(?:{_SEPARATOR}{_ITEM}){{0,{_LONGEST_LIST}}}{_SPACE}"
_LINK = rf"(?:\(https?://[^\s()（）{_WIDE_STOPS}]*\))?"
_BRACKETED = re.compile(
    rf"(?:[\[［【〔](?P<body>{_BODY})[\]］】〕]|<sup>[\[［]?(?P<raised>{_BODY})[\]］]?</sup>){_LINK}", re.IGNORECASE
)
_LABELLED = re.compile(rf"[(（](?P<body>{_BODY})[)）]", re.IGNORECASE)
_BARE_NUMBER = r"[1-9１-９][0-9０-９]?"
_BARE = rf"[(（]{_SPACE}{_BARE_NUMBER}(?:{_SPACE}[,，、]{_SPACE}{_BARE_NUMBER})*{_SPACE}[)）]"
_ROUND = re.compile(
    rf"(?P<before>[^\s(（:：,，、;；][ \u3000]?)(?P<run>{_BARE}(?:{_SPACE}{_BARE})*)"
    rf"(?={_SPACE}(?:$|[\n{re.escape(STOPS)}…,，]|\.(?!\w)|\[\d))"
)
_POINTS_WITHIN = re.compile(  # `第（1）`, `见附件（2）`: a number inside the text, not of a source
    r"(?:[第见見条條款项項件表图圖注式之和与與及]|\b(?:step|section|item|figure|fig|table|part|no\.?))\s?$",
    re.IGNORECASE,
)
_RAISED = re.compile(rf"(?<![\d０-９{_SUPERSCRIPTS}⁰])[{_SUPERSCRIPTS}](?:[,，、]?[{_SUPERSCRIPTS}])*(?![⁰⁻⁺])")
_UNIT = re.compile(r"(?<![A-Za-z])[A-Za-z]{1,3}$")  # `m²`, `km²`, `x²`

_DIGITS = re.compile(r"[0-9０-９]+")
_ANCHORS = re.compile(_ANCHOR)
_RANGE = re.compile(r"[\s\]］】\[［【]*(?:[-–—~～至到]|to)[\s\[［【]*", re.IGNORECASE)
_HAS_LABEL = re.compile(rf"{_LABEL}|[\[［【^†]", re.IGNORECASE)
_MARKER = r"\[[1-9]\d{0,2}\]"
_RUN = rf"{_MARKER}(?:{_SPACE}(?:[,，、]{_SPACE})?{_MARKER})*"
_CLOSERS = rf"[{re.escape(CLOSERS)}]*"
_STOPPING = rf"{_SPACE}{_CLOSERS}(?:[{re.escape(STOPS)}…]|\.(?!\w))+{_CLOSERS}"
_PLACED = re.compile(
    rf"(?<=\S){_SPACE}(?P<run>{_RUN})(?P<rest>(?:{_STOPPING}(?:{_SPACE}{_RUN})?)*)"
    rf"|(?P<opening>{_RUN})"  # at the start of a line it heads a list of sources
)
_MARKERS = re.compile(_MARKER)
_BEFORE_MARKER = re.compile(rf"{_SPACE}{_RUN}|^{_SPACE}")
_SENTENCE_END = re.compile(rf"(?:[{_WIDE_STOPS}]|[.!?;](?=\s)){_CLOSERS}")
_GOES_ON = frozenset("[［【〔(（<" + "]］】〕" + CLOSERS + STOPS + _SUPERSCRIPTS + "⁰⁻⁺….,，、")


def repair(text: str) -> str:
    """`text` with every citation marker in the form `[n]`, one number each, those of a sentence behind its full stop.

    Understood are square brackets of all kinds around numbers, lists and ranges (`[1,2]`, `【1】`, `[1-3]`), with a
    label (`[资料1]`, `(Source 2)`), as footnotes (`[^1]`, `[1†source]`, `¹`) and as links; round brackets around a bare
    number only behind words and before punctuation, since `（1）` begins items of lists. Spaces before a marker go, and
    a number that repeats in one run of markers stays once. Repairing twice changes nothing.
    """
    while (repaired := _repair_once(text)) != text:  # brackets may stand in brackets; each round takes some away
        text = repaired
    return text


def settled(text: str) -> int:
    """Up to where the repaired form of a growing text is final: `repair(text + more)` starts with `repair(text[:n])`.

    That is behind the last line break, or behind the last sentence end and the markers after it if a character follows
    that can neither belong to a marker nor to the end of the sentence.
    """
    final = text.rfind("\n") + 1
    for end in _SENTENCE_END.finditer(text, final):
        at = _skip_spaces(text, end.end())
        while found := _BRACKETED.match(text, at):
            at = _skip_spaces(text, found.end())
        if at < len(text) and text[at] not in _GOES_ON:
            final = at
    return final


def numbers_in(text: str) -> tuple[int, ...]:
    """The numbers of the markers in a repaired text, each once, in order of first mention."""
    return tuple(dict.fromkeys(int(found.group()[1:-1]) for found in _MARKERS.finditer(text)))


def without_markers(text: str) -> str:
    """A repaired text without its markers."""
    return _MARKERS.sub("", text)


def _repair_once(text: str) -> str:
    text = _BRACKETED.sub(lambda found: _markers(found["body"] or found["raised"]) or found.group(), text)
    text = _LABELLED.sub(_from_labelled, text)
    text = _RAISED.sub(_from_raised, text)
    text = _ROUND.sub(_from_round, text)
    return _PLACED.sub(_placed, text)


def _skip_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\u3000":
        at += 1
    return at


def _markers(body: str) -> str:
    """The inside of a bracket as markers; empty where a range in it is none of sources."""
    numbers: list[int] = []
    bare = _ANCHORS.sub("", body)
    end = 0
    for found in _DIGITS.finditer(bare):
        number, between = int(found.group()), bare[end : found.start()]
        end = found.end()
        if numbers and _RANGE.fullmatch(between):
            if not numbers[-1] < number < numbers[-1] + _LONGEST_RANGE:
                return ""
            numbers.extend(range(numbers[-1] + 1, number))
        numbers.append(number)
    return "".join(f"[{number}]" for number in numbers)


def _from_labelled(found: re.Match[str]) -> str:
    """Round brackets hold markers if a label or a bracket stands inside."""
    body = found["body"]
    return (_HAS_LABEL.search(body) and _markers(body)) or found.group()


def _from_round(found: re.Match[str]) -> str:
    before = found.string[max(0, found.start("run") - 12) : found.start("run")]
    if _POINTS_WITHIN.search(before) or (before[-1].isascii() and before[-1].isalpha()):  # `f(1)`
        return found.group()
    return found["before"] + _markers(found["run"])


def _from_raised(found: re.Match[str]) -> str:
    if _UNIT.search(found.string[max(0, found.start() - 4) : found.start()]):
        return found.group()
    return "".join(f"[{unicodedata.digit(mark)}]" for mark in found.group() if mark in _SUPERSCRIPTS)


def _placed(found: re.Match[str]) -> str:
    """A run of markers behind the stops that follow it, each number once."""
    if found["opening"]:
        return _each_once(found["opening"])
    rest = found["rest"]
    return _BEFORE_MARKER.sub("", rest) + _each_once(found["run"] + rest)


def _each_once(run: str) -> str:
    return "".join(f"[{number}]" for number in numbers_in(run))
