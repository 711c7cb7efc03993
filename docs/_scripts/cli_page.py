# ruff: noqa: INP001 - a script beside write.py, no package
"""The command line as a page."""

from __future__ import annotations

from collections.abc import Iterator

import typer
from tables import cell, table

from rag.cli.run import commands

_INTRO = """# Command line

`jushi COMMAND --help` shows the same. Most commands take `--data DIR` (or `JUSHI_DATA`; `.jushi` by default) and
`--json`, which prints one object on standard output. Errors go to standard error in one sentence; with `--json` the
error is the object.

The exit code is 0 when all went well (a refusal is an answer), 1 when something failed, 2 when the command makes no
sense, 130 after Ctrl-C."""


def page() -> str:
    """`cli.md`: every command with its arguments and options."""
    root = typer.main.get_command(commands())
    return "\n".join([_INTRO, "", *_commands(root, "jushi")])


def _commands(group: typer.core.TyperCommand | typer.core.TyperGroup, path: str) -> Iterator[str]:
    assert isinstance(group, typer.core.TyperGroup)
    for name, command in group.commands.items():
        if isinstance(command, typer.core.TyperGroup):
            yield from _commands(command, f"{path} {name}")
            continue
        if command.hidden:
            continue
        context = command.make_context(name, [], resilient_parsing=True)
        usage = " ".join(command.collect_usage_pieces(context))
        yield from (
            f"## {path} {name}",
            "",
            *_prose(command.help or ""),
            "",
            f"```text\n{path} {name} {usage}\n```",
            "",
        )
        records = [record for parameter in command.params if (record := _record(parameter, context))]
        yield from table(("option", "meaning"), records)


def _prose(text: str) -> list[str]:
    return [cell(paragraph) for paragraph in text.split("\n\n")]


def _record(parameter: object, context: object) -> tuple[str, str] | None:
    found = parameter.get_help_record(context)  # type: ignore[attr-defined] # arguments and options both have it
    return (f"`{found[0].strip()}`", found[1]) if found else None
