"""What the documents say of settings and commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rag.config import Settings

_ROOT = Path(__file__).resolve().parents[1]
_ROW = re.compile(r"^\| `(?P<name>[a-z_]+)` \| (?P<default>[^|]*) \|", re.MULTILINE)


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_table_of_settings_tells_the_defaults(name: str) -> None:
    """A default with digits in the table is the default of the program."""
    text = (_ROOT / name).read_text(encoding="utf-8")
    rows = {
        row["name"]: row["default"].strip(" `") for row in _ROW.finditer(text) if row["name"] in Settings.model_fields
    }
    assert len(rows) > 8
    for field, told in rows.items():
        if re.fullmatch(r"[\d.,_ ]+", told):
            default = Settings.model_fields[field].default
            assert float(re.sub(r"[,_ ]", "", told)) == float(default), field


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_two_commands_come_first(name: str) -> None:
    """`make serve` and `make test` stand in the first quarter of the page, and the Makefile has them."""
    text = (_ROOT / name).read_text(encoding="utf-8")
    makefile = (_ROOT / "Makefile").read_text(encoding="utf-8")
    for command in ("serve", "test"):
        assert 0 <= text.find(f"make {command}") < len(text) / 4
        assert f"\n{command}: " in makefile


def test_links_between_documents_lead_somewhere() -> None:
    """Every relative link in the documents names a file of the repository."""
    for page in (*_ROOT.glob("*.md"), *(_ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
