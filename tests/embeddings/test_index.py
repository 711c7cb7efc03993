"""Search is held to a brute-force oracle in numpy: ids and scores, with filters, replacements and removals."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.errors import IndexDamagedError, IndexMismatchError
from embeddings.index import DenseIndex, Kind

Vectors = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
DIM = 48


def cone(count: int, seed: int = 0, dim: int = DIM) -> Vectors:
    """Unit vectors squeezed into a narrow cone with clusters, as e5's are: mean cosine about 0.85."""
    rng = np.random.default_rng(seed)
    clusters = rng.normal(size=(max(1, count // 20), dim))
    rows = 2.6 * rng.normal(size=dim) + clusters[rng.integers(len(clusters), size=count)]
    rows += 0.5 * rng.normal(size=(count, dim))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def hashes(count: int, seed: int = 0) -> Ids:
    """Distinct 63-bit numbers, as content hashes are."""
    return np.unique(np.random.default_rng(seed + 99).integers(1, 2**63 - 1, count, dtype=np.int64))


def oracle(known: dict[int, Vectors], vector: Vectors, k: int) -> list[tuple[int, float]]:
    """All of `known`, by score and then by id."""
    scored = [(number, float((row * vector).sum())) for number, row in known.items()]
    return sorted(scored, key=lambda hit: (-hit[1], hit[0]))[:k]


def agree(found: list[tuple[int, float]], expected: list[tuple[int, float]]) -> None:
    """Same ids in the same order, scores within 1e-5."""
    assert [number for number, _ in found] == [number for number, _ in expected]
    assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=1e-5)


@pytest.mark.parametrize("k", [1, 10, 499, 500, 600])
def test_exact_search_is_the_oracle(k: int) -> None:
    """Every k gives the oracle's ids, order and scores, also where k is more than there is."""
    ids, vectors = hashes(500), cone(500)
    index = DenseIndex(DIM)
    index.add(ids, vectors)
    known = dict(zip(ids.tolist(), vectors, strict=True))
    for query in cone(10, seed=1):
        agree(index.search(query, k), oracle(known, query, k))


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 1.0])
def test_a_filter_is_exact(share: float) -> None:
    """With any share of ids allowed, few or many, the best of them are found and unknown ids are passed over."""
    ids, vectors = hashes(800), cone(800)
    index = DenseIndex(DIM)
    index.add(ids, vectors)
    allowed = ids[np.random.default_rng(3).random(len(ids)) < share]
    known = {number: row for number, row in zip(ids.tolist(), vectors, strict=True) if number in set(allowed.tolist())}
    for query in cone(5, seed=1):
        found = index.search(query, 20, allowed=np.concatenate([allowed, allowed[:3], np.array([7], np.int64)]))
        agree(found, oracle(known, query, 20))


def test_equal_scores_are_ordered_by_id() -> None:
    """Passages with the same text have the same score; which of them come first does not depend on when they came."""
    ids = hashes(60)
    vectors = np.repeat(cone(2), 30, axis=0)
    index = DenseIndex(DIM)
    order = np.random.default_rng(0).permutation(60)
    index.add(ids[order], vectors[order])
    found = index.search(vectors[0], 5)
    assert [number for number, _ in found] == ids[:5].tolist()


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.sampled_from(["add", "remove"]), st.lists(st.integers(1, 30), unique=True, max_size=12)),
        max_size=12,
    ),
    st.sampled_from(["flat", "hnsw", "auto"]),
)
def test_any_history_gives_the_last_state(steps: list[tuple[str, list[int]]], kind: Kind) -> None:
    """After any order of adding, replacing and removing, exactly the last vectors are found."""
    index = DenseIndex(DIM, kind=kind, flat_limit=10)
    known: dict[int, Vectors] = {}
    is_rounded = False
    for number, (step, chosen) in enumerate(steps):
        ids = np.array(chosen, np.int64)
        if step == "add":
            vectors = cone(len(chosen) or 1, seed=number)[: len(chosen)]
            index.add(ids, vectors)
            known.update(zip(chosen, vectors, strict=True))
        else:
            assert index.remove(ids) == len(known.keys() & set(chosen))
            known = {key: row for key, row in known.items() if key not in chosen}
        is_rounded = is_rounded or index.kind == "hnsw"
    assert len(index) == len(known)
    assert sorted(index.ids.tolist()) == sorted(known)
    query = cone(1, seed=77)[0]
    found, expected = index.search(query, 40), oracle(known, query, 40)
    assert {number for number, _ in found} == set(known)
    tolerance = 1e-3 if is_rounded else 1e-5  # what has been in a graph stays half floats when that shrinks again
    assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=tolerance)
    if known:
        np.testing.assert_allclose(index.reconstruct(known), np.stack(list(known.values())), atol=tolerance)


