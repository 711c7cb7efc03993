"""Where the starter articles are found."""

from __future__ import annotations

from pathlib import Path

import pytest

import rag.starter
from rag.errors import ConfigError
from rag.starter import starter_folder


def test_checkout_carries_starter_articles() -> None:
    """The folder holds the articles, in more than one format."""
    suffixes = {path.suffix for path in starter_folder().iterdir()}
    assert {".txt", ".html", ".jsonl"} <= suffixes


@pytest.mark.parametrize("place", ["package/seeds", "seeds"])
def test_found_inside_the_package_or_beside_it(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed wheel has them inside, a checkout beside."""
    (tmp_path / place).mkdir(parents=True)
    monkeypatch.setattr(rag.starter, "__file__", str(tmp_path / "package" / "starter.py"))
    assert starter_folder() == tmp_path / place


def test_missing_starter_articles_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without them says where it looked."""
    monkeypatch.setattr(rag.starter, "__file__", str(tmp_path / "package" / "starter.py"))
    with pytest.raises(ConfigError, match=str(tmp_path / "package")):
        starter_folder()
