"""One article -> the documents of its noisy twin, one function for each kind of noise.

Pure: the same article, kind and seed give the same bytes. Every kind starts from the cleaned text, so that the only
difference between twins is the noise.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace

from opencc import OpenCC

from eval.noise.bytewise import leave_readings, shift
from eval.noise.furniture import crowded_dump, crowded_page
from eval.noise.glyphs import break_lines, misread_glyphs
from eval.noise.pages import dateline_of, document, html_page, text_page
from eval.noise.reprint import reprint
from eval.noise.story import Story, story_of
from rag.errors import InputError
from rag.text.script import to_traditional
from rag.types import Article, Media, RawDocument

CLEAN = "clean"
_CONVERSIONS = ("s2t", "s2tw")
_MENU = "新闻中心首页"
_CREDITS = ("总值班：程远 |", "统　筹：苏未 |", "责　编：叶青 |", "![]() |", "免责声明： | |||")

Noise = Callable[[Story, int], list[RawDocument]]


def render(article: Article, kind: str, seed: int) -> list[RawDocument]:
    """The documents that stand for `article` under this noise, in the order in which they came out.

    Raises:
        InputError: there is no such kind of noise.
    """
    return render_story(story_of(article), kind, seed)


def render_story(story: Story, kind: str, seed: int) -> list[RawDocument]:
    """As `render`, of a story."""
    if kind not in KINDS:
        raise InputError(f"noise {kind!r} is not known; expected one of {', '.join(KINDS)}", field="kind")
    return KINDS[kind](story, zlib.crc32(f"{seed}/{story.article_id}".encode()))


def _clean(story: Story, _: int) -> list[RawDocument]:
    return [document(story, html_page(story), Media.HTML)]


def _gb18030(story: Story, _: int) -> list[RawDocument]:
    """Declared as gb2312, as such pages are, and handed over without a word about the encoding."""
    page = html_page(story, charset="gb2312").encode("gb18030")
    return [document(story, page, Media.HTML, encoding=None)]


def _shifted(story: Story, seed: int) -> list[RawDocument]:
    return [document(story, html_page(_shift_story(story, seed)), Media.HTML)]


def _readings(story: Story, seed: int) -> list[RawDocument]:
    twin = story.changed(lambda text: leave_readings(to_traditional(text), seed))
    return [document(twin, html_page(twin), Media.HTML)]


def _traditional(story: Story, seed: int) -> list[RawDocument]:
    converter = OpenCC(_CONVERSIONS[seed % 2])
    twin = story.changed(converter.convert)
    publisher = str(converter.convert(story.publisher)) if story.publisher else None
    return [document(twin, html_page(replace(twin, publisher=publisher)), Media.HTML)]


def _crowded(story: Story, seed: int) -> list[RawDocument]:
    return [document(story, crowded_page(story, seed), Media.HTML)]


def _dumped(story: Story, seed: int) -> list[RawDocument]:
    return [document(story, crowded_dump(story, seed), Media.TEXT)]


def _pasted(story: Story, seed: int) -> list[RawDocument]:
    """A dump with two copies of the story, each read one byte off at other places."""
    lines = [_MENU, story.title, *filter(None, [dateline_of(story)])]
    for copy in (seed, seed + 1):
        damaged = _shift_story(story, copy)
        lines += [*(paragraph.text for paragraph in damaged.paragraphs), *_CREDITS]
    return [document(story, "\n".join(lines) + "\n", Media.TEXT)]


def _reprinted(story: Story, seed: int) -> list[RawDocument]:
    twin = reprint(story, seed)
    return [*_clean(story, seed), document(twin, html_page(twin), Media.HTML)]


def _scanned(story: Story, seed: int) -> list[RawDocument]:
    twin = story.changed(lambda text: misread_glyphs(text, _seed(seed, text)))
    broken = [replace(one, text=break_lines(one.text, _seed(seed, one.text))) for one in twin.paragraphs]
    return [document(twin, text_page(replace(twin, paragraphs=tuple(broken))), Media.TEXT)]


def _shift_story(story: Story, seed: int) -> Story:
    return story.changed(lambda text: shift(text, _seed(seed, text)))


def _seed(seed: int, text: str) -> int:
    """A seed for one paragraph, so that equal chances do not hit the same place in each."""
    return random.Random(f"{seed}/{text}").getrandbits(32)  # noqa: S311 - damage, not secrets


KINDS: Mapping[str, Noise] = {
    CLEAN: _clean,
    "gb18030": _gb18030,
    "gbk-shift": _shifted,
    "pinyin": _readings,
    "traditional": _traditional,
    "ads": _crowded,
    "ads-dump": _dumped,
    "pasted-twice": _pasted,
    "reprinted": _reprinted,
    "ocr": _scanned,
}
