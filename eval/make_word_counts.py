"""Counts in how many articles of a news collection each word stands, into `rag/text/data/word_counts.json.gz`.

    python -m eval.make_word_counts data/crud_news.jsonl.xz

Only counts are written, no text; the provenance goes into the file itself.
"""

from __future__ import annotations

import gzip
import json
import lzma
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from rag.text.frequency import COUNTS_FILE
from rag.text.words import words

_LEAST = 20  # articles; rarer words are as good as unseen
_LONGEST = 8  # characters; longer ones are names of firms and addresses


def main(news: Annotated[Path, typer.Argument(help="JSON lines with a `text` field, .xz")]) -> None:
    """Count and write."""
    counts: Counter[str] = Counter()
    articles = 0
    with lzma.open(news, "rt", encoding="utf-8") as lines:
        for line in lines:
            articles += 1
            counts.update(set(words(json.loads(line)["text"])))
    kept = {
        word: count
        for word, count in sorted(counts.items())
        if count >= _LEAST and len(word) <= _LONGEST and not any(c.isdigit() for c in word)
    }
    content = {
        "provenance": {
            "source": "news documents of CRUD-RAG (IAAR-Shanghai/CRUD_RAG), Apache-2.0",
            "command": "python -m eval.make_word_counts data/crud_news.jsonl.xz",
            "least": _LEAST,
        },
        "articles": articles,
        "counts": kept,
    }
    data = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    COUNTS_FILE.write_bytes(gzip.compress(data, compresslevel=9, mtime=0))
    typer.echo(f"{len(kept)} words of {articles} articles, {COUNTS_FILE.stat().st_size} bytes")


if __name__ == "__main__":
    typer.run(main)
