"""Answers that were given, kept by their id in a file of their own beside the catalogue."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Named,
    String,
    Table,
    TypedColumns,
    delete,
    func,
    insert,
    select,
)

from rag.errors import NotFoundError
from rag.store.database import Database

_metadata = MetaData()


class _Columns(TypedColumns):
    """One row per answer; its JSON is packed, since what it quotes repeats itself."""

    number: Named[int] = Column(Integer, primary_key=True)  # in order of keeping
    answer_id: Named[str] = Column(String, unique=True)
    packed: Named[bytes] = Column(LargeBinary)


_answers = Table("answers", _metadata, _Columns)


class KeptAnswers:
    """The latest `limit` answers as JSON. Safe for several threads and processes; made when the first is kept."""

    def __init__(self, path: Path, *, limit: int) -> None:
        self._path = path
        self._limit = limit
        self._lock = threading.Lock()
        self._database: Database | None = None

    def keep(self, answer_id: str, body: str) -> None:
        """Keep the JSON of an answer, in place of an earlier one of that id; the oldest beyond the limit go.

        Raises:
            StoreError: the file cannot be written.
        """
        self.keep_all({answer_id: body})

    def keep_all(self, bodies: Mapping[str, str]) -> None:
        """Keep several by their ids, in one transaction; raises as `keep`."""
        rows = [{"answer_id": answer_id, "packed": zlib.compress(body.encode())} for answer_id, body in bodies.items()]
        if not rows:
            return
        with self._opened().writing() as connection:
            connection.execute(delete(_answers).where(_answers.c.answer_id.in_(list(bodies))))
            connection.execute(insert(_answers), rows)
            newest = select(func.max(_answers.c.number)).scalar_subquery()
            connection.execute(delete(_answers).where(_answers.c.number <= newest - self._limit))

    def get(self, answer_id: str) -> str:
        """The JSON of an answer.

        Raises:
            NotFoundError: none of that id is kept.
            StoreError: the file cannot be read.
        """
        found = None
        if self._path.exists():
            with self._opened().reading() as connection:
                found = connection.scalar(select(_answers.c.packed).where(_answers.c.answer_id == answer_id))
        if found is None:
            raise NotFoundError(
                f"no answer {answer_id!r} is kept; the latest {self._limit} are (setting kept_answers)", field="id"
            )
        return zlib.decompress(found).decode()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    def _opened(self) -> Database:
        with self._lock:
            if self._database is None:
                opened = Database(self._path, name="file of kept answers", cure="delete it, and answers are kept anew")
                with opened.writing() as connection:
                    _metadata.create_all(connection)
                self._database = opened
            return self._database
