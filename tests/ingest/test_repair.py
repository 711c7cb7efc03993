"""A text comes out mended, with a map, a record of every place, and marks on what stays broken."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.damage import damages, fold_marks, leave_pinyin
from rag.ingest.repair import DOUBTFUL, LOST, Repaired, damage_score, repair
from rag.types import Span

CLEAN = "市里今年计划新建三座公园，方便居民休闲。工程由市园林局负责，预计明年六月完工，总投资约两亿元。"
TRADITIONAL = "縣立圖書館新館昨日開放，首日接待讀者兩千餘人。館長說，週末還將延長開放時間，並舉辦講座。"
SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"
BROKEN = [
    "義務(wù)",
    "標(biāo)準(zhǔn)",
    "質(zhì)",
    "&nbsp;",
    "&#10;",
    "!笆奈濉币詠",
    "å…³",
    "鍏充簬",
    "锟斤拷",
    "?茖W",
    "´ó",
]
SIGNS = ["公园", "\u200b", "\ufffd", "\n", "\r\n", "，", "abc", "⼈", "\ue000", "W", "1", "㐀", "😀"]
PIECES = st.sampled_from([*BROKEN, *SIGNS])


def check_records(source: str, found: Repaired) -> None:
    """Assert what must hold of every result."""
    assert found.map.length == len(found.text)
    assert found.text.count("\n") == source.count("\n")
    for record in found.repairs:
        assert source[record.source_start : record.source_end] == record.before
    touched = {at for record in found.repairs for at in range(record.source_start, record.source_end)}
    for segment in found.map.segments:
        if segment.is_copy and not touched & set(range(segment.origin_start, segment.origin_end)):
            assert found.text[segment.start : segment.end] == source[segment.origin_start : segment.origin_end]
    for before, after in zip(found.damaged, found.damaged[1:], strict=False):
        assert before.end <= after.start
    assert all(span.reason and span.end <= len(found.text) for span in found.damaged)


@settings(max_examples=120, deadline=None)
@given(parts=st.lists(PIECES | st.text(max_size=6), max_size=25))
def test_every_text_keeps_its_lines_its_map_and_its_records(parts: list[str]) -> None:
    """Whatever is thrown at it, offsets and line numbers hold."""
    source = "".join(parts)
    check_records(source, repair(source))


@pytest.mark.parametrize("text", ["", CLEAN, TRADITIONAL, CLEAN + "\n" + TRADITIONAL, "plain ASCII text (with notes)"])
def test_clean_text_is_returned_as_it_is(text: str) -> None:
    """No repair, no mark, the identity map."""
    found = repair(text)
    assert found.text == text
    assert found.repairs == ()
    assert found.damaged == ()
    assert found.map.origin_span(0, len(text)) == ((0, len(text)) if text else None)
    assert damage_score(text) == 0.0


@pytest.mark.parametrize(
    "kind", ["UTF-8 as Latin-1", "GBK as Latin-1", "Big5 as GBK", "entities", "entities twice", "invisible"]
)
def test_damage_that_loses_nothing_is_undone(kind: str) -> None:
    """Each reversible damage is mended to the letter."""
    text = TRADITIONAL if kind.startswith("Big5") else CLEAN.replace("，方便", "，“方便”")
    damaged = damages()[kind](text, 7)
    assert damaged != text
    found = repair(damaged)
    assert found.text == text
    assert found.damaged == ()
    check_records(damaged, found)


def test_leftover_pinyin_is_undone_also_where_it_cut_characters() -> None:
    """The program's own mechanism is reversed, with a record for each place."""
    damaged = leave_pinyin(TRADITIONAL, "縣圖書開時間講")
    assert damaged.count(")") >= 7
    found = repair(damaged)
    assert found.text == TRADITIONAL
    assert {record.kind for record in found.repairs} == {"pinyin"}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", ["byte lost", "byte lost, marked", "high bit lost", "UTF-8 as GBK"])
def test_damage_that_loses_something_never_leaves_a_wrong_quotable_sentence(kind: str, seed: int) -> None:
    """Sentences that carry no mark and were changed by a repair are the original ones."""
    damaged = damages()[kind](CLEAN, seed)
    found = repair(damaged)
    check_records(damaged, found)
    if not found.repairs:
        return
    marked = {at for span in found.damaged for at in range(span.start, span.end)}
    at = 0
    for sentence in found.text.replace("。", "。\n").split("\n"):
        place = range(at, at + len(sentence))
        if sentence and not marked & set(place) and sentence not in damaged:
            assert sentence in CLEAN
        at += len(sentence)


def test_repairs_of_different_kinds_compose() -> None:
    """One line with entity, zero-width sign, pinyin and a misread word: the map leads back through all of them."""
    misread = "安全管理办法".encode().decode("gb18030")
    source = f"&ldquo;標(biāo)準(zhǔn)&rdquo;\u200b質(zhì)量 {misread} 結(jié)束"
    found = repair(source)
    assert found.text == "“標準”質量 安全管理办法 結束"
    assert [record.kind for record in found.repairs] == ["entity"] * 2 + ["control"] + ["pinyin"] * 4 + ["mojibake"]
    start = found.text.index("標準")
    assert found.map.origin_span(start, start + 2) == (source.index("標"), source.index("準") + 1)
    start = found.text.index("安全")
    assert found.map.origin_span(start, start + 2) == (source.index(misread), source.index(misread) + len(misread))