@pytest.fixture(scope="module")
def graph() -> tuple[DenseIndex, Ids, Vectors]:
    """A graph of 6,000 vectors."""
    ids, vectors = hashes(6000), cone(6000)
    index = DenseIndex(DIM, kind="hnsw", fingerprint="e5")
    index.add(ids, vectors)
    return index, ids, vectors


@pytest.mark.parametrize("share", [None, 0.95, 0.5])
def test_the_graph_finds_what_the_oracle_finds(graph: tuple[DenseIndex, Ids, Vectors], share: float | None) -> None:
    """Recall@10 is at least 0.98 and scores are within 0.001, whole or filtered."""
    index, ids, vectors = graph
    picked = np.ones(len(ids), np.bool_) if share is None else np.random.default_rng(5).random(len(ids)) < share
    hits = 0
    for query in cone(60, seed=2):
        scores = np.where(picked, vectors @ query, -np.inf)
        best = np.argsort(-scores)[:10]
        found = index.search(query, 10, allowed=None if share is None else ids[picked])
        hits += len({number for number, _ in found} & set(ids[best].tolist()))
        by_id = dict(zip(ids.tolist(), scores.tolist(), strict=True))
        assert all(abs(score - by_id[number]) < 1e-3 for number, score in found)
        assert found == sorted(found, key=lambda hit: (-hit[1], hit[0]))
    assert hits / 600 >= 0.98


def test_the_graph_gives_all_it_was_asked_for(graph: tuple[DenseIndex, Ids, Vectors]) -> None:
    """With few allowed, or with k near their number, none is missing."""
    index, ids, _ = graph
    query = cone(1, seed=4)[0]
    assert len(index.search(query, 50, allowed=ids[:40])) == 40
    assert len(index.search(query, 5990)) == 5990


def test_removed_vectors_never_come_back_from_a_graph() -> None:
    """Removing one by one what is found empties the graph, past several rebuilds."""
    ids, vectors = hashes(300), cone(300)
    index = DenseIndex(DIM, kind="hnsw")
    index.add(ids, vectors)
    gone: set[int] = set()
    while len(index):
        found = [number for number, _ in index.search(vectors[0], 20)]
        assert not gone & set(found)
        assert index.remove(found) == len(found)
        gone.update(found)
    assert gone == set(ids.tolist())
    assert index.search(vectors[0], 5) == []


def test_auto_changes_its_kind_with_its_size() -> None:
    """Beyond the limit it becomes a graph that still holds everything; compacted below it, it is exact again."""
    ids, vectors = hashes(120), cone(120)
    index = DenseIndex(DIM, flat_limit=100)
    index.add(ids[:100], vectors[:100])
    assert index.kind == "flat"
    index.add(ids[100:], vectors[100:])
    assert index.kind == "hnsw"
    assert sorted(index.ids.tolist()) == sorted(ids.tolist())
    index.remove(ids[:30])
    index.compact()
    assert index.kind == "flat"
    assert sorted(index.ids.tolist()) == sorted(ids[30:].tolist())


@pytest.mark.parametrize("kind", ["flat", "hnsw"])
def test_a_saved_index_answers_the_same(tmp_path: Path, kind: Kind) -> None:
    """Loaded from its file, an index with removals gives the same hits and remembers its generation."""
    ids, vectors = hashes(400), cone(400)
    index = DenseIndex(DIM, kind=kind, fingerprint="e5@1")
    index.add(ids, vectors)
    index.remove(ids[:50])
    index.generation = 12
    index.save(tmp_path / "dense.index")
    loaded = DenseIndex.load(tmp_path / "dense.index", "e5@1")
    assert (loaded.generation, loaded.kind, len(loaded), loaded.fingerprint) == (12, kind, 350, "e5@1")
    for query in cone(5, seed=1):
        assert loaded.search(query, 10) == index.search(query, 10)
    loaded.add(ids[:50], vectors[:50])
    assert len(loaded) == 400


