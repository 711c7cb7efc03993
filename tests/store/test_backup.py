"""Backups made and restored beside a store in use."""

from __future__ import annotations

import json
import sqlite3
import tarfile
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rag.errors import StoreBusyError, StoreError, StoreVersionError
from rag.store.backup import backup, restore
from rag.store.local import LocalStore
from rag.types import Filters


def _names(store: LocalStore) -> list[str]:
    with store.snapshot() as view:
        return sorted(info.article_id for info in view.articles())


def test_a_restored_folder_answers_as_the_one_that_was_saved(
    tmp_path: Path, open_local: Callable[..., LocalStore], fill: Callable[..., Any], require_all: Callable[..., None]
) -> None:
    """Both indexes are built from the catalogue, revisions are kept, and the store goes on from there."""
    store = open_local(tmp_path / "store")
    batch = fill(store)
    manifest = backup(tmp_path / "store", tmp_path / "saved.tar")
    assert (manifest.articles, manifest.generation, list(manifest.files)) == (3, 1, ["catalog.sqlite"])
    restore(tmp_path / "saved.tar", tmp_path / "again")
    again = open_local(tmp_path / "again")
    require_all(again, batch)
    assert again.check().problems == ()
    with again.snapshot() as view, store.snapshot() as old:
        assert [view.article(name) for name in _names(again)] == [old.article(name) for name in _names(store)]
    again.remove(["a"])
    assert _names(again) == ["b", "c"]
    assert not list((tmp_path / "again").glob(".restore-*"))
    assert (tmp_path / "saved.tar").stat().st_mode & 0o077 == 0


def test_a_backup_beside_a_writer_is_one_generation(
    tmp_path: Path, open_local: Callable[..., LocalStore], prepare: Callable[..., Any]
) -> None:
    """Articles come in pairs and are saved in pairs, however often somebody writes meanwhile."""
    store = open_local(tmp_path / "store")
    store.commit([prepare("x0", ["先来的一篇。"]), prepare("y0", ["同来的一篇。"])])
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            store.commit([prepare(f"{name}{number}", [f"第{number}篇{name}的报道。"]) for name in "xy"])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(4):
            manifest = backup(tmp_path / "store", tmp_path / f"{number}.tar")
            assert manifest.articles == 2 * manifest.generation
    finally:
        stop.set()
        writer.join()
    restore(tmp_path / "3.tar", tmp_path / "again")
    assert len(_names(open_local(tmp_path / "again"))) == manifest.articles


def test_a_restore_under_a_store_in_use_is_seen_by_it(
    tmp_path: Path, open_local: Callable[..., LocalStore], fill: Callable[..., Any], prepare: Callable[..., Any],
    require_all: Callable[..., None],
) -> None:  # fmt: skip
    """A snapshot taken before goes on with what it shows; the next ones show what was restored, in both indexes."""
    store = open_local(tmp_path / "store")
    batch = fill(store)
    backup(tmp_path / "store", tmp_path / "saved.tar")
    store.remove(["b"])
    store.commit([prepare("later", ["后来的一篇讲地铁。"])])
    reader = open_local(tmp_path / "store", read_only=True)
    with reader.snapshot() as before:
        generation = before.generation
        with pytest.raises(StoreError, match="not empty"):
            restore(tmp_path / "saved.tar", tmp_path / "store")
        restore(tmp_path / "saved.tar", tmp_path / "store", force=True)
        assert sorted(info.article_id for info in before.articles()) == ["a", "c", "later"]
    require_all(store, batch)
    require_all(reader, batch)
    with store.snapshot() as after:
        assert after.generation > generation
    assert store.check().problems == ()


def test_a_damaged_catalogue_is_replaced(
    tmp_path: Path, open_local: Callable[..., LocalStore], fill: Callable[..., Any], require_all: Callable[..., None]
) -> None:
    """What a disk has ruined can be restored over, and its stale indexes go."""
    store = open_local(tmp_path / "store")
    batch = fill(store)
    backup(tmp_path / "store", tmp_path / "saved.tar")
    store.close()
    (tmp_path / "store" / "catalog.sqlite").write_bytes(b"\xff" * 100_000)
    restore(tmp_path / "saved.tar", tmp_path / "store", force=True)
    require_all(open_local(tmp_path / "store"), batch)


