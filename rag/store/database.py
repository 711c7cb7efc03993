"""The SQLite file: opened with the right pragmas, one transaction per view or write, its errors in our tree."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, event, insert, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from rag.errors import StoreBusyError, StoreError, StoreVersionError
from rag.store.migrations import can_migrate, migrate, version_of
from rag.store.schema import SCHEMA_VERSION, meta, metadata

_BUSY_TIMEOUT = "PRAGMA busy_timeout = 5000"
_PRAGMAS = (
    _BUSY_TIMEOUT,
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = FULL",  # a commit is on the disk when it returns, so power loss keeps it as well
    "PRAGMA temp_store = MEMORY",
    "PRAGMA mmap_size = 268435456",
)
_CURE = "restore it from a backup, or move the folder away and ingest again"
_BUSY_CODES = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class Database:
    """Connections to one file. Safe for use by many threads; each transaction has its own connection.

    `name` is what messages call the file, `cure` what they advise when it is damaged.
    """

    def __init__(self, path: Path, *, read_only: bool = False, name: str = "catalogue", cure: str = _CURE) -> None:
        self.path = path
        self._name = f"the {name} {path}"
        self._cure = cure
        self._read_only = read_only
        query = {"mode": "ro" if read_only else "rwc", "uri": "true"}
        url = URL.create("sqlite", database=path.absolute().as_uri(), query=query)
        self._engine = create_engine(url, pool_size=8, max_overflow=-1)
        event.listen(self._engine, "connect", self._configure)
        event.listen(self._engine, "begin", _begin)

    def _configure(self, connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        assert isinstance(connection, sqlite3.Connection)
        connection.isolation_level = None  # transactions begin where we say so, reads included
        if not self._read_only:
            connection.execute("PRAGMA page_size = 8192")  # five vectors of 384 numbers to a page; for a new file only
            connection.execute("PRAGMA journal_mode = WAL")
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction in which every read sees the same generation."""
        with self.translated(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is committed at the end of the block, and rolled back when an exception leaves it."""
        with self.translated(), self._engine.connect() as connection:
            immediate = connection.execution_options(immediate=True)
            with immediate.begin():
                yield immediate

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Errors of SQLite inside the block become ours."""
        try:
            yield
        except DBAPIError as error:
            raise self._translate(error.orig) from error
        except sqlite3.Error as error:
            raise self._translate(error) from error

    def _translate(self, error: BaseException | None) -> StoreError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # extended codes carry the primary one in the low byte
        if code in _BUSY_CODES:
            return StoreBusyError(f"another process holds {self._name}; try again")
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return StoreError(f"{self._name} is damaged ({error}); nothing was changed: {self._cure}")
        return StoreError(f"{self._name} cannot be used: {error}")

    def create(self, fingerprint: str) -> None:
        """Make the tables in one transaction."""
        facts = {"schema": str(SCHEMA_VERSION), "encoder": fingerprint}
        facts |= dict.fromkeys(("generation", "journal_floor", "dense_saved"), "0")
        with self.writing() as connection:
            metadata.create_all(connection)
            connection.execute(insert(meta), [{"key": key, "value": value} for key, value in facts.items()])

    def is_empty(self) -> bool:
        """True when the file has no tables yet."""
        with self.reading() as connection:
            return not _tables(connection)

    def is_outdated(self) -> bool:
        """True when an earlier program made the catalogue and this one can bring it up to date."""
        with self.reading() as connection:
            return "meta" in _tables(connection) and can_migrate(version_of(connection))

    def migrate(self) -> None:
        """Bring the catalogue up to date in one transaction. The caller holds the writer lock."""
        with self.writing() as connection:
            if can_migrate(version_of(connection)):  # another process may have been quicker
                migrate(connection)

    def require(self, fingerprint: str) -> None:
        """Refuse a catalogue that this program or this encoder cannot continue.

        Raises:
            StoreVersionError: it was made by a newer program or with another encoder.
            StoreError: it is not a catalogue of this program.
        """
        with self.reading() as connection:
            if "meta" not in _tables(connection):
                raise StoreError(f"{self.path} is an SQLite file, but not a catalogue of this program")
            found = dict(connection.execute(select(meta.c.key, meta.c.value)).all())
            version = version_of(connection)
        if version != SCHEMA_VERSION:
            ways = "use that program, or ingest into an empty folder"
            if can_migrate(version):
                ways = "jushi check --repair, or any command that writes, brings it up to date"
            age = "a newer" if version > SCHEMA_VERSION else "an older"
            raise StoreVersionError(
                f"{self.path} has schema version {version} of {age} program, "
                f"but this one reads version {SCHEMA_VERSION}: {ways}"
            )
        if found["encoder"] != fingerprint:
            raise StoreVersionError(
                f"{self.path} holds vectors of the encoder {found['encoder']}, but {fingerprint} is configured: "
                "configure the former, or ingest into an empty folder"
            )

    def shrink(self) -> None:
        """Give the space of what was deleted back to the disk, unless a long-running reader is in the way."""
        with (
            suppress(StoreBusyError),
            self.translated(),
            closing(self._engine.raw_connection()) as connection,
            closing(connection.cursor()) as cursor,
        ):
            cursor.execute("PRAGMA busy_timeout = 100")
            try:
                cursor.execute("VACUUM")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                cursor.execute(_BUSY_TIMEOUT)

    def close(self) -> None:
        """Close every connection that is not in use."""
        self._engine.dispose()


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN DEFERRED")


def _tables(connection: Connection) -> set[str]:
    return set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars())
