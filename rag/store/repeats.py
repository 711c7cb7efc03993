"""Sentences that stand in many articles: counted over the live ones, and left out of passages once a policy says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import Connection, delete, func, or_, select, true, update
from sqlalchemy.dialects.sqlite import insert

from rag.store.protocol import RecurringPolicy
from rag.store.schema import articles, recurring, sentence_counts, sentences
from rag.store.sets import members, rows

_ALL = ""  # the publisher that stands for all articles


def count(connection: Connection, holdings: Iterable[tuple[str | None, Iterable[int]]], step: int) -> None:
    """Add `step` (1 or -1) for each article's `(publisher, hashes)` that became live, or ceased to be."""
    deltas: Counter[tuple[int, str]] = Counter()
    for publisher, hashes in holdings:
        for hash_ in hashes:
            deltas[hash_, _ALL] += step
            if publisher:
                deltas[hash_, publisher] += step
    if not deltas:
        return
    counted = rows(sorted((hash_, publisher, n) for (hash_, publisher), n in deltas.items()), 3)
    statement = insert(sentence_counts).from_select(["hash", "publisher", "articles"], counted)
    statement = statement.on_conflict_do_update(
        index_elements=["hash", "publisher"],
        set_={"articles": sentence_counts.c.articles + statement.excluded.articles},
    )
    connection.execute(statement)
    if step < 0:
        touched = sentence_counts.c.hash.in_(members({hash_ for hash_, _ in deltas}))
        connection.execute(delete(sentence_counts).where(touched, sentence_counts.c.articles <= 0))


def active(connection: Connection) -> frozenset[int]:
    """Hashes of the sentences that passages leave out now."""
    return frozenset(connection.execute(select(recurring.c.hash).where(recurring.c.active)).scalars())


def refresh(connection: Connection, touched: set[int] | None, policy: RecurringPolicy) -> None:
    """Ask the policy again about the touched sentences (all, if None) and about those that recur, as totals change.

    A sentence of one article never recurs, so single ones are not asked about.
    """
    before = active(connection)
    wanted = true() if touched is None else sentence_counts.c.hash.in_(members(touched | before))
    rows = connection.execute(
        select(sentence_counts.c.hash, sentence_counts.c.publisher, sentence_counts.c.articles)
        .where(wanted, sentence_counts.c.articles > 1)
    )  # fmt: skip
    counts = rows.all()
    totals = dict(
        connection.execute(
            select(func.coalesce(articles.c.publisher, _ALL), func.count())
            .where(articles.c.live).group_by(articles.c.publisher)
        ).all()
    )  # fmt: skip
    totals[_ALL] = sum(totals.values())
    now = {hash_ for hash_, publisher, n in counts if policy.is_recurring(n, totals.get(publisher, 0))}
    if gone := before - now:
        connection.execute(update(recurring).where(recurring.c.hash.in_(members(gone))).values(active=False))
    if new := now - before:
        statement = insert(recurring).on_conflict_do_update(index_elements=["hash"], set_={"active": True})
        connection.execute(statement, [{"hash": hash_, "active": True} for hash_ in sorted(new)])


def stale(connection: Connection) -> list[str]:
    """Live articles whose passages hold a sentence that recurs, or leave out one that does not, in order of ingest."""
    other = or_(
        recurring.c.active & (sentences.c.skipped == False),  # noqa: E712 - SQL, and `~` would not seek the key
        ~recurring.c.active & (sentences.c.skipped == True),  # noqa: E712 - as above
    )
    numbers = select(sentences.c.article).join_from(recurring, sentences, sentences.c.hash == recurring.c.hash)
    found = (
        select(articles.c.article_id)
        .where(articles.c.live, articles.c.number.in_(numbers.where(other)))
        .order_by(articles.c.number)
    )
    return list(connection.execute(found).scalars())


def hold(connection: Connection, holdings: Iterable[tuple[int, Iterable[int], frozenset[int]]]) -> None:
    """Note which sentences each `(article, hashes, skipped)` holds, and which of them its passages leave out."""
    held = sorted(
        (hash_, int(hash_ in skipped), article) for article, hashes, skipped in holdings for hash_ in set(hashes)
    )
    if held:
        connection.execute(insert(sentences).from_select(["hash", "skipped", "article"], rows(held, 3)))


def let_go(connection: Connection, article: int, hashes: Iterable[int]) -> None:
    """Forget what `hold` noted of an article."""
    held = sentences.c.hash.in_(members(hashes))
    connection.execute(
        delete(sentences).where(held, sentences.c.skipped.in_((False, True)), sentences.c.article == article)
    )
