"""Each noise damages what it should, keeps what it must, and comes out of ingest as far as the product mends it."""

from __future__ import annotations

from datetime import date

import pytest

from eval.noise.bytewise import leave_readings, shift
from eval.noise.glyphs import Misreading, break_lines, misread_glyphs
from eval.noise.render import KINDS, render_story
from eval.noise.reprint import reprint
from eval.noise.story import Paragraph, Story, story_of
from rag.errors import InputError
from rag.ingest.assemble import assemble
from rag.text.script import fold
from rag.types import Media

STORY = Story(
    article_id="bridge",
    title="平湖县两座新桥通车",
    publisher="江岸日报",
    published=date(2024, 5, 6),
    url="https://paper.example/bridge.html",
    paragraphs=(
        Paragraph(
            text="5月6日，平湖县两座新桥同时通车，沿江居民出行更加方便。大桥全长820米，总投资3.5亿元，工期两年。"
            "县交通局局长王一平表示，新桥能让过江时间缩短到10分钟。"
        ),
        Paragraph(text="公交线路同步调整", is_heading=True),
        Paragraph(
            text="从本月起，平湖县公交集团把4条线路延长到江北，每天增加班车36个班次。"
            "沿线学校的学生上学不再绕路，老人去医院看病也省了半小时。"
        ),
        Paragraph(text="线路 | 班次"),
        Paragraph(text="1路 | 12"),
    ),
)


def test_a_clean_twin_gives_the_story_back() -> None:
    """Title, text, headings, table, address, publisher and day survive their own page unchanged."""
    (page,) = render_story(STORY, "clean", 0)
    assert story_of(assemble(page)) == STORY


@pytest.mark.parametrize("kind", ["gb18030", "ads"])
def test_what_is_fully_mended_gives_the_story_back(kind: str) -> None:
    """Another encoding and all that stands around a story leave no trace in the article."""
    (page,) = render_story(STORY, kind, 3)
    assert story_of(assemble(page)) == STORY


@pytest.mark.parametrize("kind", ["pinyin", "traditional"])
def test_other_script_gives_the_same_key(kind: str) -> None:
    """Script aside, the article is the same; the readings are gone."""
    (page,) = render_story(STORY, kind, 1)
    article = assemble(page)
    assert fold(article.text) == fold(assemble(render_story(STORY, "clean", 0)[0]).text)
    assert article.language == "zh-Hant"


@pytest.mark.parametrize("seed", range(4))
def test_dumps_keep_the_story_and_lose_the_headlines(seed: int) -> None:
    """Of a dump, tickers, lists and teasers go, every sentence of the story stays."""
    (page,) = render_story(STORY, "ads-dump", seed)
    text = assemble(page).text
    assert page.media is Media.TEXT
    assert [paragraph.text in text for paragraph in (STORY.paragraphs[0], STORY.paragraphs[2])] == [True, True]
    assert "推荐阅读" not in text
    assert "责任编辑" not in text


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_bytes(kind: str) -> None:
    """Rendering is a function of story, kind and seed; every document names its article."""
    documents = render_story(STORY, kind, 7)
    assert documents == render_story(STORY, kind, 7)
    assert documents[0].article_id == "bridge"
    assert documents[0].url == STORY.url


def test_noise_differs_from_clean() -> None:
    """No kind but clean hands over the clean bytes alone."""
    (clean,) = render_story(STORY, "clean", 0)
    assert [kind for kind in KINDS if [one.data for one in render_story(STORY, kind, 1)] == [clean.data]] == ["clean"]


def test_an_unknown_noise_is_named() -> None:
    """The message says what there is."""
    with pytest.raises(InputError, match=r"'fog' is not known; expected one of clean, gb18030"):
        render_story(STORY, "fog", 0)


def test_marks_folded_in_bytes_shift_what_follows() -> None:
    """The bytes of a full-width mark across two characters become an ASCII sign, and ASCII brings the reader back."""
    assert shift("工程结束。“新桥”通车，全长5公里。", 0, folded=1.0, stops=0.0) == "工程结束!靶虑拧蓖ǔ,全长5公里。"
    assert shift("学校、幼儿园共有20所。", 0, folded=1.0, stops=0.0) == "学!⒂锥肮灿20所。"
    assert shift("学校、幼儿园共有20所。", 0, folded=0.0, stops=0.0) == "学校、幼儿园共有20所。"


def test_a_stop_that_loses_a_byte_shifts_up_to_the_next_mark() -> None:
    """The first byte of the full stop is gone; behind the half-width comma the text is whole again."""
    assert shift("桥梁建成。居民出行方便，很多。", 0, folded=0.0, stops=1.0) == "桥梁建成＞用癯鲂蟹奖,很多。"


def test_readings_stand_behind_common_traditional_characters() -> None:
    """Characters that both scripts share get none, and a share of nothing changes nothing."""
    assert leave_readings("義務教育學校", 0, share=1.0) == "義(yí)務(wǔ)教育學(xué)校"
    assert leave_readings("義務教育學校", 0, share=0.0) == "義務教育學校"


def test_a_scanner_takes_look_alikes_and_loses_marks() -> None:
    """With every chance at one, each sign that can be misread is."""
    worst = Misreading(characters=1.0, digits=1.0, widths=0.0, wide_digits=0.0, lost_marks=1.0)
    read = misread_glyphs("已经未来，100元。", 0, errors=worst)
    assert read[0] in "己巳"
    assert read[1:4] == "经末来"
    assert [char in "Oo" for char in read[5:7]] == [True, True]
    assert read[4] in "lI"
    assert read[7:] == "元"


def test_a_scanner_breaks_lines() -> None:
    """A paragraph breaks at the paper's width, and no line holds a single sign."""
    assert break_lines("一二三四五六七八九十", 0, errors=Misreading(lines=1.0, width=4)) == "一二三四\n五六七八\n九十"
    assert break_lines("一二三四五六七八九", 0, errors=Misreading(lines=1.0, width=4)) == "一二三四\n五六七八九"


def test_a_reprint_is_another_article_with_the_same_figures() -> None:
    """Publisher, day, address and id are others; a sentence is gone or told with another verb, headings stay."""
    twin = reprint(STORY, 5)
    text = "".join(paragraph.text for paragraph in twin.paragraphs)
    assert twin.publisher != STORY.publisher
    assert twin.published == date(2024, 5, 7)
    assert (twin.article_id, twin.url) == ("bridge-reprint", "https://reprints.example/bridge.html")
    assert text.startswith(f"{twin.publisher}5月7日讯　5月6日，平湖县两座新桥同时通车")
    assert "局长王一平表示，" not in text
    assert "缩短到10分钟" in text
    assert "总投资3.5亿元" not in text
    assert [one.is_heading for one in twin.paragraphs] == [one.is_heading for one in STORY.paragraphs]


def test_two_copies_are_damaged_at_different_places_and_read_as_one() -> None:
    """A page with the story twice holds both copies; its article holds every sentence once."""
    (page,) = render_story(STORY, "pasted-twice", 2)
    assert page.data.decode().count("大桥全长820米") == 2
    assert assemble(page).text.count("大桥全长820米") == 1
