"""Where the starter articles are."""

from __future__ import annotations

from pathlib import Path

from rag.errors import ConfigError


def starter_folder() -> Path:
    """The folder of the starter articles: inside the package when installed, beside it in a checkout.

    Raises:
        ConfigError: the installation carries neither.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "seeds", package.parent / "seeds"):
        if folder.is_dir():
            return folder
    raise ConfigError(f"the starter articles are missing: there is no folder seeds in {package} or beside it")
