"""Letters in figures and characters that a scanner takes for others."""

from __future__ import annotations

import pytest

from eval.noise.glyphs import Misreading, misread_glyphs
from rag.ingest.edits import apply_edits
from rag.ingest.repair import repair
from rag.ingest.scanned import WEIGHTS, Candidate, candidates, scanner_edits

CLEAN = (
    "截至8月31日，全市共转移群众1480人，未来三天仍有大雨，请市民注意安全。\n"
    "市教育局负责的项目共有1200个，人人都可报名。问题出在时间上，还要继续治理。"
)


def mended(text: str) -> str:
    return apply_edits(text, scanner_edits(text))[0]


@pytest.mark.parametrize(("scanned", "meant"), [
    ("核定床位12O0张。", "核定床位1200张。"),
    ("全年地区生产总值3I26.8亿元。", "全年地区生产总值3126.8亿元。"),
    ("其中松埠镇l480人。", "其中松埠镇1480人。"),
    ("每张证一次最多借I0本。", "每张证一次最多借10本。"),
    ("大桥2O25年通车。", "大桥2025年通车。"),
    ("票价5O元，学生免费。", "票价50元，学生免费。"),
    ("覆盖率达到9O.5%。", "覆盖率达到90.5%。"),
    ("新增学位1,2O0个。", "新增学位1,200个。"),
    ("每天供应午餐约2l00份。", "每天供应午餐约2100份。"),
])  # fmt: skip
def test_letters_in_figures(scanned: str, meant: str) -> None:
    """Between digits anywhere; at the beginning and the end of a figure before a measure."""
    assert mended(scanned) == meant


@pytest.mark.parametrize("text", [
    "O2O模式进了社区，5G信号全覆盖。", "电脑用的是I5处理器和H2O冷却。", "加了3l汽油，买了iPhone10和A1O号票。",
    "图号1-O1，批次2O/3。", "血型为O，楼号是I。", "Il y a 10 personnes.", "CH4+2O2=CO2+2H2O，人人会写。",
    "密码：1l0O2，邀请码:8I3O5l2个。", "可乐1l,3元，2.5l家庭装。", "GPT 4o时代，Intel I5元。",
    "世界杯 II2012年，等级为I,3人。",
    "zhang_1O2@qq.com 和 a.cn/x?v=1O2个。", "车牌京AO1234号，航班MU1O1次。", "1O1",
])  # fmt: skip
def test_letters_that_are_letters(text: str) -> None:
    """Names of products, litres, codes, French."""
    assert scanner_edits(text) == []


def test_a_page_with_several_misread_places_is_mended() -> None:
    """A letter in a figure and two characters vouch for one another; each place is recorded with what stood there."""
    scanned = CLEAN.replace("31日", "31曰").replace("1480", "l480").replace("未来", "末来")
    found = repair(scanned)
    assert found.text == CLEAN
    assert [(one.kind, one.before, one.after) for one in found.repairs] == [
        ("look-alike", "曰", "日"), ("look-alike", "l", "1"), ("look-alike", "末", "未"),
    ]  # fmt: skip
    assert all(scanned[one.source_start : one.source_end] == one.before for one in found.repairs)
    assert found.damaged == ()


def test_one_place_alone_must_be_all_but_certain() -> None:
    """`近曰` can only be 近日; of 末来 alone a page may be right, and of two on a page as long as a book."""
    assert mended("近曰，该市召开会议。") == "近日，该市召开会议。"
    assert mended("全县末来三年将新建学校3所。") == "全县末来三年将新建学校3所。"
    scanned = "截至昨天，全市转移群众l480人，末来三天仍有大雨。"
    assert "未来三天" in mended(scanned)
    assert "末来三天" in mended(scanned + "大家都很安全。" * 1000)


@pytest.mark.parametrize("text", [
    "容易写错的词有坏境（环境）、末来（未来）。", "有人把“环境”写成“坏境”，把“未来”写成“末来”。",
    "岁末来函很多，共1480件。",
    "隨著經濟發展，學生身著五顏六色的衣服，經濟可能軟著陸。", "区内共记录到15目32科的动物，鸟类有13目。",
])  # fmt: skip
def test_what_is_meant_stays(text: str) -> None:
    """Mistakes that are spoken of, words across, Taiwan's forms, measures: even on a page that was scanned."""
    assert mended("截至昨天，全市共转移群众l480人，今年2O25年，床位12O0张。" + text).endswith(text)


