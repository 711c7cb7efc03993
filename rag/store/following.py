"""Keeps the lexical index at the catalogue's generation: opened or rebuilt, caught up, changed together with it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection

from rag.errors import StoreError
from rag.store import journal, reading
from rag.store.database import Database
from rag.store.journal import Changes
from rag.store.lexical import LexicalDamagedError, LexicalIndex, LexicalView
from rag.store.lock import WriterLock


class LexicalReplica:
    """The lexical index of a store. Reading is safe for many threads; every write needs the writer lock."""

    def __init__(
        self, folder: Path, database: Database, lock: WriterLock, *, read_only: bool, title_boost: float
    ) -> None:
        """Open the index, and rebuild it where it cannot be read.

        Raises:
            StoreBusyError: it has to be rebuilt, and another process is writing.
            StoreError: it cannot be read, and may not be written.
        """
        self._folder = folder
        self._database = database
        self._lock = lock
        self._read_only = read_only
        self._title_boost = title_boost
        self._refreshing = threading.Lock()
        self.index = self._open()

    @property
    def view(self) -> LexicalView:
        """The index as it was last looked at."""
        return self.index.view

    def refreshed(self) -> LexicalView:
        """The index as it is now, whichever process wrote it."""
        with self._refreshing:
            try:
                return self.index.refresh()
            except LexicalDamagedError:
                self.index = self._open()
                return self.index.view

    def _open(self) -> LexicalIndex:
        try:
            return LexicalIndex(self._folder, title_boost=self._title_boost)
        except LexicalDamagedError as error:
            if self._read_only:
                raise StoreError(f"{error}; run a check with repair on this store") from error
        with self._lock.held():
            with suppress(LexicalDamagedError):  # another process may have built it while we waited
                return LexicalIndex(self._folder, title_boost=self._title_boost)
            return self._rebuilt()

    def _rebuilt(self) -> LexicalIndex:
        with self._database.reading() as connection:
            generation, entries = journal.generation(connection), reading.lexical_entries(connection)
            return LexicalIndex.rebuild(self._folder, entries, generation, title_boost=self._title_boost)

    def rebuild(self) -> None:
        """Put a new index in the place of this one."""
        self.index.release()
        self.index = self._rebuilt()

    def catch_up(self) -> None:
        """Replay what the index has missed: all of it, where the journal does not reach back so far."""
        with self._database.reading() as connection:
            generation = journal.generation(connection)
            shown = self.refreshed().generation
            if shown == generation:
                return
            if journal.floor(connection) <= shown < generation:
                with self.changing():
                    self.stage(connection, journal.since(connection, shown, generation))
                    self.index.publish(generation)
            else:
                self.rewrite(connection, generation)

    def stage(self, connection: Connection, changes: Changes) -> None:
        """Prepare changes that the transaction of `connection` has made; they are seen once published."""
        entries = reading.lexical_entries(connection, changes.added)
        self.index.stage(entries, removed=changes.removed, replaced=changes.added)

    def rewrite(self, connection: Connection, generation: int) -> None:
        """Write every entry anew, in the same place and in one step."""
        with self.changing():
            self.index.stage(reading.lexical_entries(connection), fresh=True)
            self.index.publish(generation)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Around staging and publishing: what was staged is dropped when an exception leaves the block."""
        try:
            yield
        except BaseException:
            with suppress(LexicalDamagedError):
                self.index.abandon()
            raise
