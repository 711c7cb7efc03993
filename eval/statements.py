"""A sentence of an article with what stands around it, and what rules that rewrite it share."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import rjieba

from rag.text.script import fold

NEVER_HEADS = frozenset(
    """
    方面 记者 数据 消息 其中 目前 同时 此外 时间 情况 结果 原因 问题 内容 部分 此前 之后 网友 媒体 大家 本次 官方
    同比 环比 公司 企业 集团 学校 医院 警方 男子 女子 双方 项目
    """.split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A sentence of an article with its neighbours, and names of other articles to swap in."""

    sentence: str
    before: str
    after: str
    article: str
    places: Sequence[str]
    persons: Sequence[str]


Rule = Callable[[Story, random.Random], str | None]


def replace_match(text: str, choice: tuple[re.Match[str], str]) -> str:
    """`text` with the match of a choice replaced by its new text."""
    found, new = choice
    return text[: found.start()] + new + text[found.end() :]


def head(sentence: str) -> str:
    """The noun phrase that a sentence opens with, empty where it opens with something else."""
    out, tags = "", []
    for word, tag in rjieba.tag(sentence):
        if tag.startswith(("n", "eng", "vn", "j")) and word not in NEVER_HEADS:
            out += word
            tags.append(tag)
        elif tag.startswith(("v", "d", "p")) and tags and len(out) >= 2:
            return out
        else:
            return ""
    return ""


def is_really_false(made: str, story: Story) -> bool:
    """The article does not say the made sentence anywhere, script and punctuation aside."""
    bare = "".join(filter(str.isalnum, fold(made)))
    return bare not in "".join(filter(str.isalnum, fold(story.article)))
