"""The body of a request to the Responses API."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator

from rag.answer.present import JsonObject
from rag.api.requests import Asking, Part, Said, said
from rag.errors import InputError
from rag.types import Question, Turn

_TEXT = ("input_text", "output_text")  # parts of content that hold text: what was asked, and an answer sent back
_LOGPROBS = "message.output_text.logprobs"
_IDLE = "accepted, and changes nothing"


class Item(BaseModel):
    """One item of the conversation; only messages can be read."""

    model_config = ConfigDict(extra="allow")  # id, status, annotations and the like of a message sent back

    type: str | None = Field(
        default="message", description="`message`, also where it is left out; items of type `reasoning` are passed over"
    )
    role: Literal["user", "assistant", "system", "developer"] | None = None
    content: str | list[Part] | None = Field(
        default=None, description="text, or parts of type `input_text` or `output_text`"
    )


class TextFormat(BaseModel):
    """The form of the text."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(default="text", description="`text`; no other form can be had")


class TextOptions(BaseModel):
    """Options of the text."""

    model_config = ConfigDict(extra="allow")  # verbosity changes nothing

    format: TextFormat | None = None


class ResponseRequest(Asking):
    """A question with its conversation. What steers a model's sampling or billing is accepted and changes nothing."""

    ignored: ClassVar[frozenset[str]] = frozenset(
        {
            "image", "max_tool_calls", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention",
            "reasoning", "safety_identifier", "service_tier", "stream_options", "user",
        }
    )  # fmt: skip
    unsupported: ClassVar[Mapping[str, tuple[object, ...]]] = {
        "background": (None, False),
        "background_options": (None, {}),
        "context_management": (None, []),
        "conversation": (None,),
        "moderation": (None,),
        "prompt": (None,),
        "tool_choice": (None, "none", "auto"),
        "tools": (None, []),
        "top_logprobs": (None, 0),
    }

    input: str | Annotated[list[Item], Field(min_length=1)] = Field(
        description="the question, or a conversation, oldest message first, that ends in it"
    )
    instructions: str | None = Field(
        default=None,
        description="accepted as system messages are: what the articles say, and how it is said, stays the same",
    )
    previous_response_id: str | None = Field(
        default=None,
        description="the `id` of an earlier response that is kept: its conversation comes before the input",
    )
    text: TextOptions | None = None
    include: list[str] | None = Field(
        default=None, description=f"what belongs to tools and reasoning adds nothing; `{_LOGPROBS}` is refused"
    )
    metadata: dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=512)]] | None = Field(
        default=None, max_length=16, description="given back with the response"
    )
    store: bool | None = Field(
        default=None, description="`false`: it is not kept, and can be neither read nor gone on from; by default it is"
    )
    temperature: FiniteFloat | None = Field(default=None, description=_IDLE)
    top_p: FiniteFloat | None = Field(default=None, description=_IDLE)
    max_output_tokens: int | None = Field(default=None, description=_IDLE)
    parallel_tool_calls: bool | None = Field(default=None, description=_IDLE)
    truncation: Literal["auto", "disabled"] | None = Field(default=None, description=_IDLE)

    @model_validator(mode="after")
    def _check_output(self) -> Self:
        if self.text and self.text.format and self.text.format.type != "text":
            raise InputError(
                f"text of the form {reprlib.repr(self.text.format.type)} cannot be had here, only 'text'",
                field="text.format",
            )
        if _LOGPROBS in (self.include or ()):
            raise InputError(f"{_LOGPROBS} cannot be included: no probabilities are known here", field="include")
        return self

    def to_question(self, earlier: Sequence[Turn] = ()) -> Question:
        """The question and its history, the `earlier` turns first, as the engine takes them.

        Raises:
            InputError: there is no question at the end of the input, or an item cannot be read; `field` names it.
        """
        return self.question(self._conversation(), earlier=earlier, instructions=self.instructions or "")

    def given(self) -> JsonObject:
        """What the response repeats of its request."""
        return {
            "instructions": self.instructions,
            "max_output_tokens": self.max_output_tokens,
            "metadata": self.metadata or {},
            "parallel_tool_calls": self.parallel_tool_calls is not False,
            "previous_response_id": self.previous_response_id,
            "store": self.store is not False,
            "temperature": self.temperature,
            "top_p": self.top_p,
            "truncation": self.truncation or "disabled",
        }

    def _conversation(self) -> list[Said]:
        if isinstance(self.input, str):
            if not self.input.strip():
                raise InputError("the input is blank", field="input")
            return [Said(role="user", text=self.input, place="input")]
        items = [(f"input[{at}]", item) for at, item in enumerate(self.input) if item.type != "reasoning"]
        if not items:
            raise InputError("the input holds no message", field="input")
        return [_read(item, place) for place, item in items]


def _read(item: Item, place: str) -> Said:
    if item.type not in {None, "message"}:
        raise InputError(
            f"an item of type {reprlib.repr(item.type)} cannot be read here, only 'message'", field=f"{place}.type"
        )
    if item.role is None:
        raise InputError("a message has no role", field=f"{place}.role")
    return said(item.role, item.content, place, kinds=_TEXT)
