"""Questions about several subjects at once (`甲市和乙市的人口各是多少`): told apart, one question for each subject."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import rjieba

from rag.answer.expect import Kind, expected, holds
from rag.text.script import fold, language, to_traditional
from rag.text.words import content_words, names
from rag.types import Citation

_EACH_OF = r"各(?![类种国地项方级界族式部个单省市县区镇乡村])"  # 各, but for 各类, 各地 …
_SIGN = re.compile(
    rf"{_EACH_OF}|分别|谁|哪[个家边座所地市县区]|更[多少高低快慢大小长短早晚贵重]|差多少|差距|相差"
    r"|都.*[吗么嘛]|还是|比.+(?:多少|几)|[多少高低快慢大小长短]多少"
)
_JOIN = re.compile(r"还是|[和与及跟、比]")
_EDGE = re.compile(r"[,。?!;:]|\d年[底末初]?|[月日号](?=\D)")  # a subject begins behind it
_ORDINAL = re.compile(r"第[一二三四五六七八九十\d]+(?![一二三四五六七八九十\d季年期])")  # 第三 in 第三小学
_NOMINAL = ("n", "j", "f", "s", "a", "b", "eng", "zg", "t")
_LONGEST = 16  # characters of a subject
_SUFFIXES = "省市县区镇乡村"
_MOST = 4  # subjects
_NAMED = 0.5  # share of the words by which a subject differs from the others that names it
_BOTH = re.compile(r"^(?:这|他们|它们)?(?:两|二|三|四)(?:个|座)?(?:[市县区地省国者家校馆院镇乡]|城市|地方)")
_SIZE = r"(?:多|少|高|低|快|慢|大|小|长|短|重|轻|贵|便宜|强)"
_MORE_THAN = re.compile(rf"^(?:要|还)?{_SIZE}(?:出|了)?(?=\S)")
_WHICH = re.compile(r"(?:是)?(?:谁|哪一?[个家边座所地市县区])家?的?")
_EACH = re.compile(rf"各自|分别|{_EACH_OF}")
_DIFFERENCE = re.compile(r"(?:相差|差距|差)(?:了|是|有)?(?:多少|多大|几)")
_SUPERLATIVE = re.compile(rf"(?<!多)得?(?:更|比较|较|最)?{_SIZE}(?:一?些|一?点儿?)?(?=[,?。!]|$)")
_AMOUNT = re.compile(r"多少|几|多[大高长远重久]")
_ABSENT = "现有文章没有说到“{missing}”的情况，以上只是其余部分。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of the subjects compared: `question` asks of it alone; `marks` are the words that tell it from the others."""

    subject: str
    question: str
    marks: tuple[str, ...]

    def is_named_in(self, text: str) -> bool:
        """Whether `text` holds at least half of the words that tell the subject from the others."""
        key = fold(text)
        return sum(mark in key for mark in self.marks) >= _NAMED * len(self.marks)


def parts(question: str) -> tuple[Part, ...]:
    """The subjects that `question` asks about side by side, with a question for each; empty for any other question."""
    key = fold(question)
    if not _SIGN.search(key):
        return ()
    for join in _JOIN.finditer(key):
        spans = _subjects(key, join)
        if spans:
            return _parts(question, key, spans, more_than=join[0] == "比")
    return ()


def are_given(asked: Iterable[Part], citations: Sequence[Citation]) -> bool:
    """Whether quotes say of each subject what is asked: they name it, and hold a number where one is wanted."""
    every = tuple(asked)
    return all(any(_gives(part, every, citation) for citation in citations) for part in every)


def is_of_another(part: Part, every: Iterable[Part], text: str) -> bool:
    """Whether `text` names one of the other subjects and not that of `part`."""
    return not part.is_named_in(text) and any(other.is_named_in(text) for other in every if other is not part)


def absent_notice(missing: Sequence[Part], question: str) -> str:
    """The line that says of which subjects the articles do not tell, in the script of `question`; else empty."""
    if not missing:
        return ""
    line = to_traditional(_ABSENT) if language(question) == "zh-Hant" else _ABSENT
    return line.format(missing="、".join(part.subject for part in missing))


def _gives(part: Part, every: tuple[Part, ...], citation: Citation) -> bool:
    wanted = expected(part.question)
    if wanted.kind is Kind.NUMBER and holds(citation.text, wanted, question=fold(part.question)) <= 0:
        return False
    if part.is_named_in(citation.text):
        return True
    titled = [other for other in every if other.is_named_in(citation.title)]
    return titled == [part] and not is_of_another(part, every, citation.text)


def _subjects(key: str, join: re.Match[str]) -> list[tuple[int, int]]:
    """Where the subjects around `join`, and those that follow in the same list, stand; empty when they are none."""
    edges = [edge.end() for edge in _EDGE.finditer(key, 0, join.start())]
    clause = max(edges, default=0)
    first = (_begin(key, clause, join.start()), join.start())
    spans = [first]
    at: re.Match[str] | None = join
    while at and len(spans) < _MOST:
        end = _end(key, at.end(), key[slice(*first)])
        if not _are_alike(key[slice(*first)], key[at.end() : end]):
            break
        spans.append((at.end(), end))
        at = _JOIN.match(key, end)
    if len(spans) > 1 and "的" in key[slice(*spans[1])]:
        spans[0] = (clause, join.start())
    return spans if len(spans) > 1 else []


