"""Groups of commands that other packages bring: found by name, listed by help, and harmless when broken."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from typing import Any

import pytest
import typer

ROOM = typer.Typer()
NO_APP = "not an application"


@ROOM.command()
def measure() -> None:
    """Measure the room."""
    typer.echo("三米")


@ROOM.command()
def leave(code: int) -> None:
    """Leave with a code."""
    raise typer.Exit(code)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packages that bring `room`, and one group each that is no application and that cannot be imported."""
    monkeypatch.setitem(sys.modules, "room", sys.modules[__name__])
    points = [
        EntryPoint(name="room", value="room:ROOM", group="jushi.commands"),
        EntryPoint(name="text", value="room:NO_APP", group="jushi.commands"),
        EntryPoint(name="gone", value="no_such_package.commands:app", group="jushi.commands"),
    ]

    def entry_points(*, group: str, name: str | None = None) -> list[EntryPoint]:
        return [point for point in points if point.group == group and name in {None, point.name}]

    monkeypatch.setattr("importlib.metadata.entry_points", entry_points)


@pytest.mark.usefixtures("installed")
def test_group_of_a_package_runs_with_its_exit_code(here: Callable[..., Any]) -> None:
    """The first word names the group, the rest is its own, and the code that it leaves with is passed on."""
    done = here("room", "measure")
    assert (done.code, done.out) == (0, "三米\n")
    assert here("room", "leave", "3").code == 3


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("gone", "jushi: the command gone (no_such_package.commands:app) cannot be loaded: ModuleNotFoundError: "),
        ("text", "jushi: the command text (room:NO_APP) is a str; expected a typer.Typer"),
        ("elsewhere", "jushi: No such command 'elsewhere'. (jushi --help lists what there is)"),
    ],
)
def test_broken_group_is_one_sentence(here: Callable[..., Any], name: str, says: str) -> None:
    """A group that cannot be loaded, is none, or is not installed leaves with 2 and one line that names it."""
    done = here(name)
    assert done.code == 2
    assert done.err.startswith(says)
    assert done.err.count("\n") == 1


@pytest.mark.usefixtures("installed")
def test_help_lists_groups_and_survives_broken_ones(here: Callable[..., Any]) -> None:
    """`--help` shows our commands and the groups that load, and says which do not."""
    done = here("--help", COLUMNS="100", NO_COLOR="1")
    assert done.code == 0
    assert "room" in done.out
    assert "ingest" in done.out
    assert [line.split("(")[0] for line in done.err.splitlines()] == [
        "jushi: the command gone ",
        "jushi: the command text ",
    ]


def test_own_commands_do_not_look_for_others(here: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A command of our own does not read what is installed, which would cost it a twentieth of a second."""
    monkeypatch.setattr("importlib.metadata.entry_points", None)
    assert here("ask", "--help").code == 0
