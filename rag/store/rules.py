"""Rules that every store keeps, whatever it is built on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from rag.store.protocol import Prepared

MAX_COMPARED = 32  # reprint candidates with the most bands in common; daily bulletins of one mould would make thousands


def rank(day: date | None, number: int) -> tuple[date, int]:
    """Of a reprint cluster the least-ranked article is searched: earliest day first, unknown last, then by ingest."""
    return day or date.max, number


def distinct_parts(batch: Sequence[Prepared]) -> Iterator[list[Prepared]]:
    """Cut a batch where an article comes again, so that each part holds it once.

    The articles of one part that are revised leave their clusters together, before any of the part is clustered.
    """
    part: dict[str, Prepared] = {}
    for prepared in batch:
        if prepared.article.article_id in part:
            yield list(part.values())
            part = {}
        part[prepared.article.article_id] = prepared
    if part:
        yield list(part.values())


def require_sound(batch: Sequence[Prepared], dim: int) -> None:
    """Refuse a batch that would make a store contradict itself.

    Raises:
        ValueError: vectors do not match passages, or a passage is not a piece of its article.
    """
    for prepared in batch:
        article = prepared.article
        if prepared.vectors.shape != (len(prepared.passages), dim):
            raise ValueError(
                f"article {article.article_id!r} has {len(prepared.passages)} passages of dimension {dim}, "
                f"but vectors of shape {prepared.vectors.shape}"
            )
        for passage in prepared.passages:
            if (passage.article_id, passage.revision) != (article.article_id, article.revision):
                raise ValueError(f"passage {passage.passage_id} is not of article {article.article_id!r}")
            if article.text[passage.start : passage.end] != passage.text:
                raise ValueError(f"passage {passage.passage_id} is not the text of article {article.article_id!r}")
