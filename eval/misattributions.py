"""Sentences of an article made false by giving what is true of one thing to another."""

from __future__ import annotations

import random
import re

import rjieba

from eval.statements import NEVER_HEADS, Story, head
from rag.text.numbers import Quantity, find_quantities
from rag.text.words import names


def subject_taken(story: Story, chance: random.Random) -> str | None:
    """The subject of a neighbouring sentence in the place of the sentence's own, both of them measures or names."""
    own = head(story.sentence)
    if not own:
        return None
    for neighbour in chance.sample([story.before, story.after], 2):
        clauses = [clause for clause in re.split("[，；。]", neighbour) if clause]
        for clause in clauses:
            other = head(clause + "。")
            if not other or set(other) & set(own):
                continue
            measured = bool(re.search(r"\d", story.sentence.split("，")[0])) and bool(re.search(r"\d", clause))
            named = _kinds(own) & _kinds(other)
            if measured or named:
                return other + story.sentence[len(own) :]
    return None


def _kinds(text: str) -> set[str]:
    return {name.kind for name in names(text)}


def figure_taken(story: Story, chance: random.Random) -> str | None:
    """A figure of a neighbouring sentence in the place of one of the same unit."""
    own = _plain(story.sentence)
    near = [q for text in (story.before, story.after) for q in _plain(text)]
    choices = [
        (q, said)
        for q, text in own
        for other, said in near
        if other.unit == q.unit and other.value != q.value and said not in story.sentence
    ]
    if not choices:
        return None
    old, said = chance.choice(choices)
    return story.sentence[: old.start] + said + story.sentence[old.end :]


def figures_exchanged(story: Story, chance: random.Random) -> str | None:
    """Two figures of one unit of the sentence change places."""
    own = _plain(story.sentence)
    pairs = [(a, b) for a, _ in own for b, _ in own if a.start < b.start and a.unit == b.unit and a.value != b.value]
    if not pairs or re.search(r"[~～—-]\d|\d[~～—-]", story.sentence):
        return None
    first, second = chance.choice(pairs)
    text = story.sentence
    between = text[first.end : second.start]
    if len(re.findall(r"[\u4e00-\u9fff]", between)) < 2:
        return None
    one, other = text[first.start : first.end], text[second.start : second.end]
    return text[: first.start] + other + between + one + text[second.end :]


def measure_taken(story: Story, chance: random.Random) -> str | None:
    """What is measured or counted, right before a figure, is taken from another clause or sentence."""
    own = _measures(story.sentence)
    others = own + [m for text in (story.before, story.after) for m in _measures(text)]
    choices = [
        (a, b[2])
        for a in own
        for b in others
        if not set(a[2]) & set(b[2]) and a[3] == b[3] and b[2] not in story.sentence[a[0] - 6 : a[1]]
    ]
    if not choices:
        return None
    (start, end, _, _), word = chance.choice(choices)
    return story.sentence[:start] + word + story.sentence[end:]


def _measures(text: str) -> list[tuple[int, int, str, str]]:
    """Nouns right before a plain figure, with its unit: start, end, word, unit."""
    out = []
    for quantity, _ in _plain(text):
        before = re.search(
            r"(?P<noun>[\u4e00-\u9fff]{2,8}?)(?P<link>为|达到?|是|有|约|超过?|近|共|[增减]长|下降|上升|增加|减少|提高|下跌|上涨)*$",
            text[: quantity.start],
        )
        if not before:
            continue
        words = rjieba.tag(text[max(0, before.start("noun") - 6) : before.end("noun")])
        if (
            words
            and words[-1][1] in {"n", "vn", "nz", "l"}
            and len(words[-1][0]) > 1
            and words[-1][0] not in NEVER_HEADS
        ):
            end = before.end("noun")
            out.append((end - len(words[-1][0]), end, words[-1][0], quantity.unit))
    return out


def _plain(text: str) -> list[tuple[Quantity, str]]:
    found = []
    for quantity in find_quantities(text):
        said = text[quantity.start : quantity.end]
        if said[:1].isdigit() and quantity.unit in {
            "%",
            "元",
            "人",
            "个",
            "家",
            "名",
            "美元",
            "万",
            "亿",
            "吨",
            "米",
            "公里",
            "所",
            "辆",
            "台",
            "次",
            "倍",
            "岁",
            "天",
        }:
            found.append((quantity, said))
    return found
