"""Articles written as lines of JSON, and read back."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from embeddings.fakes import HashingEncoder
from rag.errors import InputError
from rag.ingest.export import lines
from rag.ingest.jsonl import document_of, read_jsonl
from rag.ingest.pipeline import Pipeline
from rag.ingest.sources import read_sources
from rag.starter import starter_folder
from rag.store.fakes import MemoryStore
from rag.types import Media, RawDocument, Rejected

_LIMIT = 20_000_000


def _store(documents: list[RawDocument | Rejected]) -> MemoryStore:
    encoder = HashingEncoder(dim=64)
    store = MemoryStore(encoder=encoder.spec)
    pipeline = Pipeline(store=store, encoder=encoder, passage_min=120, passage_max=350, passage_overlap=1)
    assert pipeline.ingest(documents).ok
    return store


def test_exported_articles_come_back_as_they_were() -> None:
    """Of the starter articles, in all their encodings, not a byte of a page nor a word of what is known is lost."""
    store = _store(list(read_sources([starter_folder()], max_bytes=_LIMIT)))
    with store.snapshot() as view:
        written = list(lines(view))
    again = _store(list(read_jsonl(io.BytesIO(b"".join(written)), name="export.jsonl", max_bytes=_LIMIT)))
    with store.snapshot() as old, again.snapshot() as new:
        ids = [info.article_id for info in old.articles(limit=1000)]
        assert len(ids) == len(written) > 10
        assert {old.article(name).encoding for name in ids} > {"utf-8"}
        for name in ids:
            one, other = old.article(name), new.article(name)
            for what in ("page", "encoding", "media", "source_text", "text", "title", "url", "publisher"):
                assert getattr(other, what) == getattr(one, what), (name, what)
            assert (other.published and other.published.day) == (one.published and one.published.day)
            assert (other.published and other.published.time) == (one.published and one.published.time)


def test_plain_pages_are_readable_and_others_are_bytes() -> None:
    """UTF-8 stands in the line as text; a GB18030 page is packed with its encoding."""
    plain = RawDocument(name="a.txt", data="学位增加了。".encode(), media=Media.TEXT, encoding="utf-8", article_id="a")
    page = "# 学位\n\n学位增加了。".encode("gb18030")
    packed = RawDocument(name="b.md", data=page, media=Media.MARKDOWN, article_id="b")
    with _store([plain, packed]).snapshot() as view:
        first, second = (json.loads(line) for line in lines(view))
    assert (first["text"], first["id"], "base64" in first) == ("学位增加了。", "a", False)
    assert (second["media"], second["encoding"]) == ("markdown", "gb18030")
    back = document_of(second, name="x:2")
    assert (back.data, back.media, back.encoding) == (packed.data, Media.MARKDOWN, "gb18030")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"base64": "%%%", "media": "text"}, "base64"),
        ({"base64": "aGk=", "media": "pdf"}, "media"),
        ({"base64": "aGk="}, "media"),
        ({"base64": "aGk=", "text": "hi"}, "text"),
    ],
)
def test_packed_pages_that_make_no_sense_are_named(fields: dict[str, object], field: str) -> None:
    """The message names the field at fault."""
    with pytest.raises(InputError) as refused:
        document_of(fields, name="x:1")
    assert refused.value.field == field


def test_a_line_never_holds_a_line_end(tmp_path: Path) -> None:
    """Whatever the page holds, one article is one line."""
    data = "第一行。\r\n第二行\u2028。".encode()
    page = RawDocument(name="a", data=data, media=Media.TEXT, encoding="utf-8", article_id="a")
    with _store([page]).snapshot() as view:
        (line,) = lines(view)
    (tmp_path / "a.jsonl").write_bytes(line)
    (back,) = read_sources([tmp_path / "a.jsonl"], max_bytes=_LIMIT)
    assert isinstance(back, RawDocument)
    assert back.data == page.data
