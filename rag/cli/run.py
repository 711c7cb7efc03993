"""The commands put together, and what becomes of their errors."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Sequence
from typing import NoReturn

import typer
from typer.exceptions import TyperException

from embeddings.errors import EmbeddingError
from rag.answer.present import as_jushi_error
from rag.cli.archives import backup, export, restore
from rag.cli.asking import ask, search
from rag.cli.keys import key_app
from rag.cli.mcp import mcp
from rag.cli.models import model_app
from rag.cli.output import write_error
from rag.cli.plugins import load_plugin, plugin_names
from rag.cli.reading import articles, show, status
from rag.cli.serving import serve
from rag.cli.writing import check, ingest, remove
from rag.errors import ConfigError, InputError, JushiError

_HELP = "Answers questions over messy Chinese web articles, every sentence pointing at the exact words it rests on."
_INTERRUPTED = 130  # 128 + SIGINT, as shells expect


def commands() -> typer.Typer:
    """Every command of `jushi` itself."""
    app = typer.Typer(help=_HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    for command in (backup, restore, export, ingest, ask, search, articles, show, remove, status, check, serve, mcp):
        app.command()(command)
    app.add_typer(model_app, name="model")
    app.add_typer(key_app, name="key")
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code: 0 fine (a refusal is an answer too), 1 failed, 2 wrong usage."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    leave(lambda: _chosen(given), given, prog="jushi")


def leave(application: Callable[[], typer.Typer], given: list[str], *, prog: str) -> NoReturn:
    """Run a Typer application, for what stands beside `jushi` too, and leave: an error is one sentence and a code."""
    try:
        code = _run(application, given, prog)
    except KeyboardInterrupt:
        code = _INTERRUPTED
    sys.exit(code)


def _chosen(arguments: Sequence[str]) -> typer.Typer:
    """Our commands, and those of installed packages where the first word is none of ours or help is asked for."""
    app = commands()
    word = next((argument for argument in arguments if not argument.startswith("-")), None)
    if word is None:
        for name in plugin_names():
            try:
                _add(app, name)
            except ConfigError as error:  # the others and our own are there all the same
                write_error(error, as_json=False)
    elif word not in _names(app):
        _add(app, word)
    return app


def _add(app: typer.Typer, name: str) -> None:
    if (plugin := load_plugin(name)) is not None:
        app.add_typer(plugin, name=name)


def _names(app: typer.Typer) -> set[str | None]:
    commands = {command.name or getattr(command.callback, "__name__", None) for command in app.registered_commands}
    return commands | {group.name for group in app.registered_groups if isinstance(group.name, str)}


def _run(application: Callable[[], typer.Typer], arguments: list[str], prog: str) -> int:
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    as_json = "--json" in options
    try:
        code = typer.main.get_command(application())(arguments, prog_name=prog, standalone_mode=False)
    except TyperException as error:
        failure: JushiError = InputError(f"{error.format_message()} ({prog} --help lists what there is)")
    except EmbeddingError as error:
        failure = as_jushi_error(error)
    except JushiError as error:
        failure = error
    except Exception as error:  # noqa: BLE001 - the outermost frame: a stack for whoever mends it
        traceback.print_exc()
        failure = JushiError(f"unforeseen {type(error).__name__}: {error}")
    else:
        return code if isinstance(code, int) else 0
    write_error(failure, as_json=as_json)
    return failure.exit_code
