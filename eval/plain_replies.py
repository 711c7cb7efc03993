"""A plain chat answer as a reply: its sentences, their markers `[n]`, and what annotations or results say of these."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from eval.citing import from_text
from eval.replies import Reply, ReplyCitation
from eval.streams import Streamed

_MARKER = re.compile(r"\[(\d{1,3})\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    number: int
    address: str
    title: str
    shows: str


def plain_reply(streamed: Streamed) -> Reply:
    """The reply. Citations are judged only where the server sends the words that they stand for.

    These are the `content` of a `url_citation`, as OpenRouter's servers give it, or the `snippet` of a search result,
    as Perplexity's do, whose markers count the results.
    """
    sources = [*_annotated(streamed), *_results(streamed)]
    shown = {source.number: source.shows for source in reversed(sources) if source.shows}
    first = {source.number: source for source in reversed(sources)}
    used = sorted({int(found) for found in _MARKER.findall(streamed.text)} & first.keys())
    return Reply(
        status="answered",
        text=streamed.text,
        cited=from_text(streamed.text, shown) if shown else (),
        citations=tuple(_citation(first[number]) for number in used),
        timings=streamed.clock,
        first=streamed.first,
        whole=streamed.whole,
        prompt_tokens=streamed.prompt_tokens,
        completion_tokens=streamed.completion_tokens,
        fingerprint=streamed.fingerprint,
    )


def _annotated(streamed: Streamed) -> Iterator[_Source]:
    """Each `url_citation`; its number is the marker that it spans, else its place among the annotations."""
    for place, note in enumerate(streamed.annotations, start=1):
        fields = note.get("url_citation")
        if not isinstance(fields, Mapping):
            continue
        spanned = streamed.text[int(fields.get("start_index") or 0) : int(fields.get("end_index") or 0)]
        marker = _MARKER.search(spanned)
        yield _source(int(marker.group(1)) if marker else place, fields, "content")


def _results(streamed: Streamed) -> Iterator[_Source]:
    for place, found in enumerate(streamed.results, start=1):
        yield _source(place, found, "snippet")


def _source(number: int, fields: Mapping[str, Any], words: str) -> _Source:
    def text(name: str) -> str:
        return str(fields.get(name) or "")

    return _Source(number=number, address=text("url"), title=text("title"), shows=text(words))


def _citation(source: _Source) -> ReplyCitation:
    return ReplyCitation(number=source.number, article=source.address, title=source.title, quote=source.shows)
