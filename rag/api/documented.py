"""The bodies of responses, as the API's documentation shows them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from rag.types import Answer


class UrlCitation(BaseModel):
    """Where a marker stands in the content, in code points, and the article that it names."""

    url: str
    title: str
    start_index: int
    end_index: int


class Annotation(BaseModel):
    """One marker `[n]` of the content."""

    type: Literal["url_citation"]
    url_citation: UrlCitation


class SearchResult(BaseModel):
    """One passage that was found."""

    title: str
    url: str
    date: str | None = Field(description="day of publication, YYYY-MM-DD")
    snippet: str = Field(description="the beginning of the passage, on one line")
    publisher: str | None
    article_id: str
    revision: str
    start: int = Field(description="first code point of the passage in the cleaned text of that revision")
    end: int


class Usage(BaseModel):
    """Tokens of a language model; all zero when none was asked, as for `quotes`."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ReplyMessage(BaseModel):
    """What Jushi says: `content` for people, `jushi` for programs."""

    role: Literal["assistant"]
    content: str = Field(description="sentences that end in markers `[n]`, or the sentence of a refusal")
    refusal: None = None
    annotations: list[Annotation] = Field(
        description="one for each marker; the n-th, up to the number of citations, is of `[n]`, those after are repeats"
    )
    jushi: Answer = Field(description="the same object that `jushi ask --json` prints")


class Choice(BaseModel):
    """The only choice of a completion."""

    index: int
    message: ReplyMessage
    logprobs: None = None
    finish_reason: Literal["stop"]


class Completion(BaseModel):
    """A whole completion."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    system_fingerprint: str = Field(description="fingerprint of the settings")
    choices: list[Choice]
    usage: Usage
    citations: list[str] = Field(description="addresses of the cited articles; that of `[n]` stands at index n - 1")
    search_results: list[SearchResult] = Field(description="the passages found, best first, also for a refusal")


class ErrorDetail(BaseModel):
    """One sentence on what went wrong, its kind, the field at fault and a code to switch on."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorBody(BaseModel):
    """The body of every response that is not a success."""

    error: ErrorDetail
