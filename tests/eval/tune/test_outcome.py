"""What is written of a tuning: a file that the program reads as settings, and all figures beside it."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from eval.intervals import Interval
from eval.tune.fit import Figures, Fit, Line
from eval.tune.outcome import Outcome, Provenance, outcome_text, settings_text, write_settings
from rag.config import load_settings
from rag.errors import InputError


def line(measure: str, present: float, fitted: float) -> Line:
    def about(value: float) -> Interval:
        return Interval(value=value, low=value - 0.1, high=value + 0.1)

    return Line(measure=measure, present=about(present), fitted=about(fitted), difference=about(fitted - present))


WEIGHT = Fit(
    names=("dense_weight",), present=(0.45,), fitted=(0.6,), objective="ranking", bounds=(), is_advised=False,
    advice="keep the present values: it may be chance",
    development=Figures(cases=7, lines=(line("MRR", 0.8, 0.85),)),
    held_back=Figures(cases=6, lines=(line("MRR", 0.7, 0.71),)),
    grid={(0.6,): 0.85, (0.45,): 0.8},
)  # fmt: skip
LIMITS = replace(
    WEIGHT, names=("answer_threshold", "second_sentence"), present=(0.3, 0.12), fitted=(0.2, 0.35), is_advised=True,
    bounds=("over-refusal ≤ 0.05",), advice="take the fitted values: it is no chance",
    grid={(0.2, 0.35): 0.9, (0.3, 0.12): None},
)  # fmt: skip
OUTCOME = Outcome(
    provenance=Provenance(
        day="2026-01-02", command="jushi eval tune --split 0/0.5", set_name="小集", set_version=3, set_digest="abc",
        articles="seeds", split="0/0.5", development=7, held_back=6, encoder="e", settings="f", build="b",
    ),
    fits=(WEIGHT, LIMITS),
)  # fmt: skip


def test_the_file_sets_what_is_advised_and_tells_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program reads it as settings; values that are not advised, the figures and the provenance are comments."""
    path, beside = write_settings(tmp_path / "tuned.toml", OUTCOME)
    text = path.read_text(encoding="utf-8")
    assert tomllib.loads(text) == {"answer_threshold": 0.2, "second_sentence": 0.35}
    monkeypatch.setenv("JUSHI_CONFIG", str(path))
    settings = load_settings()
    assert (settings.answer_threshold, settings.second_sentence, settings.dense_weight) == (0.2, 0.35, 0.45)
    for told in (
        "# dense_weight = 0.6  # 0.45 at the time",
        "# held back, 6 cases: MRR 0.700 (0.600 to 0.800) present, 0.710 (0.610 to 0.810) fitted",
        "# command: jushi eval tune --split 0/0.5",
        "# set_name: 小集",
        "# Advice: take the fitted values: it is no chance.",
    ):
        assert told in text.splitlines()
    everything = json.loads(beside.read_text(encoding="utf-8"))
    assert everything["provenance"]["set_digest"] == "abc"
    assert everything["fits"][0]["advised"] == {"dense_weight": 0.45}
    assert everything["fits"][1]["advised"] == {"answer_threshold": 0.2, "second_sentence": 0.35}
    assert everything["fits"][1]["grid"] == [
        {"answer_threshold": 0.2, "second_sentence": 0.35, "objective": 0.9},
        {"answer_threshold": 0.3, "second_sentence": 0.12, "objective": None},
    ]


def test_a_file_of_somebody_else_stays(tmp_path: Path) -> None:
    """What the command wrote it writes anew; a file by hand, and a folder that is not there, are refused."""
    path = tmp_path / "jushi.toml"
    path.write_text("top_k = 3\n", encoding="utf-8")
    with pytest.raises(InputError, match="was not written by jushi eval tune"):
        write_settings(path, OUTCOME)
    assert path.read_text(encoding="utf-8") == "top_k = 3\n"
    with pytest.raises(InputError, match="there is no folder"):
        write_settings(tmp_path / "none" / "tuned.toml", OUTCOME)
    ours = tmp_path / "tuned.toml"
    write_settings(ours, OUTCOME)
    write_settings(ours, replace(OUTCOME, fits=(WEIGHT,)))
    assert tomllib.loads(ours.read_text(encoding="utf-8")) == {}


def test_provenance_cannot_become_a_setting() -> None:
    """A line end in a name of a set does not end the comment."""
    odd = replace(OUTCOME, provenance=replace(OUTCOME.provenance, set_name="小\nport = 1"), fits=())
    assert tomllib.loads(settings_text(odd)) == {}


def test_people_read_both_parts_and_the_advice() -> None:
    """Each fit has its values, what it was fitted for, and what to do."""
    text = outcome_text(OUTCOME)
    assert "小集 3 (abc), articles: seeds\nsplit 0/0.5: 7 cases to fit on, 6 held back" in text
    assert "fitted for ranking; over-refusal ≤ 0.05" in text
    assert "answer_threshold 0.3 → 0.2, second_sentence 0.12 → 0.35" in text
    assert "advice: keep the present values: it may be chance" in text
    assert "+0.010 (-0.090 to +0.110)" in text
    unchanged = outcome_text(replace(OUTCOME, fits=(replace(WEIGHT, fitted=WEIGHT.present),)))
    assert "dense_weight 0.45\n" in unchanged
    assert "difference" not in unchanged
