"""The bodies of requests, in OpenAI's shapes with our own fields beside."""

from __future__ import annotations

import difflib
import json
import re
import reprlib
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from rag.errors import InputError
from rag.types import Filters, Question, Strictness, Turn

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


_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def check_characters(body: object) -> object:
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


def _check_day(value: object) -> object:
    """Only days as people write them: numbers, which would be taken for seconds since 1970, are refused."""
    if value is None or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise ValueError("expected a day as YYYY-MM-DD")


Day: TypeAlias = Annotated[date, BeforeValidator(_check_day)]


class FiltersBody(BaseModel):
    """Limits on what may be searched."""

    model_config = ConfigDict(extra="forbid")

    article_ids: list[str] = Field(default=[], description="only these articles")
    publishers: list[str] = Field(default=[], description="only articles of these publishers")
    since: Day | None = Field(default=None, description="only articles published on this day or later")
    until: Day | None = Field(default=None, description="only articles published on this day or earlier")

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

    model: str = Field(
        default="jushi", description="`jushi`; `jushi-llm` or `jushi-quotes` always answers in the way named"
    )
    messages: list[Message] = Field(min_length=1, description="oldest first; the last one is the user's question")
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    answerer: str | None = Field(
        default=None, description="who answers: `auto`, `llm` or `quotes`; by default the model's"
    )
    strict: Literal["drop", "mark"] | None = Field(
        default=None,
        description="what becomes of a sentence that no quote carries: `drop` leaves it out (the default), `mark` "
        "shows it as unproven and without a citation",
    )
    filters: FiltersBody | None = None
    as_of: Day | None = Field(default=None, description="answer from what was published on this day or earlier")
    top_k: int | None = Field(default=None, ge=1, le=100, description="passages that the answer may draw on")
    sources_in_content: Literal["none", "markdown"] | None = Field(
        default=None, description="`markdown` appends the list of sources to the content; `none` is the default"
    )

    _characters = model_validator(mode="before")(check_characters)

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
        """The question and its history, as the engine takes them; system messages are its `instructions`.

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
        return Question(
            text=texts[-1],
            history=history,
            filters=filters,
            top_k=self.top_k,
            as_of=self.as_of,
            strict=Strictness(self.strict or Strictness.DROP),
            instructions="\n".join(
                t for m, t in zip(self.messages, texts, strict=True) if m.role in {"system", "developer"}
            ),
        )


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

    _characters = model_validator(mode="before")(check_characters)

    def to_question(self) -> Question:
        """The same query as the engine takes it.

        Raises:
            InputError: the query is blank.
        """
        if not self.query.strip():
            raise InputError("the query is blank", field="query")
        filters = self.filters.to_filters() if self.filters else Filters()
        return Question(text=self.query, filters=filters, top_k=self.top_k)
