"""What the tools give back, as structured content. The descriptions are read by a language model."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, Field

from rag.answer.present import published_at
from rag.answer.wire import link, spoken
from rag.search.retriever import Retrieval
from rag.types import Answer, Article, Citation, Evidence


class FoundPassage(BaseModel):
    """A passage of an article as it reads after cleaning."""

    number: int = Field(description="rank, from 1")
    article_id: str
    revision: str
    title: str
    publisher: str | None
    published_at: str | None = Field(description="day of publication, YYYY-MM-DD, if known")
    url: str | None = Field(description="where a person can read the article")
    text: str
    reprints: int = Field(description="how many other articles print the same story")


class SearchResult(BaseModel):
    """The passages nearest to a query, best first. That a passage is near does not say that it answers."""

    passages: list[FoundPassage]


class Quote(BaseModel):
    """The publisher's own words that one sentence of the answer rests on."""

    number: int = Field(description="the number of the markers [n] in the text; it counts articles")
    article_id: str
    revision: str
    title: str
    publisher: str | None
    published_at: str | None = Field(description="day of publication, YYYY-MM-DD, if known")
    url: str | None = Field(description="where a person can read the article")
    quote: str = Field(description="verbatim from the original page")
    source_start: int = Field(description="first code point of the quote in the original; for open_source")
    source_end: int = Field(description="code point after its last one")
    verdict: str = Field(description="how well the quote carries the sentence: exact, supported, partial")


class NearPassage(BaseModel):
    """What comes nearest to a question that is not answered."""

    article_id: str
    title: str
    quote: str


class Refused(BaseModel):
    """Why the articles do not answer the question."""

    reason: str = Field(
        description="empty_store, no_evidence, weak_evidence, other_place, other_time, absent_attribute or unsupported"
    )
    nearest: list[NearPassage] = Field(description="the closest that the articles say; it does not answer")


class Differing(BaseModel):
    """Two articles give different values for the same thing."""

    measure: str
    values: list[str]
    numbers: list[int] = Field(description="numbers of the citations that show them")


class AskResult(BaseModel):
    """An answer whose every sentence was checked against its quote, or a refusal."""

    status: str = Field(description="answered, partial, refused, or chat for what is no question to the articles")
    text: str = Field(description="sentences that end in markers [n], or the sentence of the refusal")
    citations: list[Quote]
    refusal: Refused | None
    conflicts: list[Differing]
    notice: str = Field(description="a line for the reader on how the answer came to be; mostly empty")
    answerer: str = Field(description="who wrote it: llm or quotes")


class OpenedSource(BaseModel):
    """A stretch of an article's original text: `text == original[start:end]`, in code points."""

    article_id: str
    revision: str
    revisions: list[str] = Field(description="all that are kept, oldest first")
    title: str
    publisher: str | None
    published_at: str | None = Field(description="day of publication, YYYY-MM-DD, if known")
    url: str | None = Field(description="where a person can read the article")
    length: int = Field(description="code points of the whole original")
    start: int
    end: int
    text: str = Field(description="the original, with the page's navigation and errors of encoding still in it")


def search_result(retrieval: Retrieval, base: str | None) -> SearchResult:
    """What was found; `base` is the address of a server that shows articles, None where there is none."""
    return SearchResult(passages=[_passage(found, base) for found in retrieval.evidence])


def ask_result(answer: Answer, base: str | None) -> AskResult:
    """An answer or a refusal; `base` as above."""
    refusal = answer.refusal
    return AskResult(
        status=answer.status.value,
        text=spoken(answer),
        citations=[_quote(citation, base) for citation in answer.citations],
        refusal=refusal
        and Refused(
            reason=refusal.reason.value,
            nearest=[NearPassage(article_id=n.article_id, title=n.title, quote=n.quote) for n in refusal.nearest],
        ),
        conflicts=[
            Differing(measure=found.measure, values=list(found.values), numbers=list(found.numbers))
            for found in answer.conflicts
        ],
        notice=answer.notice,
        answerer=answer.trace.answerer,
    )


def opened_source(article: Article, revisions: Sequence[str], start: int, end: int, base: str | None) -> OpenedSource:
    """The code points `[start, end)` of an article's original; `base` as above."""
    return OpenedSource(
        article_id=article.article_id,
        revision=article.revision,
        revisions=list(revisions),
        title=article.title,
        publisher=article.publisher,
        published_at=published_at(article.published),
        url=web_address(article.url, article.article_id, base),
        length=len(article.source_text),
        start=start,
        end=end,
        text=article.source_text[start:end],
    )


def _passage(found: Evidence, base: str | None) -> FoundPassage:
    article = found.article
    return FoundPassage(
        number=found.number,
        article_id=article.article_id,
        revision=found.passage.revision,
        title=article.title,
        publisher=article.publisher,
        published_at=published_at(article.published),
        url=web_address(article.url, article.article_id, base),
        text=found.passage.text,
        reprints=article.reprints,
    )


def _quote(citation: Citation, base: str | None) -> Quote:
    return Quote(
        number=citation.number,
        article_id=citation.article_id,
        revision=citation.revision,
        title=citation.title,
        publisher=citation.publisher,
        published_at=citation.published_at,
        url=web_address(citation.url, citation.article_id, base),
        quote=citation.quote,
        source_start=citation.source_start,
        source_end=citation.source_end,
        verdict=citation.verdict.value,
    )


def web_address(url: str | None, article_id: str, base: str | None) -> str | None:
    """The article's own web address, else its page on the server at `base`, else nothing."""
    address = link(url, article_id, base or "")
    return None if base is None and address.startswith("/") else address
