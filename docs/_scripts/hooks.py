# ruff: noqa: INP001 - a hook of MkDocs, no package
"""Links from the pages to files of the repository, which are no pages of the site, become the files' names."""

from __future__ import annotations

import re

_LEAVING = re.compile(r"\[(?P<text>[^\]]+)\]\((?:\.\./)+(?P<path>[^)#\s]+)(?:#[^)\s]*)?\)")


def on_page_markdown(markdown: str, **_given: object) -> str:
    """The page as the site shows it."""
    return _LEAVING.sub(lambda found: _named(found["text"], found["path"]), markdown)


def _named(text: str, path: str) -> str:
    return f"`{path}`" if text == path else f"{text} (`{path}`)"
