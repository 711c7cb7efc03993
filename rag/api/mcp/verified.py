"""What the tool `verify` gives back. The descriptions are read by a language model."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, Field

from rag.answer.present import published_at
from rag.answer.verifying import GivenSource, Quote, Verified
from rag.api.mcp.results import web_address
from rag.check.verify import RANK


class CarryingQuote(BaseModel):
    """Words that carry a sentence, or for an unsupported one those nearest to it, which may deny it."""

    source: int | None = Field(description="number of the given source, from 1; null for an article")
    article_id: str | None
    revision: str | None
    title: str
    publisher: str | None
    published_at: str | None = Field(description="day of publication, YYYY-MM-DD, if known")
    url: str | None = Field(description="where a person can read it")
    quote: str = Field(description="verbatim from the source, or from the original page of the article")
    source_start: int = Field(description="first code point of the quote there; for open_source")
    source_end: int = Field(description="code point after its last one")


class CheckedSentence(BaseModel):
    """One sentence of the text."""

    text: str
    start: int = Field(description="first code point of the sentence in the text")
    end: int = Field(description="code point after its last one, markers included")
    verdict: str = Field(description="exact, supported, partial or unsupported")
    reason: str = Field(description="begins with the kind of the fault, such as number, date or negation; else empty")
    quotes: list[CarryingQuote]


class VerifyResult(BaseModel):
    """Each sentence of a text with its verdict."""

    verdict: str | None = Field(description="that of the worst sentence; null where there is no sentence")
    sentences: list[CheckedSentence]


def verify_result(verified: Sequence[Verified], given: Sequence[GivenSource], base: str | None) -> VerifyResult:
    """The checked sentences; `base` is the address of a server that shows articles, None where there is none."""
    return VerifyResult(
        verdict=min((one.verdict for one in verified), key=RANK.__getitem__, default=None),
        sentences=[
            CheckedSentence(
                text=one.text,
                start=one.start,
                end=one.end,
                verdict=one.verdict.value,
                reason=one.reason,
                quotes=[_quote(quote, given, base) for quote in one.quotes],
            )
            for one in verified
        ],
    )


def _quote(quote: Quote, given: Sequence[GivenSource], base: str | None) -> CarryingQuote:
    article = quote.article
    source = given[quote.index] if quote.index is not None else None
    named = article or source
    assert named is not None
    return CarryingQuote(
        source=None if quote.index is None else quote.index + 1,
        article_id=article and article.article_id,
        revision=article and article.revision,
        title=named.title,
        publisher=article and article.publisher,
        published_at=published_at(article.published) if article else None,
        url=web_address(article.url, article.article_id, base) if article else named.url,
        quote=quote.quote,
        source_start=quote.source_start,
        source_end=quote.source_end,
    )
