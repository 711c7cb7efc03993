"""Some files of every kind that are made by chance; `python -m eval.fuzz_ingest` goes on for minutes."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.fuzz_ingest import File, Ingest, attack


@pytest.fixture
def ingest(tmp_path: Path) -> Ingest:
    return Ingest(tmp_path)


def test_no_file_breaks_ingest(ingest: Ingest) -> None:
    """Each is stored, with its text where the maps say, or refused with a sentence."""
    attack(ingest.put, number=7, examples=40)
    assert ingest.outcomes["rejected"] > 0
    assert ingest.outcomes["added"] + ingest.outcomes["revised"] > 0
    ingest.store.close()


def test_a_fault_is_found_and_made_small() -> None:
    """What goes wrong is reported for a small file with which it does."""
    put: list[File] = []

    def fragile(file: File) -> None:
        put.append(file)
        assert "学位" not in file.data.decode("utf-8", "replace")

    with pytest.raises(AssertionError, match="学位"):
        attack(fragile, number=1, examples=500)
    assert 0 < len(put[-1].data) <= 100
