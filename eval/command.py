"""`jushi eval`: asks the fixed question set through the HTTP endpoint and says where the product stands."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from eval.baseline import BASELINE, load_baseline, write_baseline
from eval.bench.command import app as bench_app
from eval.cases import QUESTIONS, load_cases
from eval.gate import compare
from eval.gate_tables import comparison_object, comparison_text
from eval.judges import QuoteJudge
from eval.noise.command import noise
from eval.opening import opened_here, opened_there
from eval.report.write import write_reports
from eval.run import run, sample
from eval.scores import score
from eval.tables import scores_object, scores_text
from eval.tune.command import tune
from eval.validate import main as validate
from rag.cli.output import write_json, write_text
from rag.errors import InputError
from rag.logs import configure_logs

app = typer.Typer(help="Measure answers by a fixed question set.", invoke_without_command=True)
app.add_typer(bench_app, name="bench")
app.command("validate")(validate)
app.command("noise")(noise)
app.command("tune")(tune)


class Adapter(StrEnum):
    """The shapes of servers that can be measured."""

    JUSHI = "jushi"
    OPENAI = "openai"


@app.callback()
def evaluate(
    context: typer.Context,
    *,
    answerer: Annotated[str, typer.Option(metavar="quotes|llm|naive|auto", help="Who answers.")] = "auto",
    questions: Annotated[
        Path, typer.Option("--set", help="The question set; else the one that ships.", show_default=False)
    ] = QUESTIONS,
    url: Annotated[str | None, typer.Option(help="Measure the server at this address; else one started here.")] = None,
    adapter: Annotated[Adapter, typer.Option(help="The shape that the server speaks.")] = Adapter.JUSHI,
    model: Annotated[str | None, typer.Option(help="Model of a plain server; else its only one.")] = None,
    key_env: Annotated[str | None, typer.Option(help="Environment variable that holds the server's key.")] = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Cases asked at the same time.")] = 1,
    limit: Annotated[int | None, typer.Option(min=1, help="Ask only so many cases, drawn by the seed.")] = None,
    seed: Annotated[int, typer.Option(help="Of the sample and of the intervals.")] = 0,
    tags: Annotated[list[str] | None, typer.Option("--tag", help="Only cases with this tag; repeatable.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for rows and reports; a second run there goes on.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder for the stores of sets; else in the cache.")] = None,
    gate: Annotated[bool, typer.Option("--gate", help="Leave with 1 when worse than the baseline.")] = False,
    write: Annotated[bool, typer.Option("--write-baseline", help="Make this run the baseline.")] = False,
    baseline: Annotated[
        Path, typer.Option(help="File of the baseline; else the one that ships.", show_default=False)
    ] = BASELINE,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Ask the question set and print every measure with its interval."""
    if context.invoked_subcommand is not None:
        return
    configure_logs("error")
    case_set = load_cases(questions)
    cases = sample(case_set.cases, tags=tags or (), limit=limit, seed=seed)
    opened = (
        opened_there(case_set, url, answerer, adapter=adapter.value, model=model, key=_key(key_env))
        if url
        else opened_here(case_set, answerer, data=data)
    )
    with opened as (target, conditions), _bar() as progress:
        done = run(target, cases, conditions, jobs=jobs, out=out, progress=progress)
    scores = score(done, QuoteJudge(), seed=seed)
    runs = load_baseline(baseline)
    comparison = compare(scores, runs, seed=seed) if gate else None
    if as_json:
        held = {"gate": comparison_object(comparison)} if comparison else {}
        write_json({**scores_object(scores), **held})
    else:
        write_text("\n".join([scores_text(scores), *([comparison_text(comparison)] if comparison else [])]))
    for path in write_reports(out, scores, comparison, runs) if out else ():
        sys.stderr.write(f"jushi: wrote {path}\n")
    if write:
        write_baseline(baseline, scores, whole=len(case_set.cases))
    if comparison and comparison.worse:
        raise typer.Exit(1)


def _key(variable: str | None) -> str | None:
    if variable is None:
        return None
    if not (key := os.environ.get(variable)):
        raise InputError(f"the environment variable {variable} is not set; it should hold the server's key")
    return key


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """A function that shows how many cases are done, on stderr and only on a terminal."""
    if not sys.stderr.isatty():
        yield lambda _done, _all: None
        return
    columns = (TextColumn("cases"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("")
        yield lambda done, total: progress.update(task, completed=done, total=total)
