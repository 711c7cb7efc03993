"""Groups of commands that installed packages add to `jushi`, found through entry points of the group `jushi.commands`.

`rag` may not import what is built on it, `eval` for one, so such a package names its Typer application in its metadata.
"""

from __future__ import annotations

import typer

from rag.errors import ConfigError

_GROUP = "jushi.commands"


def plugin_names() -> list[str]:
    """The names of all groups that are installed, in alphabetical order. Reads the metadata of every package: slow."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - 50 ms that no command of our own needs

    return sorted({found.name for found in entry_points(group=_GROUP)})


def load_plugin(name: str) -> typer.Typer | None:
    """The group of that name, None when nothing installed brings one.

    Raises:
        ConfigError: it is installed and cannot be loaded.
    """
    from importlib.metadata import entry_points  # noqa: PLC0415 - as above

    found = next(iter(entry_points(group=_GROUP, name=name)), None)
    if found is None:
        return None
    try:
        app = found.load()
    except Exception as error:  # a package of somebody else's may fail in any way
        raise ConfigError(f"the command {name} ({found.value}) cannot be loaded: {_sentence(error)}") from error
    if not isinstance(app, typer.Typer):
        raise ConfigError(f"the command {name} ({found.value}) is a {type(app).__name__}; expected a typer.Typer")
    return app


def _sentence(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0]}" if str(error) else type(error).__name__
