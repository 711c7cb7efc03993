"""A story as another publisher reprints it: another dateline, one sentence fewer, another verb of saying."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import timedelta

from eval.noise.story import Paragraph, Story
from rag.text.sentences import sentences

PUBLISHERS = ("晨光快讯网", "南湖新闻网", "四方要闻", "云岭在线", "同城早知道")
_SAID = re.compile(r"(?<=[\u4e00-\u9fff])(?P<verb>表示|指出|透露|介绍|强调|谈到|提到|称)(?=[，：,:])")
_VERBS = ("表示", "指出", "介绍", "谈到", "提到")
_LEAST = 3  # sentences of a paragraph that may lose one


def reprint(story: Story, seed: int) -> Story:
    """The story of another publisher, a day later, under another address and id; figures and names stay."""
    chance = random.Random(seed)  # noqa: S311 - damage, not secrets
    publisher = chance.choice([name for name in PUBLISHERS if name != story.publisher])
    day = story.published + timedelta(days=1) if story.published else None
    paragraphs = [replace(one, text=_said(one.text, chance)) for one in _shortened(story.paragraphs, chance)]
    opening = next((at for at, one in enumerate(paragraphs) if not one.is_heading and not one.cells), None)
    if opening is not None and day:
        told = f"{publisher}{day.month}月{day.day}日讯　{paragraphs[opening].text}"
        paragraphs[opening] = Paragraph(text=told)
    return replace(
        story,
        article_id=f"{story.article_id}-reprint",
        paragraphs=tuple(paragraphs),
        url=f"https://reprints.example/{story.article_id}.html",
        publisher=publisher,
        published=day,
    )


def _shortened(paragraphs: tuple[Paragraph, ...], chance: random.Random) -> list[Paragraph]:
    """The paragraphs without one sentence that is neither the first nor the last of its paragraph."""
    out = list(paragraphs)
    long = [(at, spans) for at, one in enumerate(out) if len(spans := sentences(one.text)) >= _LEAST]
    if long:
        at, spans = chance.choice(long)
        gone = chance.choice(spans[1:-1])
        text = out[at].text
        out[at] = replace(out[at], text=text[: gone.start] + text[gone.end :].lstrip())
    return out


def _said(text: str, chance: random.Random) -> str:
    return _SAID.sub(lambda found: chance.choice([verb for verb in _VERBS if verb != found["verb"]]), text)
