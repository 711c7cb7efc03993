"""Values -> what leaves the program: the JSON objects that the command line and the API share, and text for people."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date
from enum import Enum
from numbers import Integral, Real
from pathlib import PurePath
from typing import TypeAlias
from urllib.parse import quote

import numpy as np

from embeddings.errors import BundleError, EmbeddingError, IndexMismatchError
from rag.errors import JushiError, ModelError, ModelMissingError, StoreVersionError
from rag.search.retriever import Retrieval
from rag.types import Answer, Article, ArticleInfo, Citation, Published, Refusal, Span, Status, Trace

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"
JsonObject: TypeAlias = dict[str, Json]

_NEWLINE = "\n"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def plain(value: object) -> Json:
    """A value as JSON holds it: dataclasses become objects in field order, dates ISO 8601, NaN and infinities null.

    Raises:
        TypeError: the value has no such form.
    """
    result: Json
    match value:
        case None | bool() | str() if not isinstance(value, Enum):
            result = value
        case Enum():
            result = plain(value.value)
        case PurePath():
            result = str(value)
        case date():  # a datetime is one too
            result = value.isoformat()
        case np.bool_():  # the one scalar of NumPy that the number types below do not know
            result = bool(value)
        case Integral():
            result = int(value)
        case Real():
            result = float(value) if math.isfinite(value) else None
        case Mapping():
            result = {str(key): plain(item) for key, item in value.items()}
        case Sequence() | Set() if not isinstance(value, (bytes, bytearray)):
            result = [plain(item) for item in value]
        case _:
            result = plain_fields(value)
    return result


def plain_fields(value: object) -> JsonObject:
    """The fields of one dataclass instance by name, in order.

    Raises:
        TypeError: the value is not a dataclass instance, or a field has no JSON form.
    """
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        raise TypeError(f"{type(value).__name__} has no JSON form and is not a dataclass instance")
    return {item.name: plain(getattr(value, item.name)) for item in dataclasses.fields(value)}


def answer_object(answer: Answer) -> JsonObject:
    """The `jushi` object: status, text, claims, citations, refusal, conflicts, notice, trace."""
    return plain_fields(answer)


def article_object(
    article: Article, revisions: Sequence[str], reprints: Sequence[ArticleInfo] | None = None
) -> JsonObject:
    """One article with all that is needed to check a quote: `source[source_start:source_end]`, in code points.

    `source_map` leads from `text` to `source` in rows `[length, source_start, source_end]`, which tile `text`.
    """
    return {
        "article_id": article.article_id,
        "revision": article.revision,
        "revisions": list(revisions),
        "title": article.title,
        "url": article.url,
        "publisher": article.publisher,
        "author": article.author,
        "published_at": published_at(article.published),
        "published": plain(article.published),
        "language": article.language,
        "name": article.name,
        "media": plain(article.media),
        "encoding": article.encoding,
        "ingested_at": plain(article.ingested_at),
        "source": article.source_text,
        "text": article.text,
        "source_map": article.source_map.to_rows(),
        "headings": _spans(article.headings),
        "damaged": _spans_of_text(article.damaged, article),
        "suspicious": _spans_of_text(article.suspicious, article),
        "removed": _spans(article.removed),
        "repairs": plain(article.repairs),
        "reprints": [info_object(info) for info in reprints or ()],
    }


def info_object(info: ArticleInfo) -> JsonObject:
    """One row of the list of articles."""
    fields = plain_fields(info)
    published = fields.pop("published")
    return {**fields, "published_at": published_at(info.published), "published": published}


def search_object(retrieval: Retrieval) -> JsonObject:
    """What a search found, best first; `text == article.text[start:end]` in the cleaned text of that revision."""
    rows: list[Json] = [
        {
            "number": found.number,
            "score": plain(found.score),
            "passage_id": f"{found.passage.passage_id:016x}",  # 63 bits are more than a JavaScript number holds
            "article_id": found.article.article_id,
            "revision": found.passage.revision,
            "title": found.article.title,
            "url": found.article.url or article_path(found.article.article_id),
            "publisher": found.article.publisher,
            "published_at": published_at(found.article.published),
            "heading": found.passage.heading,
            "text": found.passage.text,
            "start": found.passage.start,
            "end": found.passage.end,
            "reprints": found.article.reprints,
            "signals": plain(found.signals),
        }
        for found in retrieval.evidence
    ]
    return {
        "query": retrieval.query,
        "generation": retrieval.generation,
        "data": rows,
        "timings": plain(retrieval.timings),
    }


def error_object(error: JushiError) -> JsonObject:
    """OpenAI's error shape: `{"error": {"message", "type", "param", "code"}}`."""
    kind = "invalid_request_error" if error.http_status < 500 else "server_error"
    return {"error": {"message": str(error), "type": kind, "param": error.field, "code": error.code}}


def as_jushi_error(error: EmbeddingError) -> JushiError:
    """An error of the embeddings package as the one of our tree that says whether to retry."""
    if isinstance(error, IndexMismatchError):
        return StoreVersionError(str(error))
    if isinstance(error, BundleError):
        return ModelMissingError(str(error))
    return ModelError(str(error))


