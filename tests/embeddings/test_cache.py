"""The same text is never encoded twice, and a damaged cache is only slow, never wrong."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from embeddings.cache import CachedEncoder, VectorCache
from embeddings.encoder import EncoderSpec, Vectors
from embeddings.errors import EncoderError
from embeddings.fakes import HashingEncoder


class Counting:
    """A hashing encoder that remembers what it was asked; `rows` can be made wrong."""

    def __init__(self, dim: int = 32) -> None:
        self._encoder = HashingEncoder(dim)
        self.asked: list[tuple[str, ...]] = []
        self.drop = 0

    @property
    def spec(self) -> EncoderSpec:
        return self._encoder.spec

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        self.asked.append(tuple(texts))
        return self._encoder.encode_queries(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.asked.append(tuple(texts))
        return self._encoder.encode_passages(texts)[self.drop :]


def test_each_text_is_encoded_once(tmp_path: Path) -> None:
    """Neither within a call nor in later ones nor by a later process is a text encoded again."""
    inner = Counting()
    encoder = CachedEncoder(inner, VectorCache(tmp_path / "cache" / "vectors.sqlite"))
    first = encoder.encode_passages(["甲", "乙", "甲", ""])
    np.testing.assert_array_equal(first, HashingEncoder(32).encode_passages(["甲", "乙", "甲", ""]))
    again = CachedEncoder(inner, VectorCache(tmp_path / "cache" / "vectors.sqlite"))
    np.testing.assert_array_equal(again.encode_passages(["", "丙", "乙"])[2], first[1])
    assert inner.asked == [("甲", "乙", ""), ("丙",)]


def test_role_and_encoder_are_kept_apart(tmp_path: Path) -> None:
    """A question, a passage and another encoder's vector of one text are three vectors."""
    cache = VectorCache(tmp_path / "vectors.sqlite")
    inner, other = Counting(), Counting(dim=64)
    CachedEncoder(inner, cache).encode_passages(["甲"])
    query = CachedEncoder(inner, cache).encode_queries(["甲"])
    np.testing.assert_array_equal(query, HashingEncoder(32).encode_queries(["甲"]))
    assert CachedEncoder(other, cache).encode_queries(["甲"]).shape == (1, 64)
    assert len(cache) == 3


def test_many_texts_at_once(tmp_path: Path) -> None:
    """More texts than SQLite takes in one statement come back whole and in order."""
    cache = VectorCache(tmp_path / "vectors.sqlite")
    inner = Counting(dim=8)
    texts = [f"第{number}段" for number in range(1700)]
    encoder = CachedEncoder(inner, cache)
    first = encoder.encode_passages(texts)
    np.testing.assert_array_equal(encoder.encode_passages(texts[::-1]), first[::-1])
    assert len(inner.asked) == 1


@pytest.mark.parametrize("damage", ["other file", "cut", "broken pages"])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, damage: str) -> None:
    """A file that is no database, is cut short or has broken pages is replaced, and answers stay right."""
    path = tmp_path / "vectors.sqlite"
    texts = [f"第{number}段" for number in range(300)]
    cache = VectorCache(path)
    CachedEncoder(Counting(), cache).encode_passages(texts)
    cache.close()
    raw = path.read_bytes()
    if damage == "other file":
        path.write_bytes(b"not a database at all" * 400)
    elif damage == "cut":
        path.write_bytes(raw[: len(raw) // 2])
    else:
        path.write_bytes(raw[:100] + b"\xa5" * (len(raw) - 100))
    inner = Counting()
    encoder = CachedEncoder(inner, VectorCache(path))
    expected = HashingEncoder(32).encode_passages(texts)
    np.testing.assert_array_equal(encoder.encode_passages(texts), expected)
    np.testing.assert_array_equal(encoder.encode_passages(texts), expected)
    assert len(inner.asked) == 1


def test_a_vector_of_another_length_is_passed_over(tmp_path: Path) -> None:
    """A row that does not hold dim floats counts as unknown."""
    path = tmp_path / "vectors.sqlite"
    cache = VectorCache(path)
    inner = Counting()
    CachedEncoder(inner, cache).encode_passages(["甲"])
    cache.close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE vectors SET vector = x'00'")
    connection.close()
    found = CachedEncoder(inner, cache).encode_passages(["甲"])
    np.testing.assert_array_equal(found, HashingEncoder(32).encode_passages(["甲"]))


def test_a_locked_file_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another process holds the file for long, texts are encoded all the same."""
    monkeypatch.setattr("embeddings.cache._BUSY_SECONDS", 0.05)
    path = tmp_path / "vectors.sqlite"
    cache = VectorCache(path)
    CachedEncoder(Counting(), cache).encode_passages(["甲"])
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    found = CachedEncoder(Counting(), cache).encode_passages(["甲", "乙"])
    holder.close()
    np.testing.assert_array_equal(found, HashingEncoder(32).encode_passages(["甲", "乙"]))


def test_a_folder_that_cannot_be_made_is_passed_over(tmp_path: Path) -> None:
    """Where no file can be made, the encoder works without a cache."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    cache = VectorCache(tmp_path / "file" / "vectors.sqlite")
    found = CachedEncoder(Counting(), cache).encode_passages(["甲"])
    np.testing.assert_array_equal(found, HashingEncoder(32).encode_passages(["甲"]))
    assert len(cache) == 0


def test_the_oldest_go_first(tmp_path: Path) -> None:
    """With a limit, the newest vectors stay."""
    cache = VectorCache(tmp_path / "vectors.sqlite", limit=3)
    inner = Counting()
    encoder = CachedEncoder(inner, cache)
    for text in "甲乙丙丁戊":
        encoder.encode_passages([text])
    assert len(cache) == 3
    encoder.encode_passages(["丙", "丁", "戊"])
    assert len(inner.asked) == 5


def test_threads_and_processes_may_share_it(tmp_path: Path) -> None:
    """Several threads and another process write the same file, and everything is there afterwards."""
    path = tmp_path / "vectors.sqlite"
    code = (
        "import sys; from pathlib import Path; from embeddings.cache import CachedEncoder, VectorCache; "
        "from embeddings.fakes import HashingEncoder; "
        "encoder = CachedEncoder(HashingEncoder(32), VectorCache(Path(sys.argv[1]))); "
        "[encoder.encode_passages([f'外{n}']) for n in range(40)]"
    )
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen([sys.executable, "-c", code, str(path)], cwd=root) as process:
        cache = VectorCache(path)
        encoder = CachedEncoder(HashingEncoder(32), cache)
        threads = [
            threading.Thread(target=lambda n=n: [encoder.encode_passages([f"内{n}-{m}"]) for m in range(40)])
            for n in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert process.wait(60) == 0
    assert len(cache) == 160


def test_an_encoder_that_loses_rows_is_told(tmp_path: Path) -> None:
    """An encoder that gives fewer vectors than texts is an error, and nothing wrong is kept."""
    inner = Counting()
    inner.drop = 1
    cache = VectorCache(tmp_path / "vectors.sqlite")
    with pytest.raises(EncoderError, match=r"shape \(1, 32\) for 2 texts"):
        CachedEncoder(inner, cache).encode_passages(["甲", "乙"])
    assert len(cache) == 0
