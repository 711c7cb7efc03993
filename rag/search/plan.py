"""What to search for: the question as it stands, or what a follow-up means after what was said before."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rag.errors import InputError
from rag.search.english.words import is_english
from rag.search.spoken import plain
from rag.text.script import fold
from rag.text.words import Name, content_words, names, words
from rag.types import Filters, Question, Turn

_POINTS_BACK = re.compile(
    r"^(?:那么?|还有|另外|然后|其中|这个?|该)|(?:它|他|她|其|这[里个些]?|那[里个些]?|该|上述|前者|后者)(?!么)"
)
_ELLIPSIS = re.compile(r"^(?:那么?)?(?P<topic>[^，。？?]{1,20}?)(?:呢|又?如何|怎么样)[？?]?$")
_ENGLISH_POINTS_BACK = re.compile(
    r"^(?:and|but|then|also|so)\b|\b(?:it|its|they|them|their|he|him|his|she|her|that|those|these|this|there)\b",
    re.IGNORECASE,
)
_ENGLISH_ELLIPSIS = re.compile(r"^(?:and |but )?(?:what|how) about (?P<topic>[^?]{1,60}?)\s*\?*$", re.IGNORECASE)
_ENGLISH_NAME = re.compile(r"(?<=\s)[A-Z][\w’-]*(?: [A-Z][\w’-]*)*(?: ?[(（][^)）]*[)）])?")
_OTHER_TOPIC = (
    re.compile(  # `中小学那边呢，多了多少学位？`: a subject and a question of its own, within what was spoken of
        r"^[^，,。？?]{1,12}呢[，,].*(?:多少|几|什么|谁|哪|怎|如何|为何|吗|没)"
    )
)
_LONGEST_SUBJECTLESS = 3  # content words
REMEMBERED = 8  # earlier questions that a chain of follow-ups may reach back over
_LONGEST_REMEMBERED = 500  # characters of an earlier question; more is pasted text, not a question


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A search: `text` is what is encoded, `words` are the folded terms, `resolved` tells that history was used.

    `respelt` has the words that were taken for others of the same sound. Of an English question `text` becomes a
    translation into Chinese; `asked` is then what it translates, and `glossed` each English phrase with the Chinese for
    it. Of any other question `asked` is what `text` was before `rag.search.spoken` and a respelling.
    """

    text: str
    words: tuple[str, ...]
    filters: Filters
    asked: str
    english: bool = False
    glossed: tuple[tuple[str, str], ...] = ()
    resolved: bool = False
    respelt: Mapping[str, str] = field(default_factory=dict)

    def in_words_of_user(self, chinese: str) -> str:
        """The English that `chinese`, a part of `text`, translates; itself where it translates nothing."""
        return next((said for said, put in self.glossed if put and (put in chinese or chinese in put)), chinese)

    def with_spelling(self, text: str, changed: Mapping[str, str]) -> Plan | None:
        """The plan for `text`, in which the words of `changed` are written otherwise; None when there are none."""
        return replace(self, text=text, words=tuple(words(text)), respelt=changed) if changed else None


def plan(question: Question) -> Plan:
    """Turn a question with its history into one search.

    Raises:
        InputError: the filters' first day comes after their last.
    """
    limits = question.filters
    if limits.since and limits.until and limits.since > limits.until:
        raise InputError(f"since is {limits.since}, which is after until, {limits.until}", field="filters.since")
    text = " ".join(question.text.split())
    asked = resolve(text, question.history)
    english = is_english(text) or is_english(asked)
    standalone = asked if english else resolve(plain(text), question.history)
    return Plan(
        text=standalone,
        asked=asked,
        english=english,
        words=tuple(words(standalone)),
        filters=question.filters,
        resolved=asked != text,
    )


def resolve(text: str, history: Sequence[Turn]) -> str:
    """`text` as a question that can stand alone: what it leaves out is taken from the user's last question."""
    earlier = [turn.text[:_LONGEST_REMEMBERED] for turn in history if turn.role == "user" and turn.text.strip()]
    earlier = earlier[-REMEMBERED:]
    if not earlier or not _needs_history(text):
        return text
    before = resolve(" ".join(earlier[-1].split()), [Turn(role="user", text=t) for t in earlier[:-1]])
    if match := _ENGLISH_ELLIPSIS.match(text):
        topic = match["topic"]
        named = _ENGLISH_NAME.search(before) if _ENGLISH_NAME.match(f" {topic}", 1) else None
        return f"{before[: named.start()]}{topic}{before[named.end() :]}" if named else f"{before} {text}"
    if _OTHER_TOPIC.match(fold(text)):
        return " ".join([*(name.word for name in names(before) if name.word not in fold(text)), text])
    if match := _ELLIPSIS.match(text):
        return _swap_topic(before, match["topic"].strip())
    return f"{before} {text}"


def _needs_history(text: str) -> bool:
    if is_english(text):
        return bool(_ENGLISH_ELLIPSIS.match(text) or _ENGLISH_POINTS_BACK.search(text))
    key = fold(text)
    if _ELLIPSIS.match(key) or _POINTS_BACK.search(key) or _OTHER_TOPIC.match(key):
        return True
    return len(content_words(text)) <= _LONGEST_SUBJECTLESS and not names(text)


def _swap_topic(before: str, topic: str) -> str:
    """The earlier question about `topic` instead of the name of the same kind that it was about."""
    kinds = {name.kind for name in names(topic)}
    stretch = _name_stretch(before, [name for name in names(before) if not kinds or name.kind in kinds])
    if stretch is None:
        return f"{before} {topic}"
    start, end = stretch
    return before[:start] + topic + before[end:]


def _name_stretch(text: str, found: list[Name]) -> tuple[int, int] | None:
    """Where the first run of adjoining names stands in `text`."""
    key = fold(text)
    spans = sorted((key.find(name.word), key.find(name.word) + len(name.word)) for name in found if name.word in key)
    if not spans:
        return None
    start, end = spans[0]
    for low, high in spans[1:]:
        if low > end:
            break
        end = max(end, high)
    return start, end
