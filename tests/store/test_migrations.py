"""Folders of earlier programs, brought up to date."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection

from rag.errors import StoreVersionError
from rag.store.database import Database
from rag.store.local import LocalStore
from rag.store.migrations import STEPS, can_migrate, migrate, version_of
from rag.store.schema import SCHEMA_VERSION
from rag.types import Filters

VERSION_1 = Path(__file__).parent / "data" / "version_1.sql"
"""A dump of a catalogue in the tables of the first program: two articles, one of them revised, a third removed."""


def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "old"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "catalog.sqlite")) as catalog:
        catalog.executescript(VERSION_1.read_text(encoding="utf-8"))
    return folder


def _schema(folder: Path) -> tuple[str, set[str]]:
    """The version, and each table and index with its SQL."""
    with closing(sqlite3.connect(folder / "catalog.sqlite")) as catalog:
        (version,) = catalog.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
        rows = catalog.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
        return version, {" ".join(sql.split()) for (sql,) in rows}


def test_a_folder_of_the_first_program_is_continued(
    tmp_path: Path, open_local: Callable[..., LocalStore], prepare: Callable[..., object]
) -> None:
    """Its articles are found, both indexes are built, its revisions are kept, and it takes new articles."""
    folder = _folder(tmp_path)
    store = open_local(folder)
    with store.snapshot() as view:
        assert [info.article_id for info in view.articles()] == ["b", "a"]
        assert view.article("b").text == "焦作市修订了招生方案。报名从八月一日开始。"
        first, current = view.revisions("b")
        assert view.article("b", first).text.startswith("焦作市公布了招生方案。")
        assert view.article("b").revision == current
        assert len(view.search_lexical(["招生"], 10, Filters())) == 1
        assert not view.search_lexical(["地铁"], 10, Filters())  # its article was removed
    store.commit([prepare("c", ["地铁三号线明年完工。"])])  # type: ignore[list-item]
    assert store.check().problems == ()
    with store.snapshot() as view:
        assert len(view.search_lexical(["地铁"], 10, Filters())) == 1


def test_a_migrated_folder_has_the_schema_of_a_new_one(
    tmp_path: Path, open_local: Callable[..., LocalStore], fill: Callable[..., object]
) -> None:
    """Not a table or an index differs, and the version is this program's."""
    fill(open_local(tmp_path / "new"))
    folder = _folder(tmp_path)
    assert _schema(folder) != _schema(tmp_path / "new")
    open_local(folder)
    assert _schema(folder) == _schema(tmp_path / "new")
    assert _schema(folder)[0] == str(SCHEMA_VERSION)


def test_reading_alone_changes_nothing_and_says_how_to_go_on(
    tmp_path: Path, open_local: Callable[..., LocalStore]
) -> None:
    """A reader may not migrate, and names the command that does."""
    folder = _folder(tmp_path)
    with pytest.raises(StoreVersionError, match="jushi check --repair"):
        open_local(folder, read_only=True)
    assert _schema(folder)[0] == "1"
    open_local(folder)
    open_local(folder, read_only=True)


def test_a_newer_folder_is_refused_and_left_alone(tmp_path: Path, open_local: Callable[..., LocalStore]) -> None:
    """What a later program wrote is not touched."""
    folder = _folder(tmp_path)
    with closing(sqlite3.connect(folder / "catalog.sqlite")) as catalog, catalog:
        catalog.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    with pytest.raises(StoreVersionError, match="schema version 99 of a newer program"):
        open_local(folder)
    assert _schema(folder)[0] == "99"


def test_steps_lead_from_every_version_to_this_one() -> None:
    """No version between the first and this one is without its step."""
    assert all(can_migrate(version) for version in range(1, SCHEMA_VERSION))
    assert set(STEPS) == set(range(1, SCHEMA_VERSION))
    assert not can_migrate(SCHEMA_VERSION)
    assert not can_migrate(0)


def test_a_step_that_fails_undoes_those_before_it(tmp_path: Path) -> None:
    """All steps are one transaction."""
    folder = _folder(tmp_path)
    database = Database(folder / "catalog.sqlite")

    def add(connection: Connection) -> None:
        connection.exec_driver_sql("ALTER TABLE articles ADD COLUMN note VARCHAR")

    def fail(_connection: Connection) -> None:
        raise RuntimeError("the disk is full")

    def both() -> None:
        with database.writing() as connection:
            migrate(connection, {1: add, 2: fail}, 3)

    with pytest.raises(RuntimeError, match="disk is full"):
        both()
    with database.reading() as connection:
        assert version_of(connection) == 1
        assert "note" not in connection.exec_driver_sql("SELECT * FROM articles LIMIT 0").keys()  # noqa: SIM118 - no mapping
    database.close()
