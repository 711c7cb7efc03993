"""HTML pages become lines a reader sees, each character with its place in the page."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.ingest.html import parse_html
from rag.ingest.layout import Layout, Line


def shown(page: str) -> list[str]:
    return parse_html(page).source_text.split("\n")


def line_of(page: str, start: str) -> Line:
    layout = parse_html(page)
    lines = zip(layout.source_text.split("\n"), layout.lines, strict=True)
    return next(line for text, line in lines if text.startswith(start))


def check_map(page: str, layout: Layout) -> None:
    for segment in layout.page_map.segments:
        assert segment.origin_end <= len(page)
        shown_text = layout.source_text[segment.start : segment.end]
        if segment.is_copy and segment.end - segment.start > 1:
            origin = page[segment.origin_start : segment.origin_end]
            assert [
                b for a, b in zip(origin, shown_text, strict=True) if a != b and not (a.isspace() and b == " ")
            ] == []


@pytest.mark.parametrize(
    ("page", "lines"),
    [
        ("<p>甲<b>乙</b>丙</p><p>丁</p>", ["甲乙丙", "丁"]),
        ("甲<br>乙<br/>丙</br>丁", ["甲", "乙", "丙", "丁"]),
        ("<div>甲<p>乙<div>丙</div>丁</div>", ["甲", "乙", "丙", "丁"]),
        ("<p>甲  \n\t乙</p>", ["甲乙"]),
        ("<p>甲  乙</p>", ["甲 乙"]),
        ("<span>甲</span>\n<span>乙</span>", ["甲 乙"]),
        ("<p>　　甲&nbsp;乙&#x4E19;&ldquo;丁&rdquo;&hellip;&copy2024</p>", ["　　甲\xa0乙丙“丁”…©2024"]),
        ("<p>A&amp;B &lt;丙&gt; &unknown; &</p>", ["A&B <丙> &unknown; &"]),
        ("<script>var a='<p>甲</p>';</script><style>p{}</style><p>乙</p><noscript>丙</noscript>", ["乙"]),
        ("<p style='color:red;display: none'>甲</p><p hidden>乙</p><p aria-hidden=true>丙</p><p>丁</p>", ["丁"]),
        ("<p style='visibility:hidden'>甲</p><p>乙</p>", ["乙"]),
        ("<!-- 甲 > --><p>乙</p><!--[if IE]><p>丙</p><![endif]--><p>丁</p>", ["乙", "丁"]),
        ("<![CDATA[甲]]><p>乙</p><?php 丙 ?><p>丁</p>", ["乙", "丁"]),
        ("<ul><li>甲<li>乙<ul><li>丙</ul><li>丁</ul>", ["甲", "乙", "丙", "丁"]),
        ("<p>1 < 2 且 3 > 2</p>", ["1 < 2 且 3 > 2"]),
        ("<p title='a>b' class=\"x'y\">甲</p>", ["甲"]),
        ("<pre>甲\n  乙</pre>", ["甲", "  乙"]),
        ("<p>甲<a name=x>乙</a></p></div></td></p>丙", ["甲乙", "丙"]),
        ("<ruby>義<rt>yì</rt></ruby>務", ["義務"]),
        ("<textarea>&lt;p&gt;甲乙。&lt;/p&gt;&lt;p&gt;丙&amp;amp;丁。&lt;/p&gt;</textarea>", ["甲乙。", "丙&丁。"]),
        ("<p>甲", ["甲"]),
        ("", [""]),
        ("<p>甲</p><p", ["甲"]),
        ("<title>题</title><body><p>甲</p>", ["甲"]),
    ],
)
def test_lines_are_what_a_browser_shows(page: str, lines: list[str]) -> None:
    """Blocks, breaks, white space, entities, hidden parts and broken markup read as in a browser."""
    layout = parse_html(page)
    assert layout.source_text.split("\n") == lines
    check_map(page, layout)


def test_each_character_has_its_place_in_the_page() -> None:
    """A span of the text leads to the span of the page it was read from, entities as a whole."""
    page = "<div><p>新增<b>学位</b>5000&nbsp;个，</p>\n<p>惠及&quot;2万&quot;家庭。</p></div>"
    layout = parse_html(page)
    text = layout.source_text
    assert text == '新增学位5000\xa0个，\n惠及"2万"家庭。'
    at = text.index("学位5000\xa0个")
    span = layout.page_map.origin_span(at, at + 8)
    assert span is not None
    assert page[span[0] : span[1]] == "学位</b>5000&nbsp;个"
    quote = text.index('"2万"')
    span = layout.page_map.origin_span(quote, quote + 4)
    assert span is not None
    assert page[span[0] : span[1]] == "&quot;2万&quot;"


def test_data_rows_are_one_line_and_layout_tables_are_not() -> None:
    """Cells of a row are divided by bars, empty ones kept; a cell with an article in it stays as it is."""
    data = "<table><tr><th>县区<th>学校<th>学位<tr><td>东湖<td><td><p>1200</p></table>"
    assert shown(data) == ["县区 | 学校 | 学位", "东湖 |  | 1200"]
    page = f"<table><tr><td>栏目</td><td><p>{'很长的一段话。' * 40}</p><p>第二段。</p></td></tr></table>"
    assert shown(page)[0] == "栏目"
    nested = "<table><tr><td>左</td><td><table><tr><td>甲</td><td>乙</td></tr></table></td></tr></table>"
    assert shown(nested) == ["左", "甲 | 乙"]


def test_lines_know_links_headings_pictures_and_their_boxes() -> None:
    """What the markup says about a line is counted on that line."""
    page = (
        "<nav><a href=/>首页</a> <a href=/n>新闻</a></nav><article id=Main class='Post x'><h2>标题</h2>"
        "<p align=center><img src=1.jpg alt=校门><img src=i.gif width=16 height=16>图说</p>"
        "<p><strong>全部加粗</strong></p><ul><li>列表项</li></ul></article>"
    )
    links = line_of(page, "首页")
    assert (links.links, links.link_chars, "nav" in links.tags) == (2, 4, True)
    assert line_of(page, "标题").heading == 2
    caption = line_of(page, "图说")
    assert (caption.pictures, caption.picture_text, caption.centered) == (1, "校门", True)
    assert line_of(page, "全部").bold_chars == 4
    assert line_of(page, "列表").bullet
    layout = parse_html(page)
    assert any(layout.boxes[box].marks == "main post x" for box in layout.around(1))


def test_a_link_that_is_never_closed_ends_with_its_block() -> None:
    """An unclosed link does not swallow the page, and a link closed inside a block stops being one."""
    assert line_of("<div><a href=1>甲</div><p>乙</p>", "乙").link_chars == 0
    assert line_of("<a href=1><div>甲</a>乙丙</div>", "甲乙丙").link_chars == 1


def test_the_head_tells_about_the_page() -> None:
    """Metadata is read from meta elements, JSON-LD, the title and dated elements."""
    page = """<html lang="zh-CN"><head><title>题&amp;目_某网</title><meta name="og:time " content="2024-01-02">
    <meta property="og:title" content="题目"><link rel=canonical href="https://example.org/a">
    <script type="application/ld+json">{"@graph":[{"@type":"NewsArticle","headline":"题目",
    "author":[{"name":"甲"},{"name":"乙"}],"publisher":{"name":"某网"},"datePublished":"2024-01-02T03:04:05+08:00"},
    {"@type":"Organization","name":"别的"}]}</script><script type="application/ld+json">{broken</script></head>
    <time datetime="2024-01-02">一月二日</time>"""
    head = parse_html(page).head
    assert head["title"] == "题&目_某网"
    assert head["og:time"] == "2024-01-02"
    assert head["canonical"] == "https://example.org/a"
    assert head["ld:author"] == "甲、乙"
    assert head["ld:publisher"] == "某网"
    assert head["ld:datepublished"] == "2024-01-02T03:04:05+08:00"
    assert head["time"] == "2024-01-02"
    assert head["lang"] == "zh-CN"


def test_a_hidden_story_is_read_when_nothing_else_is() -> None:
    """A story hidden until a script shows it, or carried in a script, is read with its place in the page."""
    story = "今天上午，新校区正式启用。首批学生共有一千二百人，来自全市八个区县。校长说，教学楼和食堂都已准备就绪。" * 2
    hidden = f"<div><a href=/>首页</a></div><div style='display:none'><p>{story}</p></div>"
    assert story in shown(hidden)
    visible = f"<p>{story}</p><div style='display:none'><p>别的。{story}</p></div>"
    assert shown(visible) == [story]
    escaped = story.replace("今天", "\\u4eca\\u5929")
    page = f'<a href=/>首页</a><script>var d={{"c":"<p>{escaped}<\\/p>"}}</script>'
    layout = parse_html(page)
    assert layout.source_text == story
    span = layout.page_map.origin_span(0, 4)
    assert span is not None
    assert page[span[0] : span[1]] == "\\u4eca\\u5929上午"
    quoted = "<script>var a={content: '&lt;p&gt;" + story + "&lt;/p&gt;'};</script>"
    assert shown(quoted) == [story]


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 100_000 + "甲" + "</div>" * 100_000 + "<p>乙</p>",
        "<b>" * 100_000 + "甲",
        "</div>" * 100_000 + "甲",
        "<table><tr><td>" * 30_000 + "甲",
        "<" * 300_000,
        "<a b=" * 60_000,
        "<!--" * 80_000,
        "<title>" * 40_000 + "甲",
        "&" * 300_000,
        "<p a='" * 60_000 + ">",
        "<script>" + '"\\' * 100_000,
    ],
)
def test_a_bomb_neither_crashes_nor_hangs(page: str) -> None:
    """Absurd markup is read in time that grows with its length."""
    start = time.perf_counter()
    layout = parse_html(page)
    assert time.perf_counter() - start < 10
    assert layout.page_map.length == len(layout.source_text)


_MARKUP = (
    "<p> </p> <div> </div> <td> <tr> <table> </table> </a> <b> </b> <br> <li> <ul> </ul> <h1> </h2> <script> </script> "
    "<textarea> </textarea> <pre> </pre> <title> </title> <template> </template> &amp; &nbsp; &#20013; & < > 甲 乙。 "
    "abc \"' <![CDATA[ ]]> \U00020000"
)
_SPACED = (" ", "\n", "\u3000", "\r", "\u2028", "<a href=x>", "<!-- x -->", "<img src=1>", "<p style='display:none'>")
_FRAGMENTS = st.sampled_from([*_MARKUP.split(), *_SPACED])


@given(st.lists(_FRAGMENTS, max_size=40).map("".join))
@settings(max_examples=300, deadline=None)
def test_any_markup_gives_lines_that_lead_back_to_the_page(page: str) -> None:
    """Whatever the markup: as many descriptions as lines, no empty line, and copied text equals its origin."""
    layout = parse_html(page)
    lines = layout.source_text.split("\n")
    assert len(lines) == len(layout.lines)
    assert layout.source_text == "" or all(line.strip() for line in lines)
    check_map(page, layout)
    order = [segment.origin_start for segment in layout.page_map.segments]
    assert order == sorted(order)
