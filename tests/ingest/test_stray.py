"""Entities, invisible characters and look-alikes are cleaned; nothing else is touched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.ingest.edits import Edit, apply_edits
from rag.ingest.stray import control_edits, entity_edits, private_edits, private_spans


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("开幕&nbsp;式", "开幕 式"),
        ("&ldquo;双减&rdquo;", "“双减”"),
        ("&#8220;双减&#x201d;", "“双减”"),
        ("&amp;nbsp;&amp;amp;ldquo;", " “"),
        ("价格&lt;10元 AT&amp;T", "价格<10元 AT&T"),
        ("隐&#8203;形", "隐形"),
        ("换&#10;行", "换 行"),
        ("空&nbsp 格", "空  格"),
        ("链接?a=1&copy=2&nbsp=3", "链接?a=1&copy=2&nbsp=3"),
        ("问&答; Q&A; &unknown;", "问&答; Q&A; &unknown;"),
        ("&#xD800; &#0; &#57344;", "&#xD800; &#0; &#57344;"),
    ],
)
def test_entities(before: str, after: str) -> None:
    """What names a character becomes it, line breaks become spaces, and the rest stays."""
    assert apply_edits(before, entity_edits(before))[0] == after


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ("零\u200b宽\ufeff度\u00ad字\u2060", "零宽度字", {"control"}),
        ("从右\u202e到左\u200f", "从右到左", {"control"}),
        ("一\r\n二\r三\x0c四\t五\n", "一\n二 三 四\t五\n", {"control"}),
        ("段\u2028落", "段 落", {"control"}),
        ("⼈⺠医院⻓", "人民医院长", {"radical"}),
        ("\uf900车", "豈车", {"radical"}),
        ("👨\u200d👩 می\u200cخواهم \u200fاب", "👨\u200d👩 می\u200cخواهم \u200fاب", set()),
        ("全角：１２３，ＡＢＣ；…—～", "全角：１２３，ＡＢＣ；…—～", set()),
    ],
)
def test_invisible_and_look_alike_characters(before: str, after: str, kinds: set[str]) -> None:
    """Invisible characters go, radicals become characters, full-width signs and joiners that matter stay."""
    edits = control_edits(before)
    assert apply_edits(before, edits)[0] == after
    assert {edit.kind for edit in edits} == kinds


def test_private_characters_are_icons_or_lost_names() -> None:
    """An icon at the edge goes, a character inside a name is kept and pointed at."""
    text = "\ue601 分享\ue602\n作者李\ue123明"
    assert apply_edits(text, private_edits(text))[0] == " 分享\n作者李\ue123明"
    assert private_spans(text) == [(text.index("\ue123"), text.index("\ue123") + 1)]


def test_edits_that_overlap_are_refused() -> None:
    """A bug in a stage shows at once, not as a broken map."""
    edits = [Edit(kind="control", start=0, end=2, after=""), Edit(kind="control", start=1, end=3, after="")]
    with pytest.raises(ValueError, match="begins before 2"):
        apply_edits("一二三四", edits)


@given(text=st.text(st.characters(blacklist_categories=("Cs",)), max_size=80))
def test_line_feeds_are_neither_added_nor_removed(text: str) -> None:
    """Lines keep their numbers through both stages."""
    for stage in (entity_edits, control_edits, private_edits):
        assert apply_edits(text, stage(text))[0].count("\n") == text.count("\n")
