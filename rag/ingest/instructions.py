"""How somebody speaks who wants a language model to do something: signs with weights, in Chinese and in English.

A weight of 1 is enough to mark a sentence; lighter signs must come together. The signs stand in
`data/instructions.tsv`. They are matched against a key that is simplified, lower case, half-width and without blanks,
quotation marks and other signs, so that spaced or decorated characters make no difference; `KEPT_MARKS` are left in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

KEPT_MARKS: Final = "。!?;,:\n"
REASONS: Final = {
    "override": "asks to disregard instructions",
    "address": "addresses a language model",
    "demand": "demands something of the answer",
    "reveal": "asks for hidden instructions",
    "role": "assigns a role",
    "link": "wants a link in the answer",
}
_WORD = "+"  # begins the kind of a word
_NAME = re.compile("@([A-Z]+)@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What is worth `weight` as a sign of an instruction. Signs of one `kind` do not add up within a sentence.

    Phrases are summed apart from `word`s, which are lighter, more general, and say the same things.
    """

    kind: str
    reason: str
    weight: float
    pattern: re.Pattern[str]
    word: bool = False


@cache
def signs() -> tuple[Sign, ...]:
    """All signs, in the order of the file."""
    text = (files("rag.ingest") / "data" / "instructions.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    names: dict[str, str] = {}
    found = []
    for row in rows:
        pattern = _NAME.sub(lambda name: names[name[1]], row[-1])
        if len(row) == 2:
            names[row[0]] = pattern
        else:
            kind, reason, weight = row[:3]
            found.append(
                Sign(
                    kind=kind,
                    reason=REASONS[reason],
                    weight=float(weight),
                    pattern=re.compile(pattern),
                    word=kind.startswith(_WORD),
                )
            )
    return tuple(found)


def signs_in(key: str) -> Iterator[tuple[Sign, int, int]]:
    """Each sign with the span of the key where it stands; marks in front of it may be part of the span."""
    for sign in signs():
        for found in sign.pattern.finditer(key):
            yield sign, found.start(), found.end()
