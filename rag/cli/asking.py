"""`jushi ask` and `jushi search`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from rag.answer.present import answer_object, answer_text, search_object, search_text
from rag.cli.options import (
    Answerer,
    Articles,
    AsJson,
    AsOf,
    Data,
    Publishers,
    Since,
    Strict,
    Trace,
    Until,
    filters_of,
)
from rag.cli.output import write_json, write_text
from rag.cli.session import opened
from rag.errors import InputError
from rag.types import Question, Strictness

TopK = Annotated[int | None, typer.Option("-k", "--top-k", min=1, max=100, help="Passages to draw on.")]


def ask(
    question: Annotated[str, typer.Argument(help="The question; - reads it from stdin.", show_default=False)],
    *,
    answerer: Answerer = None,
    strict: Strict = Strictness.DROP,
    top_k: TopK = None,
    article: Articles = None,
    publisher: Publishers = None,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    trace: Trace = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Answer a question from the articles, every sentence with its source, or say why they do not answer it."""
    asked = Question(
        text=_text(question, "question"),
        filters=filters_of(article, publisher, since, until),
        top_k=top_k,
        as_of=as_of,
        strict=strict,
    )
    with opened(data, read_only=True) as engine:
        answer = engine.answer(asked, answerer or engine.settings.answerer)
    if as_json:
        write_json(answer_object(answer))
    else:
        write_text(answer_text(answer, trace=trace))


def search(
    query: Annotated[str, typer.Argument(help="A question or words; - reads them from stdin.", show_default=False)],
    *,
    top_k: TopK = 10,
    article: Articles = None,
    publisher: Publishers = None,
    since: Since = None,
    until: Until = None,
    trace: Trace = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Find the passages nearest to a question, without answering it."""
    asked = Question(text=_text(query, "query"), filters=filters_of(article, publisher, since, until), top_k=top_k)
    with opened(data, read_only=True) as engine:
        retrieval = engine.retriever.retrieve(asked)
    if as_json:
        write_json(search_object(retrieval))
    else:
        write_text(search_text(retrieval, trace=trace))


def _text(argument: str, field: str) -> str:
    """The words of the argument, or of stdin for `-`.

    Raises:
        InputError: there are none, or they are not text.
    """
    try:
        text = sys.stdin.read() if argument == "-" else argument
        text.encode("utf-8")
    except UnicodeError as error:
        raise InputError(f"the {field} is not text in this locale's encoding: {error}", field=field) from error
    if not text.strip():
        raise InputError(f"the {field} is empty", field=field)
    return text.strip()
