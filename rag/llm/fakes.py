"""A language model without one: replies that are written beforehand, for tests and for trying things out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TypeAlias

from rag.cancel import cancelled
from rag.errors import JushiError, ModelError
from rag.llm.model import Delta, ModelSpec, Prompt, Reply, Usage

Written: TypeAlias = str | JushiError


class ScriptedModel:
    """Gives the replies it was given, in pieces; held to the contract of `LanguageModel` like the real ones.

    A piece counts as one token, written or read.

    Args:
        replies: what to answer, a function of the prompt or one reply after the other; an error is raised.
        spec: what callers are told of it.
        piece: code points in one delta.
        fails_after: deltas after which every reply breaks off with a `ModelError`.
        alternatives: likelihoods of what could stand in a delta's place, by its text; certainty where it is not named.

    Attributes:
        prompts: what it was asked, in order.
        stopped: replies that a caller did not read to the end.
    """

    def __init__(
        self,
        replies: Callable[[Prompt], Written] | Sequence[Written],
        *,
        spec: ModelSpec | None = None,
        piece: int = 4,
        fails_after: int | None = None,
        alternatives: dict[str, dict[str, float]] | None = None,
    ) -> None:
        self._replies = replies if callable(replies) else _one_after_the_other(replies)
        self._spec = spec or ModelSpec(name="scripted", small=False, prompt_budget=3000)
        self._piece = piece
        self._fails_after = fails_after
        self._alternatives = alternatives or {}
        self._lock = threading.Lock()
        self.prompts: list[Prompt] = []
        self.stopped = 0

    @property
    def spec(self) -> ModelSpec:
        """What a caller must know of it."""
        return self._spec

    def write(self, prompt: Prompt) -> Reply:
        """The next reply; see `LanguageModel`.

        Raises:
            JushiError: the reply is an error, or breaks off.
            ValueError: there are no replies left.
        """
        with self._lock:
            self.prompts.append(prompt)
            written = self._replies(prompt)
        if isinstance(written, JushiError):
            raise written
        pieces = _cut(written, self._piece)
        count = min(len(pieces), prompt.max_tokens)
        flag = cancelled()
        try:
            for number, text in enumerate(pieces[:count]):
                if flag and flag.is_set():
                    raise ModelError("the reply is no longer wanted")
                if number == self._fails_after:
                    raise ModelError(f"the scripted model broke off after {number} pieces")
                alternatives = self._alternatives.get(text, {text: 0.0}) if prompt.likelihoods else {}
                yield Delta(text=text, alternatives=alternatives)
        except GeneratorExit:
            with self._lock:
                self.stopped += 1
            raise
        return Usage(
            prompt_tokens=sum(len(_cut(message.content, self._piece)) for message in prompt.messages),
            completion_tokens=count,
            finish_reason="stop" if count == len(pieces) else "length",
        )

    def is_up(self) -> bool:
        """Always."""
        return True

    def close(self) -> None:
        """Nothing is held."""


def _cut(text: str, length: int) -> list[str]:
    return [text[start : start + length] for start in range(0, len(text), length)]


def _one_after_the_other(replies: Sequence[Written]) -> Callable[[Prompt], Written]:
    left: Iterator[Written] = iter(replies)

    def take(_: Prompt) -> Written:
        for written in islice(left, 1):
            return written
        raise ValueError(f"all {len(replies)} scripted replies were used")

    return take
