"""From the schema of an earlier program to this one's, one version at a time.

Whoever changes `rag/store/schema.py` raises `SCHEMA_VERSION` there, adds the step from the version before here, and a
dump of that version to the tests. A step sees the tables as its own version left them, so it is written in SQL and not
with the tables of `schema.py`, which go on changing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, select, update

from rag.store.schema import SCHEMA_VERSION, meta

Step = Callable[[Connection], None]


def _index_of_repeated_sentences(connection: Connection) -> None:
    """Version 1 was written with and without this index; without it, each commit looks through all sentences."""
    connection.exec_driver_sql(
        "CREATE INDEX IF NOT EXISTS sentences_repeated ON sentence_counts (hash) WHERE articles > 1"
    )


STEPS: Mapping[int, Step] = {
    1: _index_of_repeated_sentences,
}
"""The step from each version to the next."""


def version_of(connection: Connection) -> int:
    """The version of the schema that a catalogue has; 0 where it does not say."""
    found = connection.execute(select(meta.c.value).where(meta.c.key == "schema")).scalar_one_or_none()
    return int(found) if found is not None and found.isdecimal() else 0


def can_migrate(version: int, steps: Mapping[int, Step] = STEPS, target: int = SCHEMA_VERSION) -> bool:
    """Whether steps lead from `version` to `target`."""
    return version < target and all(number in steps for number in range(version, target))


def migrate(connection: Connection, steps: Mapping[int, Step] = STEPS, target: int = SCHEMA_VERSION) -> None:
    """Take every step that is left, within the transaction of `connection`: all of them are taken, or none."""
    for number in range(version_of(connection), target):
        steps[number](connection)
    connection.execute(update(meta).where(meta.c.key == "schema").values(value=str(target)))
