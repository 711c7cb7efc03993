"""Reprint clusters: articles that tell the same story are all kept, and the earliest of them is searched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from sqlalchemy import Connection, delete, func, insert, select, update

from rag.store import repeats
from rag.store.journal import Changes
from rag.store.packing import unpack_hashes
from rag.store.protocol import Prepared, ReprintPolicy
from rag.store.reading import article as read_article
from rag.store.rules import MAX_COMPARED, rank
from rag.store.schema import articles, bands, fingerprints, passages
from rag.store.sets import members, rows


def find(connection: Connection, number: int, prepared: Prepared, policy: ReprintPolicy) -> int | None:
    """The cluster of the stored article that `prepared` (article `number`) is a reprint of, if there is one.

    Candidates are compared in order of how many bands they share, then of ingest; the first yes counts.
    """
    keys = policy.bands(prepared.signature)
    shared = func.count().label("shared")
    candidates = (
        select(bands.c.article)
        .where(bands.c.band.in_(members(keys)), bands.c.article != number)
        .group_by(bands.c.article)
        .order_by(shared.desc(), bands.c.article)
        .limit(MAX_COMPARED)
    )
    for candidate in connection.execute(candidates).scalars().all():
        row = connection.execute(
            select(articles.c.article_id, articles.c.cluster, fingerprints.c.signature)
            .join_from(articles, fingerprints, fingerprints.c.article == articles.c.number)
            .where(articles.c.number == candidate)
        ).one()
        old = read_article(connection, row.article_id)
        if policy.is_reprint(prepared.article, old, prepared.signature, unpack_hashes(row.signature)):
            cluster: int = row.cluster
            return cluster
    return None


def note_bands(connection: Connection, number: int, keys: Sequence[int]) -> None:
    """Let later articles find this one."""
    if keys:
        listed = rows([(band, number) for band in sorted(set(keys))], 2)
        connection.execute(insert(bands).from_select(["band", "article"], listed))


def settle(connection: Connection, clusters: Iterable[int], changes: Changes) -> None:
    """Make exactly the least-ranked article of each of these clusters live."""
    found = connection.execute(
        select(articles.c.cluster, articles.c.number, articles.c.day, articles.c.live)
        .where(articles.c.cluster.in_(members(clusters)))
        .order_by(articles.c.cluster)
    ).all()
    rise: list[int] = []
    fall: list[int] = []
    for _, group in groupby(found, key=lambda row: row.cluster):
        head, *others = sorted(group, key=lambda row: rank(row.day, row.number))
        rise.extend([] if head.live else [head.number])
        fall.extend(other.number for other in others if other.live)
    set_live(connection, fall, changes, live=False)
    set_live(connection, rise, changes, live=True)


def set_live(connection: Connection, numbers: Sequence[int], changes: Changes, *, live: bool) -> None:
    """Put these articles into what is searched, or take them out: flags, journal and sentence counts."""
    if not numbers:
        return
    wanted = members(numbers)
    connection.execute(update(articles).where(articles.c.number.in_(wanted)).values(live=live))
    connection.execute(update(passages).where(passages.c.article.in_(wanted)).values(live=live))
    ids = connection.execute(
        select(passages.c.passage_id).where(passages.c.article.in_(wanted)).order_by(passages.c.passage_id)
    ).scalars()
    (changes.add if live else changes.remove)(ids)
    holdings = [
        (publisher, unpack_hashes(packed))
        for publisher, packed in connection.execute(
            select(articles.c.publisher, fingerprints.c.sentences)
            .join_from(articles, fingerprints, fingerprints.c.article == articles.c.number)
            .where(articles.c.number.in_(wanted))
        )
    ]
    repeats.count(connection, holdings, 1 if live else -1)
    changes.sentences.update(hash_ for _, hashes in holdings for hash_ in hashes)
    changes.fell = changes.fell or not live


def leave(connection: Connection, numbers: Sequence[int], changes: Changes) -> None:
    """Take the current revisions of these articles out of search, clusters, bands and sentences."""
    wanted = members(numbers)
    row = articles.c.number.in_(wanted)
    was_live = connection.execute(select(articles.c.number).where(row, articles.c.live)).scalars().all()
    set_live(connection, was_live, changes, live=False)
    left = {cluster for cluster in connection.execute(select(articles.c.cluster).where(row)).scalars() if cluster}
    connection.execute(update(articles).where(row).values(cluster=None))
    printed = connection.execute(select(fingerprints).where(fingerprints.c.article.in_(wanted))).all()
    for found in printed:
        kept = bands.c.band.in_(members(unpack_hashes(found.bands)))
        connection.execute(delete(bands).where(kept, bands.c.article == found.article))
        repeats.let_go(connection, found.article, unpack_hashes(found.sentences))
    connection.execute(delete(fingerprints).where(fingerprints.c.article.in_(wanted)))
    connection.execute(delete(passages).where(passages.c.article.in_(wanted)))
    settle(connection, left, changes)