def test_another_kind_can_be_asked_for_when_loading(tmp_path: Path) -> None:
    """A saved exact index becomes a graph when that is wanted."""
    index = DenseIndex(DIM, fingerprint="e5")
    index.add(hashes(50), cone(50))
    index.save(tmp_path / "dense.index")
    loaded = DenseIndex.load(tmp_path / "dense.index", "e5", kind="hnsw")
    assert (loaded.kind, len(loaded)) == ("hnsw", 50)


def test_another_encoder_is_refused(tmp_path: Path) -> None:
    """An index of another encoder is refused with a sentence that names both."""
    index = DenseIndex(DIM, fingerprint="e5@1")
    index.save(tmp_path / "dense.index")
    with pytest.raises(IndexMismatchError, match=r"built with the encoder 'e5@1', but 'bge@2' is in use"):
        DenseIndex.load(tmp_path / "dense.index", "bge@2")


def test_damage_is_found(tmp_path: Path) -> None:
    """A flipped byte, a cut and another file are each told as damage; a missing file as missing."""
    path = tmp_path / "dense.index"
    index = DenseIndex(DIM, fingerprint="e5")
    index.add(hashes(50), cone(50))
    index.save(path)
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[-100] ^= 1
    for raw in (bytes(flipped), whole[:-10], b"{}\n", b"\x00\xff"):
        path.write_bytes(raw)
        with pytest.raises(IndexDamagedError, match=r"dense\.index"):
            DenseIndex.load(path, "e5")
    path.unlink()
    with pytest.raises(FileNotFoundError):
        DenseIndex.load(path, "e5")


def test_a_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When writing fails, the file from before is whole and nothing lies beside it."""
    path = tmp_path / "dense.index"
    index = DenseIndex(DIM, fingerprint="e5")
    index.add(hashes(50), cone(50))
    index.save(path)
    index.remove(index.ids[:10])

    def full(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space left"):
        index.save(path)
    assert len(DenseIndex.load(path, "e5")) == 50
    assert [found.name for found in tmp_path.iterdir()] == ["dense.index"]


@pytest.mark.parametrize(
    ("ids", "vectors", "message"),
    [
        ([1, 2], np.ones((1, DIM), np.float32), "2 ids of dimension 48"),
        ([1], np.ones((1, 3), np.float32), r"shape \(1, 3\)"),
        ([1, 1], np.ones((2, DIM), np.float32), "stands twice"),
        ([1], np.full((1, DIM), np.nan, np.float32), "not finite"),
    ],
)
def test_what_does_not_fit_is_refused(ids: list[int], vectors: Vectors, message: str) -> None:
    """Wrong shapes, double ids and values that are not numbers are refused, and nothing is added."""
    index = DenseIndex(DIM)
    with pytest.raises(ValueError, match=message):
        index.add(np.array(ids, np.int64), vectors)
    assert len(index) == 0


def test_a_query_of_another_length_is_refused() -> None:
    """The shape that was expected is named."""
    with pytest.raises(ValueError, match=r"\(48,\) is expected"):
        DenseIndex(DIM).search(np.ones(3, np.float32), 1)


def test_unknown_ids_cannot_be_reconstructed() -> None:
    """Asking for the vector of an id that is not there is a KeyError."""
    with pytest.raises(KeyError):
        DenseIndex(DIM).reconstruct([5])


@pytest.mark.parametrize("kind", ["flat", "hnsw"])
def test_searches_beside_a_writer_see_whole_states(kind: Kind) -> None:
    """While vectors come and go, searches never fail and never give an id that was not there at any time."""
    ids, vectors = hashes(600), cone(600)
    index = DenseIndex(DIM, kind=kind)
    index.add(ids[:300], vectors[:300])
    stop = threading.Event()
    problems: list[str] = []

    def read() -> None:
        allowed = ids[::2]
        even = set(allowed.tolist())
        while not stop.is_set():
            found = index.search(vectors[0], 10, allowed=allowed)
            if len(found) != 10 or not {number for number, _ in found} <= even:
                problems.append(str(found))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for start in range(300, 600, 20):
        index.add(ids[start : start + 20], vectors[start : start + 20])
        index.remove(ids[start - 300 : start - 280])
    stop.set()
    for reader in readers:
        reader.join()
    assert problems == []
    assert sorted(index.ids.tolist()) == sorted(ids[300:].tolist())
