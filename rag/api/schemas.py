"""The bodies of requests and responses, in OpenAI's shapes with our own fields beside."""

from __future__ import annotations

import difflib
import json
import reprlib
from collections.abc import Mapping
from datetime import date
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rag.errors import InputError
from rag.types import Answer, Filters, Question, Turn

# Fields of OpenAI's API that change nothing here: they steer sampling, billing or storage of a model's output.
_IGNORED = frozenset(
    {
        "frequency_penalty", "logit_bias", "max_completion_tokens", "max_tokens", "metadata", "parallel_tool_calls",
        "prediction", "presence_penalty", "prompt_cache_key", "prompt_cache_retention", "reasoning_effort",
        "safety_identifier", "seed", "service_tier", "stop", "store", "temperature", "top_logprobs", "top_p", "user",
        "verbosity",
    }
)  # fmt: skip
# Fields whose effect a client relies on and which cannot be had here, each with the values that ask for nothing.
_UNSUPPORTED: Mapping[str, tuple[object, ...]] = {
    "audio": (None,),
    "function_call": (None, "none", "auto"),
    "functions": (None, []),
    "logprobs": (None, False),
    "modalities": (None, ["text"]),
    "n": (None, 1),
    "response_format": (None, {"type": "text"}),
    "tool_choice": (None, "none", "auto"),
    "tools": (None, []),
    "web_search_options": (None,),
}


def _check_characters(body: object) -> object:
    """The body, if all its strings can be written as UTF-8; what is not JSON is left to the next check.

    Raises:
        InputError: a string holds half of a surrogate pair, as escapes in JSON can.
    """
    if isinstance(body, bytes):
        return body
    try:
        json.dumps(body, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        half = f"\\u{ord(error.object[error.start]):04x}"
        raise InputError(f"the body holds {half}, half of a surrogate pair and no character") from error
    return body


class FiltersBody(BaseModel):
    """Limits on what may be searched."""

    model_config = ConfigDict(extra="forbid")

    article_ids: list[str] = Field(default=[], description="only these articles")
    publishers: list[str] = Field(default=[], description="only articles of these publishers")
    since: date | None = Field(default=None, description="only articles published on this day or later")
    until: date | None = Field(default=None, description="only articles published on this day or earlier")

    def to_filters(self) -> Filters:
        """The same limits as the engine takes them."""
        return Filters(
            article_ids=tuple(self.article_ids), publishers=tuple(self.publishers), since=self.since, until=self.until
        )


class Part(BaseModel):
    """One part of a message's content; only text can be read."""

    model_config = ConfigDict(extra="allow")

    type: str
    text: str | None = None


class Message(BaseModel):
    """One message of the conversation."""

    model_config = ConfigDict(extra="allow")  # name, tool_calls and the like; a `jushi` object sent back is harmless

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[Part] | None = None


class StreamOptions(BaseModel):
    """Options of a streamed completion."""

    model_config = ConfigDict(extra="allow")  # include_obfuscation and the like ask for nothing here

    include_usage: bool = False


class ChatRequest(BaseModel):
    """A question with its conversation. Sampling fields of OpenAI's API are accepted and change nothing."""

    model_config = ConfigDict(extra="allow")  # checked by name below, to suggest the right spelling

    model: str = Field(default="jushi", description="`jushi`, or `jushi-quotes` for verbatim answers only")
    messages: list[Message] = Field(min_length=1, description="oldest first; the last one is the user's question")
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    answerer: str | None = Field(default=None, description="who answers: `auto` or `quotes`; by default the model's")
    filters: FiltersBody | None = None
    top_k: int | None = Field(default=None, ge=1, le=100, description="passages that the answer may draw on")

    _characters = model_validator(mode="before")(_check_characters)

    @model_validator(mode="after")
    def _check_extra_fields(self) -> Self:
        for name, value in (self.model_extra or {}).items():
            if name in _UNSUPPORTED and value not in _UNSUPPORTED[name]:
                raise InputError(f"{name} = {reprlib.repr(value)} is not supported here", field=name)
            if name not in _UNSUPPORTED and name not in _IGNORED:
                near = difflib.get_close_matches(name, [*type(self).model_fields, *_UNSUPPORTED, *_IGNORED], n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise InputError(f"unknown field {reprlib.repr(name)}{hint}", field=name)
        return self

    def to_question(self) -> Question:
        """The question and its history, as the engine takes them; system messages are left out.

        Raises:
            InputError: the last message is not the user's, or a message holds no text; `field` names it.
        """
        texts = [_text_of(index, message) for index, message in enumerate(self.messages)]
        last = len(self.messages) - 1
        if self.messages[last].role != "user":
            raise InputError(
                f"the last message must be the user's question, but its role is {self.messages[last].role!r}",
                field=f"messages[{last}].role",
            )
        earlier = zip(self.messages[:-1], texts[:-1], strict=True)
        history = tuple(Turn(role=m.role, text=text) for m, text in earlier if m.role in {"user", "assistant"} and text)
        filters = self.filters.to_filters() if self.filters else Filters()
        return Question(text=texts[-1], history=history, filters=filters, top_k=self.top_k)


def _text_of(index: int, message: Message) -> str:
    """The text of one message, its parts joined."""
    parts = [Part(type="text", text=message.content)] if isinstance(message.content, str) else message.content or []
    for at, part in enumerate(parts):
        if part.type != "text":
            raise InputError(
                f"content of type {part.type!r} cannot be read here, only 'text'",
                field=f"messages[{index}].content[{at}].type",
            )
    text = "".join(part.text or "" for part in parts)
    if message.role == "user" and not text.strip():
        raise InputError("a message of the user holds no text", field=f"messages[{index}].content")
    return text


class SearchRequest(BaseModel):
    """A query for passages."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(min_length=1, description="a question or words to look for")
    top_k: int = Field(default=10, ge=1, le=100, description="how many passages")
    filters: FiltersBody | None = None

    _characters = model_validator(mode="before")(_check_characters)

    def to_question(self) -> Question:
        """The same query as the engine takes it.

        Raises:
            InputError: the query is blank.
        """
        if not self.query.strip():
            raise InputError("the query is blank", field="query")
        filters = self.filters.to_filters() if self.filters else Filters()
        return Question(text=self.query, filters=filters, top_k=self.top_k)


class Usage(BaseModel):
    """Tokens of a language model; all zero when none was asked, as for `quotes`."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ReplyMessage(BaseModel):
    """What Jushi says: `content` for people, `jushi` for programs."""

    role: Literal["assistant"]
    content: str = Field(description="sentences that end in markers `[n]`, or the sentence of a refusal")
    refusal: None
    jushi: Answer = Field(description="the same object that `jushi ask --json` prints")


class Choice(BaseModel):
    """The only choice of a completion."""

    index: int
    message: ReplyMessage
    logprobs: None
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


class ErrorDetail(BaseModel):
    """One sentence on what went wrong, its kind, the field at fault and a code to switch on."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorBody(BaseModel):
    """The body of every response that is not a success."""

    error: ErrorDetail
