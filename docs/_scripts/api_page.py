# ruff: noqa: INP001 - a script beside write.py, no package
"""The HTTP API as a page, out of its own OpenAPI description."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tables import Schema, fields, kind, resolved, shown_default, table

from rag.api.app import create_app
from rag.config import Settings
from rag.engine import Engine

_INTRO = """# HTTP API

The server describes itself: `GET /docs` tries every endpoint out, `GET /openapi.json` is for programs. This page says
the same. Errors have OpenAI's shape, `{"error": {"message", "type", "param", "code"}}`, with one
sentence as the message.
"""
_LONGEST = 1800  # characters of an example; a longer one is cut

Operation = Schema


def page() -> str:
    """`api.md`: every endpoint with its parameters, its body and what it answers."""
    described = create_app(Settings(), _never).openapi()
    known = described["components"]["schemas"]
    lines = [_INTRO]
    tags: dict[str, list[tuple[str, str, Operation]]] = {}
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            tags.setdefault(operation.get("tags", ["Other"])[0], []).append((method.upper(), path, operation))
    for tag, found in tags.items():
        lines += [f"## {tag}", ""]
        for method, path, operation in found:
            lines += _operation(method, path, operation, known)
    return "\n".join(lines)


def _never(_progress: object) -> Engine:
    raise AssertionError("a description needs no engine")


def _operation(method: str, path: str, operation: Operation, known: dict[str, Schema]) -> Iterator[str]:
    yield from (f"### {method} {path}", "", f"**{operation.get('summary', '')}**", "")
    yield from (operation.get("description", ""), "")
    rows = [
        [
            f"`{item['name']}`",
            item["in"],
            kind(item["schema"], known),
            "required" if item.get("required") else shown_default(item["schema"]),
            item.get("description", ""),
        ]
        for item in operation.get("parameters", ())
    ]
    yield from table(("parameter", "in", "value", "default", "meaning"), rows)
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"Body, `{media}`:\n"
        yield from _body(content, known)
    for status, response in operation.get("responses", {}).items():
        if not status.startswith("2"):
            continue
        yield f"Answers {status}: {response.get('description', '')}\n"
        for media, content in response.get("content", {}).items():
            yield from _response(media, content, known)


def _body(content: Schema, known: dict[str, Schema]) -> Iterator[str]:
    yield from table(("field", "value", "default", "meaning"), fields(content.get("schema", {}), known))
    yield from _example(content)


def _response(media: str, content: Schema, known: dict[str, Schema]) -> Iterator[str]:
    shape = resolved(content.get("schema", {}), known)
    if shape.get("properties"):
        yield from table(("field", "value", "meaning"), ([n, k, m] for n, k, _, m in fields(shape, known, depth=2)))
    if media != "text/event-stream":
        yield from _example(content)


def _example(content: Schema) -> Iterator[str]:
    """The first example, if there is one."""
    examples: list[Any] = [item["value"] for item in content.get("examples", {}).values() if "value" in item]
    if "example" in content:
        examples.insert(0, content["example"])
    if not examples:
        return
    text = examples[0] if isinstance(examples[0], str) else json.dumps(examples[0], ensure_ascii=False, indent=2)
    if len(text) > _LONGEST:
        text = text[:_LONGEST].rpartition("\n")[0] + "\n…"
    yield f"```{'text' if text.endswith('…') else 'json'}\n{text}\n```\n"
