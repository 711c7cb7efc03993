"""The generation of the catalogue, and what each one changed in the indexes that are derived from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from rag.store.schema import journal, meta

_FACT = select(meta.c.value).where(meta.c.key == bindparam("fact"))


@dataclass(slots=True)
class Changes:
    """What one transaction does to the indexes, so far. A later operation on the same passage replaces the earlier."""

    operations: dict[int, bool] = field(default_factory=dict)  # passage id -> added (True) or removed
    sentences: set[int] = field(default_factory=set)  # hashes whose counts changed
    fell: bool = False  # an article left the search, so that shares of all sentences have grown

    def add(self, passage_ids: Iterable[int]) -> None:
        """These passages are searched from now on, or have new content."""
        self.operations.update(dict.fromkeys(passage_ids, True))

    def remove(self, passage_ids: Iterable[int]) -> None:
        """These passages are not searched any more."""
        self.operations.update(dict.fromkeys(passage_ids, False))

    @property
    def added(self) -> list[int]:
        """Passages to put into the indexes."""
        return [passage_id for passage_id, added in self.operations.items() if added]

    @property
    def removed(self) -> list[int]:
        """Passages to take out of the indexes."""
        return [passage_id for passage_id, added in self.operations.items() if not added]


def generation(connection: Connection) -> int:
    """The generation that this transaction sees."""
    return _read(connection, "generation")


def floor(connection: Connection) -> int:
    """The oldest generation from which the journal leads to the newest one."""
    return _read(connection, "journal_floor")


def dense_lag(connection: Connection) -> int:
    """How many operations came after the dense index was last written to its file."""
    saved = _read(connection, "dense_saved")
    return connection.execute(select(func.count()).where(journal.c.generation > saved)).scalar_one()


def note_dense_saved(connection: Connection, number: int) -> None:
    """Remember that the file of the dense index shows generation `number`."""
    _write(connection, "dense_saved", number)


def _read(connection: Connection, fact: str) -> int:
    return int(connection.execute(_FACT, {"fact": fact}).scalar_one())


def _write(connection: Connection, fact: str, number: int) -> None:
    connection.execute(update(meta).where(meta.c.key == fact).values(value=str(number)))


def record(connection: Connection, changes: Changes) -> int:
    """Begin a new generation and write its operations; returns its number."""
    number = generation(connection) + 1
    _write(connection, "generation", number)
    rows = [{"generation": number, "added": added, "passage_id": id_} for id_, added in changes.operations.items()]
    if rows:
        connection.execute(insert(journal), rows)
    return number


def since(connection: Connection, start: int, end: int) -> Changes:
    """The joint effect of the generations in `(start, end]`."""
    wanted = journal.c.generation.between(start + 1, end)
    rows = connection.execute(select(journal.c.passage_id, journal.c.added).where(wanted).order_by(journal.c.number))
    return Changes(operations=dict(rows.all()))


def trim(connection: Connection, end: int) -> None:
    """Forget the operations of all generations up to `end`, once no saved index is older."""
    connection.execute(delete(journal).where(journal.c.generation <= end))
    _write(connection, "journal_floor", end)
