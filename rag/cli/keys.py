"""`jushi key new`: keys for a server."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from rag.api.auth import Scope, new_key
from rag.cli.options import AsJson
from rag.cli.output import write_json, write_text

key_app = typer.Typer(help="Make keys that a server asks its clients for.", no_args_is_help=True)


@key_app.callback()
def _group() -> None:
    """A group, though it has one command only."""


@key_app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose key it is; for logs.", show_default=False)],
    *,
    scope: Annotated[
        list[Scope] | None, typer.Option("--scope", help="What it may do; repeatable. read by default.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key. It is shown this once; the server is given only its hash, in the setting api_keys."""
    secret, entry = new_key(name, scope or [Scope.READ])
    if as_json:
        write_json({"key": secret, "entry": entry})
        return
    write_text(f"key:   {secret}\nentry: {entry}")
    sys.stderr.write(
        "jushi: the key is shown this once. Add the entry to JUSHI_API_KEYS (several are separated by spaces), or to "
        "api_keys in jushi.toml, and start the server again.\n"
    )
