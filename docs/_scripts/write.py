# ruff: noqa: INP001 - a script that `make docs` runs, no package
"""Writes the pages that are made from the program; with --check only says which of them are not current."""

from __future__ import annotations

import sys
from pathlib import Path

import api_page
import cli_page
import picture
import settings_page
import tools_page

_DOCS = Path(__file__).resolve().parents[1]
_NOTE = "<!-- Made by docs/_scripts/write.py out of the program; `make docs` makes it anew. -->\n\n"
_PAGES = {"api.md": api_page, "cli.md": cli_page, "configuration.md": settings_page, "tools.md": tools_page}


def main() -> int:
    """0 when all is current or was written, 1 when --check finds a page that is not."""
    check = "--check" in sys.argv
    made = {name: _NOTE + maker.page().rstrip() + "\n" for name, maker in _PAGES.items()}
    made["img/answering.svg"] = picture.drawing()
    stale = [name for name, text in made.items() if not _is(_DOCS / name, text)]
    for name in stale:
        if not check:
            (_DOCS / name).write_text(made[name], encoding="utf-8")
        sys.stdout.write(f"docs/{name} {'is not current: make docs' if check else 'written'}\n")
    return 1 if check and stale else 0


def _is(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
