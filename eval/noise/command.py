"""`python -m eval.noise`: what each noise costs, as a table or as JSON with every answer that changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from eval.cases import QUESTIONS, load_cases
from eval.noise.render import CLEAN, KINDS
from eval.noise.twins import Reply, Twin, answerable, twins
from eval.set_store import source_paths
from rag.config import load_settings
from rag.errors import JushiError
from rag.ingest.assemble import assemble
from rag.ingest.sources import read_sources
from rag.types import RawDocument

GOAL = 2.0  # points of fact recall that a noise may cost

app = typer.Typer(help="What noise in the articles costs.", add_completion=False)


@app.command()
def noise(
    questions: Annotated[Path, typer.Option("--set", help="the question set")] = QUESTIONS,
    kind: Annotated[list[str] | None, typer.Option(help=f"{', '.join(KINDS)}; may be repeated")] = None,
    answerer: Annotated[str, typer.Option(help="auto, llm or quotes")] = "quotes",
    limit: Annotated[int, typer.Option(help="ask at most so many questions, 0 for all")] = 0,
    seed: Annotated[int, typer.Option(help="of the noise")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="print an object with every answer that changed")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Ask the answerable questions of a set of each noisy twin of its articles and compare with the clean one."""
    try:
        found = measure(questions, kind or list(KINDS), answerer=answerer, limit=limit, seed=seed)
    except JushiError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    if as_json:
        typer.echo(json.dumps([as_object(twin) for twin in found], ensure_ascii=False, indent=1))
    else:
        Console().print(table(found))


def measure(
    questions: Path, kinds: list[str], *, answerer: str = "quotes", limit: int = 0, seed: int = 0
) -> list[Twin]:
    """The twins of a set's articles, all asked; the clean one first.

    Raises:
        InputError: the set, one of its sources or a kind of noise is not what it should be.
    """
    case_set = load_cases(questions)
    settings = load_settings()
    documents = read_sources(source_paths(case_set), max_bytes=settings.max_document_bytes)
    articles = [assemble(document) for document in documents if isinstance(document, RawDocument)]
    cases = answerable(case_set.cases)[: limit or None]
    with Progress(console=Console(stderr=True), transient=True) as progress:
        bars = {kind: progress.add_task(kind, total=1.0) for kind in dict.fromkeys((CLEAN, *kinds))}
        return twins(
            articles,
            cases,
            kinds,
            settings=settings,
            answerer=answerer,
            seed=seed,
            tell=lambda kind, share: progress.update(bars[kind], completed=share),
        )


def table(found: list[Twin]) -> Table:
    """One row for each noise; points are of fact recall against the clean twin."""
    cases = len(found[0].replies) if found else 0
    out = Table(
        "noise", "fact recall", "right", "refused", "same facts", "points", "95 % interval", title=f"{cases} questions"
    )
    for twin in found:
        change = twin.change
        points, between = (f"{change.value:+.1f}", f"{change.low:+.1f} to {change.high:+.1f}") if change else ("-", "-")
        shares = (twin.recall, twin.right, twin.refused, twin.agreement)
        if twin.kind == CLEAN:
            points = between = ""
        elif change and change.value < -GOAL:
            points += " !"
        out.add_row(twin.kind, *("-" if share is None else f"{share:.3f}" for share in shares), points, between)
    return out


def as_object(twin: Twin) -> dict[str, object]:
    """One noise as JSON: the figures, and each case whose facts are not those of the clean twin."""
    change = twin.change
    pairs = zip(twin.replies, twin.clean, strict=True)
    return {
        "noise": twin.kind,
        "cases": len(twin.replies),
        "fact_recall": twin.recall,
        "right": twin.right,
        "refused": twin.refused,
        "agreement": twin.agreement,
        "change": change and {"points": change.value, "low": change.low, "high": change.high},
        "changed": [_changed(reply, clean) for reply, clean in pairs if reply.said != clean.said],
    }


def _changed(reply: Reply, clean: Reply) -> dict[str, object]:
    return {
        "id": reply.case.case_id,
        "question": reply.case.question,
        "facts": reply.case.facts,
        "answer": _shown(reply),
        "clean": _shown(clean),
    }


def _shown(reply: Reply) -> str:
    refusal = reply.answer.refusal
    return f"[{refusal.reason}] {refusal.message}" if refusal else reply.answer.text
