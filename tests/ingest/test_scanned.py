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
])  # fmt: skip
def test_letters_in_figures(scanned: str, meant: str) -> None:
    """Between digits anywhere; at the beginning and the end of a figure before a measure."""
    assert mended(scanned) == meant


@pytest.mark.parametrize("text", [
    "O2O模式进了社区，5G信号全覆盖。", "电脑用的是I5处理器和H2O冷却。", "加了3l汽油，买了iPhone10和A1O号票。",
    "图号1-O1，批次2O/3。", "血型为O，楼号是I。", "Il y a 10 personnes.",
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
    """坏境 is no word and can only be 环境; of 末来 alone a page may be right."""
    assert mended("保护坏境，人人有责。") == "保护环境，人人有责。"
    assert mended("全县末来三年将新建学校3所。") == "全县末来三年将新建学校3所。"


def test_traditional_script() -> None:
    """Pairs of characters are known in both scripts."""
    scanned = "截至8月31曰，全縣末來三年將新建學校l20所，請市民注意安全。"
    assert mended(scanned) == "截至8月31日，全縣未來三年將新建學校120所，請市民注意安全。"


@pytest.mark.parametrize("name", ["翁子衡", "季云舒", "王曰成", "士兵", "钱昀", "侯治平"])
def test_names_stay(name: str) -> None:
    """A rare name is no error, not even on a page that was scanned."""
    text = f"截至8月31曰，全市共转移群众l480人，末来三天仍有大雨。市民{name}说，大家都很安全。"
    assert f"市民{name}说" in mended(text)


@pytest.mark.parametrize("right", ["小桥流水人家", "这是土路", "开展释法析理"])
def test_what_is_not_likelier_misread_than_not_stays_on_a_scanned_page(right: str) -> None:
    """Candidates whose look-alike makes a word too, with log-odds about zero."""
    text = f"截至8月31曰，全市共转移群众l480人，末来三天仍有大雨。大家说，{right}，这里很安全。"
    at = text.index(right)
    assert any(at <= each.at < at + len(right) and each.log_odds > -1 for each in candidates(text))
    assert right in mended(text)


def test_what_stands_so_elsewhere_is_no_error() -> None:
    """Scanners err by chance; 15目32科 twice on a page is meant."""
    once = next(each for each in candidates("区内共记录到15目32科的动物。") if each.char == "日")
    twice = next(each for each in candidates("区内共记录到15目32科的动物，鸟类有13目。") if each.char == "日")
    assert once.features[-1] == 0
    assert twice.features[-1] == 1
    assert twice.log_odds < once.log_odds


def test_log_odds_are_the_sum_of_what_speaks_for_them() -> None:
    """By hand: 10 bits in pairs, rarities of 12 and 8 bits, 4 bits in words, likeness .95."""
    each = Candidate(at=0, char="未", features=(10.0, 12.0, 8.0, 4.0, 0.95, 0.0))
    assert each.log_odds == pytest.approx(0.41 * 10 + 0.2 * 12 - 0.63 * 8 + 0.23 * 4 + 39.09 * 0.95 - 35.3)
    assert len(WEIGHTS) == len(each.features)


def test_pages_read_one_byte_off_are_left_to_that_repair() -> None:
    """Where bytes were lost a strange character is their trace."""
    found = repair("保护坏境，人人有责\ufffd。")
    assert "坏境" in found.text


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


@pytest.mark.parametrize("text", ["", "未", "plain text 1O0", "未\n末", "😀未来末来😀"])
def test_odd_texts_are_no_trouble(text: str) -> None:
    """Nothing, one character, no Chinese, characters beyond the basic plane."""
    for edit in scanner_edits(text):
        assert len(edit.after) == edit.end - edit.start == 1
