"""The embedded store: an SQLite catalogue that is the truth, and two indexes that follow its journal.

    folder/catalog.sqlite   articles, revisions, passages, vectors, journal (write-ahead log, synced at each commit)
    folder/lexical/         tantivy, words -> passages
    folder/dense.faiss      FAISS, vectors -> passages
    folder/writer.lock      held by the one process that writes

A write is acknowledged once SQLite has committed it, so it survives a killed process, and loss of power as far as the
disk keeps what it has synced. The lexical change is staged before that and published right after; whatever a crash
leaves undone is replayed from the journal by the next writer, or by the next reader that gets the lock.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from embeddings.encoder import EncoderSpec
from embeddings.index import Kind
from rag.errors import StoreBusyError, StoreError
from rag.store import catalog, checking, journal, reading, repeats
from rag.store.catalog import Policies
from rag.store.database import Database
from rag.store.dense import DenseReplica
from rag.store.following import LexicalReplica
from rag.store.journal import Changes
from rag.store.lexical import DEFAULT_TITLE_BOOST
from rag.store.lock import WriterLock
from rag.store.protocol import CheckReport, CommitReport, Prepared, RecurringPolicy, ReprintPolicy
from rag.store.rules import require_sound
from rag.store.snapshot import LocalSnapshot

_PATIENCE = 2.0  # seconds that a reader waits for a writer between its two commits
_PAUSE = 0.005
_CLOSING_SAVE_LAG = 1_000  # operations after which the file is written at the end; replaying fewer takes milliseconds
_WRITING_SAVE_LAG = 20_000  # operations after which a long ingest saves the dense index on the way

T = TypeVar("T")


class LocalStore:
    """Articles in a folder. Many threads may share one; many processes may open the folder, one at a time writes."""

    def __init__(
        self,
        folder: Path,
        *,
        encoder: EncoderSpec,
        dense_kind: Kind = "auto",
        read_only: bool = False,
        reprints: ReprintPolicy | None = None,
        recurring: RecurringPolicy | None = None,
        title_boost: float = DEFAULT_TITLE_BOOST,
        lock_timeout: float = 5.0,
    ) -> None:
        """Open the store, or make it.

        Args:
            folder: where it lives; made if it is not there, unless `read_only`.
            encoder: what its vectors are made with.
            dense_kind: "flat" (exact), "hnsw" (approximate) or "auto" (by size).
            read_only: refuse writes and touch no file.
            reprints: decides which articles tell the same story; without it none do.
            recurring: decides which sentences recur; without it none do.
            title_boost: weight of a title's BM25 against that of heading and text.
            lock_timeout: seconds to wait for another writer.

        Raises:
            StoreVersionError: the folder was made by another version or encoder.
            StoreBusyError: another process is making or repairing it.
            StoreError: the folder cannot be used.
        """
        self._folder = folder
        self._encoder = encoder
        self._read_only = read_only
        self._policies = Policies(reprints=reprints, recurring=recurring)
        self._wrote = False
        path = folder / "catalog.sqlite"
        if not read_only:
            _make_folder(folder)
        elif not path.is_file():
            raise StoreError(f"there is no store in {folder}: ingest something first")
        self._lock = WriterLock(folder, timeout=lock_timeout)
        self._database = Database(path, read_only=read_only)
        self._dense = DenseReplica(folder / "dense.faiss", encoder, kind=dense_kind)
        if not read_only and self._database.is_empty():
            self._create()
        if not read_only and self._database.is_outdated():
            with self._lock.held():
                self._database.migrate()
        self._database.require(encoder.fingerprint)
        self._lexical = LexicalReplica(
            folder / "lexical", self._database, self._lock, read_only=read_only, title_boost=title_boost
        )
        self._catch_up_if_free()

    def _create(self) -> None:
        with self._lock.held():
            if not self._database.is_empty():
                return  # another process was quicker
            for derived in (self._folder / "lexical", self._folder / "dense.faiss"):
                if derived.exists():
                    raise StoreError(
                        f"{self._folder} has {derived.name}, but its catalogue is missing or empty: restore "
                        "catalog.sqlite from a backup, or use an empty folder"
                    )
            self._database.create(self._encoder.fingerprint)

    @contextmanager
    def writer(self, *, timeout: float | None = None) -> Iterator[None]:
        """Hold the writer lock for several writes in a row; each write takes it by itself otherwise.

        Args:
            timeout: seconds to wait for another writer; `lock_timeout` by default.

        Raises:
            StoreBusyError: another process or thread is writing.
            StoreError: the store was opened for reading only.
        """
        if self._read_only:
            raise StoreError(f"{self._folder} was opened for reading only")
        with self._lock.held(timeout=timeout) as outermost:
            if not outermost:
                yield
                return
            self._lexical.catch_up()
            try:
                yield
            finally:
                self._lexical.index.release()

    def _write(self, change: Callable[[Connection, Changes], tuple[T, bool]]) -> tuple[T, int]:
        """Run `change`, which returns its result and whether it changed anything; returns also the generation."""
        with self.writer():
            self._lexical.catch_up()
            changes = Changes()
            with self._lexical.changing():
                with self._database.writing() as connection:
                    result, changed = change(connection, changes)
                    if not changed:
                        return result, journal.generation(connection)
                    generation = journal.record(connection, changes)
                    self._lexical.stage(connection, changes)
                self._wrote = True
                self._lexical.index.publish(generation)
            self._save_dense(minimum=_WRITING_SAVE_LAG)
            return result, generation

    def _save_dense(self, *, minimum: int) -> None:
        """Write the file of the dense index if at least `minimum` operations came since it was written."""
        with self._database.reading() as connection:
            if journal.dense_lag(connection) < minimum:
                return
            generation = journal.generation(connection)
            saved = self._dense.save(connection, generation)
        if saved:
            with self._database.writing() as connection:
                journal.note_dense_saved(connection, generation)

    def commit(self, batch: Sequence[Prepared]) -> CommitReport:
        """Store a batch in one transaction; on return it is durable. The same content again changes nothing.

        Raises:
            ValueError: vectors or passages do not belong to their article.
            StoreBusyError: another process is writing.
        """
        require_sound(batch, self._encoder.dim)

        def change(connection: Connection, changes: Changes) -> tuple[CommitReport, bool]:
            report = catalog.commit(connection, batch, self._policies, changes)
            return report, bool(report.added or report.revised)

        report, generation = self._write(change)
        return replace(report, generation=generation)

    def rechunk(self, batch: Sequence[Prepared]) -> CommitReport:
        """Replace the passages of these revisions, now cut without the sentences that `recurring` names.

        Raises:
            ValueError: vectors or passages do not belong to their article.
            StoreBusyError: another process is writing.
        """
        require_sound(batch, self._encoder.dim)

        def change(connection: Connection, changes: Changes) -> tuple[CommitReport, bool]:
            report = catalog.rechunk(connection, batch, changes)
            return report, bool(report.revised)

        report, generation = self._write(change)
        return replace(report, generation=generation)

    def remove(self, article_ids: Iterable[str]) -> list[str]:
        """Delete articles with all their revisions; returns the ids that existed. Never retrieved again on return.

        Raises:
            StoreBusyError: another process is writing.
        """

        def change(connection: Connection, changes: Changes) -> tuple[list[str], bool]:
            removed = catalog.remove(connection, article_ids, self._policies, changes)
            return removed, bool(removed)

        return self._write(change)[0]

    def recurring(self) -> frozenset[int]:
        """Hashes of the sentences that stand in so many articles that passages leave them out."""
        with self._database.reading() as connection:
            return repeats.active(connection)

    def stale_articles(self) -> list[str]:
        """Searched articles whose passages hold a sentence that recurs by now, or lack one that no longer does."""
        with self._database.reading() as connection:
            return repeats.stale(connection)

    @contextmanager
    def snapshot(self) -> Iterator[LocalSnapshot]:
        """A read view of the newest generation, held to the end of the `with` block.

        A reader that meets a writer between its two commits waits for the second one, a few milliseconds. Should it
        not come within two seconds (that writer was stopped in between), the newest passages are found by their
        vectors only.
        """
        deadline = time.monotonic() + _PATIENCE
        while True:
            with self._database.reading() as connection:
                generation = journal.generation(connection)
                view = self._lexical.view
                if view.generation < generation:
                    view = self._lexical.refreshed()
                if view.generation == generation or time.monotonic() > deadline:
                    yield LocalSnapshot(connection, generation, view, self._dense, self._encoder, self._database)
                    return
            if view.generation < generation:
                self._catch_up_if_free()

    def _catch_up_if_free(self) -> None:
        """Replay the journal in the lexical index if nobody is writing; else leave it to the one who is."""
        if self._read_only:
            time.sleep(_PAUSE)
            return
        try:
            with self.writer(timeout=0):
                return
        except StoreBusyError:
            time.sleep(_PAUSE)

    def compact(self) -> None:
        """Rewrite the derived indexes without what was removed, and give the space back to the disk.

        Raises:
            StoreBusyError: another process is writing.
        """
        with self.writer():
            self._rebuild_dense()
            with self._database.reading() as connection:
                generation = journal.generation(connection)
                self._lexical.rewrite(connection, generation)
            with self._database.writing() as connection:
                journal.trim(connection, generation)
            self._database.shrink()

    def _rebuild_dense(self) -> None:
        with self._database.reading() as connection:
            generation = journal.generation(connection)
            self._dense.rebuild(connection, generation)
        with self._database.writing() as connection:
            journal.note_dense_saved(connection, generation)

    def check(self, *, repair: bool = False) -> CheckReport:
        """Compare the derived indexes with the catalogue; with `repair`, rebuild what disagrees.

        A catalogue that contradicts itself is reported and stays as it is, since what it should say is not known.

        Raises:
            StoreBusyError: another process is writing.
            StoreError: the catalogue itself cannot be read, or repair was asked of a store opened for reading only.
        """
        if self._read_only and not repair:
            return self._checked()
        with self.writer():
            report = self._checked()
            if not (repair and report.problems):
                return report
            self._rebuild_dense()
            self._lexical.rebuild()
            return replace(report, repaired=not self._checked().problems)

    def _checked(self) -> CheckReport:
        with self._database.reading() as connection:
            generation = journal.generation(connection)
            problems = checking.catalogue_problems(connection, self._encoder.dim)
            if not problems:  # only a sound catalogue can say what is wrong with the indexes
                problems.extend(checking.lexical_problems(connection, self._lexical.index))
                dense = self._dense.reopened(connection, generation)
                problems.extend(checking.dense_problems(connection, dense, self._encoder.dim))
            status = reading.status(connection, generation=generation, encoder="", size_bytes=0)
        return CheckReport(
            generation=generation,
            articles=status.articles,
            passages=status.passages,
            problems=tuple(problems),
            repaired=False,
        )

    def close(self) -> None:
        """Let go of files and locks; the store may not be used afterwards."""
        if self._wrote:
            self._wrote = False
            with suppress(StoreBusyError), self.writer():
                self._save_dense(minimum=_CLOSING_SAVE_LAG)
        self._database.close()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"the data folder {folder} cannot be made: {error}") from error
