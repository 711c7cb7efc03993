"""What goes into the catalogue as bytes comes out as it was."""

from __future__ import annotations

import json
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import StoreError
from rag.offsets import OffsetMap, Rewriter
from rag.store.packing import Unpacked, pack, pack_hashes, pack_vectors, unpack_hashes, unpack_vectors
from rag.types import Article, Media, Repair, Span


def make(source: str, page: bytes, encoding: str, dropped: int = 0) -> Article:
    """An article whose text is its source without the first characters, and one mended place."""
    rewriter = Rewriter(source)
    rewriter.keep(dropped, len(source))
    rewriter.insert("。", len(source))
    text, source_map = rewriter.finish()
    return Article(
        article_id="a", revision="1", title="标题", text=text, source_text=source, source_map=source_map,
        page_map=OffsetMap.identity(len(source)), page=page, name="a.txt", media=Media.TEXT, encoding=encoding,
        headings=(Span(start=0, end=1),), damaged=(Span(start=0, end=1, reason="锟斤拷"),),
        suspicious=(Span(start=0, end=len(text), reason="asks to disregard instructions"),),
        removed=(Span(start=0, end=dropped, reason="navigation"),),
        repairs=(Repair(kind="pinyin", source_start=0, source_end=1, before="務(wù)", after="務"),),
    )  # fmt: skip


def require_round_trip(article: Article) -> int:
    """Every packed part equals the article's; returns the packed size."""
    packed = pack(article)
    parts = Unpacked(packed, article.encoding)
    assert (parts.text, parts.source_text, parts.page) == (article.text, article.source_text, article.page)
    assert parts.offset_map("source_map") == article.source_map
    assert parts.offset_map("page_map") == article.page_map
    assert parts.spans("headings") == article.headings
    assert parts.spans("damaged") == article.damaged
    assert parts.spans("suspicious") == article.suspicious
    assert parts.spans("removed") == article.removed
    assert parts.repairs == article.repairs
    return len(packed)


@given(source=st.text(min_size=1), dropped=st.integers(0, 3), page=st.one_of(st.none(), st.binary()))
def test_any_article_comes_back(source: str, dropped: int, page: bytes | None) -> None:
    """Text, source, page, maps, spans and repairs survive, whatever characters and bytes they hold."""
    data = source.encode("utf-8", "replace") if page is None else page
    require_round_trip(make(source, data, "utf-8", min(dropped, len(source))))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5", "utf-16", "no-such-encoding"])
def test_the_page_is_kept_byte_for_byte_in_any_encoding(encoding: str) -> None:
    """A page that is its source in its encoding is made again from it; any other is kept itself."""
    source = "教育部發布通知"
    page = source.encode(encoding if encoding != "no-such-encoding" else "gb18030")
    require_round_trip(make(source, page, encoding))


def test_lone_surrogates_come_back() -> None:
    """Half of a pair, as broken pages have it, is stored like any other code point."""
    require_round_trip(make("坏\ud83d字", b"\xff", "utf-8"))


def test_text_and_source_are_packed_together() -> None:
    """A source that repeats the text costs a fraction of the text."""
    story = "".join(chr(0x4E00 + (at * 7919) % 20_000) for at in range(3_000))
    once = require_round_trip(make(story, story.encode(), "utf-8", 3_000))
    twice = require_round_trip(make(story, story.encode(), "utf-8"))
    assert twice < 1.2 * once


def test_what_an_earlier_program_packed_opens() -> None:
    """Revisions from before suspicious spans were stored have none, and everything else as it was."""
    article = make("義務教育", "義務教育".encode(), "utf-8")
    head, body = zlib.decompress(pack(article)).split(b"\n", 1)
    header = json.loads(head)
    del header["suspicious"]
    parts = Unpacked(zlib.compress(json.dumps(header).encode("ascii") + b"\n" + body), "utf-8")
    assert parts.spans("suspicious") == ()
    assert (parts.text, parts.spans("damaged")) == (article.text, article.damaged)


def test_a_spoilt_blob_is_an_error_of_the_store() -> None:
    """Bytes that were never packed are refused in a sentence."""
    with pytest.raises(StoreError, match="cannot be unpacked"):
        Unpacked(b"xx", "utf-8")


@given(st.lists(st.integers(0, 2**64 - 1)))
def test_hashes_come_back(values: list[int]) -> None:
    """All 64 bits of every hash survive, in order."""
    assert unpack_hashes(pack_hashes(values)) == values


def test_vectors_come_back() -> None:
    """Rows are restored bit by bit, also when there are none."""
    vectors = np.random.default_rng(1).normal(size=(5, 7)).astype(np.float32)
    np.testing.assert_array_equal(unpack_vectors(pack_vectors(vectors), 7), vectors)
    assert unpack_vectors([], 7).shape == (0, 7)
