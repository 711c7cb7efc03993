"""The store on disk: opening, sharing, catching up, and what happens when files are damaged."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from embeddings.encoder import EncoderSpec
from embeddings.fakes import HashingEncoder
from embeddings.index import DenseIndex
from rag.errors import StoreBusyError, StoreError, StoreVersionError
from rag.store import local as local_module
from rag.store.lexical import LexicalDamagedError, LexicalIndex
from rag.store.local import LocalStore
from rag.store.protocol import Prepared, Store
from rag.types import Filters

Open = Callable[..., LocalStore]
Prepare = Callable[..., Prepared]

STORIES = {
    "a": ["安源区今年新增幼儿园六所。", "覆盖率达到百分之九十二。"],
    "b": ["焦作市公布了招生方案。", "小学入学年龄为六周岁。", "报名从七月一日开始。"],
    "c": ["地铁三号线明年完工。"],
}


def fill(store: Store, prepare: Prepare) -> list[Prepared]:
    """Commit the stories; returns them."""
    batch = [prepare(article_id, story) for article_id, story in STORIES.items()]
    store.commit(batch)
    return batch


def require_all(store: Store, batch: list[Prepared]) -> None:
    """Both indexes find every passage of the batch, and nothing else."""
    expected = sorted(passage.passage_id for prepared in batch for passage in prepared.passages)
    words = ["幼儿园", "覆盖率", "招生", "年龄", "报名", "地铁"]
    with store.snapshot() as view:
        for prepared in batch:
            dense = view.search_dense(prepared.vectors[0], 100, Filters())
            assert dense[0].passage_id == prepared.passages[0].passage_id
            assert sorted(hit.passage_id for hit in dense) == expected
        assert sorted(hit.passage_id for hit in view.search_lexical(words, 100, Filters())) == expected


def test_a_closed_store_opens_as_it_was(open_local: Open, prepare: Prepare) -> None:
    """Everything is there after closing, without the dense file that so few passages do not earn."""
    store = open_local()
    batch = fill(store, prepare)
    store.close()
    assert not (store_folder(store) / "dense.faiss").exists()
    again = open_local()
    require_all(again, batch)
    assert again.check().problems == ()


def store_folder(store: LocalStore) -> Path:
    return store._folder


def test_the_dense_index_is_saved_when_it_lags(
    open_local: Open, prepare: Prepare, monkeypatch: pytest.MonkeyPatch, encoder: HashingEncoder
) -> None:
    """Closing writes the file once enough has changed, and the next process goes on from its generation."""
    monkeypatch.setattr(local_module, "_CLOSING_SAVE_LAG", 6)
    store = open_local()
    batch = fill(store, prepare)
    store.close()
    saved = DenseIndex.load(store_folder(store) / "dense.faiss", encoder.spec.fingerprint)
    assert (saved.generation, len(saved)) == (1, 6)
    again = open_local()
    again.remove(["c"])
    again.close()
    assert DenseIndex.load(store_folder(store) / "dense.faiss", encoder.spec.fingerprint).generation == 1
    require_all(open_local(), batch[:2])


def test_another_encoder_is_refused(open_local: Open, prepare: Prepare) -> None:
    """Vectors of two encoders never meet: the message names both and says what to do."""
    fill(open_local(), prepare)
    with pytest.raises(StoreVersionError, match=r"hashing@1/64.*other@2/64.*configure the former, or ingest"):
        open_local(encoder=EncoderSpec(name="other", revision="2", dim=64))


def test_a_newer_schema_is_refused(open_local: Open, tmp_path: Path) -> None:
    """A folder of a newer program is left alone."""
    open_local().close()
    with sqlite3.connect(tmp_path / "store" / "catalog.sqlite") as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    connection.close()
    with pytest.raises(StoreVersionError, match=r"schema version 99 of a newer program.*reads version 1"):
        open_local()


def test_another_database_is_refused(open_local: Open, tmp_path: Path) -> None:
    """An SQLite file of some other program is not written to."""
    (tmp_path / "store").mkdir()
    with sqlite3.connect(tmp_path / "store" / "catalog.sqlite") as connection:
        connection.execute("CREATE TABLE notes (text)")
    connection.close()
    with pytest.raises(StoreError, match="not a catalogue of this program"):
        open_local()


@pytest.mark.parametrize("keep", [0, 100])
def test_a_damaged_catalogue_is_an_error_and_stays_as_it_is(
    open_local: Open, prepare: Prepare, tmp_path: Path, keep: int
) -> None:
    """Garbage in the place of the catalogue is reported in one sentence and never overwritten."""
    damaged = spoil_catalogue(open_local(), prepare, keep)
    with pytest.raises(StoreError, match=r"catalog\.sqlite is damaged .* nothing was changed: restore it"):
        open_local()
    assert (tmp_path / "store" / "catalog.sqlite").read_bytes() == damaged


def test_a_catalogue_damaged_further_in_is_found_by_check(open_local: Open, prepare: Prepare, tmp_path: Path) -> None:
    """Pages that only a full reading meets do not keep the store from opening, and do not escape a check."""
    damaged = spoil_catalogue(open_local(), prepare, 60_000)
    with pytest.raises(StoreError, match=r"catalog\.sqlite is damaged"):
        open_local().check(repair=True)
    assert (tmp_path / "store" / "catalog.sqlite").read_bytes() == damaged


def spoil_catalogue(store: LocalStore, prepare: Prepare, keep: int) -> bytes:
    """Overwrite all but the first bytes of a filled catalogue; returns what it holds then."""
    fill(store, prepare)
    store.close()
    path = store_folder(store) / "catalog.sqlite"
    damaged = path.read_bytes()[:keep] + b"\xa7" * (path.stat().st_size - keep)
    path.write_bytes(damaged)
    return damaged


def test_a_missing_catalogue_beside_indexes_is_an_error(open_local: Open, prepare: Prepare, tmp_path: Path) -> None:
    """An index without its catalogue is a sign of loss, not an empty store."""
    store = open_local()
    fill(store, prepare)
    store.close()
    for path in (tmp_path / "store").glob("catalog.sqlite*"):
        path.unlink()
    with pytest.raises(StoreError, match=r"has lexical, but its catalogue is missing"):
        open_local()
    with pytest.raises(StoreError, match=r"has lexical, but its catalogue is missing"):
        open_local()


def test_reading_only_writes_nothing(open_local: Open, prepare: Prepare, tmp_path: Path) -> None:
    """A store opened for reading searches and checks, refuses writes, and leaves the files alone."""
    with pytest.raises(StoreError, match="there is no store in"):
        open_local(read_only=True)
    store = open_local()
    batch = fill(store, prepare)
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
    batch = [prepare("a", STORIES["a"])]
    with first.writer():
        first.commit(batch)
        with pytest.raises(StoreBusyError, match=rf"process {os.getpid()} is writing to {tmp_path / 'store'}"):
            second.remove(["a"])
    assert second.remove(["a"]) == ["a"]


def test_a_second_thread_waits_for_the_first(open_local: Open, prepare: Prepare) -> None:
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


def test_a_reader_sees_what_another_store_commits(open_local: Open, prepare: Prepare) -> None:
    """A server that is running finds new articles and loses removed ones without being told."""
    writer, reader = open_local(), open_local()
    require_all(reader, [])
    batch = fill(writer, prepare)
    require_all(reader, batch)
    writer.remove(["b"])
    require_all(reader, [batch[0], batch[2]])
    writer.compact()
    writer.commit([batch[1]])
    require_all(reader, batch)


def test_a_reader_behind_a_compaction_goes_on(open_local: Open, prepare: Prepare, encoder: HashingEncoder) -> None:
    """A dense index that is older than the journal reaches is read again from the file."""
    writer, reader = open_local(), open_local()
    batch = fill(writer, prepare)
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
    open_local: Open, prepare: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The catalogue has committed, the lexical index has not: the next reader catches up."""
    store = open_local()
    batch = fill(store, prepare)
    with monkeypatch.context() as patched:
        interrupt_publishing(patched)
        with pytest.raises(LexicalDamagedError):
            store.remove(["a"])
    require_all(open_local(), batch[1:])
    require_all(store, batch[1:])
    assert store.check().problems == ()


