"""The store on disk: opening, saving, compacting."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from embeddings.encoder import EncoderSpec
from embeddings.fakes import HashingEncoder
from embeddings.index import DenseIndex
from rag.errors import StoreError, StoreVersionError
from rag.store import local as local_module
from rag.store.local import LocalStore
from rag.store.protocol import Prepared, Store

Open = Callable[..., LocalStore]
Prepare = Callable[..., Prepared]
Fill = Callable[[Store], list[Prepared]]
RequireAll = Callable[[Store, list[Prepared]], None]


def test_a_closed_store_opens_as_it_was(open_local: Open, fill: Fill, require_all: RequireAll, tmp_path: Path) -> None:
    """Everything is there after closing, without the dense file that so few passages do not earn."""
    store = open_local()
    batch = fill(store)
    store.close()
    assert not (tmp_path / "store" / "dense.faiss").exists()
    again = open_local()
    require_all(again, batch)
    assert again.check().problems == ()


def test_the_dense_index_is_saved_when_it_lags(
    open_local: Open,
    fill: Fill,
    require_all: RequireAll,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    encoder: HashingEncoder,
) -> None:
    """Closing writes the file once enough has changed, and the next process goes on from its generation."""
    monkeypatch.setattr(local_module, "_CLOSING_SAVE_LAG", 6)
    store = open_local()
    batch = fill(store)
    store.close()
    saved = DenseIndex.load(tmp_path / "store" / "dense.faiss", encoder.spec.fingerprint)
    assert (saved.generation, len(saved)) == (1, 6)
    again = open_local()
    again.remove(["c"])
    again.close()
    assert DenseIndex.load(tmp_path / "store" / "dense.faiss", encoder.spec.fingerprint).generation == 1
    require_all(open_local(), batch[:2])


def test_another_encoder_is_refused(open_local: Open, fill: Fill) -> None:
    """Vectors of two encoders never meet: the message names both and says what to do."""
    fill(open_local())
    with pytest.raises(StoreVersionError, match=r"hashing@1/64.*other@2/64.*configure the former, or ingest"):
        open_local(encoder=EncoderSpec(name="other", revision="2", dim=64))


def test_a_newer_schema_is_refused(open_local: Open, tmp_path: Path) -> None:
    """A folder of a newer program is left alone."""
    open_local().close()
    with sqlite3.connect(tmp_path / "store" / "catalog.sqlite") as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    connection.close()
    with pytest.raises(StoreVersionError, match=r"schema version 99 of a newer program.*reads version 2"):
        open_local()


def test_a_graph_index_serves_the_same_contract(open_local: Open, fill: Fill, require_all: RequireAll) -> None:
    """The approximate index can be asked for by name, and is then used, saved and checked."""
    store = open_local(dense_kind="hnsw")
    batch = fill(store)
    require_all(store, batch)
    store.compact()
    assert store.check().problems == ()
    with store.snapshot() as view:
        assert view.status().dense_kind == "hnsw"


def test_deleted_texts_leave_the_disk_on_compaction(
    open_local: Open, fill: Fill, prepare: Prepare, tmp_path: Path
) -> None:
    """After removal and compaction no file holds the passage's words."""
    store = open_local()
    fill(store)
    secret = "应当忘记的内容已经忘记。"
    store.commit([prepare("secret", [secret])])
    store.remove(["secret"])
    store.compact()
    store.close()
    for path in (tmp_path / "store").rglob("*"):
        assert path.is_dir() or secret.encode() not in path.read_bytes(), path


def test_a_folder_that_cannot_be_made_is_an_error(open_local: Open, tmp_path: Path) -> None:
    """A file where the folder should be is named."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match="cannot be made"):
        open_local(tmp_path / "file" / "store")
