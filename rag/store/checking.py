"""Proof that the catalogue is sound and that both indexes hold exactly what it says; each finding is one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from sqlalchemy import Connection, func, select

from embeddings.index import DenseIndex
from rag.errors import StoreError
from rag.store import reading
from rag.store.lexical import LexicalDamagedError, LexicalIndex
from rag.store.schema import articles, passages, revisions, sentence_counts, sentences, vectors
from rag.types import Article, Passage

_BATCH = 10_000
_TOLERANCE = {"flat": 1e-6, "hnsw": 1e-3}  # a graph keeps half floats
_SHOWN = 5  # ids named in one finding


def catalogue_problems(connection: Connection, dim: int) -> list[str]:
    """What is wrong with SQLite's pages, the rows, the texts and the maps."""
    pages = [text for text in connection.exec_driver_sql("PRAGMA integrity_check").scalars() if text != "ok"]
    if pages:
        return [f"SQLite says of the catalogue: {text}" for text in pages]
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    found = [f"a row of table {row[0]} belongs to no row of table {row[2]}" for row in orphans]
    found.extend(_row_problems(connection, dim))
    for article_id in connection.execute(select(articles.c.article_id).order_by(articles.c.number)).scalars().all():
        found.extend(_article_problems(connection, article_id))
    return found


def _row_problems(connection: Connection, dim: int) -> Iterator[str]:
    bare = select(passages.c.passage_id).where(
        ~select(vectors.c.passage_id)
        .where(vectors.c.passage_id == passages.c.passage_id, func.length(vectors.c.vector) == 4 * dim)
        .exists()
    )
    yield from _named("passages without a vector of the right size", connection.execute(bare).scalars().all())
    heads = (
        select(articles.c.cluster).group_by(articles.c.cluster).having(func.sum(articles.c.live) != 1)
    )  # fmt: skip
    yield from _named(
        "reprint clusters without exactly one searched article", connection.execute(heads).scalars().all()
    )
    torn = (
        select(passages.c.passage_id)
        .join_from(passages, articles, articles.c.number == passages.c.article)
        .where(passages.c.live != articles.c.live)
    )
    yield from _named("passages whose state is not their article's", connection.execute(torn).scalars().all())
    counted = (
        select(sentences.c.hash, func.count().label("n"))
        .join_from(sentences, articles, articles.c.number == sentences.c.article)
        .where(articles.c.live)
        .group_by(sentences.c.hash)
        .subquery()
    )
    kept = (
        select(sentence_counts.c.hash, sentence_counts.c.articles).where(sentence_counts.c.publisher == "").subquery()
    )
    wrong = (
        select(func.coalesce(counted.c.hash, kept.c.hash))
        .select_from(counted.join(kept, counted.c.hash == kept.c.hash, full=True))
        .where(func.coalesce(counted.c.n, 0) != func.coalesce(kept.c.articles, 0))
    )
    yield from _named("sentences counted wrongly", connection.execute(wrong).scalars().all())


def _article_problems(connection: Connection, article_id: str) -> Iterator[str]:
    try:
        article = reading.article(connection, article_id)
    except (StoreError, ValueError) as error:
        yield f"article {article_id!r} cannot be read: {error}"
        return
    if not all(0 <= s.origin_start <= s.origin_end <= len(article.source_text) for s in article.source_map.segments):
        yield f"the source map of article {article_id!r} leads outside its source"
    try:
        stored = reading.passages_of(connection, article_id)
    except ValueError as error:
        yield f"the passages of article {article_id!r} cannot be read: {error}"
        return
    noted = connection.execute(
        select(revisions.c.passages)
        .join_from(revisions, articles, articles.c.current == revisions.c.number)
        .where(articles.c.article_id == article_id)
    ).scalar_one()
    if noted != len(stored):
        yield f"article {article_id!r} should have {noted} passages, but {len(stored)} are stored"
    for passage in stored:
        if not _is_piece(passage, article):
            yield f"passage {passage.passage_id} is not the text of article {article_id!r} where it says it stands"


def _is_piece(passage: Passage, article: Article) -> bool:
    return (
        passage.end <= len(article.text)
        and article.text[passage.start : passage.end] == passage.text
        and passage.revision == article.revision
    )


def lexical_problems(connection: Connection, index: LexicalIndex) -> list[str]:
    """Where the lexical index and the catalogue name different passages, and files that were altered on disk."""
    found = [f"file {name} of the lexical index is damaged" for name in index.damaged_files()]
    try:
        held = index.refresh().ids()
    except LexicalDamagedError as error:
        return [*found, str(error)]
    found.extend(_difference("lexical", held, reading.all_live_ids(connection).tolist()))
    return found


def dense_problems(connection: Connection, index: DenseIndex, dim: int) -> list[str]:
    """Where the dense index and the catalogue name different passages, or hold different vectors."""
    live = reading.all_live_ids(connection).tolist()
    if found := list(_difference("dense", sorted(index.ids.tolist()), live)):
        return found
    different: list[int] = []
    for ids, expected in reading.live_vectors(connection, dim, _BATCH):
        near = np.abs(index.reconstruct(ids) - expected).max(axis=1) <= _TOLERANCE[index.kind]
        different.extend(ids[~near].tolist())
    return list(_named("passages with another vector in the dense index", different))


def _difference(name: str, held: list[int], live: list[int]) -> Iterator[str]:
    if held == live:
        return
    yield from _named(f"passages missing from the {name} index", sorted(set(live) - set(held)))
    yield from _named(f"passages in the {name} index that are not searched", sorted(set(held) - set(live)))
    if len(held) != len(set(held)):
        yield f"{len(held) - len(set(held))} passages stand twice in the {name} index"


def _named(what: str, ids: Sequence[int | None]) -> Iterator[str]:
    if ids:
        more = ", …" if len(ids) > _SHOWN else ""
        yield f"{len(ids)} {what}: {', '.join(map(str, ids[:_SHOWN]))}{more}"
