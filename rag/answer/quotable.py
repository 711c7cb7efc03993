"""What of an article may be quoted: nothing damaged or suspicious, and only what is in one piece in the source."""

from __future__ import annotations

from rag.answer.sentences import Sentence
from rag.text.clauses import sound_parts
from rag.text.sentences import sentences
from rag.types import Article, Passage, Span


def quotable(sentence: Sentence, article: Article) -> tuple[int, int] | None:
    """The source span of `sentence`, or None when it is damaged, suspicious, or not in one piece in the source."""
    return _source_span(sentence.start, sentence.end, article)


def quotable_spans(passage: Passage, article: Article) -> list[Span]:
    """The sentences of a passage, as spans of its text; of one that cannot be quoted whole what stands by itself.

    Rows of a table go without outer bars.
    """
    at = passage.start
    out = []
    for span in sentences(passage.text):
        row = _without_bars(passage.text, span)
        parts = sound_parts(
            article.text, at + row.start, at + row.end, lambda a, b: _source_span(a, b, article) is not None
        )
        out += [Span(start=start - at, end=end - at) for start, end in parts]
    return out


def _without_bars(text: str, span: Span) -> Span:
    said = text[span.start : span.end]
    inside = said.strip("| \u3000")
    if not inside or not said.startswith("|"):
        return span
    start = span.start + said.index(inside)
    return Span(start=start, end=start + len(inside))


def _source_span(start: int, end: int, article: Article) -> tuple[int, int] | None:
    if any(span.overlaps(start, end) for span in (*article.damaged, *article.suspicious)):
        return None
    return article.quote(start, end)
