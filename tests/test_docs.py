"""What the documents say: pages made from the program are current, links lead somewhere, the site builds."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[1]
_PAGES = sorted((*_ROOT.glob("*.md"), *(_ROOT / "docs").rglob("*.md")))
_LINK = re.compile(r"(?<!`)\]\((?!https?://|mailto:)(?P<path>[^)#\s]*)(?:#(?P<anchor>[^)\s]+))?\)")


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(_ROOT), "NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(
        [sys.executable, *command], cwd=_ROOT, env=environment, capture_output=True, encoding="utf-8", check=False
    )


def test_pages_made_from_the_program_are_current() -> None:
    """Settings, commands, the HTTP API, the tools and the picture are what the scripts make of the program today."""
    done = _run("docs/_scripts/write.py", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_two_commands_come_first(name: str) -> None:
    """`make serve` and `make test` stand in the first third of the page, and the Makefile has them."""
    text = (_ROOT / name).read_text(encoding="utf-8")
    makefile = (_ROOT / "Makefile").read_text(encoding="utf-8")
    for command in ("serve", "test"):
        assert 0 <= text.find(f"make {command}") < len(text) / 3
        assert f"\n{command}: " in makefile


def _slug(heading: str) -> str:
    """The anchor of a heading, as GitHub and the site make it."""
    plain = re.sub(r"[`*]|\]\([^)]*\)|\[", "", heading).strip().lower()
    return re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", plain)).strip("-")


def _anchors(page: Path) -> set[str]:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return {_slug(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.relative_to(_ROOT).as_posix())
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    """Every relative link names a file of the repository, and its anchor a heading of that file."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for link in _LINK.finditer(text):
        target = page.parent / link["path"] if link["path"] else page
        assert target.exists(), f"links to {link['path']}"
        if link["anchor"] and target.suffix == ".md":
            assert link["anchor"] in _anchors(target), f"links to {link['path']}#{link['anchor']}"


class _Loaded(HTMLParser):
    """Collects the addresses that a browser would fetch to show a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        fetched = {"script": "src", "img": "src", "iframe": "src"}.get(tag)
        if tag == "link" and given.get("rel") not in {"canonical", "next", "prev"}:
            fetched = "href"
        if fetched and given.get(fetched):
            self.addresses.append(given[fetched] or "")


@pytest.mark.slow
def test_the_site_builds_and_fetches_nothing_from_elsewhere(tmp_path: Path) -> None:
    """MkDocs finds no dead link or anchor, every page is in the navigation, and all that pages load is their own."""
    pytest.importorskip("material", reason="the extra [docs] is not installed")
    done = _run("-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site"))
    assert done.returncode == 0, done.stdout + done.stderr
    pages = sorted((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 12
    for page in pages:
        loaded = _Loaded()
        loaded.feed(page.read_text(encoding="utf-8"))
        assert loaded.addresses, page
        assert not [address for address in loaded.addresses if address.startswith(("http:", "https:", "//"))], page
