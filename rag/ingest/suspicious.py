"""Sentences of an article that speak to a language model instead of a reader, or imitate what it is given.

They stay in the article, readable and marked, and are neither quoted nor shown to a model. News about such tricks is
told from the tricks themselves: what somebody only reports, in quotation marks or after words that name an attack,
weighs less.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from rag.ingest.forgeries import DIALOGUE, STRUCTURE, UNSEEN, forgeries
from rag.ingest.instructions import KEPT_MARKS, REASONS, signs_in
from rag.ingest.speechmodel import speech_model
from rag.text.script import fold
from rag.text.sentences import sentences
from rag.types import Span

FOLLOWS: Final = "follows an instruction"
_ENOUGH = 0.999  # sums of floats fall short of 1
_LEAST = 0.4  # what a sentence must bring itself, whatever its neighbours say
_NEIGHBOUR = 0.5  # weight of the sentence before or behind
_BETWEEN = 4  # sentences from one piece of forged structure to the next that frames the same text
_FOLLOWING = 3  # sentences behind an instruction, in its paragraph, that are taken to be its payload
_REACH = 120  # characters before a sign in which it is looked for who speaks
_QUOTED = 0.7  # weight of what stands in quotation marks
_REPORTED = 0.4  # weight of what is only talked of
_LINKED = re.compile(r"https?://|www\.", re.IGNORECASE)
_CREDITED = re.compile(r"来源|來源|出处|出處|转载|轉載|原文|[Ss]ource")
_LINK_WEIGHT = 0.3
_LINES = 2  # behind a bare label of a turn
_LABEL = re.compile(r"(?:问题|問題|回答|答案|问|答|[QA]|question|answer)\s*[:：]", re.IGNORECASE)
_LONGEST_LABEL = 12  # letters of a line that only says whose turn it is
_QUOTATION = re.compile(
    r"“[^”\n]{0,300}”|‘[^’\n]{0,300}’|「[^」\n]{0,300}」|『[^』\n]{0,300}』|《[^》\n]{0,300}》|\"[^\"\n]{0,300}\""
)
_TALK = re.compile(
    r"提示词?注入|注入攻击|prompt\s?injection|越狱|攻击者|攻击方式|黑客|研究(?:人员|者|员|团队|机构)|安全(?:专家|团队|公司|厂商|研究|机构|漏洞)|"
    r"诱导|诱骗|欺骗|骗过|套取|漏洞|网友|例如|比如|诸如|譬如|所谓|试图|这类|此类|手法|"
    r"attackers?|researchers?|for example|such as",
    re.IGNORECASE,
)
_ACTS = re.compile(r"(?:输入|写道|写着|发送|问|说|称|表示|指出|埋入|植入|隐藏|暗藏|嵌入|写入|加入)了?[^。！？]{0,12}$")
_TOLD = re.compile(
    r"(?:他们?|她们?|我们?|记者|发言人|方面?|先生|女士)[^。！？，]{0,6}(?:回答|回应|回复|表示|说|称|拒绝)"
)


@dataclass(slots=True)
class _Found:
    """What one sentence holds: the heaviest sign of each kind, and its reason; phrases and words apart."""

    phrases: dict[str, tuple[float, str]] = field(default_factory=dict)
    words: dict[str, tuple[float, str]] = field(default_factory=dict)

    def add(self, kind: str, weight: float, reason: str, *, word: bool = False) -> None:
        signs = self.words if word else self.phrases
        if weight > signs.get(kind, (0.0, ""))[0]:
            signs[kind] = weight, reason

    @property
    def phrased(self) -> float:
        return sum(weight for weight, _ in self.phrases.values())

    @property
    def worded(self) -> float:
        return sum(weight for weight, _ in self.words.values())

    @property
    def reason(self) -> str:
        signs = [*self.phrases.values()] or [*self.words.values()]
        return max(signs, key=lambda sign: sign[0])[1] if signs else REASONS["address"]


def suspicious(text: str) -> tuple[Span, ...]:
    """Spans of whole sentences, in order and without overlap, each with the heaviest reason."""
    spans = sentences(text)
    if not spans:
        return ()
    found = [_Found() for _ in spans]
    _note_signs(text, spans, found)
    forged = _forged(text, spans)
    learnt = [_learnt(text[span.start : span.end]) for span in spans]
    marked: dict[int, str] = {}
    for at, one in enumerate(found):
        around = max((found[i].phrased for i in (at - 1, at + 1) if 0 <= i < len(found)), default=0.0)
        spoken = one.phrased >= _LEAST and one.phrased + _NEIGHBOUR * around >= _ENOUGH
        if at in forged or spoken or learnt[at] + max(one.phrased, one.worded) >= _ENOUGH:
            marked[at] = forged.get(at) or one.reason
    for at in sorted(marked):
        if marked[at] != UNSEEN:
            for following in _payload(text, spans, at, marked[at]):
                marked.setdefault(following, FOLLOWS)
    return tuple(Span(start=spans[at].start, end=spans[at].end, reason=marked[at]) for at in sorted(marked))


def _note_signs(text: str, spans: Sequence[Span], found: Sequence[_Found]) -> None:
    folded = fold(text)
    key, places = key_of(folded)
    starts = [span.start for span in spans]
    quotations = [quotation.span() for quotation in _QUOTATION.finditer(text)]
    for sign, low, high in signs_in(key):
        first = low + len(key[low:high]) - len(key[low:high].lstrip(KEPT_MARKS))
        start, end = places[first], places[high - 1] + 1
        at = max(0, bisect_right(starts, start) - 1)
        share = _share(folded, spans, at, start, quoted=_is_inside(quotations, start, end))
        found[at].add(sign.kind, share * sign.weight, sign.reason, word=sign.word)
    for one, span in zip(found, spans, strict=True):
        linked = (one.phrases or one.words) and _LINKED.search(text, span.start, span.end)
        if linked and not _CREDITED.search(text, span.start, linked.start()):
            one.add("address of a page", _LINK_WEIGHT, REASONS["link"])
            one.add("address of a page", _LINK_WEIGHT, REASONS["link"], word=True)


def _learnt(sentence: str) -> float:
    """What the learnt model says of a sentence, without what it only reports in quotation marks."""
    folded = fold(sentence)
    if _TALK.search(folded) or _TOLD.search(folded):
        return 0.0
    spoken = _QUOTATION.sub(lambda found: "" if _ACTS.search(folded[: found.start()]) else found.group(), folded)
    key, _ = key_of(spoken)
    return speech_model().weight(key) if key else 0.0


def _is_inside(quotations: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    at = bisect_right(quotations, start, key=lambda quotation: quotation[0]) - 1
    return at >= 0 and quotations[at][0] <= start and end <= quotations[at][1]


def _share(folded: str, spans: Sequence[Span], at: int, start: int, *, quoted: bool) -> float:
    """What share of its weight a sign at `start` keeps: less when it is quoted or talked of."""
    here = folded[max(spans[at].start, start - _REACH) : start]
    if quoted:
        before = folded[max(spans[at - 1].start if at else 0, start - _REACH) : start]
        acts = _ACTS.search(here.rstrip("“‘「『\"'"))
        return _REPORTED if acts or _TALK.search(before) else _QUOTED
    return _REPORTED if _TALK.search(here) else 1.0


def _forged(text: str, spans: Sequence[Span]) -> dict[int, str]:
    """The sentences, by number, that hold forged structure or stand between two such, each with the reason."""
    starts = [span.start for span in spans]
    forged: dict[int, str] = {}
    for start, end, reason in forgeries(text):
        first = max(0, bisect_right(starts, start) - 1)
        last = max(first, bisect_right(starts, max(start, end - 1)) - 1)
        for at in range(first, last + 1):
            forged.setdefault(at, reason)
    for one, other in pairwise(sorted(at for at, reason in forged.items() if reason in {STRUCTURE, DIALOGUE})):
        if other - one <= _BETWEEN:
            forged.update(dict.fromkeys(range(one + 1, other), FOLLOWS))
    return forged


def _payload(text: str, spans: Sequence[Span], at: int, reason: str) -> Iterator[int]:
    """The sentences behind one that is marked, in its paragraph; behind a bare label of a turn, those of the next.

    Behind forged structure, a line that begins as a question or an answer is part of it as well.
    """
    breaks = 0
    for following in range(at + 1, min(len(spans), at + 1 + _FOLLOWING)):
        if "\n" in text[spans[following - 1].end : spans[following].start]:
            breaks += 1
            forged = reason in {STRUCTURE, DIALOGUE}
            begun = breaks == 1 and _LABEL.match(text, spans[following].start)
            if not forged or breaks > _LINES or not (begun or _is_bare(text, spans[at])):
                return
        yield following


def _is_bare(text: str, span: Span) -> bool:
    """True for a line that holds a token or the name of a role and nothing else."""
    line = text[text.rfind("\n", 0, span.start) + 1 : span.end]
    return len(re.sub(r"<[^<>]*>|\[[^\[\]]*\]|[\W_]", "", line)) <= _LONGEST_LABEL


def key_of(folded: str) -> tuple[str, list[int]]:
    """Letters, digits and a few marks of a folded text, and the place of each in it."""
    places: list[int] = []
    characters: list[str] = []
    for at, character in enumerate(folded):
        plain = character
        if character > "\x7f" and not "\u3000" <= character <= "\uf8ff":
            plain = unicodedata.normalize("NFKC", character).lower()
            plain = plain if len(plain) == 1 else character
        if plain.isalnum() or plain in KEPT_MARKS:
            characters.append(plain)
            places.append(at)
    return "".join(characters), places
