"""`jushi backup`, `jushi restore` and `jushi export`: the data folder as a file, for safety or for other programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from rag.answer.present import clean_for_terminal, plain_fields
from rag.cli.options import AsJson, Data
from rag.cli.output import write_json, write_text
from rag.cli.session import opened
from rag.config import load_settings
from rag.errors import JushiError
from rag.ingest.export import lines
from rag.store.backup import backup as back_up
from rag.store.backup import restore as put_back

_Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write.", show_default=False)],
    *,
    force: _Force = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Write articles, revisions and vectors to one file, also while a server or an ingest is at work."""
    settings = load_settings(data=data)
    manifest = back_up(settings.data, file, overwrite=force)
    if as_json:
        write_json({"file": str(file.resolve()), **plain_fields(manifest)})
    else:
        size = sum(stored.bytes for stored in manifest.files.values())
        write_text(
            clean_for_terminal(
                f"{file} holds {manifest.articles} articles of generation {manifest.generation}, {size / 1e6:.1f} MB"
            )
        )


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that jushi backup wrote.", show_default=False)],
    *,
    force: _Force = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Put a backup into the data folder and rebuild its indexes. A server over that folder goes on with it."""
    settings = load_settings(data=data)
    manifest = put_back(file, settings.data, force=force)
    with opened(data, read_only=False) as engine:
        engine.store.compact()
    if as_json:
        write_json({"data": str(settings.data.resolve()), **plain_fields(manifest)})
    else:
        write_text(clean_for_terminal(f"{settings.data} holds the {manifest.articles} articles of {file}"))


def export(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="File to write; else standard output.", show_default=False)
    ] = None,
    *,
    force: _Force = False,
    data: Data = None,
) -> None:
    """Write each article's page as it came and what is known of it as a line of JSON, for jushi ingest or others."""
    with opened(data, read_only=True) as engine, engine.store.snapshot() as snapshot:
        if file is None:
            _write(sys.stdout.buffer, lines(snapshot))
            return
        try:
            with file.open("wb" if force else "xb") as out:
                count = _write(out, lines(snapshot))
        except FileExistsError as error:
            raise JushiError(f"{file} exists already; --force replaces it") from error
        except OSError as error:
            raise JushiError(f"{file} cannot be written: {error.strerror or error}") from error
    sys.stderr.write(clean_for_terminal(f"jushi: {count} articles in {file}") + "\n")


def _write(out: BinaryIO, rows: Iterable[bytes]) -> int:
    """Write lines and count them; whoever reads a pipe may stop reading."""
    count = 0
    try:
        for row in rows:
            out.write(row)
            count += 1
        out.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return count
