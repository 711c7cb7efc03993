# ruff: noqa: INP001 - a script beside write.py, no package
"""The settings as a page."""

from __future__ import annotations

from tables import kind, shown_default, table

from rag.config import Settings

_INTRO = """# Configuration

Each setting is an environment variable `JUSHI_<NAME>` or a line `name = value` in `jushi.toml`; the environment wins
over the file, and an option on the command line wins over both. `JUSHI_CONFIG` names another file. A name that is no
setting is refused, with the nearest one that is.

```toml
# jushi.toml
data = "/var/lib/jushi"
answerer = "quotes"
port = 8080
```

A store belongs to the encoder that filled it: asking it with another is refused with a message."""

_GROUPS = {
    "Folders": ("data", "cache"),
    "Embedding model": ("encoder", "embeddings_", "reranker"),
    "Passages and search": ("passage_", "dense_", "candidates", "top_k", "per_article", "neighbours"),
    "Answers and language models": ("answer", "second_sentence", "entailment", "llm_", "local_model"),
}
_REST = "Server"


def page() -> str:
    """`configuration.md`: every setting with its variable, kind, default and meaning, as the program has them."""
    schema = Settings.model_json_schema()
    known = schema.get("$defs", {})
    rows: dict[str, list[list[str]]] = {heading: [] for heading in (*_GROUPS, _REST)}
    for name, field in schema["properties"].items():
        heading = next((group for group, starts in _GROUPS.items() if name.startswith(starts)), _REST)
        default = "unset" if field.get("default") is None else shown_default(field)
        rows[heading].append([f"`{name}`", kind(field, known), default, field.get("description", "")])
    lines = [_INTRO, ""]
    for heading, found in rows.items():
        lines += [f"## {heading}", "", *table(("name", "value", "default", "meaning"), found)]
    return "\n".join(lines)
