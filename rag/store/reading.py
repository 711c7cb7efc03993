"""What the catalogue says, read within one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Connection, Row, ScalarSelect, func, select
from sqlalchemy.sql.selectable import FromClause

from embeddings.encoder import Vectors
from rag.errors import NotFoundError
from rag.store.lexical import LexicalEntry
from rag.store.packing import Unpacked, unpack_vectors
from rag.store.protocol import StoreStatus
from rag.store.schema import articles, contents, passages, recurring, revisions, vectors
from rag.store.sets import members
from rag.types import Article, ArticleInfo, Filters, Media, Passage, Published

_twins = articles.alias("twins")
_REPRINTS = select(func.count() - 1).where(_twins.c.cluster == articles.c.cluster).correlate(articles).scalar_subquery()
_CURRENT = articles.join(revisions, revisions.c.number == articles.c.current)
_MOST_REPRINTS = 1000  # listed beside an article


def live_ids(connection: Connection, passage_ids: Sequence[int]) -> frozenset[int]:
    """Those of the passages that are searched."""
    wanted = passages.c.passage_id.in_(members(passage_ids))
    return frozenset(connection.execute(select(passages.c.passage_id).where(passages.c.live, wanted)).scalars())


def all_live_ids(connection: Connection) -> npt.NDArray[np.int64]:
    """Every passage that is searched, in order of id."""
    found = select(passages.c.passage_id).where(passages.c.live).order_by(passages.c.passage_id)
    return np.fromiter(connection.execute(found).scalars(), dtype=np.int64)


def allowed_ids(connection: Connection, filters: Filters) -> npt.NDArray[np.int64]:
    """The passages that are searched under these filters, in order of id."""
    joined = passages.join(articles, articles.c.number == passages.c.article)
    found = (
        select(passages.c.passage_id)
        .select_from(joined)
        .where(passages.c.live, *limits(filters))
        .order_by(passages.c.passage_id)
    )
    return np.fromiter(connection.execute(found).scalars(), dtype=np.int64)


def limits(filters: Filters) -> list[ColumnElement[bool]]:
    """The conditions on an article that the filters come to."""
    found: list[ColumnElement[bool]] = []
    if filters.article_ids:
        found.append(articles.c.article_id.in_(members(filters.article_ids)))
    if filters.publishers:
        found.append(articles.c.publisher.in_(members(filters.publishers)))
    if filters.since:
        found.append(articles.c.day >= filters.since)
    if filters.until:
        found.append(articles.c.day <= filters.until)
    return found


def lexical_entries(connection: Connection, passage_ids: Sequence[int] | None = None) -> Iterator[LexicalEntry]:
    """What the lexical index holds of these passages (of all, if None), as far as they are searched."""
    joined = passages.join(_CURRENT, articles.c.number == passages.c.article)
    where: list[ColumnElement[bool]] = [passages.c.live]
    if passage_ids is not None:
        where.append(passages.c.passage_id.in_(members(passage_ids)))
    rows = connection.execute(
        select(
            passages.c.passage_id, articles.c.article_id, articles.c.publisher, articles.c.day, revisions.c.title,
            passages.c.heading, passages.c.text,
        ).select_from(joined).where(*where)
    )  # fmt: skip
    for id_, article_id, publisher, day, title, heading, text in rows:
        body = f"{heading}\n{text}"
        yield LexicalEntry(passage_id=id_, article_id=article_id, publisher=publisher, day=day, title=title, body=body)


def live_vectors(connection: Connection, dim: int, size: int) -> Iterator[tuple[npt.NDArray[np.int64], Vectors]]:
    """All searched passages in order of id, `size` at a time: ids of shape (n,) and vectors of shape (n, dim)."""
    joined = passages.join(vectors, vectors.c.passage_id == passages.c.passage_id)
    found = select(passages.c.passage_id, vectors.c.vector).select_from(joined).where(passages.c.live)
    result = connection.execute(found.order_by(passages.c.passage_id))
    while rows := result.fetchmany(size):
        ids = np.array([passage_id for passage_id, _ in rows], dtype=np.int64)
        yield ids, unpack_vectors([packed for _, packed in rows], dim)


def _passage_rows(connection: Connection, where: Sequence[ColumnElement[bool]]) -> list[Passage]:
    joined = passages.join(_CURRENT, articles.c.number == passages.c.article)
    rows = connection.execute(
        select(
            passages.c.passage_id, articles.c.article_id, revisions.c.revision, passages.c.ordinal, passages.c.start,
            passages.c.end, passages.c.text, revisions.c.title, passages.c.heading,
        ).select_from(joined).where(*where).order_by(passages.c.article, passages.c.ordinal)
    )  # fmt: skip
    return [
        Passage(
            passage_id=id_, article_id=article_id, revision=revision, ordinal=ordinal, start=start, end=end, text=text,
            title=title, heading=heading,
        )
        for id_, article_id, revision, ordinal, start, end, text, title, heading in rows
    ]  # fmt: skip


def passages_by_id(connection: Connection, passage_ids: Sequence[int]) -> dict[int, Passage]:
    """The searched passages among these, by id."""
    found = _passage_rows(connection, [passages.c.live, passages.c.passage_id.in_(members(passage_ids))])
    return {passage.passage_id: passage for passage in found}


def passages_of(connection: Connection, article_id: str) -> list[Passage]:
    """The passages of an article's current revision, searched or not, in order."""
    return _passage_rows(connection, [articles.c.article_id == article_id])


