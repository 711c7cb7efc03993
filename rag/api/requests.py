"""The bodies of requests, in OpenAI's shapes with our own fields beside."""

from __future__ import annotations

import difflib
import json
import re
import reprlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal, Self, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from rag.errors import InputError
from rag.types import Filters, Question, Strictness, Turn

_TURNS = ("user", "assistant")  # the roles of those who speak; what others say is said beside the conversation
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message of a conversation; `place` is its name in the request, for errors."""

    role: str  # "user", "assistant", "system" or "developer"
    text: str
    place: str


def said(role: str, content: str | Sequence[Part] | None, place: str, *, kinds: Collection[str]) -> Said:
    """One message, the parts of its content joined; `kinds` are the types of parts that hold text.

    Raises:
        InputError: a part is of another type, or a message of the user holds no text; `field` names it.
    """
    parts = () if isinstance(content, str) else content or ()
    for at, part in enumerate(parts):
        if part.type not in kinds:
            known = " or ".join(repr(kind) for kind in kinds)
            raise InputError(
                f"content of type {reprlib.repr(part.type)} cannot be read here, only {known}",
                field=f"{place}.content[{at}].type",
            )
    text = content if isinstance(content, str) else "".join(part.text or "" for part in parts)
    if role == "user" and not text.strip():
        raise InputError("a message of the user holds no text", field=f"{place}.content")
    return Said(role=role, text=text, place=place)


def _required_first(schema: JsonDict) -> None:
    """What must be given stands first in the documentation."""
    required, properties = schema.get("required", []), schema["properties"]
    assert isinstance(required, list)
    assert isinstance(properties, dict)
    schema["properties"] = dict(sorted(properties.items(), key=lambda item: item[0] not in required))


class Asking(BaseModel):
    """What every request for an answer takes, in whichever of OpenAI's shapes it comes.

    Of OpenAI's fields, `ignored` change nothing here (they steer sampling, billing or storage of a model's output);
    `unsupported` are those whose effect a client relies on and cannot have, each with the values that ask for nothing.
    """

    model_config = ConfigDict(
        extra="allow", json_schema_extra=_required_first
    )  # checked by name, to suggest a spelling

    ignored: ClassVar[frozenset[str]]
    unsupported: ClassVar[Mapping[str, tuple[object, ...]]]

    model: str = Field(
        default="jushi", description="`jushi`; `jushi-llm` or `jushi-quotes` always answers in the way named"
    )
    stream: bool | None = False
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
            if name in self.unsupported and value not in self.unsupported[name]:
                raise InputError(f"{name} = {reprlib.repr(value)} is not supported here", field=name)
            if name not in self.unsupported and name not in self.ignored:
                near = difflib.get_close_matches(
                    name, [*type(self).model_fields, *self.unsupported, *self.ignored], n=1
                )
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise InputError(f"unknown field {reprlib.repr(name)}{hint}", field=name)
        return self

    def question(
        self, conversation: Sequence[Said], *, earlier: Sequence[Turn] = (), instructions: str = ""
    ) -> Question:
        """The last message of a conversation with what was said before, as the engine takes them.

        `earlier` turns go before the conversation; system messages are added to the `instructions`.

        Raises:
            InputError: the last message is not the user's; `field` names it.
        """
        last = conversation[-1]
        if last.role != "user":
            raise InputError(
                f"the last message must be the user's question, but its role is {last.role!r}",
                field=f"{last.place}.role",
            )
        turns = [Turn(role=one.role, text=one.text) for one in conversation[:-1] if one.role in _TURNS and one.text]
        beside = [instructions, *(one.text for one in conversation if one.role not in _TURNS)]
        return Question(
            text=last.text,
            history=(*earlier, *turns),
            filters=self.filters.to_filters() if self.filters else Filters(),
            top_k=self.top_k,
            as_of=self.as_of,
            strict=Strictness(self.strict or Strictness.DROP),
            instructions="\n".join(text for text in beside if text),
        )


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