def _begin(key: str, clause: int, end: int) -> int:
    """Where the noun phrase that ends at `end` begins; at its first name, where it holds one."""
    start = end
    for word, tag in reversed(rjieba.tag(key[clause:end])):
        if not tag.startswith(_NOMINAL) and tag != "m":
            break
        start -= len(word)
    found = [at for name in names(key[start:end]) if (at := key.find(name.word, start, end)) >= 0]
    return min(found, default=start)


def _end(key: str, start: int, first: str) -> int:
    """Where the noun phrase that begins at `start` ends, no further than what makes it like the subject `first`."""
    end, before, tail = start, "", _last_word(first)
    for word, tag in rjieba.tag(key[start : start + 2 * _LONGEST]):
        if word == "的" and before and tail in key[end : start + 2 * _LONGEST]:
            return key.index(tail, end) + len(tail)
        if not _continues(tag, before, key[end:]) or _SIGN.match(key, end):
            break
        end += len(word)
        before = word
    end += key[end : end + 1] in tuple(_SUFFIXES) and end > start and key[end - 1] not in _SUFFIXES
    run = key[start:end]
    if _is_bare_name(first):
        bare = next((start + len(name.word) for name in names(run) if run.startswith(name.word)), end)
        return bare + (key[bare : min(bare + 1, end)] in tuple(_SUFFIXES))
    return start + run.index(tail) + len(tail) if tail in run else end


def _continues(tag: str, before: str, rest: str) -> bool:
    """Whether a noun phrase goes on with the word tagged `tag`, at the head of `rest` and behind the word `before`."""
    if tag == "m":
        return not before or _ORDINAL.match(rest) is not None
    if tag == "vn":
        return _ORDINAL.match(before) is not None
    return tag.startswith(_NOMINAL) and not (tag == "a" and _SUPERLATIVE.match(rest))


def _last_word(text: str) -> str:
    return [word for word, _ in rjieba.tag(text)][-1] if text else "\n"


def _is_bare_name(text: str) -> bool:
    """A place and nothing behind it."""
    found = names(text)
    return (
        bool(found) and found[-1].kind == "place" and text.endswith(found[-1].word) and text.startswith(found[0].word)
    )


def _are_alike(one: str, other: str) -> bool:
    """Both are names, both hold one, or both end alike."""
    if not (1 < len(one) <= _LONGEST and 1 < len(other) <= _LONGEST) or one == other:
        return False
    both = bool(names(one) and names(other)) and _is_bare_name(one) == _is_bare_name(other)
    return both or one[-1] == other[-1]


def _parts(question: str, key: str, spans: list[tuple[int, int]], *, more_than: bool) -> tuple[Part, ...]:
    before, behind = key[: spans[0][0]], _rest(key[spans[-1][1] :], more_than=more_than)
    words = [content_words(question[slice(*span)]) for span in spans]
    return tuple(
        Part(
            subject=question[slice(*span)],
            question=f"{before}{key[slice(*span)]}{behind}",
            marks=_marks(question[slice(*span)], own, [word for other in words if other is not own for word in other]),
        )
        for span, own in zip(spans, words, strict=True)
    )


def _marks(subject: str, own: list[str], others: list[str]) -> tuple[str, ...]:
    """Words of a subject that the others lack, places without their suffix."""
    if subject[-1] in _SUFFIXES and len(subject) == 3:  # the tagger cuts a rare 澄州市 apart
        return (fold(subject[:-1]),)
    stems = [name.stem for word in own for name in names(word)]
    kept = [next((stem for stem in stems if word.startswith(stem)), word) for word in own if word not in others]
    longer = [word for word in kept if len(word) > 1]
    return tuple(dict.fromkeys(longer or kept or [fold(subject)]))


def _rest(rest: str, *, more_than: bool) -> str:
    """What is asked of the subjects, put so that it can be asked of one of them."""
    end = re.search(r"[?。!]", rest)
    rest = _BOTH.sub("", rest[: end.start()] if end else rest)
    if more_than:
        rest = _MORE_THAN.sub("", rest)
        rest = f"是{rest}" if _AMOUNT.match(rest) else rest
    rest = _EACH.sub("", _DIFFERENCE.sub("是多少", rest))
    rest = re.sub(r"^都(?=.*[吗么嘛]$)", "", rest)
    if _SUPERLATIVE.search(rest) and (_WHICH.search(rest) or "更" in rest):
        rest = _WHICH.sub("", rest)
        rest = _SUPERLATIVE.sub("" if _AMOUNT.search(rest) else "是多少", rest)
    return rest + "?"
