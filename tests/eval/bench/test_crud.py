"""The file of CRUD-RAG."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.bench.crud import load_crud
from rag.errors import InputError

ONE = {"ID": "a 1", "event": "大桥", "news1": "大桥通车。", "questions": "哪一年通车？", "answers": "2019年通车。"}
TWO = {**ONE, "news2": "由林海生设计。", "questions": "谁设计？", "answers": "林海生。"}


def written(tmp_path: Path, content: object) -> Path:
    path = tmp_path / "split.json"
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def test_tasks_are_read_together(tmp_path: Path) -> None:
    """Every article is a document, ids are made sound and unique, other tasks are passed over."""
    found = load_crud(
        written(tmp_path, {"event_summary": [{"odd": 1}], "questanswer_1doc": [ONE], "questanswer_2docs": [TWO]})
    )
    assert [(document.article_id, document.text) for document in found.documents] == [
        ("a_1-1", "大桥通车。"), ("a_1.2-1", "大桥通车。"), ("a_1.2-2", "由林海生设计。"),
    ]  # fmt: skip
    first, second = found.items
    assert (first.question, first.facts, first.gold) == ("哪一年通车？", (("2019年通车。",),), ("a_1-1",))
    assert second.gold == ("a_1.2-1", "a_1.2-2")
    assert found.prose


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ([], "not a file of CRUD-RAG"),
        ({"event_summary": []}, "no task questanswer_1doc"),
        ({"questanswer_1doc": [{**ONE, "questions": ["甲？"]}]}, "not a file of CRUD-RAG"),
        ({"questanswer_1doc": [ONE, {**ONE, "answers": ""}]}, r"questanswer_1doc\[1\] has no answers"),
        ({"questanswer_1doc": [{**ONE, "news1": None}]}, r"questanswer_1doc\[0\] has no article"),
    ],
)
def test_another_shape_is_named(tmp_path: Path, content: object, named: str) -> None:
    """The error says which file, which row and what is missing."""
    with pytest.raises(InputError, match=rf"split\.json.*{named}"):
        load_crud(written(tmp_path, content))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """There is no such file."""
    with pytest.raises(InputError, match=r"gone\.json"):
        load_crud(tmp_path / "gone.json")
