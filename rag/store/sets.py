"""Sets of any size as one SQL parameter, so that a statement is compiled once, and run once, whatever it is given."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, func, select, true


def members(values: Iterable[int] | Iterable[str]) -> Select[Any]:
    """A query that yields the values, for use with `in_`; its one parameter is their JSON."""
    listed = func.json_each(json.dumps(list(values))).table_valued("value")
    return select(listed.c.value)


def rows(values: Iterable[Sequence[int | str]], width: int) -> Select[Any]:
    """A query that yields rows of `width` columns, for `insert().from_select`: far quicker than a row at a time."""
    listed = func.json_each(json.dumps(list(values))).table_valued("value")
    columns = [func.json_extract(listed.c.value, f"$[{at}]") for at in range(width)]
    return select(*columns).where(true())  # without a WHERE, SQLite takes ON CONFLICT for part of a join
