"""The writer lock, where the folder does not let it be taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import StoreBusyError, StoreError
from rag.store.lock import WriterLock


@pytest.mark.parametrize("name", ["writer.lock", "writer.pid"])
def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path, name: str) -> None:
    """A file of the lock that cannot be written is an error of the store, and leaves the lock free."""
    (tmp_path / name).mkdir()  # holds for every user, unlike permissions
    lock = WriterLock(tmp_path, timeout=0.05)
    with pytest.raises(StoreError, match="cannot be written to") as caught, lock.held():
        pass
    assert not isinstance(caught.value, StoreBusyError)
    (tmp_path / name).rmdir()
    with WriterLock(tmp_path, timeout=0.05).held() as outermost:
        assert outermost
