"""The tables of the catalogue, which is the truth: everything else in the data folder can be rebuilt from it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Named, String, Table, TypedColumns

SCHEMA_VERSION = 2  # whoever raises it adds a step to rag/store/migrations.py

metadata = MetaData()


class MetaColumns(TypedColumns):
    """Facts about the folder itself: schema version, encoder fingerprint, generation, journal floor."""

    key: Named[str] = Column(String, primary_key=True)
    value: Named[str]


class ArticleColumns(TypedColumns):
    """One row per article id. `publisher` and `day` repeat the current revision's, for filters."""

    number: Named[int] = Column(Integer, primary_key=True)  # in order of first ingest, never used twice
    article_id: Named[str] = Column(String, unique=True)
    current: Named[int | None]  # number of the current revision
    cluster: Named[int | None] = Column(Integer, index=True)  # reprints share it; a revision number, so never reused
    live: Named[bool]  # True for the one article of a cluster that is searched
    publisher: Named[str | None]
    day: Named[date | None] = Column(index=True)


class RevisionColumns(TypedColumns):
    """One row per kept revision: what lists and answers show without unpacking its text."""

    number: Named[int] = Column(Integer, primary_key=True)  # in order of ingest, never used twice
    article: Named[int] = Column(Integer, ForeignKey("articles.number", ondelete="CASCADE"))
    revision: Named[str]
    title: Named[str]
    name: Named[str]
    media: Named[str]
    encoding: Named[str]
    url: Named[str | None]
    publisher: Named[str | None]
    author: Named[str | None]
    day: Named[date | None]
    time: Named[str | None]  # ISO 8601 with offset, where the hour is known
    day_confidence: Named[float | None]
    day_origin: Named[str | None]
    language: Named[str]
    ingested_at: Named[str | None]  # ISO 8601
    characters: Named[int]
    passages: Named[int]


class ContentColumns(TypedColumns):
    """The text, source, page and maps of a revision, packed (see `packing`)."""

    number: Named[int] = Column(Integer, ForeignKey("revisions.number", ondelete="CASCADE"), primary_key=True)
    packed: Named[bytes] = Column(LargeBinary)


class PassageColumns(TypedColumns):
    """The passages of current revisions; those of superseded ones are gone."""

    passage_id: Named[int] = Column(Integer, primary_key=True)
    article: Named[int] = Column(Integer, ForeignKey("articles.number", ondelete="CASCADE"))
    ordinal: Named[int]
    start: Named[int]
    end: Named[int]
    text: Named[str]
    heading: Named[str]
    live: Named[bool]  # as the article's; only live passages stand in the indexes


class VectorColumns(TypedColumns):
    """The vector of each passage, little-endian float32."""

    passage_id: Named[int] = Column(Integer, ForeignKey("passages.passage_id", ondelete="CASCADE"), primary_key=True)
    vector: Named[bytes] = Column(LargeBinary)


class JournalColumns(TypedColumns):
    """What each generation put into the indexes and took out of them, by passage id only."""

    number: Named[int] = Column(Integer, primary_key=True)
    generation: Named[int] = Column(Integer, index=True)
    added: Named[bool]
    passage_id: Named[int]


class FingerprintColumns(TypedColumns):
    """What was hashed of an article's current revision, as packed 64-bit integers."""

    article: Named[int] = Column(Integer, ForeignKey("articles.number", ondelete="CASCADE"), primary_key=True)
    signature: Named[bytes] = Column(LargeBinary)
    bands: Named[bytes] = Column(LargeBinary)
    sentences: Named[bytes] = Column(LargeBinary)


class BandColumns(TypedColumns):
    """Which articles carry a MinHash band."""

    band: Named[int] = Column(Integer, primary_key=True)
    article: Named[int] = Column(Integer, primary_key=True)


class SentenceColumns(TypedColumns):
    """Which articles hold a sentence, and whether their passages leave it out."""

    hash: Named[int] = Column(Integer, primary_key=True)
    skipped: Named[bool] = Column(primary_key=True)
    article: Named[int] = Column(Integer, primary_key=True)


class SentenceCountColumns(TypedColumns):
    """In how many live articles a sentence stands: of a publisher, and of all (publisher '')."""

    hash: Named[int] = Column(Integer, primary_key=True)
    publisher: Named[str] = Column(String, primary_key=True)
    articles: Named[int]


class RecurringColumns(TypedColumns):
    """Sentences that are left out of passages (active), or were once."""

    hash: Named[int] = Column(Integer, primary_key=True)
    active: Named[bool]


meta = Table("meta", metadata, MetaColumns)
articles = Table("articles", metadata, ArticleColumns, sqlite_autoincrement=True)
revisions = Table("revisions", metadata, RevisionColumns, sqlite_autoincrement=True)
contents = Table("contents", metadata, ContentColumns)
passages = Table("passages", metadata, PassageColumns)
vectors = Table("vectors", metadata, VectorColumns)
journal = Table("journal", metadata, JournalColumns, sqlite_autoincrement=True)
fingerprints = Table("fingerprints", metadata, FingerprintColumns)
bands = Table("bands", metadata, BandColumns, sqlite_with_rowid=False)
sentences = Table("sentences", metadata, SentenceColumns, sqlite_with_rowid=False)
sentence_counts = Table("sentence_counts", metadata, SentenceCountColumns, sqlite_with_rowid=False)
recurring = Table("recurring", metadata, RecurringColumns)

Index("revisions_by_article", revisions.c.article, revisions.c.revision, unique=True)
Index("passages_by_article", passages.c.article, passages.c.ordinal)
Index("passages_live", passages.c.live)
Index("sentences_repeated", sentence_counts.c.hash, sqlite_where=sentence_counts.c.articles > 1)
Index("articles_by_publisher", articles.c.live, articles.c.publisher)
