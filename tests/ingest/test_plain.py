"""Text and Markdown become lines, each character with its place in the file."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.ingest.plain import parse_markdown, parse_text


def test_text_is_kept_as_it_is() -> None:
    """Lines, indentation and bullets are noted and not one character changes."""
    text = "标题\n　　第一段。\n- • 一条\n\n结尾"
    layout = parse_text(text)
    assert layout.source_text == text
    assert [line.indent for line in layout.lines] == [0, 2, 0, 0, 0]
    assert [line.bullet for line in layout.lines] == [False, False, True, False, False]
    assert layout.page_map.to_rows() == [[len(text), 0, 0 + len(text)]]


def test_line_ends_of_other_systems_are_line_ends() -> None:
    """Carriage returns and Unicode line separators end lines, and offsets still lead to the file."""
    text = "甲\r\n乙\r丙\u2028丁"
    layout = parse_text(text)
    assert layout.source_text == "甲\n乙\n丙\n丁"
    at = layout.source_text.index("丁")
    assert layout.page_map.origin_span(at, at + 1) == (text.index("丁"), text.index("丁") + 1)


def test_pictures_left_in_a_text_are_noted_on_the_line_below() -> None:
    """`![](…)` counts as a picture of the next line with words."""
    layout = parse_text("![校门](1.jpg)\n\n新校区大门\n正文。")
    assert [line.pictures for line in layout.lines] == [0, 0, 1, 0]
    assert layout.lines[2].picture_text == "校门"


def test_markdown_reads_without_its_marks() -> None:
    """Headings, emphasis and link targets go, code and list text stay, and offsets lead to the file."""
    text = (
        '# 题目 #\n\n见[通知](http://example.org/a "x")，**很重要**。\n\n小节\n---\n'
        "```\n**码** [x](y)\n```\n> 引文\n- 一项\n![图](a.png)\n图说"
    )
    layout = parse_markdown(text)
    lines = layout.source_text.split("\n")
    assert lines == [
        "题目",
        "",
        "见通知，很重要。",
        "",
        "小节",
        "",
        "",
        "**码** [x](y)",
        "",
        "引文",
        "- 一项",
        "",
        "图说",
    ]
    assert [line.heading for line in layout.lines][:5] == [1, 0, 0, 0, 2]
    assert (layout.lines[2].links, layout.lines[2].link_chars) == (1, 2)
    assert layout.lines[12].pictures == 1
    at = layout.source_text.index("很重要")
    span = layout.page_map.origin_span(at, at + 3)
    assert span is not None
    assert text[span[0] : span[1]] == "很重要"


_PARTS = st.sampled_from(
    ["# ", "**", "*", "_", "[", "](", ")", "甲", "乙 ", "\n", "\r\n", "![", "```\n", "> ", "- ", "---\n"]
)


@given(st.lists(_PARTS, max_size=40).map("".join))
@settings(max_examples=300, deadline=None)
def test_markdown_only_leaves_out(text: str) -> None:
    """Every character shown is the file's character at the place the map gives."""
    layout = parse_markdown(text)
    assert layout.source_text.count("\n") + 1 == len(layout.lines)
    for segment in layout.page_map.segments:
        assert segment.is_copy
        assert layout.source_text[segment.start : segment.end] == text[segment.origin_start : segment.origin_end]
