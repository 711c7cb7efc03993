"""The commands as a shell sees them, over the real engine: exit codes, JSON, and quotes that stand in their source."""

from __future__ import annotations

import fcntl
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest

Jushi = Callable[..., Any]

QUESTION = "云岭大桥全长多少米？"


def test_ingest_reports_what_was_read_and_what_was_not(ingested: tuple[Path, Any]) -> None:
    """Good rows go in, the broken line is named with its file and line, and the exit code says so."""
    _, done = ingested
    assert done.code == 1
    report = done.json
    assert sorted(row["outcome"] for row in report["documents"]) == ["added", "added"]
    (rejected,) = report["rejected"]
    assert rejected["name"].endswith("news.jsonl")
    assert rejected["line"] == 2
    assert "news.jsonl" in done.err


def test_ingest_again_changes_nothing(here: Jushi, pages: Path, tmp_path: Path) -> None:
    """The same pages twice: the second time all of them are unchanged, and a clean run leaves with 0."""
    page = str(pages / "云岭大桥.txt")
    first = here("ingest", page, "--data", str(tmp_path), "--json")
    second = here("ingest", page, "--data", str(tmp_path), "--json")
    assert (first.code, [row["outcome"] for row in first.json["documents"]]) == (0, ["added"])
    assert (second.code, [row["outcome"] for row in second.json["documents"]]) == (0, ["unchanged"])


def test_every_quote_of_an_answer_stands_in_its_source(here: Jushi, data: str) -> None:
    """What `ask` cites is found by `show` at the offsets given, and the answer holds the figure."""
    answer = here("ask", QUESTION, "--data", data, "--json")
    assert answer.code == 0, answer.err
    assert answer.json["status"] in {"answered", "partial"}
    assert "1280米" in answer.json["text"]
    assert answer.json["citations"]
    for citation in answer.json["citations"]:
        shown = here("show", citation["article_id"], "--revision", citation["revision"], "--data", data, "--json")
        source = shown.json["source"]
        assert source[citation["source_start"] : citation["source_end"]] == citation["quote"]
    assert shown.json["encoding"].lower().startswith("gb")
    assert shown.json["published_at"] == "2024-03-18"


def test_refusal_is_no_failure(here: Jushi, data: str) -> None:
    """A question that the articles do not answer leaves with 0 and a reason from the list."""
    done = here("ask", "火星探测器的发射费用是多少？", "--data", data, "--json")
    assert (done.code, done.json["status"]) == (0, "refused")
    assert done.json["refusal"]["reason"] in {
        "no_evidence", "weak_evidence", "absent_attribute", "other_place", "other_time", "unsupported"
    }  # fmt: skip


def test_question_from_stdin_and_data_from_the_environment(jushi: Jushi, data: str) -> None:
    """`-` reads the question, and JUSHI_DATA stands for --data."""
    done = jushi("ask", "-", "--json", stdin=QUESTION + "\n", JUSHI_DATA=data)
    assert (done.code, done.json["trace"]["answerer"]) == (0, "quotes")
    assert "1280米" in done.json["text"]


def test_answer_for_people_names_its_sources(here: Jushi, data: str) -> None:
    """Without --json there is the answer, then each source with quote, title, day and verdict; --trace adds timings."""
    done = here("ask", QUESTION, "--answerer", "quotes", "--trace", "--data", data)
    assert done.code == 0
    assert "\n[1] “" in done.out
    assert "松溪县云岭大桥建成通车 · 2024-03-18" in done.out
    assert "exact · /articles/" in done.out
    assert "milliseconds: " in done.out


def test_answers_are_limited_to_what_was_published_by_a_day(here: Jushi, data: str) -> None:
    """`--as-of` before the bridge was opened leaves no article that answers; from that day on there is one."""
    before = here("ask", QUESTION, "--as-of", "2024-03-17", "--data", data, "--json").json
    after = here(
        "ask", QUESTION, "--as-of", "2024-03-18", "--strict", "mark", "--answerer", "auto", "--data", data, "--json"
    ).json
    assert (before["status"], after["status"]) == ("refused", "answered")
    assert "1280米" in after["text"]
    assert {citation["published_at"] for citation in after["citations"]} == {"2024-03-18"}


def test_search_is_ranked_and_filtered(here: Jushi, data: str) -> None:
    """The best passage comes first, at most k, and filters leave only what they allow."""
    found = here("search", "图书馆开放时间", "-k", "1", "--data", data, "--json")
    assert (found.code, [row["article_id"] for row in found.json["data"]]) == (0, ["library"])
    (row,) = found.json["data"]
    text = here("show", "library", "--data", data, "--json").json["text"]
    assert text[row["start"] : row["end"]] == row["text"]
    other = here("search", "图书馆开放时间", "--since", "2024-01-01", "--data", data, "--json")
    assert "library" not in {row["article_id"] for row in other.json["data"]}


def test_articles_and_status_count_the_same(here: Jushi, data: str) -> None:
    """The list has both articles with day and publisher, as many as the status says."""
    listed = here("articles", "--data", data, "--json").json
    assert {row["title"]: row["published_at"] for row in listed["articles"]} == {
        "沱河区图书馆新馆开放": "2023-10-08",
        "松溪县云岭大桥建成通车": "2024-03-18",
    }
    status = here("status", "--data", data, "--json").json
    assert (status["articles"], listed["total"]) == (2, 2)
    only = here("articles", "--publisher", "沱河日报", "--data", data)
    assert [line.split()[0] for line in only.out.splitlines() if "library" in line] == ["library"]


