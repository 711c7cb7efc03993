"""An answer in the fields that chat clients know from other services: OpenAI's annotations, Perplexity's sources."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rag.answer.present import Json, JsonObject, article_path, published_at
from rag.text.script import language
from rag.text.sentences import sentences
from rag.types import Answer, Citation, Evidence

_MARKER = re.compile(r"\[(\d{1,4})\]")
_WEB_ADDRESS = re.compile(
    r"https?://[^\s/<>\"\\^`{|}][^\s<>\"\\^`{|}\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e]*", re.IGNORECASE
)
_SNIPPET = 200  # code points


def link(url: str | None, article_id: str, base: str) -> str:
    """Where to read an article: its own address if it is one of the web, else its page on the server at `base`."""
    if url and _WEB_ADDRESS.fullmatch(url):
        return url
    return base.rstrip("/") + article_path(article_id)


def spoken(answer: Answer) -> str:
    """The words of an answer: its text, or the sentence of its refusal."""
    return answer.refusal.message if answer.refusal else answer.text


def notice_line(answer: Answer) -> str:
    """What follows the words where there is a notice: an empty line, and the notice in parentheses."""
    if not answer.notice:
        return ""
    left, right = ("(", ")") if language(answer.notice) == "en" else ("（", "）")
    return f"\n\n{left}{answer.notice}{right}"


def url_citations(answer: Answer, base: str) -> list[Json]:
    """One `url_citation` for each marker, as chat completions have it: with an object of its own inside."""
    return [{"type": "url_citation", "url_citation": place} for place in _cited_places(answer, base)]


def flat_url_citations(answer: Answer, base: str) -> list[Json]:
    """One `url_citation` for each marker, as the Responses API has it: all fields side by side."""
    return [{"type": "url_citation", **place} for place in _cited_places(answer, base)]


def citation_links(answer: Answer, base: str) -> list[Json]:
    """The addresses of the cited articles: that of `[n]` stands at index n - 1.

    Raises:
        ValueError: the citations are not numbered from 1 without a gap.
    """
    cited = _first_citations(answer)
    if sorted(cited) != list(range(1, len(cited) + 1)):
        raise ValueError(f"citations are numbered {sorted(cited)}; expected 1 to {len(cited)}")
    return [link(cited[number].url, cited[number].article_id, base) for number in sorted(cited)]


def title_of(citation: Citation, base: str) -> str:
    """The title of a cited article, or its address where it has none."""
    return citation.title.strip() or link(citation.url, citation.article_id, base)


def search_results(evidence: Sequence[Evidence], base: str) -> list[Json]:
    """The passages found, in order of rank; `start` and `end` are their place in the cleaned text of that revision."""
    return [_search_result(item, link(item.article.url, item.article.article_id, base)) for item in evidence]


@lru_cache(maxsize=1000)  # passages that are found often
def snippet(text: str, longest: int = _SNIPPET) -> str:
    """`text` on one line, cut behind the last sentence that `longest` code points hold, or inside a longer one."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    ends = [span.end for span in sentences(line) if span.end <= longest]
    return line[: ends[-1]] if ends else line[: longest - 1] + "…"


def _cited_places(answer: Answer, base: str) -> Iterator[JsonObject]:
    """Address and title of the article of each marker in the text; offsets are code points of the marker.

    The first marker of each number comes first, by number, then those that repeat one, as they stand in the text: many
    clients take `[n]` for the n-th annotation.
    """
    cited = _first_citations(answer)
    markers = [marker for marker in _markers(answer) if marker[0] in cited]
    first = {number: start for number, start, _ in reversed(markers)}
    heads = sorted(marker for marker in markers if marker[1] == first[marker[0]])
    repeats = [marker for marker in markers if marker[1] != first[marker[0]]]
    for number, start, end in (*heads, *repeats):
        yield {
            "url": link(cited[number].url, cited[number].article_id, base),
            "title": title_of(cited[number], base),
            "start_index": start,
            "end_index": end,
        }


def _search_result(item: Evidence, address: str) -> JsonObject:
    article = item.article
    return {
        "title": article.title.strip() or article.name or address,
        "url": address,
        "date": published_at(article.published),
        "snippet": snippet(item.passage.text),
        "publisher": article.publisher,
        "article_id": article.article_id,
        "revision": item.passage.revision,
        "start": item.passage.start,
        "end": item.passage.end,
    }


def _first_citations(answer: Answer) -> dict[int, Citation]:
    """For each number the first citation that bears it: all of them name the same article."""
    first: dict[int, Citation] = {}
    for citation in answer.citations:
        first.setdefault(citation.number, citation)
    return first


def _markers(answer: Answer) -> Iterator[tuple[int, int, int]]:
    """Number, start and end of each marker. Brackets inside a claim are the article's own words."""
    at = 0
    for claim in sorted(answer.claims, key=lambda claim: claim.start):
        yield from _markers_between(answer.text, at, claim.start)
        at = max(at, claim.end)
    yield from _markers_between(answer.text, at, len(answer.text))


def _markers_between(text: str, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    for found in _MARKER.finditer(text, start, end):
        yield int(found.group(1)), found.start(), found.end()
