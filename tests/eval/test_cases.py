"""A question set is read whole, or the file, the line and what is wrong with it are named."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from eval.cases import Case, Gold, load_cases
from rag.errors import InputError
from rag.types import Turn

HEADER: dict[str, Any] = {"set": "small", "version": 3, "sources": ["seeds", "more.jsonl"]}
ROW: dict[str, Any] = {
    "id": "lake", "question": "那现在呢？", "tags": ["number", "follow-up"], "answerable": True,
    "facts": [["14.6米", "14.6"], ["云湖"]], "gold": [{"article": "lake.jsonl:2", "quote": "云湖的水位是14.6米。"}],
    "history": [{"role": "user", "text": "云湖昨天的水位？"}, {"role": "assistant", "text": "14.2米。"}],
    "as_of": "2025-06-30", "forbidden": ["14.2米"],
}  # fmt: skip


def written(folder: Path, *rows: object) -> Path:
    path = folder / "set.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_every_field_of_a_case_is_read(tmp_path: Path) -> None:
    """What the line says is what the case holds, with the types of the product."""
    (case,) = load_cases(written(tmp_path, HEADER, ROW)).cases
    assert case == Case(
        case_id="lake",
        question="那现在呢？",
        tags=("number", "follow-up"),
        answerable=True,
        facts=(("14.6米", "14.6"), ("云湖",)),
        gold=(Gold(article="lake.jsonl:2", quote="云湖的水位是14.6米。"),),
        history=(Turn(role="user", text="云湖昨天的水位？"), Turn(role="assistant", text="14.2米。")),
        as_of=date(2025, 6, 30),
        forbidden=("14.2米",),
    )


def test_the_header_names_the_set_and_the_digest_is_that_of_the_file(tmp_path: Path) -> None:
    """Reports carry name, version and digest, so they must be those of the bytes that were read."""
    path = written(tmp_path, HEADER, ROW)
    found = load_cases(path)
    assert (found.name, found.version, found.sources) == ("small", 3, ("seeds", "more.jsonl"))
    assert found.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert found.folder == tmp_path


def test_optional_fields_may_be_left_out(tmp_path: Path) -> None:
    """An unanswerable question is an id, a question and a tag."""
    row = {"id": "x", "question": "红烧肉怎么做？", "tags": ["off-topic"], "answerable": False}
    (case,) = load_cases(written(tmp_path, HEADER, row, "")).cases
    assert (case.facts, case.gold, case.history, case.as_of, case.forbidden) == ((), (), (), None, ())


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (("{",), "line 1: not JSON"),
        (("[]",), "line 1: expected an object, found list"),
        (({"set": "x", "version": 1},), "line 1: a header has set, version and sources; 'sources' is not right"),
        (({"set": "x", "version": "neu", "sources": []},), "line 1: a header has set, version and sources"),
        ((HEADER, "nichts"), "line 2: not JSON"),
        ((HEADER, ROW, {**ROW, "colour": "red"}), "line 3: 'colour' is no field of a case"),
        ((HEADER, {name: ROW[name] for name in ROW if name != "tags"}), "line 2: not a case: KeyError 'tags'"),
        ((HEADER, {**ROW, "as_of": "im Juni"}), "line 2: not a case: ValueError"),
        ((HEADER, {**ROW, "gold": [{"article": "a"}]}), "line 2: not a case: KeyError 'quote'"),
        ((HEADER, {**ROW, "facts": [7]}), "line 2: not a case: TypeError"),
        ((HEADER, {**ROW, "facts": ["14.6米"]}), "line 2: not a case: TypeError facts is a list of lists of texts"),
        ((HEADER, {**ROW, "tags": "number"}), "line 2: not a case: TypeError tags is a list of texts"),
        ((HEADER, {**ROW, "forbidden": "14.2米"}), "line 2: not a case: TypeError forbidden is a list of texts"),
        ((HEADER, {**ROW, "answerable": "false"}), "line 2: not a case: TypeError answerable is true or false"),
        (
            ({**HEADER, "sources": "seeds"},),
            "line 1: a header has set, version and sources; sources is a list of texts",
        ),
    ],
)
def test_a_line_that_is_no_case_is_named(rows: tuple[object, ...], message: str, tmp_path: Path) -> None:
    """File, line and what was found; nothing is silently taken for something else."""
    path = written(tmp_path, *rows)
    with pytest.raises(InputError) as caught:
        load_cases(path)
    assert str(caught.value).startswith(f"{path}, {message}")


def test_an_empty_file_and_a_missing_one_are_named(tmp_path: Path) -> None:
    """Both say which file, and what was expected or what the system said."""
    (tmp_path / "empty.jsonl").write_bytes(b"")
    with pytest.raises(InputError, match=r"empty\.jsonl is empty; expected a header and questions"):
        load_cases(tmp_path / "empty.jsonl")
    with pytest.raises(InputError, match=r"gone\.jsonl cannot be read as a question set: "):
        load_cases(tmp_path / "gone.jsonl")


def test_bytes_that_are_not_utf8_are_refused(tmp_path: Path) -> None:
    """A set saved in GBK is not guessed at."""
    (tmp_path / "gbk.jsonl").write_bytes(json.dumps(HEADER, ensure_ascii=False).encode() + "\n云湖".encode("gbk"))
    with pytest.raises(InputError, match=r"gbk\.jsonl cannot be read as a question set: 'utf-8'"):
        load_cases(tmp_path / "gbk.jsonl")
