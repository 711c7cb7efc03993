"""Asks a running server questions with known answers, as any client would, and counts.

    jushi serve --data DIR &
    python -m eval.endpoint --url http://127.0.0.1:8000/v1 --questions tests/acceptance/three_pages.jsonl

A line of the file is `{"question": "…", "answers": [["163所", "163"], …]}`: each inner list holds the wordings of one
fact; no answers means that the articles do not say. Right: every fact stands in the answer's text, script aside.
An answer is fully cited when each of its sentences carries a marker.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from openai import OpenAI
from rich.console import Console
from rich.progress import track

from eval.cost import spread
from eval.streams import read_stream
from rag.text.script import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back: the text, the `jushi` object, and after how many milliseconds things came."""

    text: str
    jushi: Mapping[str, Any]
    evidence: float | None
    first: float | None
    end: float


def ask(client: OpenAI, question: str, answerer: str) -> Reply:
    """Ask with `stream=True` and a clock."""
    began = time.perf_counter()
    stream = client.chat.completions.create(
        model="jushi",
        messages=[{"role": "user", "content": question}],
        stream=True,
        extra_body={"answerer": answerer},
    )
    found = read_stream(stream, began)
    return Reply(
        text=found.text,
        jushi=found.answer or {},
        evidence=found.clock.get("evidence"),
        first=found.first,
        end=found.whole,
    )


def is_right(reply: Reply, facts: Sequence[Sequence[str]]) -> bool:
    """Every fact stands, in one of its wordings, in the text of an answer that is no refusal."""
    said = fold(reply.text)
    return reply.jushi["status"] != "refused" and all(any(fold(w) in said for w in wordings) for wordings in facts)


def is_cited(reply: Reply) -> bool:
    """Every sentence of the answer carries a marker."""
    return all(claim["numbers"] for claim in reply.jushi["claims"])


def main(
    questions: Annotated[Path, typer.Option(help="JSONL of questions with their answers")],
    url: Annotated[str, typer.Option(help="address of the API")] = "http://127.0.0.1:8000/v1",
    answerer: Annotated[str, typer.Option(help="auto, llm or quotes")] = "auto",
    limit: Annotated[int, typer.Option(help="questions, after a seeded shuffle")] = 1_000_000,
    seed: Annotated[int, typer.Option(help="of the shuffle")] = 0,
    rows_to: Annotated[Path | None, typer.Option(help="write every reply here, as JSONL")] = None,
) -> None:
    """Ask, count, and print the figures with the questions that went wrong."""
    rows = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines()]
    random.Random(seed).shuffle(rows)  # noqa: S311 - reproducible, not secret
    client = OpenAI(base_url=url, api_key="unused", max_retries=0, timeout=600)
    asked = [(row, ask(client, row["question"], answerer)) for row in track(rows[:limit], console=Console(stderr=True))]
    answerable = [(row, reply) for row, reply in asked if row["answers"]]
    others = [(row, reply) for row, reply in asked if not row["answers"]]
    wrong = [(row, reply) for row, reply in answerable if not is_right(reply, row["answers"])]
    invented = [(row, reply) for row, reply in others if reply.jushi["status"] != "refused"]
    answered = [reply for _, reply in asked if reply.jushi["status"] != "refused"]
    firsts = [reply.first for reply in answered if reply.first is not None]
    typer.echo(
        json.dumps(
            {
                "right": f"{len(answerable) - len(wrong)}/{len(answerable)}",
                "refused": f"{len(others) - len(invented)}/{len(others)}",
                "fully cited": f"{sum(map(is_cited, answered))}/{len(answered)}",
                "evidence ms": _spread([r.evidence for _, r in asked if r.evidence is not None]),
                "first sentence ms": _spread(firsts),
                "whole answer ms": _spread([r.end for _, r in asked]),
                "wrong": [f"{row['question']} -> {reply.text}" for row, reply in wrong],
                "invented": [f"{row['question']} -> {reply.text}" for row, reply in invented],
            },
            ensure_ascii=False,
            indent=2,
        )
    )
    if rows_to:
        lines = [
            json.dumps({**row, "text": r.text, "jushi": r.jushi, "first": r.first, "end": r.end}, ensure_ascii=False)
            for row, r in asked
        ]
        rows_to.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _spread(values: Sequence[float]) -> str:
    found = spread(values)
    return f"p50 {found.p50:.0f}, p95 {found.p95:.0f}" if found else "-"


if __name__ == "__main__":
    typer.run(main)
