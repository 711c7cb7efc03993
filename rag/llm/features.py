"""What not every server has: how it is asked for, and which of it a server's refusal is about."""

from __future__ import annotations

import re

from rag.llm.model import Prompt

SEED = 20  # any fixed number
ALTERNATIVES = 5  # likelihoods asked for each token; servers give at most 5 to 20

_SPOKEN_OF = {
    "response_format": re.compile(r"response_?format|json.?schema|structured|guided|grammar", re.IGNORECASE),
    "logprobs": re.compile(r"log_?prob", re.IGNORECASE),
    "stream_options": re.compile(r"stream_?options|include_usage", re.IGNORECASE),
    "seed": re.compile(r"\bseed\b", re.IGNORECASE),
    "temperature": re.compile(r"\btemperature\b", re.IGNORECASE),
    "max_tokens": re.compile(r"max_completion_tokens", re.IGNORECASE),  # its newer name, for models that want it
}
_OPTIONAL = frozenset(_SPOKEN_OF) - {"max_tokens"}
_UNSUPPORTED = re.compile(
    r"unsupported|not.{0,12}support|unknown|unrecogni[sz]ed|unexpected|extra (inputs|fields)|additional propert"
    r"|not (permitted|allowed|implemented)|不支持|未知|无法识别|非法参数",
    re.IGNORECASE,
)


def body(prompt: Prompt, refused: frozenset[str]) -> dict[str, object]:
    """The fields of a request beside model and messages, without the features in `refused`."""
    features: dict[str, dict[str, object]] = {
        "max_tokens": {"max_tokens": prompt.max_tokens},
        "temperature": {"temperature": 0},
        "seed": {"seed": SEED},
        "stream_options": {"stream_options": {"include_usage": True}},
    }
    if prompt.schema is not None:
        schema = {"name": "reply", "schema": dict(prompt.schema), "strict": True}
        features["response_format"] = {"response_format": {"type": "json_schema", "json_schema": schema}}
    if prompt.likelihoods:
        features["logprobs"] = {"logprobs": True, "top_logprobs": ALTERNATIVES}
    asked: dict[str, object] = {}
    for name, fields in features.items():
        if name not in refused:
            asked |= fields
    if "max_tokens" in refused:
        asked["max_completion_tokens"] = prompt.max_tokens
    return asked


def blamed(refusal: str, asked: dict[str, object]) -> frozenset[str]:
    """The features of the request `asked` that a server's `refusal` is about; empty when it is about something else.

    A refusal that says "unsupported" without saying what is taken to be about everything optional.
    """
    named = frozenset(name for name, words in _SPOKEN_OF.items() if name in asked and words.search(refusal))
    if named:
        return named
    return _OPTIONAL & asked.keys() if _UNSUPPORTED.search(refusal) else frozenset()
