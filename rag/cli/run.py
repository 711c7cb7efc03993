"""The commands put together, and what becomes of their errors."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

from embeddings.errors import EmbeddingError
from rag.answer.present import as_jushi_error
from rag.cli.asking import ask, search
from rag.cli.mcp import mcp
from rag.cli.models import model_app
from rag.cli.output import write_error
from rag.cli.reading import articles, show, status
from rag.cli.serving import serve
from rag.cli.writing import check, ingest, remove
from rag.errors import InputError, JushiError

_HELP = "Answers questions over messy Chinese web articles, every sentence pointing at the exact words it rests on."
_INTERRUPTED = 130  # 128 + SIGINT, as shells expect


def _commands() -> typer.Typer:
    app = typer.Typer(help=_HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    for command in (ingest, ask, search, articles, show, remove, status, check, serve, mcp):
        app.command()(command)
    app.add_typer(model_app, name="model")
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code: 0 fine (a refusal is an answer too), 1 failed, 2 wrong usage."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = _run(given)
    except KeyboardInterrupt:
        code = _INTERRUPTED
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    as_json = "--json" in options
    try:
        code = typer.main.get_command(_commands())(arguments, prog_name="jushi", standalone_mode=False)
    except TyperException as error:
        failure: JushiError = InputError(f"{error.format_message()} (jushi --help lists what there is)")
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
