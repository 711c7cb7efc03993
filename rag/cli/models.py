"""`jushi model …`: the language models that this machine holds."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from rag.answer.present import JsonObject, clean_for_terminal
from rag.cli.options import AsJson
from rag.cli.output import progress_bar, write_json, write_text
from rag.config import Settings, load_settings
from rag.llm.known_models import DEFAULT_MODEL, KNOWN_MODELS
from rag.llm.local import can_run_models
from rag.llm.weights import LocalModel, find_model, list_models, models_folder, remove_model

model_app = typer.Typer(help="Fetch, list and remove language models that run on this machine.", no_args_is_help=True)

_Name = Annotated[
    str | None,
    typer.Argument(
        metavar="[NAME]",
        help="A name from jushi model list, or organisation/repository/file.gguf on the hub; else the default.",
        show_default=False,
    ),
]


@model_app.command()
def fetch(
    name: _Name = None,
    *,
    source: Annotated[
        Path | None,
        typer.Option("--from", help="Take this GGUF file instead of fetching one; it stays where it is."),
    ] = None,
    if_used: Annotated[
        bool, typer.Option("--if-used", help="Only if the settings let a model run here; else do nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a model into the cache folder and check every byte of it; an earlier, unfinished try is gone on with."""
    from rag.llm.download import adopt_model, fetch_model  # noqa: PLC0415 - loads the hub's client, needed only here

    settings = load_settings()
    if if_used and (unused := _why_unused(settings)):
        if as_json:
            write_json({"fetched": None, "reason": unused})
        else:
            write_text(f"no local model is needed: {unused}")
        return
    wanted = name or _default(settings)
    with progress_bar() as show:
        if source is not None:
            model = adopt_model(settings.cache, wanted, source, show)
        else:
            _announce(settings, wanted)
            model = fetch_model(settings.cache, wanted, show)
    if as_json:
        write_json({"fetched": _object(model, settings)})
    else:
        write_text(clean_for_terminal(f"{model.name} is here and checked: {_gigabytes(model.size)}, {model.path}"))
    if not can_run_models():
        sys.stderr.write("jushi: to run it, install what runs local models: pip install 'jushi[local]'\n")


@model_app.command(name="list")
def list_(*, as_json: AsJson = False) -> None:
    """Show which models are here, which one is used by default, and which could be fetched by name."""
    settings = load_settings()
    here = list_models(settings.cache)
    absent = [known for name, known in KNOWN_MODELS.items() if name not in {model.name for model in here}]
    if as_json:
        write_json(
            {
                "folder": str(models_folder(settings.cache)),
                "default": settings.local_model,
                "models": [_object(model, settings) for model in here],
                "known": [
                    {"name": known.name, "size": known.size, "sha256": known.sha256, "licence": known.licence}
                    for known in absent
                ],
            }
        )
        return
    lines = [
        f"{model.name}  {_gigabytes(model.size)}  checked{_mark(model.name, settings)}  {model.path}" for model in here
    ]
    lines += [
        f"{known.name}  {_gigabytes(known.size)}  not here{_mark(known.name, settings)}; "
        f"jushi model fetch {known.name} brings it ({known.licence})"
        for known in absent
    ]
    write_text(clean_for_terminal("\n".join(lines)))


@model_app.command()
def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name from jushi model list.", show_default=False)],
    *,
    as_json: AsJson = False,
) -> None:
    """Remove a model from the cache folder, or what an unfinished fetch left of it."""
    freed = remove_model(load_settings().cache, name)
    if as_json:
        write_json({"removed": name, "bytes": freed})
    else:
        write_text(f"removed {name}; {_gigabytes(freed)} are free again")


def _default(settings: Settings) -> str:
    return DEFAULT_MODEL if settings.local_model == "none" else settings.local_model


def _why_unused(settings: Settings) -> str:
    """Why no local model would be asked, empty where one would."""
    if settings.local_model == "none":
        return "local_model is none"
    if settings.llm_base_url:
        return f"{settings.llm_base_url} is set as the server"
    return "answers are quotes" if settings.answerer == "quotes" else ""


def _announce(settings: Settings, name: str) -> None:
    """Before minutes of silence where there is no terminal to draw a bar on."""
    known = KNOWN_MODELS.get(name)
    if known is not None and find_model(settings.cache, name) is None:
        sys.stderr.write(f"jushi: fetching the language model {name} ({_gigabytes(known.size)})\n")


def _object(model: LocalModel, settings: Settings) -> JsonObject:
    return {
        "name": model.name,
        "path": str(model.path),
        "size": model.size,
        "sha256": model.sha256,
        "verified": True,
        "default": model.name == settings.local_model,
    }


def _mark(name: str, settings: Settings) -> str:
    return ", default" if name == settings.local_model else ""


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 50_000_000 else f"{size / 1e6:.1f} MB"
