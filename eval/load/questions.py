"""The questions that clients ask, over and over."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.errors import InputError

_BLANKS = 30  # before a question, and behind it


def load_questions(path: Path, limit: int | None = None) -> tuple[str, ...]:
    """The first `limit` questions of a file of JSON lines; lines without the field `question` are passed over.

    Raises:
        InputError: the file cannot be read, or has no question.
    """
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as JSON lines: {error}") from error
    found = tuple(line["question"] for line in lines if "question" in line)[:limit]
    if not found:
        raise InputError(f"{path} has no line with a field question")
    return found


def over_and_over(questions: Sequence[str], *, distinct: bool, first: int = 0) -> Iterator[str]:
    """The questions without an end, the same again, or with `distinct` each time with other blanks around it.

    Blanks change nothing of what is answered, but no server takes the question for one that it has answered before,
    until 900 rounds are over. `first` is the round to begin with.
    """
    for turn in itertools.count(first):
        before, behind = divmod(turn % _BLANKS**2, _BLANKS) if distinct else (0, 0)
        for question in questions:
            yield " " * before + question + " " * behind
