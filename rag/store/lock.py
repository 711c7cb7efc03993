"""One writer to a data folder, across processes and threads."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import StoreBusyError, StoreError


class WriterLock:
    """A lock on a folder, held by one thread of one process; that thread may take it again while it holds it."""

    def __init__(self, folder: Path, *, timeout: float) -> None:
        self._folder = folder
        self._timeout = timeout
        self._threads = threading.RLock()
        self._file = FileLock(folder / "writer.lock", thread_local=False)
        self._owner = folder / "writer.pid"

    @contextmanager
    def held(self, *, timeout: float | None = None) -> Iterator[bool]:
        """Hold the lock; yields True to the outermost holder. `timeout` is in seconds, the lock's own by default.

        Raises:
            StoreBusyError: another process or thread holds it for longer than that.
            StoreError: the folder may not be written to, or its disk is full.
        """
        patience = self._timeout if timeout is None else timeout
        if not self._threads.acquire(timeout=patience):
            raise StoreBusyError(f"another thread of this process is writing to {self._folder}; try again")
        try:
            outermost = not self._file.is_locked
            if outermost:
                self._acquire(patience)
            try:
                yield outermost
            finally:
                if outermost:
                    self._file.release()
        finally:
            self._threads.release()

    def _acquire(self, patience: float) -> None:
        try:
            self._file.acquire(timeout=patience, poll_interval=0.02)
        except Timeout as error:
            raise StoreBusyError(
                f"process {self._holder()} is writing to {self._folder}; try again when it has finished"
            ) from error
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            self._owner.write_text(str(os.getpid()), encoding="ascii")
        except OSError as error:
            self._file.release()
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> StoreError:
        return StoreError(f"the data folder {self._folder} cannot be written to: {error.strerror or error}")

    def _holder(self) -> str:
        try:
            return self._owner.read_text(encoding="ascii").strip() or "unknown"
        except OSError:
            return "unknown"
