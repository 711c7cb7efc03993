"""The body of a chat completion's request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from rag.api.requests import Asking, Part, said
from rag.types import Question


class Message(BaseModel):
    """One message of the conversation."""

    model_config = ConfigDict(extra="allow")  # name, tool_calls and the like; a `jushi` object sent back is harmless

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[Part] | None = None


class StreamOptions(BaseModel):
    """Options of a streamed completion."""

    model_config = ConfigDict(extra="allow")  # include_obfuscation and the like ask for nothing here

    include_usage: bool = False


class ChatRequest(Asking):
    """A question with its conversation. Sampling fields of OpenAI's API are accepted and change nothing."""

    ignored: ClassVar[frozenset[str]] = frozenset(
        {
            "frequency_penalty", "logit_bias", "max_completion_tokens", "max_tokens", "metadata", "parallel_tool_calls",
            "prediction", "presence_penalty", "prompt_cache_key", "prompt_cache_retention", "reasoning_effort",
            "safety_identifier", "seed", "service_tier", "stop", "store", "temperature", "top_logprobs", "top_p",
            "user", "verbosity",
        }
    )  # fmt: skip
    unsupported: ClassVar[Mapping[str, tuple[object, ...]]] = {
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

    messages: list[Message] = Field(min_length=1, description="oldest first; the last one is the user's question")
    stream_options: StreamOptions | None = None

    def to_question(self) -> Question:
        """The question and its history, as the engine takes them; system messages are its `instructions`.

        Raises:
            InputError: the last message is not the user's, or a message holds no text; `field` names it.
        """
        return self.question(
            [
                said(message.role, message.content, f"messages[{index}]", kinds=("text",))
                for index, message in enumerate(self.messages)
            ]
        )
