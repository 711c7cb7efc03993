"""Pairs of invented articles and a question: some disagree on what is asked, some only look as if they did."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "conflict_pairs.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An invented article; `day` is that of its publication, None where it tells none."""

    title: str
    day: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A question and two articles; `values` are the two that conflict, None where they do not."""

    question: str
    articles: tuple[Written, Written]
    values: tuple[str, str] | None


@cache
def pairs(*, conflicting: bool) -> tuple[Pair, ...]:
    """Those that conflict, or those that only look alike, in the order of the file."""
    rows = [json.loads(line) for line in _FILE.read_text("utf-8").splitlines()]
    return tuple(
        Pair(
            question=row["question"],
            articles=(Written(**row["articles"][0]), Written(**row["articles"][1])),
            values=tuple(row["values"]) if row["values"] else None,
        )
        for row in rows
        if bool(row["values"]) is conflicting
    )
