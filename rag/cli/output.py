"""What the commands write: JSON or text on stdout, errors and progress on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from rag.answer.present import Json, clean_for_terminal, error_object
from rag.errors import JushiError


def write_json(value: Json) -> None:
    """One JSON object on stdout, in UTF-8 whatever the locale."""
    _write(json.dumps(value, ensure_ascii=False, indent=2), "utf-8")


def write_text(text: str) -> None:
    """Text for people on stdout; characters that the locale does not have become question marks."""
    _write(text, sys.stdout.encoding or "utf-8")


def _write(text: str, encoding: str) -> None:
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode(encoding, errors="replace") + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # `| head` has seen enough; what is left, also in buffers, goes nowhere
        _drop_output()
    except OSError as error:
        _drop_output()  # else the interpreter would fail on it once more at its end
        raise JushiError(f"standard output cannot be written: {error.strerror or error}") from error


def _drop_output() -> None:
    """Send whatever is written to stdout from here on, buffers included, nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_error(error: JushiError, *, as_json: bool) -> None:
    """The sentence of an error on stderr and, when JSON was asked for, the error object on stdout."""
    sentence = clean_for_terminal(f"jushi: {error}")
    sys.stderr.write(sentence.encode("utf-8", errors="replace").decode("utf-8") + "\n")
    if as_json:
        write_json(error_object(error))


@contextmanager
def progress_line() -> Iterator[Callable[[str], None]]:
    """A function that shows how far work of unknown length has come, on stderr and only on a terminal."""
    if not sys.stderr.isatty():
        yield lambda _text: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda text: progress.update(task, description=text)


@contextmanager
def progress_bar() -> Iterator[Callable[[str, float], None]]:
    """A function that shows what is being done and which part of it is done, on stderr and only on a terminal."""
    if not sys.stderr.isatty():
        yield lambda _what, _part: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        tasks: dict[str, TaskID] = {}

        def report(what: str, part: float) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=1.0)
            progress.update(tasks[what], completed=part)

        yield report
