"""The real load against the real server of the small set, for a second or two."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from typer.testing import CliRunner

from eval.load.command import main
from eval.load.figures import values_of


@pytest.fixture(scope="module")
def address(measured: Any) -> Iterator[str]:
    """A server over the small set, in this process."""
    with measured.served() as target:
        yield str(target._http.base_url).rstrip("/")


def under_load(*arguments: str) -> tuple[int, dict[str, Any]]:
    """How the command ended, and what it printed as JSON."""
    app = typer.Typer()
    app.command()(main)
    done = CliRunner().invoke(app, [*arguments, "--json"])
    return done.exit_code, json.loads(done.stdout)


def test_a_short_load_is_answered_and_leaves_nothing(address: str, small_file: Path) -> None:
    """Eight clients ask the same two questions, then sixteen hang up: no error, most remembered, all figures there."""
    before = _remembered(address)
    code, found = under_load(
        "--questions", str(small_file), "--limit", "2", "--url", address, "--clients", "8", "--seconds", "1",
        "--drop", "16", "--pid", str(os.getpid()),
    )  # fmt: skip
    assert (code, found["errors"], found["left_behind"]) == (0, {}, {})
    whole, first = found["whole_ms"], found["first_event_ms"]
    assert found["answers"] == whole["count"] == first["count"] >= 8
    assert 0 < first["p50"] <= whole["p50"] <= whole["p95"] <= whole["p99"] <= whole["longest"]
    assert _remembered(address) - before == found["answers"] - 2
    assert found["memory_mb"][0] > 50


def test_questions_that_differ_are_not_remembered(address: str, small_file: Path) -> None:
    """With --distinct the server makes every answer anew."""
    before = _remembered(address)
    code, found = under_load(
        "--questions", str(small_file), "--url", address, "--clients", "2", "--seconds", "1", "--distinct"
    )
    assert (code, _remembered(address)) == (0, before)
    assert found["answers"]


def test_failures_are_named_and_leave_with_1(address: str, small_file: Path) -> None:
    """An answerer that is not there is an error of its own kind for every question."""
    code, found = under_load(
        "--questions", str(small_file), "--url", address, "--clients", "1", "--seconds", "0.2", "--answerer", "naive"
    )
    assert (code, found["answers"], found["whole_ms"]) == (1, 0, None)
    assert list(found["errors"]) == ["HTTP 400"]


def _remembered(address: str) -> int:
    return int(values_of(httpx.get(f"{address}/metrics").text)["jushi_answers_remembered_total"])