def vectors_of(connection: Connection, passage_ids: Sequence[int], dim: int) -> Vectors:
    """The vectors of these live passages, shape (n, dim), in the order asked for.

    Raises:
        NotFoundError: one of them is not searched.
    """
    wanted = passages.c.passage_id.in_(members(passage_ids))
    joined = passages.join(vectors, vectors.c.passage_id == passages.c.passage_id)
    rows = connection.execute(
        select(passages.c.passage_id, vectors.c.vector).select_from(joined).where(passages.c.live, wanted)
    )
    found = dict(rows.all())
    if missing := [passage_id for passage_id in passage_ids if passage_id not in found]:
        raise NotFoundError(f"there is no searched passage {missing[0]}")
    return unpack_vectors([found[passage_id] for passage_id in passage_ids], dim)


def infos(connection: Connection, article_ids: Sequence[str]) -> dict[str, ArticleInfo]:
    """The current revisions of these articles, by id."""
    found = _info_rows(connection, [articles.c.article_id.in_(members(article_ids))], offset=0, limit=-1)
    return {info.article_id: info for info in found}


def listed(connection: Connection, filters: Filters | None, *, offset: int, limit: int) -> list[ArticleInfo]:
    """Current revisions, newest ingest first."""
    return _info_rows(connection, limits(filters or Filters()), offset=offset, limit=limit)


def _info_rows(
    connection: Connection, where: Sequence[ColumnElement[bool]], *, offset: int, limit: int
) -> list[ArticleInfo]:
    rows = connection.execute(
        select(revisions, articles.c.article_id, articles.c.live, _REPRINTS.label("reprints"))
        .select_from(_CURRENT).where(*where).order_by(revisions.c.number.desc()).offset(offset).limit(limit)
    ).all()  # fmt: skip
    return [
        ArticleInfo(
            article_id=row.article_id, revision=row.revision, title=row.title, name=row.name, url=row.url,
            publisher=row.publisher, published=_published(row), passages=row.passages, reprints=row.reprints,
            characters=row.characters, live=row.live,
        )
        for row in rows
    ]  # fmt: skip


def _published(row: Row[*tuple[object, ...]]) -> Published | None:
    if row.day is None:
        return None
    time = datetime.fromisoformat(row.time) if row.time else None
    return Published(day=row.day, confidence=row.day_confidence, origin=row.day_origin, time=time)


def article(connection: Connection, article_id: str, revision: str | None = None) -> Article:
    """One article, the current revision unless another is named.

    Raises:
        NotFoundError: there is no such article or revision.
    """
    joined: FromClause = articles.join(revisions, revisions.c.article == articles.c.number)
    joined = joined.join(contents, contents.c.number == revisions.c.number)
    which = revisions.c.number == articles.c.current if revision is None else revisions.c.revision == revision
    row = connection.execute(
        select(revisions, contents.c.packed)
        .select_from(joined)
        .where(articles.c.article_id == article_id, which)
    ).one_or_none()  # fmt: skip
    if row is None:
        what = f"article {article_id!r}" if revision is None else f"revision {revision!r} of article {article_id!r}"
        raise NotFoundError(f"there is no {what}")
    parts = Unpacked(row.packed, row.encoding)
    return Article(
        article_id=article_id, revision=row.revision, title=row.title, text=parts.text, source_text=parts.source_text,
        source_map=parts.offset_map("source_map"), page_map=parts.offset_map("page_map"), page=parts.page,
        name=row.name, media=Media(row.media), encoding=row.encoding, url=row.url, publisher=row.publisher,
        author=row.author, published=_published(row), language=row.language, headings=parts.spans("headings"),
        damaged=parts.spans("damaged"), suspicious=parts.spans("suspicious"), repairs=parts.repairs,
        removed=parts.spans("removed"),
        ingested_at=datetime.fromisoformat(row.ingested_at) if row.ingested_at else None,
    )  # fmt: skip


def revisions_of(connection: Connection, article_id: str) -> list[str]:
    """All kept revisions of an article, oldest first."""
    joined = revisions.join(articles, articles.c.number == revisions.c.article)
    found = select(revisions.c.revision).select_from(joined).where(articles.c.article_id == article_id)
    return list(connection.execute(found.order_by(revisions.c.number)).scalars())


def reprints_of(connection: Connection, article_id: str) -> list[ArticleInfo]:
    """The other articles of the same cluster, newest ingest first."""
    cluster = select(_twins.c.cluster).where(_twins.c.article_id == article_id).scalar_subquery()
    where = [articles.c.cluster == cluster, articles.c.article_id != article_id]
    return _info_rows(connection, where, offset=0, limit=_MOST_REPRINTS)


def status(connection: Connection, *, generation: int, encoder: str, size_bytes: int) -> StoreStatus:
    """Sizes of the tables, from their indexes alone, beside what the caller knows (who fills in `dense_kind`)."""
    clusters = select(articles.c.cluster).group_by(articles.c.cluster).having(func.count() > 1).subquery()
    row = connection.execute(
        select(
            _count(articles),
            _count(articles, articles.c.live),
            _count(revisions),
            _count(passages),
            _count(passages, passages.c.live),
            _count(clusters),
            _count(recurring, recurring.c.active),
            select(func.max(articles.c.day)).scalar_subquery(),
        )
    ).one()
    return StoreStatus(
        generation=generation,
        articles=row[0],
        live_articles=row[1],
        revisions=row[2],
        passages=row[3],
        live_passages=row[4],
        reprint_clusters=row[5],
        recurring_sentences=row[6],
        encoder=encoder,
        size_bytes=size_bytes,
        dense_kind="",
        last_published=row[7],
    )


def _count(source: FromClause, *where: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(source).where(*where).scalar_subquery()
