"""EM and F1 of CMRC 2018 against values worked out by hand with its script's rules."""

from __future__ import annotations

import pytest

from eval.spans import exact_match, f1, rouge_l, segments


def test_segments() -> None:
    """Chinese characters one by one, words and numbers whole, listed punctuation gone, other marks kept."""
    assert segments("《TCP/IP 协议》第3.5版，共1,200页(上)") == [
        "tcpip", "协", "议", "第", "3.5", "版", "共", "1,200", "页", "(", "上", ")",
    ]  # fmt: skip
    assert segments("。，") == []


@pytest.mark.parametrize(
    ("prediction", "answers", "exact", "score"),
    [
        ("2019年", ["2019年"], 1.0, 1.0),
        ("「2019年」。", ["2019年"], 1.0, 1.0),
        ("滨河大桥于2019年通车", ["2019年"], 0.0, 2 * 2 / (9 + 2)),  # segments: 滨河大桥于 2019 年 通车
        ("林工设计", ["设计师林工", "林工"], 0.0, 2 * 2 / (4 + 2)),
        ("甲乙丙丁", ["甲丙乙丁"], 0.0, 2 * 1 / (4 + 4)),  # a run, not a bag
        ("歐洲", ["欧洲"], 0.0, 2 * 1 / (2 + 2)),
        ("", ["2019年"], 0.0, 0.0),
        ("DOTA", ["dota"], 1.0, 1.0),
        ("一……二", ["一二"], 0.0, 2 * 1 / (4 + 2)),  # the script keeps ellipses
    ],
)
def test_by_hand(prediction: str, answers: list[str], exact: float, score: float) -> None:
    """The best gold answer counts."""
    assert exact_match(prediction, answers) == exact
    assert f1(prediction, answers) == pytest.approx(score)


def test_rouge_by_hand() -> None:
    """Words 大桥 于 2019 年 通车 against 大桥 2019 年 正式 通车: four in common, in order, of five each."""
    assert rouge_l("大桥于2019年通车", ["大桥2019年正式通车"]) == pytest.approx(2 * 4 / (5 + 5))
    assert rouge_l("通车大桥", ["大桥通车", "大桥"]) == pytest.approx(2 * 1 / (2 + 1))
    assert rouge_l("", ["大桥"]) == 0.0


def test_undefined_without_answers() -> None:
    """No gold answer, no score."""
    assert exact_match("2019年", []) is None
    assert f1("2019年", []) is None
    assert rouge_l("2019年", []) is None
