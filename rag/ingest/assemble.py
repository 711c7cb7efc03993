"""One document -> one cleaned article: decode, take apart, repair, extract, and the maps between them composed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from rag.errors import UnreadableError
from rag.ingest.bounds import bounded, timed
from rag.ingest.decode import UNDECODABLE, decode
from rag.ingest.extract import Extraction, Piece, extract
from rag.ingest.html import parse_html
from rag.ingest.layout import Layout
from rag.ingest.plain import parse_markdown, parse_text
from rag.ingest.repair import Repaired, damage_score, repair
from rag.offsets import OffsetMap, Rewriter
from rag.text.published import infer_published
from rag.types import Article, Media, Published, RawDocument, Span

RULES = 5  # raised when cleaning changes so much that articles should be read anew

_PARSERS = {Media.HTML: parse_html, Media.TEXT: parse_text, Media.MARKDOWN: parse_markdown}
_LOST = re.compile("\ufffd+")
_LONGEST_TITLE = 60
_SENTENCE_END = re.compile(r"[。！？!?]")
_WORD = re.compile(r"[^\W_]")


def article_id_of(document: RawDocument) -> str:
    """The id that was given, or a hash of the document's name."""
    return document.article_id or _digest([document.name.encode()])


def revision_of(document: RawDocument) -> str:
    """16 hexadecimal digits that are equal exactly when the same bytes came with the same words about them."""
    given = (document.title, document.url, document.publisher, document.published, document.encoding)
    words = [str(RULES), document.media, *("\1" if word is None else word for word in given)]
    return _digest([document.data, *(word.encode() for word in words)])


def assemble(document: RawDocument) -> Article:
    """Clean a document. What was given with it (title, address, publisher, date) wins over what it says itself.

    Raises:
        UnreadableError: the bytes are not text, there is no article in it, or it is made to take time and memory.
    """
    with bounded(len(document.data)):
        return _assemble(document)


def _assemble(document: RawDocument) -> Article:
    decoded = decode(document.data, declared=document.encoding)
    layout = _PARSERS[document.media](decoded.text)
    repaired = repair(layout.source_text, damaged=_undecodable(layout.source_text))
    lines = repaired.text.split("\n")
    extraction = extract(layout, lines, damage=damage_score)
    if not extraction.kept and document.media is not Media.HTML:
        extraction = _whole(extraction, lines)
    starts = list(accumulate((len(line) + 1 for line in lines[:-1]), initial=0))
    text, kept_map, places = _join(repaired.text, extraction.kept, starts)
    if not _WORD.search(text):
        raise UnreadableError("the content holds no article text; expected at least one sentence")
    metadata = extraction.metadata
    return Article(
        article_id=article_id_of(document),
        revision=revision_of(document),
        title=document.title or extraction.title,
        text=text,
        source_text=layout.source_text,
        source_map=kept_map.after(repaired.map),
        page_map=layout.page_map,
        page=document.data,
        name=document.name,
        media=document.media,
        encoding=decoded.encoding,
        url=document.url or (metadata.url if metadata.url.startswith(("http://", "https://")) else None),
        publisher=document.publisher or metadata.publisher or None,
        author=metadata.author or None,
        published=_published(document, extraction, text, layout),
        language=metadata.language,
        headings=_headings(extraction, places),
        damaged=_damaged(repaired, extraction.kept, starts, places),
        repairs=repaired.repairs,
        removed=_removed(repaired, extraction, starts),
    )


def _whole(extraction: Extraction, lines: Sequence[str]) -> Extraction:
    """All of a text in which no story was found, if it is one line or holds a sentence: it was given as an article.

    Verse, lists of references and texts with blanks for punctuation look like navigation when they are one line.
    """
    filled = [number for number, line in enumerate(lines) if line.strip()]
    if len(filled) != 1 and not any(_SENTENCE_END.search(lines[number]) for number in filled):
        return extraction
    starts = {number: len(lines[number]) - len(lines[number].lstrip()) for number in filled}
    kept = (Piece(line=number, start=start, end=len(lines[number].rstrip())) for number, start in starts.items())
    opening = lines[filled[0]].strip()[:_LONGEST_TITLE] if filled else ""
    return replace(extraction, kept=tuple(kept), removed=(), title=extraction.title or opening)


def _undecodable(source: str) -> list[Span]:
    return [Span(start=found.start(), end=found.end(), reason=UNDECODABLE) for found in _LOST.finditer(source)]


def _join(text: str, kept: Sequence[Piece], starts: Sequence[int]) -> tuple[str, OffsetMap, list[int]]:
    """The kept pieces as one text, its map onto the repaired text, and where in it each piece begins."""
    writer = Rewriter(text)
    places: list[int] = []
    at = end = 0
    for piece in kept:
        start = starts[piece.line] + piece.start
        if places and not piece.joins:
            if text[end:start] == "\n":
                writer.keep(end, start)
            else:
                writer.insert("\n", start)
            at += 1
        places.append(at)
        end = starts[piece.line] + piece.end
        writer.keep(start, end)
        at += end - start
    return *writer.finish(), places


def _headings(extraction: Extraction, places: Sequence[int]) -> tuple[Span, ...]:
    return tuple(
        Span(start=place, end=place + piece.end - piece.start)
        for piece, place in zip(extraction.kept, places, strict=True)
        if piece.line in extraction.headings and piece.end > piece.start
    )


def _damaged(
    repaired: Repaired, kept: Sequence[Piece], starts: Sequence[int], places: Sequence[int]
) -> tuple[Span, ...]:
    """The damaged spans of the repaired text, in offsets of the joined pieces."""
    out = []
    for piece, place in timed(zip(kept, places, strict=True)):
        start = starts[piece.line] + piece.start
        end = starts[piece.line] + piece.end
        for span in repaired.damaged:
            if span.overlaps(start, end):
                low, high = max(span.start, start), min(span.end, end)
                out.append(Span(start=place + low - start, end=place + high - start, reason=span.reason))
    return tuple(sorted(out))


def _removed(repaired: Repaired, extraction: Extraction, starts: Sequence[int]) -> tuple[Span, ...]:
    """What was taken out, in offsets of the source text."""
    out = []
    for one in extraction.removed:
        start = starts[one.line]
        if span := repaired.map.origin_span(start + one.start, start + one.end):
            out.append(Span(start=span[0], end=span[1], reason=one.reason))
    return tuple(sorted(out))


def _published(document: RawDocument, extraction: Extraction, text: str, layout: Layout) -> Published | None:
    given = [(document.published, "given")] if document.published else []
    seen = [(one.text, one.origin) for one in extraction.metadata.published]
    address = [(document.url, "url")] if document.url else []
    return infer_published(
        [*given, *seen, *address], text=text, page=layout.source_text, fetched_at=document.fetched_at
    )


def _digest(parts: Sequence[bytes]) -> str:
    """16 hexadecimal digits over the parts and where each ends."""
    state = hashlib.blake2b(digest_size=8)
    for part in parts:
        state.update(len(part).to_bytes(8, "big"))
        state.update(part)
    return state.hexdigest()
