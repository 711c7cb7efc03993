"""What a language model is to the rest of the program: messages in, pieces of text out."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What a model is asked. `schema` is a JSON schema that the text must follow, where the model can be held to one.

    `likelihoods` asks for the alternatives of each token (see `Delta`), where the model has them.
    """

    messages: tuple[Message, ...]
    max_tokens: int
    schema: Mapping[str, object] | None = None
    likelihoods: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """A piece of text as it was written, and the log-probabilities of the likeliest tokens that could stand there."""

    text: str
    alternatives: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens read and written, as the model's server counted them, and why it stopped ("stop", "length", …).

    Both counts are 0 where a server does not count: nothing is estimated.
    """

    prompt_tokens: int
    completion_tokens: int
    finish_reason: str


Reply: TypeAlias = Generator[Delta, None, Usage]  # returns the usage; closing it stops the model


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """What a caller must know of a model.

    `small` models are held to a schema and get the program to place their markers; `prompt_budget` is how many tokens
    of evidence it is sensible to send.
    """

    name: str
    small: bool
    prompt_budget: int


class LanguageModel(Protocol):
    """A language model. Safe to use from several threads."""

    @property
    def spec(self) -> ModelSpec:
        """What a caller must know of it."""
        ...

    def write(self, prompt: Prompt) -> Reply:
        """The text that follows `prompt`, piece by piece; the generator's return value is its `Usage`.

        A generator that waits for its model cannot be closed from another thread; it ends when the flag is set that
        `rag.cancel.cancelled` gives where its first piece is taken.

        Raises:
            ModelError: the model does not answer, or not in time, or nobody waits any more; some text may have come
                before.
            ModelMissingError: the server has no such model, or refuses the key.
        """
        ...

    def is_up(self) -> bool:
        """True if it could be asked now, False while it is still being started; found out in seconds, asking nothing.

        Raises:
            ModelError: it does not answer.
            ModelMissingError: its server refuses the key, or what runs it is not installed.
        """
        ...

    def close(self) -> None:
        """Break off what is being written, and let go of connections and processes."""
        ...
