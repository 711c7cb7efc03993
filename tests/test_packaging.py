"""What is declared, pinned and shipped agrees."""

from __future__ import annotations

import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
import typer
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
DECLARED = [
    Requirement(line) for line in (*PROJECT["dependencies"], *(line for some in EXTRAS.values() for line in some))
]


def _pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pins}


@pytest.mark.parametrize("requirement", [r for r in DECLARED if r.name != PROJECT["name"]], ids=lambda r: r.name)
def test_every_dependency_is_pinned_within_its_range(requirement: Requirement) -> None:
    """Each declared dependency has one exact version in constraints.txt, and its own range allows it."""
    pinned = _pins()[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(pinned, prereleases=True)


def test_pins_name_no_local_build() -> None:
    """A pin with a local part such as +cpu could not be installed from the public index."""
    assert [name for name, version in _pins().items() if "+" in version] == []


def test_command_is_declared() -> None:
    """Installing the project puts `jushi` on the path."""
    assert PROJECT["scripts"] == {"jushi": "rag.cli:main"}


def test_plugins_are_declared_and_there() -> None:
    """`jushi eval` is found through what the project declares, and what it names is a group of commands."""
    assert PROJECT["entry-points"] == {"jushi.commands": {"eval": "eval.command:app"}}
    assert isinstance(EntryPoint(name="eval", value="eval.command:app", group="jushi.commands").load(), typer.Typer)
