"""Builds the development store: the paragraphs of reading-comprehension sets among news articles, by the real pipeline.

python -m eval.devstore --data ../shared/data --store /tmp/dev --articles 20000
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress as Bar

from eval.squad import load_squad
from rag.config import load_settings
from rag.types import Media, RawDocument
from rag.wiring import open_engine

SETS = ("cmrc2018_trial.json", "drcd_dev.json")
NEWS = "crud_news.jsonl.xz"


def paragraphs(folder: Path, count: int | None = None) -> Iterator[RawDocument]:
    """The paragraphs of all development sets in `folder`, the first `count` of each if it is given.

    They are documents whose article id is the paragraph id.
    """
    for name in SETS:
        for paragraph in load_squad(folder / name).paragraphs[:count]:
            yield RawDocument(
                name=f"{name}:{paragraph.paragraph_id}",
                data=paragraph.text.encode(),
                media=Media.TEXT,
                encoding="utf-8",
                article_id=paragraph.paragraph_id,
            )


def news(folder: Path, count: int) -> Iterator[RawDocument]:
    """The first `count` news articles of `folder`."""
    with lzma.open(folder / NEWS, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(islice(lines, count), start=1):
            row = json.loads(line)
            yield RawDocument(
                name=f"{NEWS}:{number}",
                data=row["text"].encode(),
                media=Media.TEXT,
                encoding="utf-8",
                article_id=row["id"],
                published=row["published"],
            )


def main(
    data: Annotated[Path, typer.Option(help="folder of the development sets")],
    store: Annotated[Path, typer.Option(help="data folder to fill")],
    articles: Annotated[int, typer.Option(help="news articles to add as distractors")] = 20_000,
    only: Annotated[int | None, typer.Option("--paragraphs", help="of each set only so many, the first")] = None,
) -> None:
    """Fill a data folder with the development sets and print what was stored."""
    engine = open_engine(load_settings(data=store))
    try:
        with Bar() as bar:
            task = bar.add_task("ingest", total=None)
            documents = (*paragraphs(data, only), *news(data, articles))
            bar.update(task, total=len(documents))
            report = engine.pipeline().ingest(documents, progress=lambda at: bar.update(task, completed=at.done))
        typer.echo(json.dumps({"rejected": len(report.rejected), "seconds": report.seconds}))
        with engine.store.snapshot() as snapshot:
            typer.echo(str(snapshot.status()))
    finally:
        engine.close()


if __name__ == "__main__":
    typer.run(main)
