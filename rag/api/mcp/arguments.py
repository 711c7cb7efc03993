"""What the tools are called with. The descriptions are read by a language model that chooses among them."""

from __future__ import annotations

import json
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from rag.answer.verifying import GivenSource
from rag.api.requests import Day
from rag.api.verify import LONGEST_TEXT, MOST_SOURCES
from rag.errors import InputError
from rag.types import Filters, Question


def _listed(value: object) -> object:
    """A list that came as text: some clients write lists as JSON inside a string, or one name without brackets."""
    if not isinstance(value, str):
        return value
    try:
        parsed: object = json.loads(value)
    except ValueError:
        return [value]
    return parsed if isinstance(parsed, list) else [value]


Names: TypeAlias = Annotated[list[str], BeforeValidator(_listed, json_schema_input_type=list[str])]


class Limits(BaseModel):
    """Which articles may be searched; all of them where nothing is said."""

    model_config = ConfigDict(extra="forbid")

    article_ids: Names = Field(default=[], description="only these articles")
    publishers: Names = Field(default=[], description="only articles of these publishers, as search results name them")
    since: Day | None = Field(default=None, description="only articles published on this day or later, YYYY-MM-DD")
    until: Day | None = Field(default=None, description="only articles published on this day or earlier, YYYY-MM-DD")

    def to_filters(self) -> Filters:
        """The same limits as the engine takes them."""
        return Filters(
            article_ids=tuple(self.article_ids), publishers=tuple(self.publishers), since=self.since, until=self.until
        )


class SearchArguments(BaseModel):
    """What to look for."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(description="a question or words to look for, in Chinese; one subject at a time finds most")
    top_k: int = Field(default=8, ge=1, le=50, description="how many passages")
    only: Limits | None = Field(default=None, description="limits on what is searched")

    def to_question(self) -> Question:
        """The query as the engine takes it.

        Raises:
            InputError: it is blank.
        """
        return _question(self.query, "query", self.only, top_k=self.top_k)


class AskArguments(BaseModel):
    """What to answer."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(
        description="one question that can be understood by itself, in Chinese: write out what 它 or 那里 stand for"
    )
    answerer: Literal["auto", "llm", "quotes"] = Field(
        default="auto",
        description="auto: whoever is there; llm: a language model writes, each sentence checked; quotes: verbatim "
        "sentences of the articles, in a fraction of a second",
    )
    only: Limits | None = Field(default=None, description="limits on what is searched; `until` also means: as of")

    def to_question(self) -> Question:
        """The question as the engine takes it.

        Raises:
            InputError: it is blank.
        """
        return _question(self.question, "question", self.only)


class OpenArguments(BaseModel):
    """Which article to open, and where."""

    model_config = ConfigDict(extra="forbid")

    article_id: str = Field(description="as a search result or a citation names it")
    revision: str | None = Field(
        default=None, description="the revision that a citation names; the current one by default"
    )
    start: int = Field(default=0, ge=0, description="first code point to show; a citation's `source_start`")
    end: int | None = Field(
        default=None, ge=0, description="code point after the last one to show; a citation's `source_end`"
    )
    around: int = Field(default=0, ge=0, le=5000, description="code points to show before and after that span as well")

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.end is not None and self.end < self.start:
            raise InputError(f"end is {self.end}, which is before start, {self.start}", field="end")
        return self


class GivenText(BaseModel):
    """A text that sentences may rest on."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, description="the whole text, verbatim")
    title: str = Field(default="", description="its title, which may say where and of whom it speaks")
    url: str | None = Field(default=None, description="shown again with its quotes; never fetched")


def _texts(value: object) -> object:
    """A list that came as JSON inside a string."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


class VerifyArguments(BaseModel):
    """What to check, and against what."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(
        max_length=LONGEST_TEXT, description="the sentences to check, in Chinese; with markers [n] or without"
    )
    sources: Annotated[list[GivenText] | None, BeforeValidator(_texts)] = Field(
        default=None,
        min_length=1,
        max_length=MOST_SOURCES,
        description="texts that it may rest on, [n] names the n-th; left out: the collected articles",
    )
    only: Limits | None = Field(default=None, description="limits on which articles count; not beside `sources`")

    def to_sources(self) -> list[GivenSource]:
        """The given sources as the engine takes them.

        Raises:
            InputError: the text is blank, or sources and limits are both given.
        """
        if not self.text.strip():
            raise InputError("the text is blank", field="text")
        if self.sources is not None and self.only is not None:
            raise InputError("only chooses among the collected articles; drop it, or sources", field="only")
        return [GivenSource(text=source.text, title=source.title, url=source.url) for source in self.sources or ()]


def _question(text: str, field: str, only: Limits | None, *, top_k: int | None = None) -> Question:
    if not text.strip():
        raise InputError(f"the {field} is blank", field=field)
    return Question(text=text.strip(), filters=only.to_filters() if only else Filters(), top_k=top_k)
