"""The gist of a conversation, from the user's own questions: a title, its tags, and the question that stands last."""

from __future__ import annotations

import re
from collections.abc import Sequence

import rjieba

from rag.answer.smalltalk import talk_of
from rag.search.plan import resolve
from rag.text.script import fold, language
from rag.text.words import content_words, names
from rag.types import Turn

_LONGEST_TITLE = 20  # Chinese characters
_SHORTEST_LIMIT = 8  # characters; a title of fewer says nothing, so a lower limit is not kept
_TITLE_WORDS = 6  # of English
_MOST_TAGS = 5
_POLITE = re.compile(
    r"^(?:(?:你好|您好|请问一?下?|麻烦|劳驾|请|帮我|帮忙|我?想?(?:要)?(?:知道|了解|问一?下?|查一?下?)|(?:你|您)?(?:能|能否|能不能|可以)"
    r"(?:告诉|帮)我?(?=.{4})|告诉我|查(?:一下|询)|介绍(?:一下)?|说(?:一下|说)|那么|那|一下)[，,：:\s]*)+"
    r"|^(?:(?:hi|hello|hey|please|can you|could you|tell me|i (?:want|would like) to know)\b[,\s]*)+"
)
_ASKING_END = re.compile(  # 有哪些 is read in two ways: without a bound, time would double with each of many
    r"(?:(?:分别|各|一共|总共|大概|大约|到底|究竟)*(?:(?:是|有|为|达到?了?)(?:多少|几|什么|哪些|谁|哪里|哪几[个种类]|什么样的?|怎样的|多大|多高|多长)"
    r"|怎么样|怎样|如何|多少|有哪些|哪些)|了?吗|呢|吧|啊|呀|么|是不是|对吗){1,6}$"
)
_ASKING_WITHIN = re.compile(r"(?:一共|总共|共|现)?[有了]?多少[个所名家项件处]?(?=[\u4e00-\u9fff])")
_ASKING_START = re.compile(r"^(?:what(?:'s| is| are| was| were)?|who(?:'s| is)?|tell me about)\s+(?:the\s+)?")
_CLAUSE = re.compile(r"[。！？!?；;\n]|\.(?:\s|$)")
_EDGES = " \t\u3000，,、：:；;。.！!？?“”\"'《》「」（）()"


def title(turns: Sequence[Turn], *, longest: int | None = None) -> str:
    """What the first real question of the user is about; empty if there is none.

    At most 20 Chinese characters (or `longest`, unless that is too few to say anything), or six words of English; cut
    between words.
    """
    asked = questions(turns)
    if not asked:
        return ""
    text = bare(asked[0])
    if language(text) in {"en", "und"}:
        return " ".join(text.split()[:_TITLE_WORDS]).strip(_EDGES)
    return _cut(text, min(_LONGEST_TITLE, longest) if longest and longest >= _SHORTEST_LIMIT else _LONGEST_TITLE)


def tags(turns: Sequence[Turn]) -> list[str]:
    """The names in the user's questions, then their content words, as they are written there; at most five."""
    found: dict[str, str] = {}
    for text in questions(turns):
        key = fold(text)
        spoken = [*(name.word for name in names(text)), *sorted(content_words(text), key=len, reverse=True)]
        for word in spoken:
            at = key.find(word)
            if at >= 0 and len(word) > 1 and not word.isdigit() and not any(word in other for other in found):
                found[word] = text[at : at + len(word)]
    return list(found.values())[:_MOST_TAGS]


def last_question(turns: Sequence[Turn]) -> str:
    """The user's last question, made to stand alone; empty if there is none."""
    asked = [Turn(role="user", text=text) for text in questions(turns)]
    return resolve(asked[-1].text, asked[:-1]) if asked else ""


def questions(turns: Sequence[Turn]) -> list[str]:
    """What the user said that is no small talk, white space made single."""
    said = (" ".join(turn.text.split()) for turn in turns if turn.role == "user")
    return [text for text in said if text and talk_of(text) is None]


def bare(text: str) -> str:
    """A question without politeness and without what makes it a question: `请问…是多少？` -> `…`."""
    sentences = [part.strip(_EDGES) for part in _CLAUSE.split(text)]
    kept = next((part for part in sentences if part and talk_of(part) is None), text)
    clauses = kept.split("，")
    while len(clauses) > 1 and (talk_of(clauses[0]) or not _POLITE.sub("", fold(clauses[0]))):
        clauses.pop(0)
    kept = "，".join(clauses)
    for pattern in (_POLITE, _ASKING_START):
        if found := pattern.search(fold(kept)):
            kept = kept[found.end() :].strip(_EDGES) or kept
    if found := _ASKING_END.search(fold(kept)):
        kept = kept[: found.start()].strip(_EDGES) or kept
    if found := _ASKING_WITHIN.search(fold(kept)):
        kept = kept[: found.start()] + kept[found.end() :]
    return kept


def _cut(text: str, longest: int) -> str:
    """The words of `text` that fit; a first clause that fits by itself is preferred."""
    if len(text) <= longest:
        return text
    first = re.split(r"[，,：:；;]", text)[0]
    if _SHORTEST_LIMIT <= len(first) <= longest:
        return first
    cut = ""
    for word in rjieba.cut(text):
        if len(cut) + len(word) > longest:
            break
        cut += word
    return (cut or text[:longest]).strip(_EDGES).removesuffix("的")
