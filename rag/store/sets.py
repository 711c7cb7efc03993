"""Sets of any size as one SQL parameter, so that a statement is compiled once whatever it is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, func, select


def members(values: Iterable[int] | Iterable[str]) -> Select[Any]:
    """A query that yields the values, for use with `in_`; its one parameter is their JSON."""
    listed = func.json_each(json.dumps(list(values))).table_valued("value")
    return select(listed.c.value)
