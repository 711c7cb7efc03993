"""`jushi ingest`, `jushi remove` and `jushi check`: what changes the store, or proves that it is sound."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from rag.answer.present import JsonObject, clean_for_terminal, plain_fields
from rag.cli.options import AsJson, Data
from rag.cli.output import progress_line, write_json, write_text
from rag.cli.session import opened
from rag.ingest.report import IngestReport, Progress
from rag.ingest.sources import read_sources

_FAILED = 1


def ingest(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="Files and folders; - reads JSON lines from stdin.", show_default=False),
    ],
    *,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Read articles into the store. What cannot be read is named, the rest goes in, and the exit code is 1."""
    with opened(data, read_only=False) as engine:
        documents = read_sources(paths, max_bytes=engine.settings.max_document_bytes, stdin=sys.stdin.buffer)
        with progress_line() as show:
            report = engine.pipeline().ingest(documents, progress=lambda now: show(_progress_text(now)))
    if as_json:
        write_json(_report_object(report))
    else:
        write_text(_report_text(report))
    for row in report.rejected:
        place = row.name if row.line is None else f"{row.name} line {row.line}"
        sys.stderr.write(clean_for_terminal(f"jushi: {place} was not read: {row.reason}") + "\n")
    if not report.ok:
        raise typer.Exit(_FAILED)


def _progress_text(now: Progress) -> str:
    return f"{now.stage}: {now.done} documents, {now.encoded} passages"


def _report_object(report: IngestReport) -> JsonObject:
    totals: JsonObject = {
        "ok": report.ok,
        "added": report.added,
        "revised": report.revised,
        "unchanged": report.unchanged,
        "reprints": report.reprints,
        "passages": report.passages,
    }
    return {**totals, **plain_fields(report)}


def _report_text(report: IngestReport) -> str:
    """One line of sums."""
    sums = (
        f"{report.added} added, {report.revised} revised, {report.unchanged} unchanged, {len(report.rejected)} rejected"
    )
    more = f"{report.passages} passages, {report.reprints} reprints"
    return f"{sums}; {more}; {report.seconds:.1f} s, {report.per_second:.1f} documents/s"


def remove(
    article_ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of articles.", show_default=False)],
    *,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Remove articles with all their revisions. The exit code is 1 when one of them was not there."""
    with opened(data, read_only=False) as engine:
        removed = engine.store.remove(article_ids)
    missing = [article_id for article_id in dict.fromkeys(article_ids) if article_id not in set(removed)]
    if as_json:
        write_json({"removed": removed, "missing": missing})
    else:
        write_text(f"removed {len(removed)} of {len(removed) + len(missing)}")
    for article_id in missing:
        sys.stderr.write(clean_for_terminal(f"jushi: there is no article {article_id}\n"))
    if missing:
        raise typer.Exit(_FAILED)


def check(
    *,
    repair: Annotated[bool, typer.Option("--repair", help="Rebuild what disagrees.")] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Prove that the indexes agree with the catalogue. The exit code is 1 while they do not."""
    with opened(data, read_only=not repair) as engine:
        report = engine.store.check(repair=repair)
    if as_json:
        write_json(plain_fields(report))
    else:
        mended = " and was repaired" if report.repaired else ""
        lines = [f"problem: {problem}" for problem in report.problems]
        lines.append(f"{report.articles} articles, {report.passages} passages, {len(lines)} problems{mended}")
        write_text("\n".join(lines))
    if report.problems and not report.repaired:
        raise typer.Exit(_FAILED)
