"""What the language model's answers are worth on a development set: gold answers given, questions refused, citations.

    python -m eval.written --data ../shared/data --store /tmp/dev --set drcd_dev.json --limit 60

The store is made by `eval.devstore`. Every question is asked with its paragraph in the store and with it hidden, by
`--answerer llm` (the model that the settings name) or `quotes`. Right: the answer's text holds a gold answer, script
and punctuation aside. A citation is precise when its quote holds a gold answer, or all figures and at least
`_WORDS` of the words of the sentence that cites it; this judge shares no code with the checker.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Annotated, cast

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from eval.cost import spread
from eval.hiding import Hiding
from eval.keys import key
from eval.squad import Asked, load_squad
from eval.timing import FromSnapshot, Timed, timed
from rag.config import load_settings
from rag.store.protocol import Snapshot
from rag.text.numbers import find_quantities
from rag.text.words import content_words
from rag.types import Answer, Status
from rag.wiring import open_engine

_WORDS = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One question asked both ways."""

    asked: Asked
    shown: Timed
    withheld: Timed


def holds_gold(asked: Asked, text: str) -> bool:
    """True when `text` holds one of the gold answers."""
    return any(key(gold) in key(text) for gold in asked.answers)


def precise(asked: Asked, answer: Answer) -> list[bool]:
    """For each citation, whether its quote holds a gold answer or says what the sentence says."""
    return [
        holds_gold(asked, citation.text) or _says(answer.claims[citation.claim].text, citation.text)
        for citation in answer.citations
    ]


def _says(sentence: str, quote: str) -> bool:
    figures = {(q.value, q.unit) for q in find_quantities(sentence)}
    if figures - {(q.value, q.unit) for q in find_quantities(quote)}:
        return False
    words = content_words(sentence)
    return sum(word in key(quote) for word in words) >= _WORDS * len(words)


def summary(rows: Sequence[Row]) -> dict[str, object]:
    """Shares of all questions but for `citation precision`; times in milliseconds over the questions with evidence."""
    answered = [row for row in rows if row.shown.answer.status is not Status.REFUSED]
    slipped = [row for row in rows if row.withheld.answer.status is not Status.REFUSED]
    citations = [flag for row in answered for flag in precise(row.asked, row.shown.answer)]
    times = [timed for row in rows for timed in (row.shown, row.withheld)]
    return {
        "questions": len(rows),
        "right": _share(sum(holds_gold(row.asked, row.shown.answer.text) for row in answered), len(rows)),
        "over-refused": _share(len(rows) - len(answered), len(rows)),
        "refused when withheld": _share(len(rows) - len(slipped), len(rows)),
        "gold stands elsewhere": _share(sum(holds_gold(r.asked, r.withheld.answer.text) for r in slipped), len(rows)),
        "citation precision": _share(sum(citations), len(citations)),
        "written by the model": _share(sum(r.shown.answer.trace.answerer == "llm" for r in answered), len(answered)),
        "evidence ms": _times([t.evidence for t in times]),
        "first sentence ms": _times([t.first for t in times if t.first is not None]),
        "whole answer ms": _times([t.end for t in times]),
        "prompt tokens": _mean([t.answer.trace.prompt_tokens for t in times if t.answer.trace.prompt_tokens]),
        "written tokens": _mean([t.answer.trace.completion_tokens for t in times if t.answer.trace.completion_tokens]),
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _mean(values: Sequence[float]) -> float | None:
    return round(fmean(values), 1) if values else None


def _times(values: Sequence[float]) -> str | None:
    found = spread(values)
    return f"p50 {found.p50:.0f}, p95 {found.p95:.0f}" if found else None


def _row_object(row: Row) -> dict[str, object]:
    def answered(one: Timed) -> dict[str, object]:
        trace = one.answer.trace
        return {
            "status": one.answer.status.value,
            "text": one.answer.text,
            "refusal": one.answer.refusal.reason.value if one.answer.refusal else None,
            "quotes": [citation.text for citation in one.answer.citations],
            "answerer": trace.answerer,
            "answerability": trace.answerability,
            "notes": list(trace.notes),
            "dropped": [f"{claim.text} ({claim.reason})" for claim in trace.dropped],
            "timings": dict(trace.timings),
        }

    return {
        "question": row.asked.question,
        "gold": list(row.asked.answers),
        "shown": answered(row.shown),
        "withheld": answered(row.withheld),
    }


def main(
    data: Annotated[Path, typer.Option(help="folder of the development sets")],
    store: Annotated[Path, typer.Option(help="data folder made by eval.devstore")],
    name: Annotated[str, typer.Option("--set", help="file of the development set")] = "drcd_dev.json",
    limit: Annotated[int, typer.Option(help="questions, after a seeded shuffle")] = 60,
    seed: Annotated[int, typer.Option(help="of the shuffle")] = 0,
    answerer: Annotated[str, typer.Option(help="llm or quotes")] = "llm",
    rows_to: Annotated[Path | None, typer.Option(help="append every question with both answers here, as JSONL")] = None,
) -> None:
    """Ask, print the figures, and write the answers where that is asked for."""
    engine = open_engine(load_settings(data=store), read_only=True)
    answering = cast("FromSnapshot", engine.answerers[answerer])
    questions: list[Asked] = list(load_squad(data / name).questions)
    questions = random.Random(seed).sample(questions, len(questions))[:limit]  # noqa: S311 - reproducible, not secret
    rows = []
    with engine.store.snapshot() as snapshot:
        for asked in track(questions, description=name, console=Console(stderr=True)):
            hidden = cast("Snapshot", Hiding(snapshot, [asked.paragraph_id]))
            row = Row(
                asked=asked,
                shown=timed(answering, snapshot, asked.question),
                withheld=timed(answering, hidden, asked.question),
            )
            rows.append(row)
            if rows_to:
                with rows_to.open("a", encoding="utf-8") as out:
                    out.write(json.dumps(_row_object(row), ensure_ascii=False) + "\n")
    engine.close()
    table = Table("measure", name)
    for measure, value in summary(rows).items():
        table.add_row(measure, str(value))
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
