"""What a server sends of a reply, a chunk of it or the whole, read into deltas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rag.llm.model import Delta

_THOUGHTS = ("reasoning_content", "reasoning")  # where servers put what a model thinks aloud


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of a reply. `is_token` also where the model only thinks; counts are None where they were not sent."""

    deltas: tuple[Delta, ...]
    is_token: bool
    finish_reason: str
    prompt_tokens: int | None
    completion_tokens: int | None


def read_piece(sent: Mapping[str, Any], part: Literal["delta", "message"]) -> Piece:
    """The piece in a `chat.completion.chunk` (part "delta") or a whole `chat.completion` (part "message").

    Raises:
        TypeError, KeyError, AttributeError, ValueError: it has another shape.
    """
    choices: Sequence[Mapping[str, Any]] = sent.get("choices") or ()
    choice = choices[0] if choices else {}
    written: Mapping[str, Any] = choice.get(part) or {}
    text: str = written.get("content") or ""
    tokens = (choice.get("logprobs") or {}).get("content") or ()
    usage: Mapping[str, Any] = sent.get("usage") or {}
    return Piece(
        deltas=_deltas(text, tokens),
        is_token=bool(text) or any(written.get(name) for name in _THOUGHTS),
        finish_reason=str(choice.get("finish_reason") or ""),
        prompt_tokens=_count(usage, "prompt_tokens"),
        completion_tokens=_count(usage, "completion_tokens"),
    )


def _deltas(text: str, tokens: Sequence[Mapping[str, Any]]) -> tuple[Delta, ...]:
    """One for each token where the tokens are the text; a token of a few bytes of a character has no text."""
    if not text:
        return ()
    if len(tokens) > 1 and "".join(token["token"] for token in tokens) == text:
        return tuple(Delta(text=token["token"], alternatives=_alternatives(token)) for token in tokens)
    return (Delta(text=text, alternatives=_alternatives(tokens[0]) if tokens else {}),)


def _alternatives(token: Mapping[str, Any]) -> dict[str, float]:
    """Log-probabilities of the tokens that could stand there, the likelier of two that read the same."""
    found: dict[str, float] = {}
    for other in token.get("top_logprobs") or (token,):
        name, likelihood = str(other["token"]), float(other["logprob"])
        found[name] = max(likelihood, found.get(name, likelihood))
    return found


def _count(usage: Mapping[str, Any], name: str) -> int | None:
    count = usage.get(name)
    return None if count is None else int(count)
