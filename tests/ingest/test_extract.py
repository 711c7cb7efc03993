"""The story of a page is kept, line by line, and everything else is not, with a reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.ingest.extract import Extraction, Reason, extract
from rag.ingest.html import parse_html
from rag.ingest.layout import Layout
from rag.ingest.plain import parse_markdown, parse_text

PAGES = Path(__file__).parent / "pages"


def no_damage(text: str) -> float:
    return float(text.count("\ufffd"))


def run(layout: Layout) -> tuple[Extraction, list[str]]:
    lines = layout.source_text.split("\n")
    return extract(layout, lines, damage=no_damage), lines


def kept(text: str) -> list[str]:
    found, lines = run(parse_text(text))
    return found.text(lines).split("\n") if found.kept else []


def reason_of(text: str, start: str) -> Reason | None:
    found, lines = run(parse_text(text))
    return next((gone.reason for gone in found.removed if lines[gone.line].strip().startswith(start)), None)


STORY = [
    "3月2日，云溪县第二实验学校举行落成典礼，县教育局、施工单位和师生代表共三百余人参加。",
    "学校占地86亩，总投资1.9亿元，可提供学位2160个，将缓解城西片区入学难的问题。",
    "校长叶青说，新校区将于今年9月投入使用，首批招收一年级和七年级学生。",
]
BODY = "\n".join(STORY)
TITLE = "云溪县第二实验学校落成 新增学位2160个"


@pytest.mark.parametrize("path", sorted(PAGES.glob("*.html")), ids=lambda path: path.stem)
def test_a_page_gives_exactly_its_story(path: Path) -> None:
    """Pages in the shapes that content management systems give them: kept text and metadata are as written down."""
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    layout = parse_html(path.read_text(encoding="utf-8"))
    found, lines = run(layout)
    assert found.text(lines).split("\n") == expected["text"]
    assert found.title == expected["title"]
    told = found.metadata
    assert (told.publisher, told.author, told.editor) == tuple(
        expected[key] for key in ("publisher", "author", "editor")
    )
    assert (told.published[0].text if told.published else "") == expected["published"]
    if "headings" in expected:
        assert [lines[at].strip() for at in sorted(found.headings)] == expected["headings"]


def test_a_story_without_anything_around_it_passes_unchanged() -> None:
    """Nothing is taken from a text that is nothing but a story."""
    assert kept(BODY) == STORY
    assert run(parse_text(BODY))[0].removed == ()


def test_the_headline_is_the_title_and_not_text() -> None:
    """A line above the story that speaks of it is its title."""
    found, lines = run(parse_text(f"{TITLE}\n\n{BODY}"))
    assert (found.title, found.title_line) == (TITLE, 0)
    assert found.text(lines).split("\n") == STORY


def test_a_given_title_is_kept_and_not_repeated_in_the_text() -> None:
    """A title that came with the document stands, and its line in the text is told as the title."""
    layout = parse_text(f"{TITLE}\n{BODY}")
    lines = layout.source_text.split("\n")
    found = extract(layout, lines, damage=no_damage, given_title=TITLE)
    assert (found.title, found.title_line) == (TITLE, 0)


def test_tickers_are_navigation() -> None:
    """A line of many headlines strung together is never text, once or twice."""
    heads = "市博物馆夜场开放 两条公交线路延长 河道清淤工程完工 青年创业大赛收官 新城公园改造启动 春茶上市价格平稳 "
    ticker = (heads + "夜间急诊绿色通道开通 老街非遗展演受欢迎 农机下乡助春耕 社区食堂新增十处 图书漂流走进校园 ") * 2
    text = f"实时\n{ticker}\n{ticker}\n您的位置：首页 > 教育\n{TITLE}\n{BODY}"
    assert kept(text) == STORY
    assert reason_of(text, "市博物馆") is Reason.NAVIGATION
    assert reason_of(text, "您的位置") is Reason.BREADCRUMB


def test_bullets_behind_the_story_are_links_and_its_own_list_is_not() -> None:
    """A list that a sentence introduces stays, one that none introduces goes."""
    own = ["下一步，学校将做好三件事：", "1. 配齐各科教师", "2. 开通三条校车线路", "3. 开放体育场馆"]
    end = "叶青表示，上述工作将在8月底前完成。"
    others = [
        f"- • {name}"
        for name in ("县医院引进新设备惠及群众", "老城供水管网改造完成", "茶博会签约十二个项目", "夜市街区重新开放迎客")
    ]
    text = "\n".join([TITLE, *STORY, *own, end, *others])
    assert kept(text) == [*STORY, *own, end]
    assert reason_of(text, "- • 县医院") is Reason.LINK_LIST


def test_a_list_at_the_end_that_the_story_introduces_stays() -> None:
    """Rows behind `如下：` belong to the story."""
    rows = ["- 3月5日 城东小学 报名", "- 3月6日 城西小学 报名", "- 3月7日 实验小学 报名", "- 3月8日 育才小学 报名"]
    assert kept("\n".join([TITLE, *STORY, "各校报名时间如下：", *rows])) == [*STORY, "各校报名时间如下：", *rows]


def test_repeated_titles_and_what_stands_below_them_are_captions() -> None:
    """In a text dump a picture's alternative text is the title again, and its caption the line below."""
    text = "\n\n".join(
        [TITLE, STORY[0], TITLE, "落成典礼现场", STORY[1], "首批招生两个年级", STORY[2], TITLE, "教学楼外景"]
    )
    found, lines = run(parse_text(text))
    assert found.text(lines).split("\n") == [STORY[0], STORY[1], "首批招生两个年级", STORY[2]]
    assert [lines[at] for at in found.headings] == ["首批招生两个年级"]
    assert reason_of(text, "教学楼外景") is Reason.CAPTION


