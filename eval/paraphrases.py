"""Sentences that speak to a language model, and look-alikes that do not; what the speech model learns from.

They are put together from the parts in `data/paraphrases.json`, which were written for this project. `{name}` in a part
stands for any of the parts of that name, `{number}` for a number. None of the attack set's sentences is among them.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "paraphrases.json"
_NAME = re.compile(r"\{([^{}]+)\}")
_LARGEST = 99_999


def paraphrases(count: int, seed: int = 0) -> Iterator[str]:
    """So many sentences that speak to a language model, about one in six in English; reproducible."""
    yield from _drawn("paraphrase", count, seed)


def look_alikes(count: int, seed: int = 0) -> Iterator[str]:
    """So many sentences that speak to readers, of readers, or of language models; reproducible."""
    yield from _drawn("look-alike", count, seed)


@cache
def _parts() -> Mapping[str, Sequence[str]]:
    parts: dict[str, list[str]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return parts


def _drawn(name: str, count: int, seed: int) -> Iterator[str]:
    draw = random.Random(seed)  # noqa: S311 - reproducible, not secret
    for _ in range(count):
        text = f"{{{name}}}"
        while found := _NAME.search(text):
            part = str(draw.randrange(2, _LARGEST)) if found[1] == "number" else draw.choice(_parts()[found[1]])
            text = text[: found.start()] + part + text[found.end() :]
        yield text
