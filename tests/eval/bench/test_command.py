"""Benchmarks from file to scores, over the real encoder, with answers in quotes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.bench.command import app
from rag.errors import InputError

BRIDGE = "滨河大桥于2019年通车，全长1200米，由林海生设计。"
MUSEUM = "临河博物馆新馆收藏文物6.8万件，其中青铜器1200余件。"
QUESTION = "滨河大桥哪一年通车？"


def run(*arguments: str) -> dict[str, object]:
    result = CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    return json.loads(result.stdout)  # type: ignore[no-any-return]


def value(scores: dict[str, object], measure: str) -> float:
    return scores["figures"][measure]["interval"]["value"]  # type: ignore[index,no-any-return]


@pytest.fixture
def reading(tmp_path: Path) -> Path:
    """A set of the SQuAD shape with one question about one of two paragraphs."""
    asked = {"id": "q1", "question": QUESTION, "answers": [{"text": "2019年", "answer_start": 5}]}
    paragraphs = [{"context": BRIDGE, "qas": [asked]}, {"context": MUSEUM, "qas": []}]
    path = tmp_path / "tiny.json"
    path.write_text(json.dumps({"data": [{"title": "桥", "paragraphs": paragraphs}]}), encoding="utf-8")
    return path


def test_a_collection_is_asked_with_and_without_its_paragraph(reading: Path, tmp_path: Path) -> None:
    """Right with the paragraph, refused without, first in the fused search; a second run asks nothing again."""
    news = tmp_path / "news.jsonl"
    news.write_text(json.dumps({"id": "n1", "text": "青河市去年新建公园8个，改造道路30公里。"}), encoding="utf-8")
    out = tmp_path / "out"
    arguments = ["cmrc2018", "--data", str(reading), "--distractors", str(news)]
    arguments += ["--store", str(tmp_path / "store"), "--out", str(out)]
    scores = run(*arguments)
    expected = {"right": 1.0, "EM": 0.0, "over-refused": 0.0, "refused without": 1.0, "R@1 fused": 1.0}
    assert {measure: value(scores, measure) for measure in expected} == expected
    assert value(scores, "citation precision") == 1.0
    assert run(*arguments)["figures"] == scores["figures"]
    assert len((out / "rows.jsonl").read_text(encoding="utf-8").splitlines()) == 1


def test_rgb_gives_each_question_its_own_passages(tmp_path: Path) -> None:
    """Answered with a passage that answers, refused with none."""
    path = tmp_path / "zh.json"
    row = {"id": 1, "query": QUESTION, "answer": "2019年", "positive": [BRIDGE], "negative": [MUSEUM]}
    path.write_text(json.dumps(row), encoding="utf-8")
    noise = run("rgb-noise", "--data", str(path), "--passages", "2", "--noise", "0.5")
    assert (value(noise, "right"), value(noise, "over-refused")) == (1.0, 0.0)
    rejection = run("rgb-rejection", "--data", str(path))
    assert value(rejection, "refused without") == 1.0


def test_a_wrong_file_is_one_error(tmp_path: Path) -> None:
    """A counterfactual run needs falsified passages, and distractors make no sense there."""
    path = tmp_path / "zh.json"
    row = {"id": 1, "query": QUESTION, "answer": "2019年", "positive": [BRIDGE], "negative": [MUSEUM]}
    path.write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(InputError, match="positive_wrong"):
        run("rgb-counterfactual", "--data", str(path))
    with pytest.raises(InputError, match="distractors"):
        run("rgb-noise", "--data", str(path), "--distractors", str(path))
