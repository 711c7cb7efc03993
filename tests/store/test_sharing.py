"""Several readers and writers of one folder, and what a crash leaves to catch up with."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from embeddings.fakes import HashingEncoder
from rag.errors import StoreBusyError, StoreError
from rag.store import local as local_module
from rag.store.lexical import LexicalDamagedError, LexicalIndex
from rag.store.local import LocalStore
from rag.store.protocol import Prepared, Store
from rag.types import Filters

Open = Callable[..., LocalStore]
Prepare = Callable[..., Prepared]
Fill = Callable[[Store], list[Prepared]]
RequireAll = Callable[[Store, list[Prepared]], None]
Stories = dict[str, list[str]]


def test_reading_only_writes_nothing(open_local: Open, fill: Fill, require_all: RequireAll, tmp_path: Path) -> None:
    """A store opened for reading searches and checks, refuses writes, and leaves the files alone."""
    with pytest.raises(StoreError, match="there is no store in"):
        open_local(read_only=True)
    store = open_local()
    batch = fill(store)
    store.close()
    before = {path: path.read_bytes() for path in (tmp_path / "store" / "lexical").iterdir()}
    reader = open_local(read_only=True)
    require_all(reader, batch)
    assert reader.check().problems == ()
    for write in (lambda: reader.commit(batch), lambda: reader.remove(["a"]), reader.compact):
        with pytest.raises(StoreError, match="opened for reading only"):
            write()
    reader.close()
    assert {path: path.read_bytes() for path in (tmp_path / "store" / "lexical").iterdir()} == before


def test_a_second_writer_is_told_who_writes(open_local: Open, prepare: Prepare, tmp_path: Path) -> None:
    """While one writes, another's write fails after its timeout with the folder and the process named."""
    first, second = open_local(), open_local(lock_timeout=0.05)
    batch = [prepare("a", ["安源区今年新增幼儿园六所。", "覆盖率达到百分之九十二。"])]
    with first.writer():
        first.commit(batch)
        with pytest.raises(StoreBusyError, match=rf"process {os.getpid()} is writing to {tmp_path / 'store'}"):
            second.remove(["a"])
    assert second.remove(["a"]) == ["a"]


def test_a_second_thread_waits_for_the_first(open_local: Open) -> None:
    """Threads of one process write one after the other, and one that waits too long is told so."""
    store = open_local(lock_timeout=0.05)
    refused: list[StoreBusyError] = []

    def write() -> None:
        try:
            store.remove(["a"])
        except StoreBusyError as error:
            refused.append(error)

    with store.writer():
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
    assert "another thread" in str(refused[0])


def test_a_reader_sees_what_another_store_commits(open_local: Open, fill: Fill, require_all: RequireAll) -> None:
    """A server that is running finds new articles and loses removed ones without being told."""
    writer, reader = open_local(), open_local()
    require_all(reader, [])
    batch = fill(writer)
    require_all(reader, batch)
    writer.remove(["b"])
    require_all(reader, [batch[0], batch[2]])
    writer.compact()
    writer.commit([batch[1]])
    require_all(reader, batch)


def test_a_reader_behind_a_compaction_goes_on(
    open_local: Open, fill: Fill, require_all: RequireAll, prepare: Prepare, encoder: HashingEncoder
) -> None:
    """A dense index that is older than the journal reaches is read again from the file."""
    writer, reader = open_local(), open_local()
    batch = fill(writer)
    require_all(reader, batch)
    with reader.snapshot() as old:
        query = batch[0].vectors[0]
        before = old.search_dense(query, 10, Filters())
        writer.remove(["b"])
        writer.compact()
        writer.commit([prepare("d", ["市图书馆周末开放。"])])
        with reader.snapshot() as new:
            assert len(new.search_dense(query, 10, Filters())) == 4
        assert old.search_dense(query, 10, Filters()) == before
    assert reader.check().problems == ()


def interrupt_publishing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop writers between the commit of the catalogue and that of the lexical index, as a crash would."""

    def stop(index: LexicalIndex, generation: int) -> None:
        index.abandon()
        raise LexicalDamagedError("stopped")

    monkeypatch.setattr(LexicalIndex, "publish", stop)


def test_what_a_crash_left_undone_is_replayed(
    open_local: Open, fill: Fill, require_all: RequireAll, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The catalogue has committed, the lexical index has not: the next reader catches up."""
    store = open_local()
    batch = fill(store)
    with monkeypatch.context() as patched:
        interrupt_publishing(patched)
        with pytest.raises(LexicalDamagedError):
            store.remove(["a"])
    require_all(open_local(), batch[1:])
    require_all(store, batch[1:])
    assert store.check().problems == ()