def test_check_finds_nothing_wrong(here: Jushi, data: str) -> None:
    """After an ingest the indexes agree with the catalogue."""
    done = here("check", "--data", data, "--json")
    assert (done.code, done.json["problems"]) == (0, [])


def test_removed_articles_are_gone(here: Jushi, pages: Path, tmp_path: Path) -> None:
    """Removing tells which ids were there; what is removed is not found, shown or cited again."""
    store = str(tmp_path)
    here("ingest", str(pages), "--data", store)
    done = here("remove", "library", "nobody", "--data", store, "--json")
    assert (done.code, done.json) == (1, {"removed": ["library"], "missing": ["nobody"]})
    assert here("show", "library", "--data", store).code == 1
    found = here("search", "图书馆", "--data", store, "--json").json["data"]
    assert "library" not in {row["article_id"] for row in found}


@pytest.mark.parametrize(
    ("arguments", "code", "param"),
    [
        (("ask", " "), 2, "question"),
        (("ask", "学位？", "--answerer", "oracle"), 2, "answerer"),
        (("ask",), 2, None),
        (("ask", "学位？", "--since", "去年"), 2, None),
        (("ask", "学位？", "--as-of", "2024-02-30"), 2, None),
        (("ask", "学位？", "--strict", "loud"), 2, None),
        (("search", "学位", "-k", "0"), 2, None),
        (("praise",), 2, None),
        (("status", "--verbose"), 2, None),
        (("show", "nobody"), 1, None),
        (("show", "library", "--revision", "none"), 1, None),
    ],
)
def test_errors_are_one_sentence_and_one_object(
    here: Jushi, data: str, arguments: tuple[str, ...], code: int, param: str | None
) -> None:
    """Wrong usage leaves with 2, a failure with 1; stderr has one sentence, stdout the error object."""
    done = here(*arguments, "--data", data, "--json")
    assert done.code == code
    assert done.err.startswith("jushi: ")
    assert len(done.err.splitlines()) == 1
    error = done.json["error"]
    assert set(error) == {"message", "type", "param", "code"}
    if param is not None:
        assert error["param"] == param


def test_malformed_settings_are_named(here: Jushi, data: str) -> None:
    """A setting that does not parse leaves with 2 and the setting's name."""
    done = here("status", "--data", data, "--json", JUSHI_TOP_K="many")
    assert (done.code, done.json["error"]["param"]) == (2, "top_k")


def test_missing_file_is_a_rejected_row(here: Jushi, tmp_path: Path) -> None:
    """A path that is not there does not stop the rest, and the exit code is 1."""
    done = here("ingest", str(tmp_path / "没有.txt"), "--data", str(tmp_path / "store"), "--json")
    assert done.code == 1
    assert [Path(row["name"]).name for row in done.json["rejected"]] == ["没有.txt"]


def test_reading_where_nothing_was_ingested_says_so(here: Jushi, tmp_path: Path) -> None:
    """A data folder that is not there is an error with a way out, and asking does not create it."""
    done = here("ask", QUESTION, "--data", str(tmp_path / "nowhere"))
    assert done.code == 1
    assert "ingest" in done.err
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    "command", ["ingest", "ask", "search", "articles", "show", "remove", "status", "check", "serve"]
)
def test_each_command_takes_data_and_json(here: Jushi, command: str) -> None:
    """Every command's help names --data and --json."""
    done = here(command, "--help", COLUMNS="120", NO_COLOR="1")
    assert done.code == 0
    assert "--data" in done.out
    assert "--json" in done.out


def test_reader_that_has_seen_enough_is_no_error(start: Callable[..., Any], data: str) -> None:
    """When stdout is closed early the command ends without a word."""
    with start("articles", "--json", "--data", data) as process:
        process.stdout.close()
        assert process.wait(60) == 0
        assert process.stderr.read() == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_full_disk_is_one_sentence(data: str, as_json: list[str]) -> None:
    """Output that cannot be written ends the command with a sentence, not with a stack."""
    command = [sys.executable, "-m", "rag.cli", "status", "--data", data, *as_json]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "standard output cannot be written" in done.stderr


def _unread(pipe: IO[str]) -> int:
    """Bytes that its other end has not taken yet."""
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


def test_ctrl_c_leaves_with_130(start: Callable[..., Any], data: str) -> None:
    """An interrupted command ends quietly with 128 + SIGINT."""
    with start("ask", "-", "--data", data) as process:
        process.stdin.write("焦作")
        process.stdin.flush()
        while _unread(process.stdin):  # until it waits for the rest of its question
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "")


def test_asking_does_not_import_what_it_does_not_need(data: str) -> None:
    """A question from the command line loads neither torch nor the HTTP server nor an API client."""
    program = (
        "import sys\n"
        "from rag.cli import main\n"
        "try:\n"
        f"    main(['ask', {QUESTION!r}, '--json', '--data', {data!r}])\n"
        "except SystemExit as left:\n"
        "    assert not left.code, left.code\n"
        "unwanted = {'torch', 'transformers', 'sentence_transformers', 'openai', 'fastapi', 'starlette', 'uvicorn',\n"
        "            'scipy', 'onnx', 'structlog'}\n"
        "print(sorted(unwanted & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True)
    assert done.stderr.splitlines()[-1] == "[]"
