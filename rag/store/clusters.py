"""Reprint clusters: articles that tell the same story are all kept, and the earliest of them is searched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import Connection, delete, func, insert, select, update

from rag.store import repeats
from rag.store.journal import Changes
from rag.store.packing import unpack_hashes
from rag.store.protocol import Prepared, ReprintPolicy
from rag.store.reading import article as read_article
from rag.store.schema import articles, bands, fingerprints, passages
from rag.store.sets import members

MAX_COMPARED = 32  # candidates with the most bands in common; daily bulletins of one mould would make thousands


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An article of a cluster. `number` counts first ingests."""

    number: int
    day: date | None
    live: bool

    @property
    def rank(self) -> tuple[date, int]:
        """The least rank of a cluster is searched: earliest day first, unknown days last, then first ingested."""
        return self.day or date.max, self.number


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
        connection.execute(insert(bands), [{"band": band, "article": number} for band in set(keys)])


def settle(connection: Connection, clusters: Iterable[int], changes: Changes) -> None:
    """Make exactly the least-ranked article of each of these clusters live."""
    rise: list[int] = []
    fall: list[int] = []
    for group in _groups(connection, clusters):
        head = min(group, key=lambda member: member.rank)
        rise.extend(member.number for member in group if member is head and not member.live)
        fall.extend(member.number for member in group if member is not head and member.live)
    set_live(connection, fall, changes, live=False)
    set_live(connection, rise, changes, live=True)


def _groups(connection: Connection, clusters: Iterable[int]) -> Iterator[list[Member]]:
    rows = connection.execute(
        select(articles.c.cluster, articles.c.number, articles.c.day, articles.c.live)
        .where(articles.c.cluster.in_(members(clusters)))
        .order_by(articles.c.cluster, articles.c.number)
    ).all()
    for _, group in groupby(rows, key=lambda row: row.cluster):
        yield [Member(number=row.number, day=row.day, live=row.live) for row in group]


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
        ).tuples()
    ]
    repeats.count(connection, holdings, 1 if live else -1)
    changes.sentences.update(hash_ for _, hashes in holdings for hash_ in hashes)


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
