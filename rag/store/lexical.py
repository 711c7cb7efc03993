"""Words -> passages: BM25 over tantivy, kept beside the catalogue and derived from it.

The index holds one document for each live passage, and one marker whose `generation` says which catalogue it shows.
Both are written in one tantivy commit, so an index is always wholly of one generation, whenever its writer dies.
"""

from __future__ import annotations

import json
import shutil
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import tantivy

from rag.errors import StoreError
from rag.text.words import words
from rag.types import Filters, Hit

DEFAULT_TITLE_BOOST = 0.1  # measured: 1.0 costs 15 points of recall@1 where titles are guessed from opening sentences
_MARKER = 2**63  # one past the passage ids, which have 63 bits
_WRITER_MEMORY = 64_000_000
_FOOTER_MAGIC = 1337
_SPARE = 16  # hits fetched beyond k, to see whether the k-th score is shared


class LexicalDamagedError(StoreError):
    """The index cannot be read; it can be rebuilt from the catalogue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LexicalEntry:
    """What the index holds of a passage."""

    passage_id: int
    article_id: str
    publisher: str | None
    day: date | None
    title: str
    body: str  # heading and text


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("passage", indexed=True, fast=True)
    builder.add_unsigned_field("generation", fast=True)
    builder.add_unsigned_field("day", indexed=True, fast=True)
    builder.add_text_field("article", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("publisher", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("title", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("body", tokenizer_name="whitespace", index_option="freq")
    return builder.build()


@contextmanager
def _damage(folder: Path) -> Iterator[None]:
    """Failures of tantivy inside the block become `LexicalDamagedError`; its panics are not even `Exception`s."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise LexicalDamagedError(f"the lexical index {folder} cannot be read: {error}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise LexicalDamagedError(f"the lexical index {folder} is damaged: {error}") from error


class LexicalView:
    """The index at one generation; unchanged by later commits. Safe for use by many threads."""

    def __init__(self, folder: Path, searcher: tantivy.Searcher, *, title_boost: float) -> None:
        self._folder = folder
        self._searcher = searcher
        self._schema = _schema()
        self._title_boost = title_boost
        self.generation = self._read_generation()

    def __len__(self) -> int:
        return int(self._searcher.num_docs) - 1 if self.generation >= 0 else 0

    def _read_generation(self) -> int:
        """The marker's number, or -1 for an index that nothing was ever written to."""
        with _damage(self._folder):
            found = self._searcher.search(self._term("passage", _MARKER), 1)
            if not found.hits:
                return -1
            (generation,) = self._searcher.fast_field_values("generation", [found.hits[0][1]])
        return int(generation or 0)

    def _term(self, field: str, value: str | int) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, value)

    def search(self, query_words: Sequence[str], k: int, filters: Filters) -> list[Hit]:
        """The k passages with the highest BM25 (k1 = 1.2, b = 0.75), best first, equal scores in order of id.

        A passage scores `title_boost` times the BM25 of its title plus that of heading and text; a repeated query word
        counts as often as it stands.
        """
        if k <= 0 or not query_words:
            return []
        query = self._query(query_words, filters)
        limit = k + _SPARE
        with _damage(self._folder):
            found = self._searcher.search(query, limit, count=False).hits
            while len(found) == limit and found[-1][0] == found[k - 1][0]:  # the tie at rank k goes on: fetch all of it
                limit *= 4
                found = self._searcher.search(query, limit, count=False).hits
            ids = self._searcher.fast_field_values("passage", [address for _, address in found])
        hits = [Hit(passage_id=int(id_ or 0), score=float(score)) for id_, (score, _) in zip(ids, found, strict=True)]
        return sorted(hits, key=lambda hit: (-hit.score, hit.passage_id))[:k]

    def _query(self, query_words: Sequence[str], filters: Filters) -> tantivy.Query:
        clauses = []
        for word, times in Counter(query_words).items():
            for field, boost in (("title", self._title_boost * times), ("body", float(times))):
                if boost > 0:
                    clauses.append((tantivy.Occur.Should, tantivy.Query.boost_query(self._term(field, word), boost)))
        query = tantivy.Query.boolean_query(clauses)
        limits = self._limits(filters)
        if not limits:
            return query
        musts = [(tantivy.Occur.Must, tantivy.Query.const_score_query(limit, 0.0)) for limit in limits]
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, query), *musts])

    def _limits(self, filters: Filters) -> list[tantivy.Query]:
        limits = [
            tantivy.Query.term_set_query(self._schema, field, list(values))
            for field, values in (("article", filters.article_ids), ("publisher", filters.publishers))
            if values
        ]
        if filters.since or filters.until:
            limits.append(
                tantivy.Query.range_query(
                    self._schema,
                    "day",
                    tantivy.FieldType.Unsigned,
                    (filters.since or date.min).toordinal(),
                    (filters.until or date.max).toordinal(),
                )
            )
        return limits

    def document_frequency(self, query_words: Iterable[str]) -> dict[str, int]:
        """In how many passages each word stands, in title, heading or text."""
        frequencies = {}
        with _damage(self._folder):
            for word in dict.fromkeys(query_words):
                either = [(tantivy.Occur.Should, self._term(field, word)) for field in ("title", "body")]
                found = self._searcher.search(tantivy.Query.boolean_query(either), 1)
                frequencies[word] = int(found.count)  # type: ignore[attr-defined]  # missing from tantivy's stub only
        return frequencies

    def ids(self) -> list[int]:
        """The ids of all passages, in order; a passage that stands twice is listed twice."""
        with _damage(self._folder):
            found = self._searcher.search(tantivy.Query.all_query(), max(1, self._searcher.num_docs))
            values = self._searcher.fast_field_values("passage", [address for _, address in found.hits])
        return sorted(int(value) for value in values if value is not None and value != _MARKER)