def test_recommended_articles_with_summaries_are_related() -> None:
    """Whole sentences below a heading of other lists, with the time below each, are not this story."""
    other = [
        "推荐阅读",
        "县城三座公园同日开园，市民可以免费入园游览。",
        "2024-12-12 16:27:41",
        "全县供暖本周开始试运行。",
        "2024-12-10 18:26:37",
    ]
    text = "\n".join([TITLE, *STORY, "责任编辑：苏曼", *other])
    found, lines = run(parse_text(text))
    assert found.text(lines).split("\n") == STORY
    assert found.metadata.editor == "苏曼"
    assert reason_of(text, "县城三座公园") is Reason.RELATED


def test_a_story_pasted_twice_is_kept_once_each_sentence_from_the_better_copy() -> None:
    """Damage in either copy gives way to the other copy's sentence, and the rest is a duplicate."""
    first = [STORY[0], STORY[1].replace("总投资", "总\ufffd\ufffd"), STORY[2]]
    second = [STORY[0].replace("典礼", "\ufffd礼"), STORY[1], STORY[2]]
    text = "\n".join([*first, "（记者 安然）", "责编：苏曼 |", "网站免责声明： | |", *second, "（记者 安然）"])
    found, lines = run(parse_text(text))
    assert found.text(lines).split("\n") == STORY
    assert found.metadata.author == "安然"
    assert sum(gone.reason is Reason.DUPLICATE for gone in found.removed) == 3


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("责任编辑：苏曼　审核：高远", Reason.CREDIT),
        ("來源：雲溪日報", Reason.CREDIT),
        ("（記者 安然）", Reason.CREDIT),
        ("原标题：新校区落成", Reason.CREDIT),
        ("分享到：微信 微博 QQ空间", Reason.SHARE),
        ("版权声明：未经授权，不得转载本网内容。", Reason.COPYRIGHT),
        ("Copyright © 2024 云溪网 All Rights Reserved", Reason.COPYRIGHT),
        ("上一篇：县医院引进新设备", Reason.NAVIGATION),
        ("【打印】【关闭窗口】", Reason.SHARE),
        ("欢迎关注云溪发布微信公众号", Reason.ADVERT),
        ("相关阅读：新校区建设纪实", Reason.RELATED),
        ("我来说两句", Reason.COMMENT),
        ("典礼现场。叶青 摄", Reason.CAPTION),
    ],
)
def test_lines_around_a_story_are_told_by_what_they_do(line: str, reason: Reason) -> None:
    """A credit, share bar, legal notice, link, appeal or caption behind the story gets its reason."""
    text = f"{TITLE}\n{BODY}\n{line}"
    assert kept(text) == STORY
    assert reason_of(text, line[:6]) is reason


