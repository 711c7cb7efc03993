# ruff: noqa: INP001 - scripts beside write.py, no package
"""Pieces of Markdown, and JSON schemas as rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]  # a JSON schema is as free as JSON

_DEEPEST = 3


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table, empty where it has no rows."""
    lines = [f"| {' | '.join(cell(column) for column in row)} |" for row in rows]
    return [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *lines, ""] if lines else []


def cell(text: str) -> str:
    """Text on one line, with what would end a cell escaped."""
    return " ".join(text.split()).replace("|", "\\|")


def resolved(schema: Schema, known: Mapping[str, Schema]) -> Schema:
    """The schema that a reference names, with what stands beside the reference on top."""
    name = schema.get("$ref", "").rpartition("/")[2]
    return {**known[name], **{key: value for key, value in schema.items() if key != "$ref"}} if name else schema


def fields(schema: Schema, known: Mapping[str, Schema], prefix: str = "", depth: int = 1) -> Iterator[list[str]]:
    """Name, kind, default and meaning of each field; those of objects inside follow theirs, by their path."""
    schema = resolved(schema, known)
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        default = "required" if name in required else shown_default(field)
        yield [f"`{prefix}{name}`", kind(field, known), default, resolved(field, known).get("description", "")]
        inner = _inner(field, known)
        if inner is not None and depth < _DEEPEST:
            step = "[]." if _is_list(field) else "."
            yield from fields(inner, known, f"{prefix}{name}{step}", depth + 1)


def kind(schema: Schema, known: Mapping[str, Schema]) -> str:
    """What a value may be, in a few words."""
    schema = resolved(schema, known)
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    branches = [branch for branch in (*schema.get("anyOf", ()), *schema.get("allOf", ())) if branch != {"type": "null"}]
    if branches:
        return " or ".join(dict.fromkeys(kind(branch, known) for branch in branches))
    if schema.get("type") == "array":
        return f"list of {kind(schema.get('items', {}), known)}"
    name = {"string": schema.get("format", "text"), "integer": "whole number"}.get(
        schema.get("type", ""), schema.get("type", "any")
    )
    return name.replace("-", " ") + _bounds(schema)


def shown_default(schema: Schema) -> str:
    """The default as it is written in JSON, nothing where there is none."""
    default = schema.get("default")
    if default is None or default in ([], {}):
        return ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _bounds(schema: Schema) -> str:
    low, high = schema.get("minimum", schema.get("exclusiveMinimum")), schema.get("maximum")
    if low is not None and high is not None:
        return f", {low:g} to {high:g}"
    if low is not None:
        return f", {'more than' if 'exclusiveMinimum' in schema else 'at least'} {low:g}"
    return f", at most {high:g}" if high is not None else ""


def _inner(schema: Schema, known: Mapping[str, Schema]) -> Schema | None:
    """The object that a field holds, alone or in a list, if it holds one."""
    schema = resolved(schema, known)
    for branch in (schema, *schema.get("anyOf", ()), *schema.get("allOf", ())):
        found = resolved(branch, known)
        if found.get("type") == "array":
            found = resolved(found.get("items", {}), known)
        if found.get("properties"):
            return found
    return None


def _is_list(schema: Schema) -> bool:
    return any(branch.get("type") == "array" for branch in (schema, *schema.get("anyOf", ())))