def test_traditional_script() -> None:
    """Pairs of characters are known in both scripts."""
    scanned = "截至8月31曰，全縣末來三年將新建學校l20所，請市民注意安全。"
    assert mended(scanned) == "截至8月31日，全縣未來三年將新建學校120所，請市民注意安全。"


@pytest.mark.parametrize("name", ["范国祖", "聂高臻", "王曰成", "翁子衡", "季云舒", "侯治平"])
def test_names_stay(name: str) -> None:
    """A rare name is no error, not even on a page that was scanned."""
    text = f"截至8月31曰，全市共转移群众l480人，末来三天仍有大雨。市民{name}说，大家都很安全。"
    assert f"市民{name}说" in mended(text)


@pytest.mark.parametrize("right", ["开展释法析理", "练出生活勇气和训出生活勇气"])
def test_what_is_not_likelier_misread_than_not_stays_on_a_scanned_page(right: str) -> None:
    """Candidates whose look-alike makes a word, with log-odds about zero."""
    text = f"截至8月31曰，全市共转移群众l480人，末来三天仍有大雨。大家说，{right}，这里很安全。"
    at = text.index(right)
    assert any(at <= each.at < at + len(right) and each.log_odds > -1 for each in candidates(text))
    assert right in mended(text)


def test_what_stands_so_elsewhere_is_less_likely_an_error() -> None:
    """Scanners err by chance, by 3.32 of log-odds."""
    once = next(candidates("末来三天仍有大雨。"))
    twice = next(candidates("末来三天仍有大雨，面向末来。"))
    assert (once.char, once.features[-1]) == (twice.char, 0) == ("未", 0)
    assert twice.features[-1] == 1
    assert once.log_odds - twice.log_odds == pytest.approx(3.32)


def test_log_odds_are_the_sum_of_what_speaks_for_them() -> None:
    """By hand: 10 bits in pairs, rarities of 12 and 8 bits, 4 bits in words, likeness .95."""
    each = Candidate(at=0, char="未", features=(10.0, 12.0, 8.0, 4.0, 0.95, 0.0))
    assert each.log_odds == pytest.approx(0.37 * 10 + 0.14 * 12 - 0.63 * 8 + 0.19 * 4 + 39.22 * 0.95 - 33.74)
    assert len(WEIGHTS) == len(each.features)


@pytest.mark.parametrize("trace", ["我也如此!北ǖ阑钩,马利亚尔还承诺杜绝腐败。", "人人有责\ufffd。"])
def test_pages_read_one_byte_off_are_left_to_that_repair(trace: str) -> None:
    """Where bytes were lost a strange character is their trace."""
    assert "近曰，" in repair(f"近曰，该市召开会议。\n{trace}").text


def test_most_of_what_the_noise_twin_misreads_comes_back_right() -> None:
    """Of thirty scans: no more than one place in ten that is changed is changed wrongly, and a quarter is mended."""
    right = wrong = misread = 0
    errors = Misreading(widths=0, wide_digits=0, lost_marks=0)
    for seed in range(30):
        scanned = misread_glyphs(CLEAN, seed, errors=errors)
        misread += sum(one != other for one, other in zip(CLEAN, scanned, strict=True))
        for edit in scanner_edits(scanned):
            right += CLEAN[edit.start] == edit.after
            wrong += CLEAN[edit.start] != edit.after
    assert misread > 30
    assert right > misread / 4
    assert wrong <= right / 10


@pytest.mark.parametrize("text", ["", "未", "plain text 1O0", "未\n末"])
def test_odd_texts_are_no_trouble(text: str) -> None:
    """Nothing, one character, no Chinese, no neighbours."""
    assert scanner_edits(text) == []


def test_characters_beyond_the_basic_plane_count_once() -> None:
    """Offsets are in code points."""
    assert mended("😀近曰，𠮷野家有12O0张床位😀") == "😀近日，𠮷野家有1200张床位😀"