@pytest.mark.parametrize(
    "lines",
    [
        ["床前明月光，", "疑是地上霜。", "举头望明月，", "低头思故乡。"],
        ["问：学校什么时候开学？", "答：9月1日。", "问：有校车吗？", "答：有三条线路。"],
        ["活动时间：2024年5月1日9时", "活动地点：县体育馆二楼大厅", "参加人员：全县中小学体育教师。"],
        ["县区 | 学校 | 学位", "东湖区 | 32 | 4100", "西山县 | 27 | 3600", "以上数据截至2023年底，由市教育局提供。"],
        ["今天停水。", "明早六点恢复。"],
    ],
    ids=["poem", "interview", "notice", "table", "short"],
)
def test_texts_that_do_not_look_like_stories_survive(lines: list[str]) -> None:
    """Poems, questions and answers, labelled lines, tables and two short sentences are kept whole."""
    assert kept("\n".join(lines)) == lines


def test_a_page_of_links_keeps_what_is_not_plainly_something_else() -> None:
    """Where there is no story, nothing is invented and nothing fails."""
    layout = parse_html("<ul><li><a href=1>首页</a><li><a href=2>新闻</a></ul>")
    found, lines = run(layout)
    assert found.text(lines) == ""
    assert {gone.reason for gone in found.removed} <= {Reason.LINK_LIST, Reason.NAVIGATION}
    assert run(parse_text(""))[0].kept == ()


def test_markdown_headings_are_headings() -> None:
    """The first heading is the title, the others are headings of the text."""
    found, lines = run(parse_markdown(f"# {TITLE}\n\n{STORY[0]}\n\n## 资金与规模\n\n{STORY[1]}"))
    assert found.title == TITLE
    assert found.text(lines).split("\n") == [STORY[0], "资金与规模", STORY[1]]
    assert [lines[at] for at in found.headings] == ["资金与规模"]


def test_the_number_of_lines_must_fit() -> None:
    """Lines that are not the layout's lines are refused."""
    with pytest.raises(ValueError, match="2 lines of repaired text for 1 lines"):
        extract(parse_text("一"), ["一", "二"], damage=no_damage)


_OTHERS = (
    "推荐阅读;责任编辑：苏曼;- • 县医院引进新设备惠及群众;首页 > 新闻;1. 一项;|;"
    "广告;2024-12-12 16:27:41;评论（3）;版权所有;"
    "甲 | 乙;“他说：”;![](a);分享;第一部分;;　　"
)
_LINES = st.sampled_from([*STORY, TITLE, *_OTHERS.split(";")])


@given(st.lists(_LINES, max_size=25).map("\n".join))
@settings(max_examples=300, deadline=None)
def test_kept_and_removed_never_overlap_and_cover_the_page(text: str) -> None:
    """Each character of a page is text, title, white space, or removed for a reason, and never two of these."""
    layout = parse_text(text)
    found, lines = run(layout)
    marks = [bytearray(len(line)) for line in lines]
    for piece in found.kept:
        assert 0 <= piece.start < piece.end <= len(lines[piece.line])
        for at in range(piece.start, piece.end):
            marks[piece.line][at] += 1
    for gone in found.removed:
        for at in range(gone.start, gone.end):
            marks[gone.line][at] += 1
    for number, line in enumerate(lines):
        for at, mark in enumerate(marks[number]):
            assert mark <= 1
            assert mark == 1 or number == found.title_line or line[at].isspace()
