"""Facts by value, containment and length."""

from __future__ import annotations

import pytest

from eval.facts import fact_recall, holds, is_contained, is_exact, length


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("全县投入12000元。", "1.2万元"),
        ("全县投入１.２萬元。", "12000元"),
        ("比上年增长三成。", "30%"),
        ("比上年增长百分之三十。", "三成"),
        ("二〇二三年开工。", "2023年"),
        ("2023年3月5日至8日举行。", "3月5日"),
        ("2023年3月5日至8日举行。", "8日"),
        ("于2023-03-05开工。", "2023年3月5日"),
        ("二〇二三年三月五日开工。", "2023-03-05"),
        ("招收10至15万人。", "10万—15万人"),
        ("新增学位3,600个。", "3600"),
        ("学校有一百六十三所。", "163所"),
        ("该区有学校163个。", "163所"),
        ("由第三实验小学承办。", "第3实验小学"),
        ("位於臨河區濱水路8號。", "临河区滨水路8号"),
        ("他说，“集团化，不是挂牌”。", "集团化不是挂牌"),
        ("The plan uses AI tools.", "ai"),
        ("投资1.2亿元，长3公里。", "3000米"),
        ("实施“十四五”规划。", "十四五"),
    ],
)
def test_what_holds(text: str, wording: str) -> None:
    """The same fact in another notation, script, width or punctuation."""
    assert holds(text, wording)


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("新建学校150所。", "15"),
        ("新建学校150所。", "15所"),
        ("新建学校115所。", "15所"),
        ("增长15%。", "15"),
        ("提高3个百分点。", "3%"),
        ("统一安排。", "1所"),
        ("第三实验小学。", "3所"),
        ("投入1.2亿元。", "1.2万元"),
        ("2022年3月5日。", "2023年3月5日"),
        ("Main street", "ai"),
        ("东港市教育局。", "临河区教育局"),
        ("", "15"),
        ("新建学校150所。", "。"),
    ],
)
def test_what_does_not_hold(text: str, wording: str) -> None:
    """Another value, another unit, a part of a figure or of a word, and an empty wording."""
    assert not holds(text, wording)


def test_recall_counts_facts_and_not_wordings() -> None:
    """One wording is enough for a fact; without facts there is no recall."""
    text = "临河区新建幼儿园12所，新增学位3600个。"
    assert fact_recall(text, [("12所", "十二座"), ("3600个",), ("91.5%",), ("临河区", "临河")]) == 3 / 4
    assert fact_recall("", [("12所",)]) == 0.0
    assert fact_recall(text, []) is None


def test_containment_and_length() -> None:
    """Containment and equality look at letters and digits; length leaves out white space."""
    assert is_contained("大橋於2019 年通車。", ["2018年", "2019年"])
    assert not is_contained("大桥通车。", ["2019年", "。"])
    assert is_exact("「２０１９年」。", ["2019年"])
    assert not is_exact("于2019年", ["2019年"])
    assert not is_exact("", [""])
    assert length("大桥 于2019年\n通车。") == 11
