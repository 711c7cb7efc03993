"""The whole way over the small set: from the command line to the file of settings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from eval.cases import CaseSet
from eval.command import app
from eval.set_store import open_set
from rag.config import Settings, load_settings
from rag.errors import InputError

SPLIT = "0/0.5"


def run(small_file: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(
        app, ["tune", "--set", str(small_file), "--split", SPLIT, *arguments], catch_exceptions=False
    )
    assert result.exit_code == 0
    return result


def value(part: dict[str, Any], measure: str, side: str = "present") -> float:
    lines: Sequence[dict[str, Any]] = part["lines"]
    return next(line[side]["value"] for line in lines if line["measure"] == measure)  # type: ignore[no-any-return]


def test_weights_and_limits_are_fitted_and_written(
    small_file: Path, stores: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fitted on some cases and told for the others; the file holds what is advised, and all the rest beside it."""
    out = tmp_path / "tuned.toml"
    found = json.loads(run(small_file, "--data", str(stores), "--out", str(out), "--json").stdout)
    made = found["provenance"]
    assert made["development"] + made["held_back"] == 14
    assert made["command"].endswith("--split 0/0.5 --seed 0")
    weight, limits = found["fits"]
    assert weight["present"] == {"dense_weight": 0.45}
    assert value(weight["held_back"], "MRR") > 0.8
    assert set(limits["present"]) == {"answer_threshold", "second_sentence"}
    for part in ("development", "held_back"):
        assert value(limits[part], "refused") == 1.0
        assert (
            value(limits[part], "balance", "fitted")
            == (value(limits[part], "right", "fitted") + value(limits[part], "refused", "fitted")) / 2
        )
    assert value(limits["development"], "balance", "fitted") >= value(limits["development"], "balance")
    assert limits["advised"] in (limits["present"], limits["fitted"])
    monkeypatch.setenv("JUSHI_CONFIG", str(out))
    settings = load_settings()
    assert settings.dense_weight == weight["advised"]["dense_weight"]
    kept = limits["advised"] == limits["present"]
    assert settings.answer_threshold == (None if kept else limits["advised"]["answer_threshold"])
    assert json.loads(out.with_name("tuned.toml.json").read_text(encoding="utf-8")) == found


def test_articles_may_be_those_of_a_data_folder(
    small_file: Path, small: CaseSet, stores: Path, settings: Settings
) -> None:
    """The articles of an operator's own folder are used as they are, and the ceiling that was asked for is told."""
    engine = open_set(small, stores, settings=settings)
    folder = engine.settings.data
    engine.close()
    catalog = (folder / "catalog.sqlite").read_bytes()
    text = run(small_file, "--store", str(folder), "--max-unfounded", "0.5").stdout
    assert "fitted for right; refused ≥ 0.5" in text
    assert text.count("\nadvice: ") == 2
    assert (folder / "catalog.sqlite").read_bytes() == catalog


def test_a_store_of_other_articles_is_refused(small_file: Path, stores: Path, tmp_path: Path) -> None:
    """Gold evidence in an article that is not there, and a folder that is not there, are errors before any search."""
    rows = small_file.read_text(encoding="utf-8").replace("news.jsonl:2", "news.jsonl:9")
    other = tmp_path / "set.jsonl"
    other.write_text(rows, encoding="utf-8")
    (tmp_path / "news.jsonl").write_bytes((small_file.parent / "news.jsonl").read_bytes())
    with pytest.raises(InputError, match=r"no article 'news.jsonl:9', which the gold evidence of 'library-zh' names"):
        run(other, "--data", str(stores))
    with pytest.raises(InputError, match="there is no data folder"):
        run(small_file, "--store", str(tmp_path / "none"))
