"""Real pages that are not part of this repository: their stories were read by eye and are pinned by hash."""

from __future__ import annotations

import json
from hashlib import blake2b
from pathlib import Path

import pytest

from rag.ingest.decode import decode
from rag.ingest.extract import extract
from rag.ingest.html import parse_html
from rag.ingest.plain import parse_text
from rag.ingest.repair import damage_score, repair
from rag.text.published import infer_published
from rag.text.sentences import sentences

SHARED = Path(__file__).resolve().parents[3] / "shared"
FACTS = json.loads((Path(__file__).parent / "development_pages.json").read_text(encoding="utf-8"))


def short_hash(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest() if text else ""


@pytest.mark.parametrize("name", FACTS)
def test_a_real_page_gives_the_story_that_was_read_by_eye(name: str) -> None:
    """Title, publisher, day, first and last sentence and number of blocks are those of the page."""
    path = SHARED / ("pages" if name.endswith(".html") else "seeds") / name
    if not path.exists():
        pytest.skip("the development pages are not beside the checkout; their publishers hold the rights in them")
    page = decode(path.read_bytes()).text
    layout = parse_html(page) if name.endswith(".html") else parse_text(page)
    lines = repair(layout.source_text).text.split("\n")
    found = extract(layout, lines, damage=damage_score)
    text = found.text(lines)
    spans = sentences(text)
    candidates = [(one.text, one.origin) for one in found.metadata.published]
    published = infer_published(candidates, text=text, page=layout.source_text)
    assert {
        "title": short_hash(found.title),
        "publisher": short_hash(found.metadata.publisher),
        "day": str(published.day) if published else None,
        "first": short_hash(text[spans[0].start : spans[0].end]),
        "last": short_hash(text[spans[-1].start : spans[-1].end]),
        "blocks": text.count("\n") + 1,
    } == FACTS[name]