def published_at(published: Published | None) -> str | None:
    """The day of publication as `YYYY-MM-DD`, None where it is not known."""
    return published.day.isoformat() if published else None


def article_path(article_id: str) -> str:
    """Where the server shows an article, relative to its root."""
    return f"/articles/{quote(article_id, safe='')}"


def clean_for_terminal(text: str) -> str:
    """Text of web pages without what could steer a terminal or turn its lines round; newlines and tabs stay."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def answer_text(answer: Answer, *, trace: bool = False) -> str:
    """An answer for people: the text and its numbered sources, or why there is none and what comes nearest."""
    lines = list(_refusal_lines(answer.refusal) if answer.refusal else _answer_lines(answer))
    if trace:
        lines += ["", *_trace_lines(answer.trace)]
    return clean_for_terminal("\n".join(lines))


def search_text(retrieval: Retrieval, *, trace: bool = False) -> str:
    """What a search found, for people; with `trace`, the score of each index and the time of each stage."""
    lines: list[str] = []
    for found in retrieval.evidence:
        article = found.article
        lines.append(f"[{found.number}] {_byline(article.title, published_at(article.published), article.publisher)}")
        lines.append(f"    {found.passage.text.replace(_NEWLINE, ' ')}")
        lines.append(f"    {article.url or article_path(article.article_id)}")
        if trace:
            lines.append(f"    score {found.score:.3f}  {_pairs(plain_fields(found.signals))}")
    if not lines:
        lines.append("Nothing was found.")
    if trace:
        lines += ["", f"query: {retrieval.query}", f"milliseconds: {_pairs(retrieval.timings)}"]
    return clean_for_terminal("\n".join(lines))


def _spans(spans: Iterable[Span]) -> Json:
    return [plain_fields(span) for span in spans]


def _spans_of_text(spans: Iterable[Span], article: Article) -> Json:
    """Spans of the cleaned text, with their place in the source beside; null where the source has no single one."""
    found: list[Json] = []
    for span in spans:
        start, end = article.quote(span.start, span.end) or (None, None)
        found.append({**plain_fields(span), "source_start": start, "source_end": end})
    return found


def _answer_lines(answer: Answer) -> Iterable[str]:
    yield answer.text
    if answer.notice:
        yield ""
        yield f"({answer.notice})"
    if answer.status is Status.PARTIAL:
        yield ""
        yield "(Only part of the question is answered by the articles.)"
    for conflict in answer.conflicts:
        numbers = "".join(f"[{number}]" for number in conflict.numbers)
        yield f"Sources disagree on {conflict.measure}: {' / '.join(conflict.values)} {numbers}"
    for citation in answer.citations:
        yield ""
        yield from _citation_lines(citation)


def _citation_lines(citation: Citation) -> Iterable[str]:
    yield f"[{citation.number}] “{citation.quote.replace(_NEWLINE, ' ')}”"
    yield f"    {_byline(citation.title, citation.published_at, citation.publisher)}"
    reprints = f", {citation.reprints} reprints" if citation.reprints else ""
    reason = f" ({citation.reason})" if citation.reason else ""
    yield f"    {citation.verdict.value}{reason}{reprints} · {citation.url}"


def _refusal_lines(refusal: Refusal) -> Iterable[str]:
    yield f"{refusal.message} ({refusal.reason.value})"
    if refusal.nearest:
        yield ""
        yield "Nearest in the articles:"
    for near in refusal.nearest:
        yield f"  - “{near.quote.replace(_NEWLINE, ' ')}”"
        yield f"    {near.title} · {near.url}"


def _trace_lines(trace: Trace) -> Iterable[str]:
    yield f"answerer: {trace.answerer}, generation {trace.generation}, settings {trace.settings}"
    yield f"query: {trace.query}"
    if trace.answerability is not None:
        yield f"answerability: {trace.answerability:.3f}  {_pairs(trace.features)}"
    for hit in trace.hits:
        yield f"hit: {_pairs(hit)}"
    yield f"milliseconds: {_pairs(trace.timings)}"
    if trace.model:
        prompt = f", prompt {trace.prompt_version}" if trace.prompt_version else ""
        yield f"model: {trace.model}{prompt}, {trace.prompt_tokens} tokens in, {trace.completion_tokens} out"
    for claim in trace.dropped:
        yield f"dropped: {claim.text.replace(_NEWLINE, ' ')} ({claim.reason})"
    if trace.unknown_numbers:
        yield f"markers that name no passage: {trace.unknown_numbers}"
    yield from (f"note: {note}" for note in trace.notes)


def _byline(title: str, day: str | None, publisher: str | None) -> str:
    return " · ".join(part for part in (title, day, publisher) if part)


def _pairs(values: Mapping[str, object]) -> str:
    """`name=value` pairs, numbers to three significant digits, unset ones left out."""
    shown = ((name, f"{value:.3g}" if isinstance(value, float) else value) for name, value in values.items())
    return " ".join(f"{name}={value}" for name, value in shown if value is not None)