def test_a_failed_restore_leaves_what_was_there(
    tmp_path: Path, open_local: Callable[..., LocalStore], fill: Callable[..., Any]
) -> None:
    """A flipped bit, a file that is none and one that is missing are refused before anything is changed."""
    store = open_local(tmp_path / "store")
    fill(store)
    saved = tmp_path / "saved.tar"
    backup(tmp_path / "store", saved)
    whole = saved.read_bytes()
    at = whole.index("焦作市".encode())
    for number, damaged in enumerate((whole[:at] + b"\x00" + whole[at + 1 :], whole[:2000], b"no tar", b"")):
        bad = tmp_path / f"bad{number}.tar"
        bad.write_bytes(damaged)
        for folder in (tmp_path / "store", tmp_path / "new"):
            with pytest.raises(StoreError, match=r"bad\d\.tar"):
                restore(bad, folder, force=True)
        assert not (tmp_path / "new").exists()
    with pytest.raises(StoreError, match="absent"):
        restore(tmp_path / "absent.tar", tmp_path / "new")
    assert _names(store) == ["a", "b", "c"]
    assert store.check().problems == ()


@pytest.mark.parametrize("name", ["../evil.sqlite", "/etc/evil.sqlite", "lexical/meta.json", "catalog.sqlite.exe"])
def test_an_archive_writes_nowhere_else(tmp_path: Path, name: str) -> None:
    """A manifest that names other files is no backup."""
    manifest = {
        "format": 1, "made": "2024-03-01", "schema": 1, "encoder": "e", "generation": 1, "articles": 0,
        "files": {name: {"bytes": 1, "sha256": "0"}, "catalog.sqlite": {"bytes": 1, "sha256": "0"}},
    }  # fmt: skip
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with tarfile.open(tmp_path / "evil.tar", "w") as archive:
        archive.add(tmp_path / "manifest.json", "manifest.json")
        archive.add(tmp_path / "manifest.json", name)
    with pytest.raises(StoreError, match="no backup of jushi"):
        restore(tmp_path / "evil.tar", tmp_path / "store")
    assert {path.name for path in tmp_path.iterdir()} == {"manifest.json", "evil.tar"}


def test_other_encoders_and_newer_programs_are_refused(
    tmp_path: Path, open_local: Callable[..., LocalStore], fill: Callable[..., Any]
) -> None:
    """A server could not search vectors of another encoder, nor this program read tables of a later one."""
    fill(open_local(tmp_path / "store"))
    backup(tmp_path / "store", tmp_path / "saved.tar")
    for fact, value, match in (("encoder", "other@2", "encoder"), ("schema", "99", "newer program")):
        folder = tmp_path / fact
        fill(open_local(folder))
        with closing(sqlite3.connect(folder / "catalog.sqlite")) as catalog, catalog:
            catalog.execute("UPDATE meta SET value = ? WHERE key = ?", (value, fact))
        backup(folder, tmp_path / f"{fact}.tar")
        with pytest.raises(StoreVersionError, match=match):
            restore(tmp_path / f"{fact}.tar", tmp_path / "store", force=True)


def test_targets_are_not_overwritten_unless_told(
    tmp_path: Path, open_local: Callable[..., LocalStore], fill: Callable[..., Any]
) -> None:
    """Nor is anything written where there is no store."""
    target = tmp_path / "saved.tar"
    with pytest.raises(StoreError, match="no store"):
        backup(tmp_path / "store", target)
    fill(open_local(tmp_path / "store"))
    target.write_text("precious", encoding="utf-8")
    with pytest.raises(StoreError, match="exists already"):
        backup(tmp_path / "store", target)
    assert target.read_text(encoding="utf-8") == "precious"
    assert backup(tmp_path / "store", target, overwrite=True).articles == 3
    assert {path.name for path in tmp_path.iterdir()} == {"store", "saved.tar"}


def test_a_restore_waits_for_no_writer_for_ever(
    tmp_path: Path, open_local: Callable[..., LocalStore], fill: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever writes is left to end; the restore says who it is."""
    store = open_local(tmp_path / "store")
    fill(store)
    backup(tmp_path / "store", tmp_path / "saved.tar")
    monkeypatch.setattr("rag.store.backup._PATIENCE", 0.1)
    with store.writer(), pytest.raises(StoreBusyError):
        restore(tmp_path / "saved.tar", tmp_path / "store", force=True)
    with store.snapshot() as view:
        assert view.search_lexical(["招生"], 5, Filters())
