"""Changes to the catalogue, each within the caller's transaction; what they do to the indexes goes into `Changes`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from rag.store import clusters, repeats
from rag.store.journal import Changes
from rag.store.packing import pack, pack_hashes, pack_vectors, unpack_hashes
from rag.store.protocol import CommitReport, Prepared, RecurringPolicy, ReprintPolicy
from rag.store.rules import distinct_parts
from rag.store.schema import articles, contents, fingerprints, passages, revisions, vectors
from rag.store.sets import members
from rag.types import Article


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """Judgements that the catalogue asks for; without one, nothing is a reprint, or nothing recurs."""

    reprints: ReprintPolicy | None = None
    recurring: RecurringPolicy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A prepared article and the row numbers that it was given."""

    number: int
    revision: int
    prepared: Prepared


def commit(connection: Connection, batch: Sequence[Prepared], policies: Policies, changes: Changes) -> CommitReport:
    """Store new articles and revisions; the generation of the report is filled in by the caller."""
    report = CommitReport(generation=0)
    for part in distinct_parts(batch):
        report = _joined(report, _commit_distinct(connection, part, policies, changes))
    _refresh(connection, policies, changes)
    changed = dict.fromkeys((*report.added, *report.revised))
    return replace(report, reprints=_not_live(connection, list(changed)))


def _refresh(connection: Connection, policies: Policies, changes: Changes) -> None:
    if policies.recurring and (changes.sentences or changes.fell):
        repeats.refresh(connection, None if changes.fell else changes.sentences, policies.recurring)


def _joined(one: CommitReport, other: CommitReport) -> CommitReport:
    return replace(
        one,
        added=one.added + other.added,
        revised=one.revised + other.revised,
        unchanged=one.unchanged + other.unchanged,
        passages=one.passages + other.passages,
    )


def _commit_distinct(
    connection: Connection, batch: Sequence[Prepared], policies: Policies, changes: Changes
) -> CommitReport:
    ids = [prepared.article.article_id for prepared in batch]
    known = _numbers(connection, ids)
    current = {article_id: revision for article_id, (_, revision) in known.items()}
    fresh = [prepared for prepared in batch if current.get(prepared.article.article_id) != prepared.article.revision]
    revised = [prepared.article.article_id for prepared in fresh if prepared.article.article_id in known]
    if revised:
        clusters.leave(connection, [known[article_id][0] for article_id in revised], changes)
    placed = _place(connection, fresh, {article_id: number for article_id, (number, _) in known.items()})
    _fill(connection, placed, policies)
    _cluster(connection, placed, policies, changes)
    return CommitReport(
        generation=0,
        added=tuple(article_id for article_id in _ids(fresh) if article_id not in known),
        revised=tuple(revised),
        unchanged=tuple(article_id for article_id in ids if article_id not in set(_ids(fresh))),
        passages=sum(len(prepared.passages) for prepared in fresh),
    )


def _ids(batch: Sequence[Prepared]) -> list[str]:
    return [prepared.article.article_id for prepared in batch]


def _numbers(connection: Connection, article_ids: Iterable[str]) -> dict[str, tuple[int, str]]:
    """The row number and current revision of those articles that are known."""
    rows = connection.execute(
        select(articles.c.article_id, articles.c.number, revisions.c.revision)
        .join_from(articles, revisions, revisions.c.number == articles.c.current)
        .where(articles.c.article_id.in_(members(article_ids)))
    )
    return {article_id: (number, revision) for article_id, number, revision in rows}


def _not_live(connection: Connection, article_ids: Sequence[str]) -> tuple[str, ...]:
    wanted = articles.c.article_id.in_(members(article_ids))
    hidden = set(connection.execute(select(articles.c.article_id).where(~articles.c.live, wanted)).scalars())
    return tuple(article_id for article_id in article_ids if article_id in hidden)


def _place(connection: Connection, batch: Sequence[Prepared], known: dict[str, int]) -> list[_Placed]:
    """Give each article and revision its row; the revision becomes the current one."""
    if not batch:
        return []
    for prepared in batch:
        if number := known.get(prepared.article.article_id):  # a revision that comes back is the newest again
            same = revisions.c.revision == prepared.article.revision
            connection.execute(delete(revisions).where(revisions.c.article == number, same))
    if new := [article_id for article_id in _ids(batch) if article_id not in known]:
        made = insert(articles).returning(articles.c.number, sort_by_parameter_order=True)
        numbers = connection.execute(made, [{"article_id": article_id, "live": False} for article_id in new])
        known = known | dict(zip(new, numbers.scalars(), strict=True))
    rows = [_revision_row(known[prepared.article.article_id], prepared) for prepared in batch]
    made = insert(revisions).returning(revisions.c.number, sort_by_parameter_order=True)
    made_numbers = connection.execute(made, rows).scalars().all()
    point = update(articles).where(articles.c.number == bindparam("row"))
    point = point.values(
        {"current": bindparam("to"), "cluster": bindparam("to"), "publisher": bindparam("by"), "day": bindparam("on")}
    )
    connection.execute(
        point,
        [
            {"row": row["article"], "to": number, "by": row["publisher"], "on": row["day"]}
            for row, number in zip(rows, made_numbers, strict=True)
        ],
    )
    return [
        _Placed(number=known[prepared.article.article_id], revision=number, prepared=prepared)
        for prepared, number in zip(batch, made_numbers, strict=True)
    ]


