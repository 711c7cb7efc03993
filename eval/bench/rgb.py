"""RGB (Chen et al. 2024, "Benchmarking Large Language Models in Retrieval-Augmented Generation"): its file and mixes.

The file has one JSON object a line: `{"id", "query", "answer", "positive", "negative"}`, and `"positive_wrong"` and
`"fakeanswer"` in its counterfactual part. `answer` is a wording, or a list of facts of which each is a wording or a
list of wordings. `positive` are passages that answer; in the part on information integration, a list of passages for
each piece of the answer. The mixes follow the set's `evalue.py`, with a generator of our own.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from pydantic import TypeAdapter, ValidationError

from eval.cases import Fact
from rag.errors import InputError

_Answer: TypeAlias = str | list[str | list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RgbQuestion:
    """One question. `positive` holds a group of passages for each piece of the answer, one group where there is one.

    `wrong[i]` is the only group's passage `i` with a false answer in it.
    """

    question_id: str
    question: str
    facts: tuple[Fact, ...]
    positive: tuple[tuple[str, ...], ...]
    negative: tuple[str, ...]
    wrong: tuple[str, ...] = ()
    false: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A line as it stands in the file."""

    id: int | str
    query: str
    answer: _Answer
    positive: list[str] | list[list[str]]
    negative: list[str]
    positive_wrong: list[str] | None = None
    fakeanswer: str | list[str] | None = None


_ROW = TypeAdapter(_Row)


def load_rgb(path: Path) -> tuple[RgbQuestion, ...]:
    """Read a file of RGB.

    Raises:
        InputError: the file cannot be read or a line is not of this shape; the message names file, line and field.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as a file of RGB: {error}") from error
    questions = tuple(_question(path, at, line) for at, line in enumerate(lines, start=1) if line.strip())
    if not questions:
        raise InputError(f"{path} holds no question; expected a JSON object on each line")
    return questions


def with_noise(question: RgbQuestion, count: int, ratio: float) -> list[str]:
    """`count` passages of which the share `ratio`, rounded up, does not answer; 1 leaves only those.

    Where there are too few of one kind, more of the other are taken.
    """
    positive = [passage for group in question.positive for passage in group]
    noisy = _noisy(count, ratio)
    if ratio < 1:
        noisy = min(max(noisy, count - len(positive)), len(question.negative))
    return [*positive[: count - noisy], *question.negative[:noisy]]


def integrated(question: RgbQuestion, count: int, ratio: float, chance: random.Random) -> list[str]:
    """At least one passage for each piece of the answer, then more in turn up to the share that is no noise."""
    groups = [chance.sample(group, len(group)) for group in question.positive]
    longest = max(map(len, groups), default=0)
    in_turn = [group[at] for at in range(longest) for group in groups if at < len(group)]
    wanted = max(count - _noisy(count, ratio), sum(map(bool, groups)))
    chosen = in_turn[:wanted]
    return [*chosen, *question.negative[: max(0, count - len(chosen))]]


def counterfactual(question: RgbQuestion, count: int, ratio: float, correct: float, chance: random.Random) -> list[str]:
    """Passages with the false answer in them, the share `correct` as they were, and the share `ratio` of noise."""
    noisy, right = _noisy(count, ratio), math.ceil(count * correct)
    order = chance.sample(range(len(question.wrong)), len(question.wrong))
    falsified = max(0, count - noisy - right)
    (true,) = question.positive or ((),)
    return [
        *(question.wrong[at] for at in order[:falsified]),
        *(true[at] for at in order[falsified : falsified + right]),
        *question.negative[:noisy],
    ]


def _noisy(count: int, ratio: float) -> int:
    return math.ceil(count * ratio)


def _question(path: Path, at: int, line: str) -> RgbQuestion:
    try:
        row = _ROW.validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"][:1])) or "the line"
        raise InputError(f"{path}, line {at}: {where} is not as in RGB: {first['msg']}", field=where) from error
    groups = _groups(row.positive)
    wrong = tuple(row.positive_wrong or ())
    if wrong and [len(group) for group in groups] != [len(wrong)]:
        raise InputError(
            f"{path}, line {at}: positive_wrong has {len(wrong)} passages; expected one for each of positive",
            field="positive_wrong",
        )
    return RgbQuestion(
        question_id=str(row.id),
        question=row.query,
        facts=_facts(row.answer),
        positive=groups,
        negative=tuple(row.negative),
        wrong=wrong,
        false=(row.fakeanswer,) if isinstance(row.fakeanswer, str) else tuple(row.fakeanswer or ()),
    )


def _facts(answer: _Answer) -> tuple[Fact, ...]:
    facts = [answer] if isinstance(answer, str) else answer
    return tuple((fact,) if isinstance(fact, str) else tuple(fact) for fact in facts)


def _groups(positive: list[str] | list[list[str]]) -> tuple[tuple[str, ...], ...]:
    flat = tuple(passage for passage in positive if isinstance(passage, str))
    return (flat,) if flat else tuple(tuple(group) for group in positive if not isinstance(group, str))
