"""What `quotes` answers on the development sets: gold answers quoted, questions refused (see `eval.devstore`).

    python -m eval.quoting --data ../shared/data --store /tmp/dev

Every question is asked with its paragraph in the store and with its paragraph hidden. An answer is right when the text
that it quotes holds a gold answer, punctuation and script aside. The reader that ships with the program has seen these
questions; `--crossed` takes for each the reader that has not, as `eval.calibrate --crossed` left them.
"""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, quantiles
from typing import Annotated, cast

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from eval.asking import FOLDS, fold_of
from eval.devstore import SETS
from eval.hiding import Hiding
from eval.keys import key
from eval.squad import Asked, SquadSet, load_squad
from rag.answer.answerer import QuotesAnswerer
from rag.answer.calibration import calibration
from rag.answer.events import last_answer
from rag.answer.reader import load_reader
from rag.config import load_settings
from rag.engine import Engine
from rag.store.protocol import Snapshot
from rag.types import Answer, Question, Status
from rag.wiring import open_engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One question asked both ways."""

    asked: Asked
    shown: Answer
    withheld: Answer
    milliseconds: float


def holds_gold(asked: Asked, answer: Answer) -> bool:
    """True when the quoted text holds one of the gold answers."""
    quoted = key("".join(citation.text for citation in answer.citations))
    return any(key(gold) in quoted for gold in asked.answers)


def ask(answerer: QuotesAnswerer, snapshot: Snapshot, asked: Asked) -> Row:
    """Ask with the paragraph and without it."""
    question = Question(text=asked.question)
    began = time.perf_counter()
    shown = last_answer(answerer.events_from(snapshot, question))
    taken = 1000 * (time.perf_counter() - began)
    hidden = cast("Snapshot", Hiding(snapshot, [asked.paragraph_id]))
    return Row(
        asked=asked, shown=shown, withheld=last_answer(answerer.events_from(hidden, question)), milliseconds=taken
    )


def summary(dataset: SquadSet, rows: list[Row]) -> dict[str, float | str | int]:
    """Shares over all questions, but for `right of answered`; sentences and characters are means of the answered."""
    answered = [row for row in rows if row.shown.status is not Status.REFUSED]
    right = [row for row in answered if holds_gold(row.asked, row.shown)]
    slipped = [row for row in rows if row.withheld.status is not Status.REFUSED]
    elsewhere = [row for row in slipped if holds_gold(row.asked, row.withheld)]
    return {
        "set": dataset.name,
        "questions": len(rows),
        "right": round(len(right) / len(rows), 4),
        "right of answered": round(len(right) / max(1, len(answered)), 4),
        "over-refused": round(1 - len(answered) / len(rows), 4),
        "refused when withheld": round(1 - len(slipped) / len(rows), 4),
        "gold stands elsewhere": round(len(elsewhere) / len(rows), 4),
        "quotes": round(fmean(len(row.shown.citations) for row in answered), 2),
        "characters": round(fmean(len(row.shown.text) for row in answered), 1),
        "p50 ms": round(quantiles([row.milliseconds for row in rows], n=100)[49], 1),
        "p95 ms": round(quantiles([row.milliseconds for row in rows], n=100)[94], 1),
    }


def _answerers(engine: Engine, crossed: Path | None) -> list[QuotesAnswerer]:
    """The engine's answerer, or one for each fold of paragraphs, with the reader that was fitted without it."""
    if crossed is None:
        answerer = engine.answerers["quotes"]
        assert isinstance(answerer, QuotesAnswerer)
        return [answerer]
    return [
        QuotesAnswerer(
            engine.store,
            engine.retriever,
            engine.encoder,
            calibration().limited(engine.settings.answer_threshold, engine.settings.second_sentence),
            settings=engine.settings.fingerprint,
            reader=load_reader((crossed / f"{fold}.npz").read_bytes()),
        )
        for fold in range(FOLDS)
    ]


def main(
    data: Annotated[Path, typer.Option(help="folder of the development sets")],
    store: Annotated[Path, typer.Option(help="data folder made by eval.devstore")],
    limit: Annotated[int, typer.Option(help="questions of each set, after a seeded shuffle")] = 1_000_000,
    crossed: Annotated[Path | None, typer.Option(help="folder of readers made by eval.calibrate --crossed")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,  # noqa: FBT002 - a command-line flag
) -> None:
    """Print a row for each development set."""
    engine = open_engine(load_settings(data=store), read_only=True)
    answerers = _answerers(engine, crossed)
    found = []
    with engine.store.snapshot() as snapshot:
        for name in SETS:
            dataset = load_squad(data / name)
            questions = random.Random(0).sample(dataset.questions, len(dataset.questions))[:limit]  # noqa: S311 - reproducible, not secret
            console = Console(stderr=True)
            rows = [
                ask(answerers[fold_of(asked) % len(answerers)], snapshot, asked)
                for asked in track(questions, description=name, console=console)
            ]
            found.append(summary(dataset, rows))
    engine.close()
    if as_json:
        typer.echo(json.dumps(found))
        return
    table = Table("measure", *(str(row["set"]) for row in found))
    for measure in list(found[0])[1:]:
        table.add_row(measure, *(str(row[measure]) for row in found))
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