def _revision_row(number: int, prepared: Prepared) -> dict[str, object]:
    article: Article = prepared.article
    published = article.published
    return {
        "article": number, "revision": article.revision, "title": article.title, "name": article.name,
        "media": article.media.value, "encoding": article.encoding, "url": article.url,
        "publisher": article.publisher, "author": article.author,
        "day": published.day if published else None,
        "time": published.time.isoformat() if published and published.time else None,
        "day_confidence": published.confidence if published else None,
        "day_origin": published.origin if published else None,
        "language": article.language,
        "ingested_at": article.ingested_at.isoformat() if article.ingested_at else None,
        "characters": len(article.text), "passages": len(prepared.passages),
    }  # fmt: skip


def _fill(connection: Connection, placed: Sequence[_Placed], policies: Policies) -> None:
    """Store texts, passages, vectors and hashes; nothing of it is searched yet."""
    if not placed:
        return
    connection.execute(
        insert(contents), [{"number": one.revision, "packed": pack(one.prepared.article)} for one in placed]
    )
    _insert_passages(connection, [(one.number, one.prepared) for one in placed], live=False)
    connection.execute(
        insert(fingerprints),
        [
            {
                "article": one.number,
                "signature": pack_hashes(one.prepared.signature),
                "bands": pack_hashes(policies.reprints.bands(one.prepared.signature) if policies.reprints else ()),
                "sentences": pack_hashes(dict.fromkeys(one.prepared.sentences)),
            }
            for one in placed
        ],
    )
    repeats.hold(connection, [(one.number, one.prepared.sentences, frozenset(one.prepared.skipped)) for one in placed])


def _insert_passages(connection: Connection, given: Sequence[tuple[int, Prepared]], *, live: bool) -> None:
    """Store the passages and vectors of these articles, given by row number."""
    rows = [
        {
            "passage_id": passage.passage_id, "article": number, "ordinal": passage.ordinal, "start": passage.start,
            "end": passage.end, "text": passage.text, "heading": passage.heading, "live": live,
        }
        for number, prepared in given
        for passage in prepared.passages
    ]  # fmt: skip
    if not rows:
        return
    connection.execute(insert(passages), rows)
    packed = [vector for _, prepared in given for vector in pack_vectors(prepared.vectors)]
    connection.execute(
        insert(vectors),
        [{"passage_id": row["passage_id"], "vector": vector} for row, vector in zip(rows, packed, strict=True)],
    )


def _cluster(connection: Connection, placed: Sequence[_Placed], policies: Policies, changes: Changes) -> None:
    """Put each article into the cluster of its twin, one after the other, then make one of each cluster live."""
    touched = {one.revision for one in placed}
    if policies.reprints:
        for one in placed:
            twin = clusters.find(connection, one.number, one.prepared, policies.reprints)
            clusters.note_bands(connection, one.number, policies.reprints.bands(one.prepared.signature))
            if twin is not None:
                connection.execute(update(articles).where(articles.c.number == one.number).values(cluster=twin))
                touched.add(twin)
    clusters.settle(connection, touched, changes)


def remove(connection: Connection, article_ids: Iterable[str], policies: Policies, changes: Changes) -> list[str]:
    """Delete articles with everything they own; returns the ids that existed, in the order given."""
    wanted = list(dict.fromkeys(article_ids))
    known = _numbers(connection, wanted)
    numbers = [number for number, _ in known.values()]
    if not numbers:
        return []
    clusters.leave(connection, numbers, changes)
    connection.execute(delete(articles).where(articles.c.number.in_(members(numbers))))
    _refresh(connection, policies, changes)
    return [article_id for article_id in wanted if article_id in known]


def rechunk(connection: Connection, batch: Sequence[Prepared], changes: Changes) -> CommitReport:
    """Replace passages of unchanged revisions, cut without the sentences that recur now."""
    known = _numbers(connection, _ids(batch))
    skipped = repeats.active(connection)
    done = []
    for prepared in batch:
        number, revision = known.get(prepared.article.article_id, (0, ""))
        if revision == prepared.article.revision:
            _replace_passages(connection, number, prepared, skipped, changes)
            done.append(prepared)
    return CommitReport(generation=0, revised=tuple(_ids(done)), passages=sum(len(one.passages) for one in done))


def _replace_passages(
    connection: Connection, number: int, prepared: Prepared, skipped: frozenset[int], changes: Changes
) -> None:
    here = passages.c.article == number
    before = connection.execute(select(passages.c.passage_id).where(here)).scalars().all()
    live = connection.execute(select(articles.c.live).where(articles.c.number == number)).scalar_one()
    connection.execute(delete(passages).where(here))
    _insert_passages(connection, [(number, prepared)], live=live)
    if live:
        changes.remove(before)
        changes.add(passage.passage_id for passage in prepared.passages)
    row = select(articles.c.current).where(articles.c.number == number).scalar_subquery()
    connection.execute(update(revisions).where(revisions.c.number == row).values(passages=len(prepared.passages)))
    kept = select(fingerprints.c.sentences).where(fingerprints.c.article == number)
    hashes = unpack_hashes(connection.execute(kept).scalar_one())
    repeats.let_go(connection, number, hashes)
    repeats.hold(connection, [(number, hashes, skipped)])
