"""`POST /v1/verify`: the checker as a service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

from rag.answer.present import Json, JsonObject, published_at
from rag.answer.verifying import GivenSource, Quote, Verified, apply_strictness
from rag.answer.wire import link
from rag.api.examples_verify import VERIFY_REQUESTS, VERIFY_RESPONSE
from rag.api.requests import FiltersBody, check_characters
from rag.api.scopes import READ
from rag.api.service import ServiceOf
from rag.check.verify import RANK
from rag.errors import InputError
from rag.types import Filters, Strictness, Verdict

router = APIRouter(tags=["Checking"])

LONGEST_TEXT = 20_000  # code points
MOST_SOURCES = 100


class SourceBody(BaseModel):
    """A text that sentences may rest on."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1)
    title: str = ""
    url: str | None = Field(default=None, description="shown again with its quotes; never fetched")


class VerifyRequest(BaseModel):
    """A text to check."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=LONGEST_TEXT, description="sentences, with markers `[n]` or without")
    sources: list[SourceBody] | None = Field(
        default=None,
        min_length=1,
        max_length=MOST_SOURCES,
        description="what it may rest on; `[n]` names the n-th. Unset: the articles, searched for each sentence",
    )
    strict: Literal["drop", "mark"] | None = Field(
        default=None,
        description="what becomes of unsupported sentences in the `text` that is given back: `drop` (the default) "
        "leaves them out, `mark` marks them",
    )
    filters: FiltersBody | None = Field(default=None, description="which articles count; not beside `sources`")

    _characters = model_validator(mode="before")(check_characters)


@router.post(
    "/v1/verify",
    summary="Check a text",
    dependencies=[READ],
    responses={200: {"content": {"application/json": VERIFY_RESPONSE}}},
)
async def verify(
    request: Request, body: Annotated[VerifyRequest, Body(openapi_examples=VERIFY_REQUESTS)], service: ServiceOf
) -> JSONResponse:
    """Check each sentence of a text: figures, units, dates, names, negation, direction, wording.

    `verdict` is `exact`, `supported`, `partial` or `unsupported`, `reason` begins with the kind of the fault. `quote`
    is what carries a sentence, or what comes nearest to it: `source[source_start:source_end]` of the source at `index`,
    or of that revision of an article; `quotes` are several where each clause rests on another. The `verdict` of the
    whole is that of its worst sentence, null where there is none.
    """
    if not body.text.strip():
        raise InputError("the text is blank", field="text")
    if body.sources is not None and body.filters is not None:
        raise InputError("filters choose among the stored articles; drop them, or sources", field="filters")
    given = [GivenSource(text=source.text, title=source.title, url=source.url) for source in body.sources or ()]
    filters = body.filters.to_filters() if body.filters else Filters()
    run = service.start(request, lambda engine: engine.verifier().verify(body.text, given, filters))
    with run:
        verified = [one async for one in run]
    strict = Strictness(body.strict or Strictness.DROP)
    counts = Counter(one.verdict for one in verified)
    rows: list[Json] = [_claim(one, given, str(request.base_url)) for one in verified]
    return JSONResponse(
        {
            "object": "verification",
            "verdict": min((one.verdict for one in verified), key=RANK.__getitem__, default=None),
            "counts": {verdict.value: counts[verdict] for verdict in Verdict},
            "text": apply_strictness(body.text, verified, strict),
            "claims": rows,
        }
    )


def _claim(one: Verified, given: Sequence[GivenSource], base: str) -> JsonObject:
    quotes: list[Json] = [_quote(quote, given, base) for quote in one.quotes]
    known = range(1, len(given) + 1)
    return {
        "text": one.text,
        "start": one.start,
        "end": one.end,
        "numbers": list(one.numbers),
        "unknown_numbers": [number for number in one.numbers if given and number not in known],
        "verdict": one.verdict.value,
        "reason": one.reason,
        "score": round(one.score, 4),
        "quote": quotes[0] if quotes else None,
        "quotes": quotes,
    }


def _quote(quote: Quote, given: Sequence[GivenSource], base: str) -> JsonObject:
    cut: JsonObject = {
        "quote": quote.quote,
        "source_start": quote.source_start,
        "source_end": quote.source_end,
    }
    article = quote.article
    if article is None:
        assert quote.index is not None
        source = given[quote.index]
        return {**cut, "index": quote.index, "title": source.title, "url": source.url}
    return {
        **cut,
        "article_id": article.article_id,
        "revision": article.revision,
        "title": article.title,
        "url": link(article.url, article.article_id, base),
        "publisher": article.publisher,
        "published_at": published_at(article.published),
    }
