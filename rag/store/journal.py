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
    return int(connection.execute(_FACT, {"fact": "generation"}).scalar_one())


def floor(connection: Connection) -> int:
    """The oldest generation from which the journal leads to the newest one."""
    return int(connection.execute(_FACT, {"fact": "journal_floor"}).scalar_one())


def record(connection: Connection, changes: Changes) -> int:
    """Begin a new generation and write its operations; returns its number."""
    number = generation(connection) + 1
    connection.execute(update(meta).where(meta.c.key == "generation").values(value=str(number)))
    rows = [{"generation": number, "added": added, "passage_id": id_} for id_, added in changes.operations.items()]
    if rows:
        connection.execute(insert(journal), rows)
    return number


def since(connection: Connection, start: int, end: int) -> Changes:
    """The joint effect of the generations in `(start, end]`."""
    wanted = journal.c.generation.between(start + 1, end)
    rows = connection.execute(select(journal.c.passage_id, journal.c.added).where(wanted).order_by(journal.c.number))
    return Changes(operations=dict(rows.tuples().all()))


def lag(connection: Connection, start: int) -> int:
    """How many operations came after generation `start`."""
    return connection.execute(select(func.count()).where(journal.c.generation > start)).scalar_one()


def trim(connection: Connection, end: int) -> None:
    """Forget the operations of all generations up to `end`, once no saved index is older."""
    connection.execute(delete(journal).where(journal.c.generation <= end))
    connection.execute(update(meta).where(meta.c.key == "journal_floor").values(value=str(end)))
