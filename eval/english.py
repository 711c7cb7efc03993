"""Asks English questions over the Chinese of the development sets: how many are answered rightly, how many refused.

python -m eval.english --store /tmp/en
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Annotated

import typer

from rag.config import load_settings
from rag.text.script import fold
from rag.types import Answer, Question, Status
from rag.wiring import open_engine

QUESTIONS = Path(__file__).with_name("data") / "english_dev.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An English question; `facts` must all stand in a right answer, each in one of its wordings. None: no answer."""

    question_id: str
    question: str
    facts: tuple[tuple[str, ...], ...]

    def is_said_by(self, text: str) -> bool:
        """Whether `text` says all facts; False where there are none."""
        key = fold(text)
        return bool(self.facts) and all(any(fold(wording) in key for wording in fact) for fact in self.facts)


def load(path: Path = QUESTIONS) -> list[Asked]:
    """The questions of a file, one JSON object a line."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        Asked(question_id=row["id"], question=row["question"], facts=tuple(map(tuple, row["facts"]))) for row in rows
    ]


def outcome(asked: Asked, answer: Answer) -> str:
    """What became of a question."""
    refused = answer.status is Status.REFUSED
    if not asked.facts:
        return "rightly refused" if refused else "wrongly answered"
    return "refused" if refused else "right" if asked.is_said_by(answer.text) else "wrong"


def main(
    store: Annotated[Path, typer.Option(help="data folder, see eval.devstore")],
    *,
    answerer: Annotated[str, typer.Option(help="quotes, llm")] = "quotes",
    show: Annotated[bool, typer.Option("--show", help="print every question")] = False,
) -> None:
    """Ask every question and print what became of them."""
    engine = open_engine(load_settings(data=store), read_only=True)
    outcomes, times = Counter[str](), []
    try:
        for asked in load():
            answer = engine.answer(Question(text=asked.question), answerer)
            outcomes[outcome(asked, answer)] += 1
            times.append(answer.trace.timings.get("gloss", 0.0))
            if show:
                said = answer.refusal.message if answer.refusal else answer.text
                typer.echo(f"{outcome(asked, answer):16} {asked.question}\n    {answer.trace.query}\n    {said[:120]}")
    finally:
        engine.close()
    typer.echo(json.dumps({**outcomes, "median milliseconds of putting it into Chinese": round(median(times), 1)}))


if __name__ == "__main__":
    typer.run(main)