class LexicalIndex:
    """A tantivy index in a folder. One process writes at a time (the caller holds the lock); any number read."""

    def __init__(self, folder: Path, *, title_boost: float = DEFAULT_TITLE_BOOST) -> None:
        """Open the index.

        Raises:
            LexicalDamagedError: there is none, or it cannot be read, or it has other fields.
        """
        if not (folder / "meta.json").is_file():  # tantivy would make an empty index, and every search would miss
            raise LexicalDamagedError(f"the lexical index {folder} cannot be read: it has no meta.json")
        self.folder = folder
        self._title_boost = title_boost
        with _damage(folder):
            self._index = tantivy.Index(_schema(), path=str(folder))
            self._index.config_reader(reload_policy="manual")
        self._writer: tantivy.IndexWriter | None = None
        self.view = self.refresh()

    @classmethod
    def rebuild(
        cls, folder: Path, entries: Iterable[LexicalEntry], generation: int, *, title_boost: float = DEFAULT_TITLE_BOOST
    ) -> LexicalIndex:
        """A new index in the place of whatever stands in `folder`; it is written beside it and put there whole."""
        beside = folder.with_name(f"{folder.name}.new")
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        with _damage(beside):
            tantivy.Index(_schema(), path=str(beside))
        index = cls(beside)
        index.stage(entries, fresh=True)
        index.publish(generation)
        index.release()
        shutil.rmtree(folder, ignore_errors=True)
        beside.rename(folder)
        return cls(folder, title_boost=title_boost)

    def refresh(self) -> LexicalView:
        """Show what was committed last, by any process."""
        with _damage(self.folder):
            self._index.reload()
            searcher = self._index.searcher()
        self.view = LexicalView(self.folder, searcher, title_boost=self._title_boost)
        return self.view

    def stage(
        self,
        entries: Iterable[LexicalEntry],
        *,
        removed: Iterable[int] = (),
        replaced: Iterable[int] = (),
        fresh: bool = False,
    ) -> None:
        """Prepare a change; nobody sees it before `publish`.

        Args:
            entries: what to add.
            removed: ids to take out.
            replaced: ids of `entries` that may stand there already, so that a change can be applied twice.
            fresh: take out all that is there first.
        """
        with _damage(self.folder):
            writer = self._open_writer()
            if fresh:
                writer.delete_all_documents()
            else:
                writer.delete_documents_by_query(_any_of(_MARKER, *removed, *replaced))
            for entry in entries:
                writer.add_document(_document(entry))

    def publish(self, generation: int) -> None:
        """Make what was staged visible, as `generation`, in one step and durably."""
        with _damage(self.folder):
            writer = self._open_writer()
            marker = tantivy.Document()
            marker.add_unsigned("passage", _MARKER)
            marker.add_unsigned("generation", generation)
            writer.add_document(marker)
            writer.commit()
        self.refresh()

    def abandon(self) -> None:
        """Forget what was staged."""
        if self._writer is not None:
            with _damage(self.folder):
                self._writer.rollback()

    def _open_writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(_WRITER_MEMORY, 1)
            self._writer.garbage_collect_files()  # a killed writer's files would stand in the way of ours
        return self._writer

    def release(self) -> None:
        """Finish merging segments, and let another process write."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            with _damage(self.folder):
                writer.wait_merging_threads()

    def damaged_files(self) -> list[str]:
        """Names of files in use whose content does not match the checksum in their footer."""
        meta = json.loads((self.folder / "meta.json").read_bytes())
        used = {segment["segment_id"].replace("-", "") for segment in meta["segments"]}
        files = [path for path in self.folder.iterdir() if path.stem.split(".")[0] in used]
        return sorted(path.name for path in files if not _is_intact(path))


def _any_of(*passage_ids: int) -> tantivy.Query:
    # by query, since deleting by term takes a number for a signed one and finds nothing
    return tantivy.Query.term_set_query(_schema(), "passage", list(passage_ids))


def _document(entry: LexicalEntry) -> tantivy.Document:
    document = tantivy.Document()
    document.add_unsigned("passage", entry.passage_id)
    document.add_text("article", entry.article_id)
    if entry.publisher:
        document.add_text("publisher", entry.publisher)
    if entry.day:
        document.add_unsigned("day", entry.day.toordinal())
    document.add_text("title", _title(entry.title))
    document.add_text("body", _joined(entry.body))
    return document


def _joined(text: str) -> str:
    return " ".join(words(text))


@lru_cache(maxsize=256)
def _title(title: str) -> str:  # all passages of an article have the same one
    return _joined(title)


def _is_intact(path: Path) -> bool:
    """Check a segment file: content, JSON footer with its CRC-32, footer length, magic number (tantivy's format)."""
    data = path.read_bytes()
    length, magic = (int.from_bytes(data[at : at + 4], "little") for at in (len(data) - 8, len(data) - 4))
    if magic != _FOOTER_MAGIC or length + 8 > len(data):
        return False
    try:
        footer: Mapping[str, object] = json.loads(data[-8 - length : -8])
    except ValueError:
        return False
    return footer.get("crc") == zlib.crc32(data[: -8 - length])
