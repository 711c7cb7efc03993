"""A streamed chat completion, read with a clock."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openai.types.chat import ChatCompletionChunk


@dataclass(frozen=True, slots=True, kw_only=True)
class Streamed:
    """A whole stream. `answer` is the object `jushi`, `first`, `whole` and `clock` are milliseconds since it was asked.

    `clock` has `evidence` where the server sends what it found ahead of the words.
    """

    text: str
    answer: Mapping[str, Any] | None
    annotations: tuple[Mapping[str, Any], ...]
    results: tuple[Mapping[str, Any], ...]  # what was found, in the order in which markers count
    first: float | None
    whole: float
    clock: Mapping[str, float] = field(default_factory=dict)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    fingerprint: str = ""


def read_stream(chunks: Iterable[ChatCompletionChunk], began: float) -> Streamed:
    """Read a stream to its end; `began` is the moment of the question by `time.perf_counter`.

    Raises:
        OpenAIError: the stream breaks off or carries an error.
    """
    texts: list[str] = []
    annotations: list[Mapping[str, Any]] = []
    results: Sequence[Mapping[str, Any]] = ()
    answer: Mapping[str, Any] | None = None
    clock: dict[str, float] = {}
    first, fingerprint, usage = None, "", None
    for chunk in chunks:
        now = round(1000 * (time.perf_counter() - began), 1)
        fingerprint = chunk.system_fingerprint or fingerprint
        usage = chunk.usage or usage
        if (found := (chunk.model_extra or {}).get("search_results")) is not None:
            clock.setdefault("evidence", now)
            results = found
        for choice in chunk.choices:
            if choice.delta.content:
                first = now if first is None else first
                texts.append(choice.delta.content)
            extra = choice.delta.model_extra or {}
            answer = extra.get("jushi") or answer
            annotations += extra.get("annotations") or []
    return Streamed(
        text="".join(texts),
        answer=answer,
        annotations=tuple(annotations),
        results=tuple(results),
        first=first,
        whole=round(1000 * (time.perf_counter() - began), 1),
        clock=clock,
        prompt_tokens=usage.prompt_tokens if usage else 0,
        completion_tokens=usage.completion_tokens if usage else 0,
        fingerprint=fingerprint,
    )