def test_a_reader_does_not_wait_for_ever(open_local: Open, prepare: Prepare, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a stuck writer holds the lock, new passages are found by vector, and removed ones not at all."""
    monkeypatch.setattr(local_module, "_PATIENCE", 0.05)
    writer, reader = open_local(), open_local()
    batch = fill(writer, prepare)
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


def test_a_catalogue_put_back_from_a_backup_is_followed(open_local: Open, prepare: Prepare, tmp_path: Path) -> None:
    """Indexes that are ahead of their catalogue are led back to what it says."""
    store = open_local()
    batch = fill(store, prepare)
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
    open_local: Open, prepare: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write after one whose second half failed brings both halves of both."""
    store = open_local()
    one, two = prepare("a", STORIES["a"]), prepare("b", STORIES["b"])
    with store.writer():
        with monkeypatch.context() as patched:
            interrupt_publishing(patched)
            with pytest.raises(LexicalDamagedError):
                store.commit([one])
        store.commit([two])
        require_all(store, [one, two])
    assert store.check().problems == ()


def remove_folder(folder: Path) -> None:
    shutil.rmtree(folder / "lexical")


def spoil_meta(folder: Path) -> None:
    (folder / "lexical" / "meta.json").write_text("坏", encoding="utf-8")


def cut_postings(folder: Path) -> None:
    path = next((folder / "lexical").glob("*.idx"))
    path.write_bytes(path.read_bytes()[:10])


def cut_dense(folder: Path) -> None:
    path = folder / "dense.faiss"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def spoil_dense(folder: Path) -> None:
    (folder / "dense.faiss").write_bytes(b"\x00" * 5_000)


def remove_dense(folder: Path) -> None:
    (folder / "dense.faiss").unlink()


@pytest.mark.parametrize("damage", [remove_folder, spoil_meta, cut_postings, cut_dense, spoil_dense, remove_dense])
@pytest.mark.parametrize("journal", ["kept", "trimmed"])
def test_a_damaged_index_is_rebuilt_on_opening(
    open_local: Open, prepare: Prepare, tmp_path: Path, damage: Callable[[Path], None], journal: str
) -> None:
    """Whatever becomes of the derived files, opening finds everything again, with and without the old journal."""
    store = open_local()
    batch = fill(store, prepare)
    store.compact()
    if journal == "kept":
        batch.append(prepare("d", ["市图书馆周末开放。", "周一闭馆，幼儿园不受影响。"][1:]))
        store.commit(batch[-1:])
    store.close()
    damage(tmp_path / "store")
    again = open_local()
    require_all(again, batch)
    assert again.check().problems == ()


def test_check_names_what_disagrees_and_repair_mends_it(
    open_local: Open, prepare: Prepare, tmp_path: Path, encoder: HashingEncoder
) -> None:
    """Missing, foreign and altered entries of both indexes are named, and gone after a repair."""
    store = open_local()
    batch = fill(store, prepare)
    store.compact()
    lost, changed = batch[0].passages[0].passage_id, batch[1].passages[0].passage_id
    dense = DenseIndex.load(tmp_path / "store" / "dense.faiss", encoder.spec.fingerprint)
    dense.add(np.array([changed]), -batch[1].vectors[:1])
    dense.save(tmp_path / "store" / "dense.faiss")
    store._lexical.index.stage([], removed=[lost])
    store._lexical.index.publish(1)
    store._lexical.index.release()
    report = store.check()
    assert report.problems == (
        f"1 passages missing from the lexical index: {lost}",
        f"1 passages with another vector in the dense index: {changed}",
    )
    dense.remove(np.array([lost]))
    dense.add(np.array([12345]), batch[0].vectors[:1])
    dense.save(tmp_path / "store" / "dense.faiss")
    assert f"1 passages missing from the dense index: {lost}" in store.check().problems
    assert "1 passages in the dense index that are not searched: 12345" in store.check().problems
    report = store.check(repair=True)
    assert report.repaired
    assert len(report.problems) == 3
    assert store.check().problems == ()
    require_all(store, batch)


def test_check_reads_checksums_of_the_lexical_index(open_local: Open, prepare: Prepare, tmp_path: Path) -> None:
    """A flipped byte that no search would notice is found and repaired."""
    store = open_local()
    fill(store, prepare)
    path = next((tmp_path / "store" / "lexical").glob("*.fieldnorm"))
    data = bytearray(path.read_bytes())
    data[0] ^= 0xFF
    path.write_bytes(data)
    assert store.check().problems == (f"file {path.name} of the lexical index is damaged",)
    assert store.check(repair=True).repaired
    assert store.check().problems == ()


TAMPERING = {
    "UPDATE passages SET text = '别' || substr(text, 2) WHERE passage_id = {passage}": "is not the text of article 'a'",
    "DELETE FROM vectors WHERE passage_id = {passage}": "passages without a vector of the right size",
    "UPDATE articles SET live = 0 WHERE article_id = 'a'": "without exactly one searched article",
    "UPDATE passages SET live = 0 WHERE passage_id = {passage}": "whose state is not their article's",
    "UPDATE sentence_counts SET articles = 7": "sentences counted wrongly",
    "UPDATE contents SET packed = x'00' WHERE number = 1": "article 'a' cannot be read",
    "UPDATE revisions SET passages = 5 WHERE number = 1": "should have 5 passages, but 2 are stored",
    "UPDATE passages SET article = 99 WHERE passage_id = {passage}": "belongs to no row of table articles",
}


@pytest.mark.parametrize(("statement", "finding"), TAMPERING.items())
def test_check_finds_what_was_tampered_with(
    open_local: Open, prepare: Prepare, tmp_path: Path, statement: str, finding: str
) -> None:
    """A catalogue that contradicts itself is reported, and is not said to be repaired."""
    store = open_local()
    batch = fill(store, prepare)
    store.close()
    connection = sqlite3.connect(tmp_path / "store" / "catalog.sqlite")
    connection.execute(statement.format(passage=batch[0].passages[0].passage_id))
    connection.commit()
    connection.close()
    again = open_local()
    assert any(finding in problem for problem in again.check().problems)


def test_threads_search_while_another_writes(open_local: Open, prepare: Prepare) -> None:
    """Every snapshot of every thread shows one generation whole: all of an article's revision, or none of it."""
    store = open_local()
    batch = fill(store, prepare)
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


def test_a_graph_index_serves_the_same_contract(open_local: Open, prepare: Prepare) -> None:
    """The approximate index can be asked for by name, and is then used, saved and checked."""
    store = open_local(dense_kind="hnsw")
    batch = fill(store, prepare)
    require_all(store, batch)
    store.compact()
    assert store.check().problems == ()
    with store.snapshot() as view:
        assert view.status().dense_kind == "hnsw"


def test_deleted_texts_leave_the_disk_on_compaction(open_local: Open, prepare: Prepare, tmp_path: Path) -> None:
    """After removal and compaction no file holds the passage's words."""
    store = open_local()
    fill(store, prepare)
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
