"""What is written to the log, and where."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from rag.logs import configure_logs


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def test_events_are_json_lines_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    """Our events and those of libraries become one JSON object a line, below the level nothing; stdout stays clean."""
    configure_logs("info")
    structlog.get_logger("jushi").info("ingested", article="芦苇")
    logging.getLogger("some.library").warning("slow disk")
    structlog.get_logger("jushi").debug("not shown")
    out, err = capsys.readouterr()
    first, second = [json.loads(line) for line in err.splitlines()]
    assert (first["event"], first["article"], first["level"]) == ("ingested", "芦苇", "info")
    assert (second["event"], second["logger"]) == ("slow disk", "some.library")
    assert out == ""


def test_tracebacks_hold_no_values_of_variables(capsys: pytest.CaptureFixture[str]) -> None:
    """An exception is logged with its stack, but a question or key in a local variable is not."""
    configure_logs("info")

    def fail(key: str) -> None:
        raise ValueError("no such thing")

    try:
        fail("very-secret" + "-key")
    except ValueError:
        structlog.get_logger("jushi").exception("failed")
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["exception"][0]["exc_value"] == "no such thing"
    assert "very-secret-key" not in line
