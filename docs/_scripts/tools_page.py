# ruff: noqa: INP001 - a script beside write.py, no package
"""The tools for agents as a page."""

from __future__ import annotations

from tables import fields, table

from rag.api.mcp.tools import TOOLS

_INTRO = """# Tools for agents

`jushi mcp` serves these tools over the Model Context Protocol; so does `/mcp` of `jushi serve`. All of them only read.
How to connect a client: [Connect your clients](clients.md#agents-model-context-protocol).

What goes wrong is a tool error: one sentence that a model can act on. A question that the articles do not answer is no
error."""


def page() -> str:
    """`tools.md`: every tool with its arguments and its result."""
    lines = [_INTRO, ""]
    for tool in TOOLS:
        lines += [f"## {tool.name}", "", tool.description, "", "Arguments:", ""]
        taken = tool.arguments.model_json_schema()
        given = tool.result.model_json_schema(mode="serialization")
        lines += table(("argument", "value", "default", "meaning"), fields(taken, taken.get("$defs", {})))
        rows = ([name, kind, meaning] for name, kind, _, meaning in fields(given, given.get("$defs", {})))
        lines += ["Result:", "", *table(("field", "value", "meaning"), rows)]
    return "\n".join(lines)
