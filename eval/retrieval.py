"""Recall and latency of search on the development store (see `eval.devstore`).

python -m eval.retrieval --data ../shared/data --store /tmp/dev
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, quantiles
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from eval.devstore import SETS
from eval.ranking import recall_at, reciprocal_rank
from eval.squad import SquadSet, load_squad
from rag.config import load_settings
from rag.engine import Engine
from rag.types import Evidence, Question
from rag.wiring import open_engine

_DEPTH = 20  # passages; several may be of one article, and articles are counted


def measure(engine: Engine, dataset: SquadSet, limit: int) -> dict[str, float | str | int]:
    """Recall@1 and @5, MRR over articles, and milliseconds per search, of the first `limit` questions."""
    first, fifth, ranks, times = [], [], [], []
    for asked in dataset.questions[:limit]:
        began = time.perf_counter()
        found = engine.retriever.retrieve(Question(text=asked.question, top_k=_DEPTH))
        times.append(1000 * (time.perf_counter() - began))
        ranked = ranked_articles(found.evidence)
        gold = {asked.paragraph_id}
        first.append(recall_at(1, ranked, gold) or 0.0)
        fifth.append(recall_at(5, ranked, gold) or 0.0)
        ranks.append(reciprocal_rank(ranked, gold) or 0.0)
    cuts = quantiles(times, n=100)
    return {
        "set": dataset.name,
        "questions": len(first),
        "R@1": round(fmean(first), 4),
        "R@5": round(fmean(fifth), 4),
        "MRR": round(fmean(ranks), 4),
        "p50 ms": round(cuts[49], 1),
        "p95 ms": round(cuts[94], 1),
    }


def ranked_articles(evidence: Sequence[Evidence]) -> list[str]:
    """The articles of some passages in the order of the best passage of each."""
    return list(dict.fromkeys(item.passage.article_id for item in evidence))


def main(
    data: Annotated[Path, typer.Option(help="folder of the development sets")],
    store: Annotated[Path, typer.Option(help="data folder made by eval.devstore")],
    limit: Annotated[int, typer.Option(help="questions of each set")] = 1_000_000,
    dense_weight: Annotated[float | None, typer.Option(help="share of the dense score")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,  # noqa: FBT002 - a command-line flag
) -> None:
    """Print a row for each development set."""
    engine = open_engine(load_settings(data=store, dense_weight=dense_weight), read_only=True)
    try:
        rows = [measure(engine, load_squad(data / name), limit) for name in SETS]
    finally:
        engine.close()
    if as_json:
        typer.echo(json.dumps(rows))
        return
    table = Table(*rows[0])
    for row in rows:
        table.add_row(*map(str, row.values()))
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
