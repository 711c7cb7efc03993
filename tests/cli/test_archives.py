"""`jushi backup`, `restore` and `export` as a user runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_a_backup_restored_elsewhere_answers_the_same(jushi: Callable[..., Any], data: str, tmp_path: Path) -> None:
    """The answer cites the same words, and a folder in use is replaced only when told to."""
    saved, again = tmp_path / "saved.tar", str(tmp_path / "again")
    made = jushi("backup", str(saved), "--json", "--data", data).json
    assert made["articles"] >= 2
    assert jushi("restore", str(saved), "--data", again).code == 0
    refused = jushi("restore", str(saved), "--data", again, "--json")
    assert (refused.code, "--force" in refused.json["error"]["message"]) == (1, True)
    assert jushi("restore", str(saved), "--data", again, "--force").code == 0
    answers = [jushi("ask", "云岭大桥全长多少米？", "--json", "--data", folder).json for folder in (data, again)]
    assert answers[0]["text"] == answers[1]["text"]
    assert answers[0]["citations"] == answers[1]["citations"]
    assert jushi("check", "--data", again).code == 0


def test_an_export_is_read_back_by_ingest(jushi: Callable[..., Any], data: str, tmp_path: Path) -> None:
    """To standard output and to a file alike."""
    printed = jushi("export", "--data", data)
    file = tmp_path / "all.jsonl"
    assert jushi("export", str(file), "--data", data).code == 0
    assert file.read_text(encoding="utf-8") == printed.out
    assert {"library"} < {json.loads(line)["id"] for line in printed.out.splitlines()}
    again = str(tmp_path / "again")
    assert jushi("ingest", str(file), "--data", again).code == 0
    answer = jushi("ask", "云岭大桥全长多少米？", "--json", "--data", again).json
    assert "1280米" in answer["text"]
    assert jushi("export", str(file), "--data", data).code == 1  # it exists
