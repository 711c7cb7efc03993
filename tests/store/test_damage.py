"""What becomes of a store whose files were damaged, and what a check finds."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from embeddings.fakes import HashingEncoder
from embeddings.index import DenseIndex
from rag.errors import StoreError
from rag.store.local import LocalStore
from rag.store.protocol import Prepared, Store

Open = Callable[..., LocalStore]
Prepare = Callable[..., Prepared]
Fill = Callable[[Store], list[Prepared]]
RequireAll = Callable[[Store, list[Prepared]], None]


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
    open_local: Open, fill: Fill, tmp_path: Path, keep: int
) -> None:
    """Garbage in the place of the catalogue is reported in one sentence and never overwritten."""
    damaged = spoil_catalogue(open_local(), fill, tmp_path, keep)
    with pytest.raises(StoreError, match=r"catalog\.sqlite is damaged .* nothing was changed: restore it"):
        open_local()
    assert (tmp_path / "store" / "catalog.sqlite").read_bytes() == damaged


def test_a_catalogue_damaged_further_in_is_found_by_check(open_local: Open, fill: Fill, tmp_path: Path) -> None:
    """Pages that only a full reading meets do not keep the store from opening, and do not escape a check."""
    damaged = spoil_catalogue(open_local(), fill, tmp_path, 60_000)
    with pytest.raises(StoreError, match=r"catalog\.sqlite is damaged"):
        open_local().check(repair=True)
    assert (tmp_path / "store" / "catalog.sqlite").read_bytes() == damaged


def spoil_catalogue(store: LocalStore, fill: Fill, folder: Path, keep: int) -> bytes:
    """Overwrite all but the first bytes of a filled catalogue; returns what it holds then."""
    fill(store)
    store.close()
    path = folder / "store" / "catalog.sqlite"
    damaged = path.read_bytes()[:keep] + b"\xa7" * (path.stat().st_size - keep)
    path.write_bytes(damaged)
    return damaged


def test_a_missing_catalogue_beside_indexes_is_an_error(open_local: Open, fill: Fill, tmp_path: Path) -> None:
    """An index without its catalogue is a sign of loss, not an empty store."""
    store = open_local()
    fill(store)
    store.close()
    for path in (tmp_path / "store").glob("catalog.sqlite*"):
        path.unlink()
    with pytest.raises(StoreError, match=r"has lexical, but its catalogue is missing"):
        open_local()
    with pytest.raises(StoreError, match=r"has lexical, but its catalogue is missing"):
        open_local()


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
    open_local: Open,
    fill: Fill,
    require_all: RequireAll,
    prepare: Prepare,
    tmp_path: Path,
    damage: Callable[[Path], None],
    journal: str,
) -> None:
    """Whatever becomes of the derived files, opening finds everything again, with and without the old journal."""
    store = open_local()
    batch = fill(store)
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
    open_local: Open, fill: Fill, require_all: RequireAll, tmp_path: Path, encoder: HashingEncoder
) -> None:
    """Missing, foreign and altered entries of both indexes are named, and gone after a repair."""
    store = open_local()
    batch = fill(store)
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


def test_check_reads_checksums_of_the_lexical_index(open_local: Open, fill: Fill, tmp_path: Path) -> None:
    """A flipped byte that no search would notice is found and repaired."""
    store = open_local()
    fill(store)
    path = next((tmp_path / "store" / "lexical").glob("*.fieldnorm"))
    with path.open("r+b") as file:  # in place: truncating a file that tantivy has mapped kills the process
        first = file.read(1)[0]
        file.seek(0)
        file.write(bytes([first ^ 0xFF]))
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
    open_local: Open, fill: Fill, tmp_path: Path, statement: str, finding: str
) -> None:
    """A catalogue that contradicts itself is reported, and is not said to be repaired."""
    store = open_local()
    batch = fill(store)
    store.close()
    connection = sqlite3.connect(tmp_path / "store" / "catalog.sqlite")
    connection.execute(statement.format(passage=batch[0].passages[0].passage_id))
    connection.commit()
    connection.close()
    again = open_local()
    assert any(finding in problem for problem in again.check().problems)
