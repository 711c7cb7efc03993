"""The body of a response, as the API's documentation shows it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from rag.api.documented import SearchResult
from rag.types import Answer


class FlatCitation(BaseModel):
    """One marker `[n]` of the text: its place in code points, and the article that it names."""

    type: Literal["url_citation"]
    url: str
    title: str
    start_index: int
    end_index: int


class OutputText(BaseModel):
    """What Jushi says."""

    type: Literal["output_text"]
    text: str = Field(description="sentences that end in markers `[n]`, or the sentence of a refusal")
    annotations: list[FlatCitation] = Field(
        description="one for each marker; the n-th, up to the number of citations, is of `[n]`, those after are repeats"
    )
    logprobs: list[None] = Field(max_length=0)


class OutputMessage(BaseModel):
    """The only item of the output."""

    id: str
    type: Literal["message"]
    status: Literal["in_progress", "completed", "incomplete"]
    role: Literal["assistant"]
    content: list[OutputText]


class InputTokens(BaseModel):
    """Always zero: no cache is counted."""

    cached_tokens: int
    cache_write_tokens: int


class OutputTokens(BaseModel):
    """Always zero: no reasoning is counted."""

    reasoning_tokens: int


class ResponseUsage(BaseModel):
    """Tokens of a language model; all zero when none was asked, as for `quotes`."""

    input_tokens: int
    input_tokens_details: InputTokens
    output_tokens: int
    output_tokens_details: OutputTokens
    total_tokens: int


class ResponseError(BaseModel):
    """Why a streamed response failed; `type` is the code that other errors of this server have."""

    code: str
    message: str
    param: str | None
    type: str


class TextForm(BaseModel):
    """The form of the text."""

    type: Literal["text"]


class TextSettings(BaseModel):
    """How the text is written."""

    format: TextForm


class ResponseBody(BaseModel):
    """A response; within a stream also one that is not complete."""

    id: str
    object: Literal["response"]
    created_at: int = Field(description="seconds since 1970")
    status: Literal["in_progress", "completed", "failed"]
    completed_at: int | None
    background: bool
    error: ResponseError | None
    incomplete_details: None
    model: str
    output: list[OutputMessage] = Field(description="one message; its `content[0]` has `text` and `annotations`")
    text: TextSettings
    tool_choice: Literal["auto"]
    tools: list[None] = Field(max_length=0)
    usage: ResponseUsage | None
    instructions: str | None
    max_output_tokens: int | None
    metadata: dict[str, str]
    parallel_tool_calls: bool
    previous_response_id: str | None
    store: bool
    temperature: float | None
    top_p: float | None
    truncation: Literal["auto", "disabled"]
    jushi: Answer | None = Field(description="the same object that `jushi ask --json` prints")
    citations: list[str] = Field(description="addresses of the cited articles; that of `[n]` stands at index n - 1")
    search_results: list[SearchResult] = Field(description="the passages found, best first, also for a refusal")
