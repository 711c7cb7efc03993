"""Options that several commands share."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from rag.errors import InputError
from rag.types import Filters, Strictness


def _day(text: str) -> date:
    """A day of the command line.

    Raises:
        InputError: the text is not a day in the form YYYY-MM-DD.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{text!r} is not a day; expected YYYY-MM-DD, for example 2024-12-11") from error


Data: TypeAlias = Annotated[
    Path | None,
    typer.Option("--data", help="Folder of the articles; else JUSHI_DATA, else .jushi.", show_default=False),
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Trace: TypeAlias = Annotated[bool, typer.Option("--trace", help="Show scores and timings.")]
Articles: TypeAlias = Annotated[list[str] | None, typer.Option("--article", help="Only this article; repeatable.")]
Publishers: TypeAlias = Annotated[
    list[str] | None, typer.Option("--publisher", help="Only this publisher; repeatable.")
]
Since: TypeAlias = Annotated[date | None, typer.Option("--since", parser=_day, help="Published on this day or later.")]
Until: TypeAlias = Annotated[date | None, typer.Option("--until", parser=_day, help="Published on this day or before.")]
AsOf: TypeAlias = Annotated[
    date | None, typer.Option("--as-of", parser=_day, help="Answer from what was published by this day.")
]
Answerer: TypeAlias = Annotated[
    str | None,
    typer.Option("--answerer", metavar="auto|llm|quotes", help="Who answers; else JUSHI_ANSWERER, else auto."),
]
Strict: TypeAlias = Annotated[
    Strictness, typer.Option("--strict", help="Drop sentences that no quote carries, or show them marked.")
]


def filters_of(
    articles: list[str] | None, publishers: list[str] | None, since: date | None, until: date | None
) -> Filters:
    """The filter options as the engine takes them."""
    return Filters(article_ids=tuple(articles or ()), publishers=tuple(publishers or ()), since=since, until=until)