def test_a_reader_does_not_wait_for_ever(
    open_local: Open, fill: Fill, prepare: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a stuck writer holds the lock, new passages are found by vector, and removed ones not at all."""
    monkeypatch.setattr(local_module, "_PATIENCE", 0.05)
    writer, reader = open_local(), open_local()
    batch = fill(writer)
    new = prepare("d", ["市图书馆周末开放。"])
    with writer.writer(), monkeypatch.context() as patched:
        interrupt_publishing(patched)
        with pytest.raises(LexicalDamagedError):
            writer.commit([prepare("a", ["全部改写了。"]), new])
        with reader.snapshot() as view:
            assert view.generation == 2
            assert view.search_dense(new.vectors[0], 1, Filters())[0].passage_id == new.passages[0].passage_id
            assert view.search_lexical(["图书馆"], 5, Filters()) == []
            assert view.search_lexical(["幼儿园"], 5, Filters()) == []
    with reader.snapshot() as view:
        assert len(view.search_lexical(["图书馆"], 5, Filters())) == 1
        assert len(view.search_dense(batch[1].vectors[0], 50, Filters())) == 6
    assert reader.check().problems == ()


def test_a_catalogue_put_back_from_a_backup_is_followed(
    open_local: Open, fill: Fill, require_all: RequireAll, prepare: Prepare, tmp_path: Path
) -> None:
    """Indexes that are ahead of their catalogue are led back to what it says."""
    store = open_local()
    batch = fill(store)
    store.close()
    backup = (tmp_path / "store" / "catalog.sqlite").read_bytes()
    store = open_local()
    store.remove(["a"])
    store.commit([prepare("d", ["市图书馆周末开放。"])])
    store._rebuild_dense()
    store.close()
    (tmp_path / "store" / "catalog.sqlite").write_bytes(backup)
    again = open_local()
    require_all(again, batch)
    assert again.check().problems == ()


def test_a_failed_publication_is_made_up_for_in_the_same_session(
    open_local: Open, require_all: RequireAll, prepare: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write after one whose second half failed brings both halves of both."""
    store = open_local()
    one, two = (
        prepare("a", ["安源区今年新增幼儿园六所。", "覆盖率达到百分之九十二。"]),
        prepare("b", ["焦作市公布了招生方案。", "小学入学年龄为六周岁。"]),
    )
    with store.writer():
        with monkeypatch.context() as patched:
            interrupt_publishing(patched)
            with pytest.raises(LexicalDamagedError):
                store.commit([one])
        store.commit([two])
        require_all(store, [one, two])
    assert store.check().problems == ()


def test_threads_search_while_another_writes(open_local: Open, fill: Fill, prepare: Prepare) -> None:
    """Every snapshot of every thread shows one generation whole: all of an article's revision, or none of it."""
    store = open_local()
    batch = fill(store)
    stop = threading.Event()
    faults: list[str] = []

    def search() -> None:
        while not stop.is_set():
            with store.snapshot() as view:
                hits = view.search_dense(batch[1].vectors[0], 50, Filters())
                by_words = view.search_lexical(["版本"], 50, Filters())
                passages = view.passages([hit.passage_id for hit in [*hits, *by_words]])
                if len(passages) != len({hit.passage_id for hit in [*hits, *by_words]}):
                    faults.append("a hit without a passage")
                if {p.revision for p in passages.values() if p.article_id == "n"} - {view_revision(view)}:
                    faults.append("a hit of another revision")
                if len(by_words) not in (0, 3):
                    faults.append(f"{len(by_words)} of 3 passages")
                if len(hits) != 6 + len(by_words):
                    faults.append(f"{len(hits)} passages by vector, {len(by_words)} by words")

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(8):
        store.commit([prepare("n", [f"第{number}个版本，第{at}句。" for at in range(3)])])
        if number % 3 == 2:
            store.remove(["n"])
    stop.set()
    for thread in threads:
        thread.join()
    assert faults == []


def view_revision(view: object) -> str | None:
    found = view.infos(["n"])
    return found["n"].revision if found else None
