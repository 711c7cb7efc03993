"""Article -> passages: runs of whole sentences, each exactly a piece of the article's text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from rag.ingest.recurring import sentence_hash
from rag.text.sentences import CLOSERS, begins_badly, sentences
from rag.types import Article, Passage, Span

_MOSTLY = 0.5  # share of damaged characters from which on a passage is of no use
_CLAUSE = re.compile(rf"[，、；：,;:]+[{re.escape(CLOSERS)}]*")
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    """What is never cut: a sentence or a clause of an over-long one, with the headings right above it."""

    start: int
    end: int
    heading: str  # the nearest heading at or above it
    opens_section: bool  # a heading is part of it
    opens_block: bool  # it begins on a new line

    def __len__(self) -> int:
        return self.end - self.start


def chunk(article: Article, *, minimum: int, maximum: int, overlap: int, skip: Collection[int] = ()) -> list[Passage]:
    """Cut an article into passages of `minimum` to `maximum` characters.

    A passage ends where it is long enough and a line or section ends, or where the next sentence no longer fits. The
    last `overlap` sentences of a passage are repeated at the start of the next one of the same section. A passage below
    the minimum takes in sentences before it, where there are any; an over-long sentence is cut behind commas. Headings
    stay with what follows them. Sentences whose hash (`sentence_hash`) is in `skip` are left out, and a passage ends
    before them, since `article.text[start:end] == passage.text` always holds. Passages of mostly damaged text are
    dropped.

    Raises:
        ValueError: the sizes are not in order.
    """
    if not (0 < minimum <= maximum and overlap >= 0):
        raise ValueError(
            f"passages of {minimum} to {maximum} characters with {overlap} sentences repeated make no sense"
        )
    spans: list[tuple[int, int, str]] = []
    for run in _runs(article, maximum, frozenset(skip)):
        for first, last in _pack(run, minimum, maximum, overlap):
            spans.append((run[first].start, run[last].end, run[first].heading))
    useful = [span for span in spans if _is_useful(article, span[0], span[1])]
    return [_passage(article, ordinal, *span) for ordinal, span in enumerate(useful)]


def _runs(article: Article, maximum: int, skip: frozenset[int]) -> Iterator[list[_Unit]]:
    """The units of an article, in stretches between skipped sentences."""
    text = article.text
    spans = sentences(text)
    marked = {span.start for span in article.headings}
    headings = {span.start for span in spans if span.start in marked and span.end - span.start <= maximum // 2}
    stretches: list[list[Span]] = [[]]
    for span in spans:
        if skip and sentence_hash(text[span.start : span.end]) in skip:
            stretches.append([])
        elif _WORD.search(text, span.start, span.end):
            stretches[-1].append(span)
    has_body = any(span.start not in headings for stretch in stretches for span in stretch)
    heading = ""
    for stretch in stretches:
        body = [at for at, span in enumerate(stretch) if span.start not in headings]
        if has_body and not body:  # a heading alone is no passage; it stands above what comes later
            heading = text[stretch[-1].start : stretch[-1].end] if stretch else heading
            continue
        closing = {span.start for span in stretch[body[-1] + 1 :]} if body else headings
        units = list(_units(text, stretch, headings - closing, heading, maximum))
        if units:
            heading = units[-1].heading
            yield units


def _units(text: str, stretch: Sequence[Span], headings: set[int], heading: str, maximum: int) -> Iterator[_Unit]:
    """The sentences of a stretch, each with the headings right above it, over-long ones in clauses."""
    above: Span | None = None
    before = 0
    for span in stretch:
        reach = span.end if span.start in headings else span.start
        if above is not None and reach - above.start > maximum // 2:  # blank lines count
            yield _Unit(start=above.start, end=above.end, heading=heading, opens_section=True, opens_block=True)
            before = above.end
            above = None
        if span.start in headings:
            start = _first_fit(text, span.start, span.end)
            heading = text[start : span.end]
            above = Span(start=above.start if above else start, end=span.end)
            continue
        for start, end in _clauses(text, span, maximum - (span.start - above.start if above else 0)):
            begin = above.start if above else start
            opens_block = "\n" in text[before:begin]
            yield _Unit(start=begin, end=end, heading=heading, opens_section=above is not None, opens_block=opens_block)
            above, before = None, end


def _clauses(text: str, span: Span, limit: int) -> Iterator[tuple[int, int]]:
    """A sentence without marks it must not begin with, cut behind commas into parts of at most `limit` characters."""
    start, end = _first_fit(text, span.start, span.end), span.end
    while end - start > limit:
        even = (end - start) // -(-(end - start) // limit)
        cuts = [found.end() for found in _CLAUSE.finditer(text, start + 1, start + limit)]
        cuts = [cut for cut in cuts if not begins_badly(text, cut)]
        cut = next((cut for cut in cuts if cut - start >= even), cuts[-1] if cuts else start + limit)
        while cut > start + 1 and begins_badly(text, cut):
            cut -= 1
        piece = text[start:cut]
        if piece.strip():
            yield start, start + len(piece.rstrip())
        start = _first_fit(text, cut, end)
    if start < end:
        yield start, end


def _first_fit(text: str, start: int, end: int) -> int:
    """The first place from `start` on where a passage may begin."""
    while start < end and (text[start].isspace() or begins_badly(text, start)):
        start += 1
    return start


def _pack(run: Sequence[_Unit], minimum: int, maximum: int, overlap: int) -> list[tuple[int, int]]:
    """Passages of a stretch as numbers of their first and last units."""

    def size(first: int, last: int) -> int:
        return run[last].end - run[first].start

    packed: list[tuple[int, int]] = []
    first = at = 0
    while at < len(run):
        last = at
        while last + 1 < len(run) and size(first, last + 1) <= maximum:
            ends = run[last + 1].opens_block or run[last + 1].opens_section
            rest_fits = size(first, len(run) - 1) <= maximum and size(last + 1, len(run) - 1) < minimum
            if ends and size(first, last) >= minimum and not rest_fits:
                break
            last += 1
        while first > 0 and size(first, last) < minimum and size(first - 1, last) <= maximum:
            first -= 1
        while packed and first <= packed[-1][0]:  # it took in the whole of the one before
            packed.pop()
        packed.append((first, last))
        at = last + 1
        first = _repeated(run, first, last, maximum, overlap) if at < len(run) else at
    return packed


def _repeated(run: Sequence[_Unit], first: int, last: int, maximum: int, overlap: int) -> int:
    """The first unit of the next passage: at most `overlap` units back, a third of a passage, never a whole one."""
    following = run[last + 1]
    if following.opens_section:
        return last + 1
    for start in range(max(first, last - overlap) + 1, last + 1):
        if run[last].end - run[start].start <= maximum // 3 and following.end - run[start].start <= maximum:
            return start
    return last + 1


def _is_useful(article: Article, start: int, end: int) -> bool:
    damaged = sum(min(end, span.end) - max(start, span.start) for span in article.damaged if span.overlaps(start, end))
    return damaged <= _MOSTLY * (end - start)


def _passage(article: Article, ordinal: int, start: int, end: int, heading: str) -> Passage:
    text = article.text[start:end]
    key = f"{article.article_id}|{article.revision}|{start}|{end}|{text}"
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return Passage(
        passage_id=int.from_bytes(digest, "big") >> 1,
        article_id=article.article_id,
        revision=article.revision,
        ordinal=ordinal,
        start=start,
        end=end,
        text=text,
        title=article.title,
        heading=heading,
    )