def test_known_damage_is_carried_into_the_text() -> None:
    """Spans of the source are marked where their characters stand after cleaning."""
    source = "公&nbsp;园\ufffd在城\u200b东"
    at = source.index("\ufffd")
    found = repair(source, damaged=[Span(start=at, end=at + 1, reason="undecodable bytes")])
    assert found.text == "公 园\ufffd在城东"
    assert [(span.start, span.end) for span in found.damaged] == [(3, 4)]
    clean = repair("城东公园", damaged=[Span(start=1, end=3)])
    assert [(span.start, span.end, span.reason) for span in clean.damaged] == [(1, 3, LOST)]


@pytest.mark.parametrize(
    "text", ["记录锟斤拷丢失", "数据烫烫烫烫溢出", "名单屯屯屯屯空白", "前半\ufffd\ufffd后半", "作者李\ue123明"]
)
def test_what_cannot_be_recovered_is_marked(text: str) -> None:
    """Known rubble is marked as damaged wherever it stands."""
    assert repair(text).damaged


def test_a_repair_in_doubt_is_marked_as_a_whole() -> None:
    """A long run with several lost characters is good enough to find, not to quote."""
    damaged = fold_marks("会议昨天闭幕。“放管服”改革不断深化，企业办事更加方便")
    found = repair(damaged)
    assert "改革不断深化" in found.text
    assert [(found.text[: span.start], span.reason) for span in found.damaged] == [("会议昨天闭幕。", DOUBTFUL)]


@pytest.mark.parametrize(
    ("text", "damaged"),
    [
        ("“家门口的好学!币43所;新引进的8所高校要开办。", ["!币"]),
        ("“家门口的好学校!”有43所;币43所。", []),
        ("介绍了16个角色及多个场所Ｍ痪,展出14天,共3场,每场2小时,票价50元。", ["Ｍ痪"]),
        ("２０２４年全市有１６个镇,８Ｅ家园开放。", []),
        ("全市Ａ股公司有14家,新增3家,共17家,市值500亿元。", []),
    ],
)
def test_the_trace_of_a_shift_that_could_not_be_mended_is_marked(text: str, damaged: list[str]) -> None:
    """Never quoted as if it were text; on pages that write full-width letters these are text."""
    found = repair(text)
    assert found.text == text
    assert [text[span.start : span.end] for span in found.damaged] == damaged


def test_on_a_page_read_one_byte_off_any_lone_wide_letter_is_damage() -> None:
    """Alone `５,` or a `?` beside a comma may be meant; beside a shift they are its traces."""
    odd = "净利润与去年持平５,公司有14个项目,3个在建,2个完工,1个停工,?1000元,超期不?,但要还!,Yahoo!、都在。"
    assert repair(odd).damaged == ()
    shifted = "我也如此!北ǖ阑钩,马利亚尔还承诺杜绝腐败。\n"
    found = repair(shifted + odd)
    assert found.text.startswith("我也如此。”报道还称,")
    assert [found.text[span.start : span.end] for span in found.damaged] == ["５,", "?1", "?,", "!,"]


def test_the_less_damaged_copy_has_the_lower_score() -> None:
    """Scores order copies: clean, mended, lost."""
    clean, mended, lost = (
        TRADITIONAL,
        TRADITIONAL.replace("圖", "圖(tú)").replace("書", "書(shū)"),
        "\ufffd" * 3 + TRADITIONAL,
    )
    assert damage_score(clean) == 0.0
    assert damage_score(mended) > 0
    assert 0 < damage_score(lost) <= 3


def test_a_clean_page_costs_little() -> None:
    """A hundred kilobytes of clean text in well under a second (about 20 ms on an idle machine)."""
    page = (CLEAN + "\n") * 700
    repair(page)
    best = min(_seconds(page) for _ in range(3))
    assert best < 0.4


def _seconds(page: str) -> float:
    start = time.perf_counter()
    repair(page)
    return time.perf_counter() - start


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the real pages are not kept in the repository")
def test_the_real_pages_are_mended() -> None:
    """The page with pinyin and shifted bytes reads as its publisher wrote it, and clean pages are left alone."""
    for path in sorted(SEEDS.glob("*.txt")):
        source = path.read_text(encoding="utf-8")
        found = repair(source)
        check_records(source, found)
        if "(xué)" not in source:
            assert found.repairs == ()
            assert found.damaged == ()
            continue
        assert not any(mark in found.text for mark in "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ")
        assert found.text.count("學校科學規") == 2
        assert found.text.count("“十四五”以來") == 6
        assert found.text.count("堅持擴優提質") == 2
        assert "笆奈" not in found.text
