"""Articles and ingests as the API's objects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rag.answer.present import Json, JsonObject, info_object, plain, published_at
from rag.errors import NotFoundError
from rag.ingest.report import DocumentReport, IngestReport
from rag.store.protocol import Listed, Listing, Snapshot
from rag.types import Article, ArticleInfo, RawDocument, Rejected, Span


def list_object(listing: Listing, *, offset: int, generation: int) -> JsonObject:
    """One page of the list of articles."""
    rows: list[Json] = [row_object(row) for row in listing.rows]
    return {
        "object": "list",
        "data": rows,
        "total": listing.total,
        "has_more": offset + len(rows) < listing.total,
        "generation": generation,
    }


def row_object(row: Listed) -> JsonObject:
    """One article of the list."""
    info = row.info
    return {
        **_named(info),
        "author": row.author,
        "characters": info.characters,
        "passages": info.passages,
        "reprints": info.reprints,
        "searched": info.live,
        "repaired": row.repaired,
        "damaged": row.damaged,
    }


def document_object(
    article: Article, info: ArticleInfo, revisions: Sequence[str], reprints: Sequence[ArticleInfo]
) -> JsonObject:
    """All that is known of one article but its text."""
    return {
        "object": "document",
        **_named(info),
        "author": article.author,
        "characters": info.characters,
        "passages": info.passages,
        "searched": info.live,
        "repaired": len(article.repairs),
        "damaged": len(article.damaged),
        "published": plain(article.published),
        "language": article.language,
        "media": article.media.value,
        "encoding": article.encoding,
        "ingested_at": plain(article.ingested_at),
        "revisions": list(revisions),
        "reprints": [info_object(twin) for twin in reprints],
        **_cleaning(article),
    }


class Order:
    """Remembers in which order documents went into an ingest, so that its rows come out in the same."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def noted(self, documents: Iterable[RawDocument | Rejected]) -> Iterator[RawDocument | Rejected]:
        """The same documents, looked at on their way."""
        for document in documents:
            self._places.setdefault(_name(document), len(self._places))
            yield document

    def place(self, name: str) -> int:
        """The place of a row's name; behind all others where it is not known."""
        return self._places.get(name, len(self._places))


def ingested(report: IngestReport, snapshot: Snapshot, order: Order) -> JsonObject:
    """What became of each document, in the order given."""
    rows = [(document.name, _result(document, snapshot)) for document in report.documents]
    rows += [(_name(row), _rejected(row)) for row in report.rejected]
    rows.sort(key=lambda row: order.place(row[0]))
    return {"object": "ingest", "results": [row for _, row in rows], "generation": snapshot.generation}


def _name(document: RawDocument | Rejected) -> str:
    line = document.line if isinstance(document, Rejected) else None
    return document.name if line is None else f"{document.name}:{line}"


def _result(row: DocumentReport, snapshot: Snapshot) -> JsonObject:
    made: JsonObject = {
        "name": row.name,
        "status": row.outcome,
        "id": row.article_id,
        "revision": None,
        "title": row.title,
        "passages": row.passages,
        "reprint": row.reprint,
        "repairs": [],
        "removed": [],
        "damaged": row.damaged,
        "error": None,
    }
    try:
        article = snapshot.article(row.article_id)
    except NotFoundError:  # removed since
        return made
    info = snapshot.infos([row.article_id])[row.article_id]
    known: JsonObject = {"revision": article.revision, "title": article.title, "passages": info.passages}
    return {**made, **known, "damaged": len(article.damaged), **_cleaning(article)}


def _rejected(row: Rejected) -> JsonObject:
    return {
        "name": _name(row),
        "status": "rejected",
        "id": None,
        "revision": None,
        "title": None,
        "passages": 0,
        "reprint": False,
        "repairs": [],
        "removed": [],
        "damaged": 0,
        "error": row.reason,
    }


def _cleaning(article: Article) -> JsonObject:
    """What was mended, by kind, and what was left out, by reason; the most frequent first."""
    kinds = Counter(repair.kind for repair in article.repairs)
    return {
        "repairs": [{"kind": kind, "count": count} for kind, count in kinds.most_common()],
        "removed": _removed(article.removed),
    }


def _removed(spans: Sequence[Span]) -> list[Json]:
    counts = Counter(span.reason for span in spans)
    characters = Counter[str]()
    for span in spans:
        characters[span.reason] += span.end - span.start
    return [
        {"reason": reason, "count": count, "characters": characters[reason]} for reason, count in counts.most_common()
    ]


def _named(info: ArticleInfo) -> JsonObject:
    return {
        "id": info.article_id,
        "title": info.title,
        "name": info.name,
        "url": info.url,
        "publisher": info.publisher,
        "published_at": published_at(info.published),
        "revision": info.revision,
    }
