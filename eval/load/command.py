"""Asks a running server by many clients at once, and says how long they wait and what they leave behind.

    jushi serve --seeds --data DIR &
    python -m eval.load --questions eval/data/questions.jsonl --limit 60 --clients 50 --seconds 60 --pid $!

Each client has a connection of its own, reads its stream to the end and asks at once again (or after `--think`).
With `--drop N`, twice N more connections are opened at the end and dropped as soon as their answers begin; the second
time, what the server holds must come back to what it was. Leaves with 1 when anything failed or was left behind.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from eval.load.clients import connected, crowd, drop_many
from eval.load.figures import Asked, Held, drift, errors, left_behind, percentiles
from eval.load.questions import load_questions, over_and_over
from eval.load.server import at_rest, look, memory
from rag.answer.present import JsonObject
from rag.cli.output import write_json, write_text

_EVERY = 5.0  # seconds between two looks at the memory
_LATE_ROUND = 600  # the first of those that dropped connections ask in; others have hardly come so far
_FILLING = 3.0  # seconds for what is at work to end
_SETTLING = 60.0  # seconds that a server gets to come to rest; idle threads stay for some


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What to do to a server."""

    url: str
    questions: Sequence[str]
    clients: int
    seconds: float
    think: float = 0.0
    distinct: bool = False
    answerer: str = "quotes"
    key: str | None = None
    pid: int | None = None
    drop: int = 0
    every: float = _EVERY


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of it: `memory` are bytes of resident memory as time went by."""

    load: Load
    asked: Sequence[Asked]
    memory: Sequence[int]
    before: Held | None
    after: Held | None

    @property
    def left(self) -> dict[str, int]:
        """What the dropped connections left behind."""
        return left_behind(self.before, self.after) if self.before and self.after else {}


async def put_under(load: Load) -> Done:
    """Put a server under load.

    Raises:
        InputError: what it holds or its memory cannot be told.
    """
    asking = over_and_over(load.questions, distinct=load.distinct, first=int(load.distinct))  # others ask round 0
    samples: list[int] = []
    looking = asyncio.create_task(memory(load.pid, samples, load.every)) if load.pid else None
    asked = await crowd(
        load.url, asking, clients=load.clients, seconds=load.seconds, think=load.think, answerer=load.answerer,
        key=load.key,
    )  # fmt: skip
    if looking is not None:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
    before, after = await _dropped(load) if load.drop else (None, None)
    return Done(load=load, asked=asked, memory=samples, before=before, after=after)


async def _dropped(load: Load) -> tuple[Held, Held]:
    """What the server holds before connections are dropped, and once it has come to rest after that.

    Before either, as many are dropped without a look: they fill the pools that a server keeps for good.
    """
    fresh = over_and_over(load.questions, distinct=True, first=_LATE_ROUND)
    async with connected(load.url, load.key) as client:
        first = await look(client)
        await drop_many(load.url, fresh, load.drop, load.answerer, load.key)
        before = await at_rest(client, first, _FILLING)
        await drop_many(load.url, fresh, load.drop, load.answerer, load.key)
        return before, await at_rest(client, before, _SETTLING)


def figures(done: Done) -> JsonObject:
    """Everything as one object; milliseconds, and megabytes of 10⁶ bytes."""
    good = [one for one in done.asked if one.error is None]
    whole = percentiles([one.whole for one in good])
    first = percentiles([one.first for one in good if one.first is not None])
    moved = drift(done.memory)
    return {
        "clients": done.load.clients,
        "seconds": done.load.seconds,
        "think": done.load.think,
        "questions": len(done.load.questions),
        "distinct": done.load.distinct,
        "answers": len(good),
        "answers_per_second": round(len(good) / done.load.seconds, 1),
        "whole_ms": asdict(whole) if whole else None,
        "first_event_ms": asdict(first) if first else None,
        "errors": errors(done.asked),
        "memory_mb": [round(value / 1e6, 1) for value in done.memory],
        "memory_drift": None if moved is None else round(moved, 4),
        "dropped": done.load.drop,
        "before": asdict(done.before) if done.before else None,
        "after": asdict(done.after) if done.after else None,
        "left_behind": done.left,
    }


def as_text(found: JsonObject) -> str:
    """The same, a line for each."""
    return "\n".join(f"{name.replace('_', ' ')}: {value}" for name, value in found.items())


def main(
    *,
    questions: Annotated[Path, typer.Option(help="JSONL, a field question in each line")],
    url: Annotated[str, typer.Option(help="address of the server")] = "http://127.0.0.1:8000",
    clients: Annotated[int, typer.Option(min=1, help="how many ask at the same time")] = 50,
    seconds: Annotated[float, typer.Option(min=0.1, help="how long they go on asking")] = 60.0,
    think: Annotated[float, typer.Option(min=0, help="seconds, on average, before each asks again")] = 0.0,
    limit: Annotated[int | None, typer.Option(min=1, help="only the first questions of the file")] = None,
    distinct: Annotated[bool, typer.Option("--distinct", help="never ask the same again")] = False,
    answerer: Annotated[str, typer.Option(help="auto, llm or quotes")] = "quotes",
    key_env: Annotated[str | None, typer.Option(help="environment variable with the server's key")] = None,
    pid: Annotated[int | None, typer.Option(help="process of the server, to watch its memory")] = None,
    drop: Annotated[int, typer.Option(min=0, help="connections to drop at the end")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Put a server under load and print what came of it."""
    load = Load(
        url=url, questions=load_questions(questions, limit), clients=clients, seconds=seconds, think=think,
        distinct=distinct, answerer=answerer, key=os.environ[key_env] if key_env else None, pid=pid, drop=drop,
    )  # fmt: skip
    done = asyncio.run(put_under(load))
    found = figures(done)
    if as_json:
        write_json(found)
    else:
        write_text(as_text(found))
    if errors(done.asked) or done.left:
        sys.stderr.write("jushi: something failed or was left behind\n")
        raise typer.Exit(1)
