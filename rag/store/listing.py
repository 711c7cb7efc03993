"""The list of articles as people look through it: filtered, searched by name, the newest day first."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import Connection, func, select

from rag.store import reading
from rag.store.packing import Unpacked
from rag.store.protocol import Listed, Listing
from rag.store.schema import articles, contents, revisions
from rag.store.sets import members
from rag.text.script import fold
from rag.types import ArticleInfo, Filters

_CURRENT = articles.join(revisions, revisions.c.number == articles.c.current)
_ORDER = (articles.c.day.desc(), articles.c.article_id)  # no day sorts last


def find(connection: Connection, text: str, filters: Filters, *, offset: int, limit: int) -> Listing:
    """As `Snapshot.listing`."""
    wanted = matching(text)
    where = reading.limits(filters)
    if not wanted:
        total = connection.execute(select(func.count()).select_from(articles).where(*where)).scalar_one()
        page = select(articles.c.article_id).where(*where).order_by(*_ORDER).offset(offset).limit(limit)
        return Listing(total=total, rows=_rows(connection, list(connection.execute(page).scalars())))
    named = select(articles.c.article_id, revisions.c.title, revisions.c.name, revisions.c.url).select_from(_CURRENT)
    found = [row[0] for row in connection.execute(named.where(*where).order_by(*_ORDER)) if wanted in key_of(*row)]
    return Listing(total=len(found), rows=_rows(connection, found[offset : offset + limit]))


def publishers(connection: Connection) -> dict[str, int]:
    """As `Snapshot.publishers`."""
    count = func.count()
    named = select(articles.c.publisher, count).where(articles.c.publisher.is_not(None)).group_by(articles.c.publisher)
    return {str(name): found for name, found in connection.execute(named.order_by(count.desc(), articles.c.publisher))}


def matching(text: str) -> str:
    """What `key_of` has to contain for an article to be found by `text`; empty when anything will do."""
    return fold(" ".join(text.split()))


@lru_cache(maxsize=100_000)  # folding takes 11 microseconds, and a list is asked for at every key pressed
def key_of(article_id: str, title: str, name: str, url: str | None) -> str:
    """The search key of what an article is called."""
    return "\n".join(fold(" ".join(part.split())) for part in (title, name, article_id, url or ""))


def _rows(connection: Connection, article_ids: list[str]) -> tuple[Listed, ...]:
    infos = reading.infos(connection, article_ids)
    found = connection.execute(
        select(articles.c.article_id, revisions.c.author, revisions.c.encoding, contents.c.packed)
        .select_from(_CURRENT.join(contents, contents.c.number == revisions.c.number))
        .where(articles.c.article_id.in_(members(article_ids)))
    )
    rows = {
        article_id: _row(infos[article_id], author, Unpacked(packed, code))
        for article_id, author, code, packed in found
    }
    return tuple(rows[article_id] for article_id in article_ids)


def _row(info: ArticleInfo, author: str | None, parts: Unpacked) -> Listed:
    return Listed(info=info, author=author, repaired=len(parts.repairs), damaged=len(parts.spans("damaged")))
