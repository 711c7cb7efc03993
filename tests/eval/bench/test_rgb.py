"""RGB's file and its mixes of passages."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from eval.bench.rgb import RgbQuestion, counterfactual, integrated, load_rgb, with_noise
from rag.errors import InputError

BASE = {
    "id": 3, "query": "滨河大桥哪一年通车？", "answer": ["2019年"], "positive": ["甲", "乙", "丙"],
    "negative": ["一", "二", "三", "四", "五"],
}  # fmt: skip


def written(tmp_path: Path, *rows: object) -> Path:
    path = tmp_path / "zh.json"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n", encoding="utf-8")
    return path


def test_answers_of_every_shape_are_read(tmp_path: Path) -> None:
    """A wording, a list of facts, and lists of wordings within it."""
    answers = ["2019年", ["2019年", "林海生"], [["2019年", "二〇一九年"], "林海生"]]
    found = load_rgb(written(tmp_path, *({**BASE, "answer": answer} for answer in answers)))
    assert [question.facts for question in found] == [
        (("2019年",),), (("2019年",), ("林海生",)), (("2019年", "二〇一九年"), ("林海生",)),
    ]  # fmt: skip
    assert (found[0].question_id, found[0].question) == ("3", "滨河大桥哪一年通车？")
    assert found[0].positive == (("甲", "乙", "丙"),)
    assert (found[0].wrong, found[0].false) == ((), ())


def test_groups_and_false_answers_are_read(tmp_path: Path) -> None:
    """Positive passages in groups, and the counterfactual fields."""
    integration = {**BASE, "positive": [["甲", "乙"], ["丙"]]}
    false = {**BASE, "positive_wrong": ["假甲", "假乙", "假丙"], "fakeanswer": "2020年"}
    first, second = load_rgb(written(tmp_path, integration, false))
    assert first.positive == (("甲", "乙"), ("丙",))
    assert (second.wrong, second.false) == (("假甲", "假乙", "假丙"), ("2020年",))


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ({**BASE, "answer": 5}, "answer"),
        ({**BASE, "positive": "甲"}, "positive"),
        ({key: value for key, value in BASE.items() if key != "negative"}, "negative"),
        ({**BASE, "positive_wrong": ["假甲"]}, "positive_wrong"),
        ([1], "the line"),
    ],
)
def test_another_shape_is_named(tmp_path: Path, row: object, named: str) -> None:
    """The error names the line and the field."""
    with pytest.raises(InputError, match=rf"zh\.json, line 2: {named}"):
        load_rgb(written(tmp_path, BASE, row))


def test_files_that_are_none(tmp_path: Path) -> None:
    """A file that is missing, empty, or one JSON array over several lines."""
    for content in ("", "[\n{}\n]", None):
        path = tmp_path / "none.json"
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_text(content, encoding="utf-8")
        with pytest.raises(InputError, match=r"none\.json"):
            load_rgb(path)


def question(positive: tuple[tuple[str, ...], ...], wrong: tuple[str, ...] = ()) -> RgbQuestion:
    return RgbQuestion(
        question_id="1", question="哪一年？", facts=(("2019年",),), positive=positive,
        negative=("一", "二", "三", "四", "五"), wrong=wrong,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("count", "ratio", "expected"),
    [
        (5, 0.4, ["甲", "乙", "丙", "一", "二"]),
        (5, 0.5, ["甲", "乙", "一", "二", "三"]),  # rounded up
        (5, 0.0, ["甲", "乙", "丙", "一", "二"]),  # too few that answer
        (5, 1.0, ["一", "二", "三", "四", "五"]),
        (8, 0.8, ["甲", "乙", "丙", "一", "二", "三", "四", "五"]),  # too few that do not
    ],
)
def test_noise_by_hand(count: int, ratio: float, expected: list[str]) -> None:
    """Shares of passages, and what is taken where one kind runs out."""
    assert with_noise(question((("甲", "乙", "丙"),)), count, ratio) == expected


def test_integration_has_every_piece() -> None:
    """One passage of each group at least, even where noise would leave less room; then in turn."""
    asked = question((("甲", "乙", "丙"), ("丁",)))
    found = integrated(asked, 5, 0.4, random.Random(0))
    assert len(found) == 5
    assert found[1] == "丁"
    assert set(found[:3]) <= {"甲", "乙", "丙", "丁"}
    assert found[3:] == ["一", "二"]
    tight = integrated(asked, 2, 0.9, random.Random(0))
    assert len(tight) == 2
    assert tight[1] == "丁"


def test_counterfactual_passages_replace_their_originals() -> None:
    """No passage stands beside its falsified twin; shares are those asked for."""
    asked = question((("甲", "乙", "丙"),), wrong=("假甲", "假乙", "假丙"))
    for seed in range(5):
        found = counterfactual(asked, 5, 0.4, 0.2, random.Random(seed))
        false, true = [p[1:] for p in found if p[0] == "假"], [p for p in found if p in "甲乙丙"]
        assert (len(false), len(true), found[3:]) == (2, 1, ["一", "二"])
        assert not set(false) & set(true)
