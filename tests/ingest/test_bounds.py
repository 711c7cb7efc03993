"""Documents made to cost time and memory: each is refused with a sentence, or cleaned as any other, and soon."""

from __future__ import annotations

import gzip
import io
import lzma
import random
import re
import time
import zipfile
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from rag.errors import UnreadableError
from rag.ingest import html, sources
from rag.ingest.assemble import assemble
from rag.ingest.bounds import MOST_LINES, bounded, check_time, timed
from rag.ingest.documents import docx_text
from rag.ingest.html import parse_html
from rag.ingest.sources import read_sources
from rag.types import Article, Media, RawDocument, Rejected

_PROSE = "白鹭市今年新建公办幼儿园12所，新增学位3600个。教育局局长表示，明年还将继续扩大供给。"
_SIZE = 50_000  # bytes, about; what took time with the square of it took minutes
_LONG = 120.0  # seconds; each takes one or two on a machine that does nothing else
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def _much(piece: str, size: int = _SIZE) -> str:
    return piece * (size // len(piece.encode()) + 1)


def _clean(data: str | bytes, media: Media) -> Article:
    raw = data.encode() if isinstance(data, str) else data
    return assemble(RawDocument(name="a", data=raw, media=media, article_id="a"))


_CLEANED = {
    "100,000 open elements": (Media.HTML, "<div>" * 100_000 + _PROSE),
    "100,000 nested elements": (Media.HTML, "<div>" * 100_000 + _PROSE + "</div>" * 100_000),
    "deep inline elements": (Media.HTML, "<b><i><span>" * 30_000 + _PROSE),
    "a million attributes": (Media.HTML, f"<div {'a=b ' * 1_000_000}>{_PROSE}</div>"),
    "as many distinct ones": (Media.HTML, f"<div {' '.join(f'a{n}' for n in range(100_000))}>{_PROSE}</div>"),
    "one attribute of a megabyte": (Media.HTML, f'<div class="{"a " * 500_000}">{_PROSE}</div>'),
    "an entity of 100,000 digits": (Media.HTML, f"<p>{_PROSE}&#{'9' * 100_000};</p>"),
    "comments": (Media.HTML, _much("<!-- -->") + _PROSE),
    "style rules": (Media.HTML, f"<style>{_much('.a .b,')}{{display:none}}</style><p>{_PROSE}"),
    "scripts never closed": (Media.HTML, _PROSE + _much("<script>")),
    "a row of 10,000 cells": (Media.HTML, f"<p>{_PROSE * 3}</p><table><tr>{'<td>字</td>' * 10_000}</tr></table>"),
    "one line": (Media.TEXT, _much(_PROSE)),
    "one line without an end": (Media.TEXT, _much("白鹭市今年新建公办幼儿园")),
    "one line of blanks": (Media.TEXT, f"{_PROSE}{' ' * _SIZE}{_PROSE}"),
    "marks that combine": (Media.TEXT, _PROSE + "\u0301" * 50_000),
    "links in Markdown": (Media.MARKDOWN, _PROSE + _much("[幼](x)")),
    "pictures and links in Markdown": (Media.MARKDOWN, _PROSE + _much("![幼](x)[幼](x)")),
    "short lines": (Media.TEXT, f"{_PROSE}\n" + _much("白\n", 20_000)),
    "bylines": (Media.TEXT, f"{_PROSE}\n" + _much("责任编辑：林舟\n", 40_000)),
}


@pytest.mark.parametrize("name", _CLEANED)
def test_absurd_pages_are_cleaned_in_time_that_grows_with_their_size(name: str) -> None:
    """The sentences among them are found."""
    media, page = _CLEANED[name]
    began = time.monotonic()
    article = _clean(page, media)
    assert time.monotonic() - began < _LONG
    assert _PROSE[:12] in article.text


_REFUSED = {
    "entities": (Media.HTML, f"<p>{_much('&amp;')}</p>", "no article text"),
    "lines of text": (Media.TEXT, "字\n" * (MOST_LINES + 1), f"more than {MOST_LINES} lines"),
    "empty lines": (Media.TEXT, "\n" * 5_000_000, f"more than {MOST_LINES} lines"),
    "lines of Markdown": (Media.MARKDOWN, "字\n" * (MOST_LINES + 1), f"more than {MOST_LINES} lines"),
    "tags without an end": (Media.HTML, "<" * 200_000, "no article text"),
    "brackets": (Media.MARKDOWN, "[" * 200_000, "no article text"),
    "zeros": (Media.TEXT, "\0" * 1_000_000, "NUL byte"),
}


@pytest.mark.parametrize("name", _REFUSED)
def test_what_is_no_article_is_refused_in_time(name: str) -> None:
    """One sentence says what it holds."""
    media, page, reason = _REFUSED[name]
    began = time.monotonic()
    with pytest.raises(UnreadableError, match=reason):
        _clean(page, media)
    assert time.monotonic() - began < _LONG


@pytest.mark.parametrize(
    ("name", "page"),
    [("MOST_PIECES", "<p>" + "&amp;" * 2_000), ("MOST_ELEMENTS", "<p></p>" * 2_000), ("MOST_LINES", "<br>字" * 2_000)],
)
def test_what_memory_goes_with_is_counted_while_a_page_is_read(
    name: str, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page with as many pieces, elements or lines as are allowed is read, with one more refused."""
    monkeypatch.setattr(html, name, 2_001)
    parse_html(page)
    monkeypatch.setattr(html, name, 1_990)
    with pytest.raises(UnreadableError, match="holds more than 1990 "):
        parse_html(page)


def test_damage_all_over_takes_no_longer_than_its_budget() -> None:
    """Lost bytes in every line are searched for in a part of them."""
    chance = random.Random(1)
    page = bytes(byte for byte in (_PROSE * 100).encode("gbk") if chance.random() > 0.01)
    began = time.monotonic()
    assert len(_clean(page, Media.TEXT).text) > 3_000
    assert time.monotonic() - began < _LONG


@pytest.mark.parametrize(
    "page",
    [
        b"2024?12?11???\xbf\xc1" + b'"?\xb6a?\xc7???' * 300,
        b"\x810\x826l8\x810\x8b4\x810\x839\x810\x819\x810\x838" * 120,
        b"\xce\x17b\x1c\xac\x13" + (b"\x80" * 30 + b"\xf8\x9d\x9d\xb5") * 60,
        b"*" + b"\xceT???\xda?^\xbaK-2024?12?11?&amp;#23398;\xceT???\xda?^\xbdR\xbaK??????????\xda?^" * 130,
    ],
)
def test_noise_is_not_searched_for_what_it_may_have_been(page: bytes) -> None:
    """Kilobytes that chance found, in which everything may stand for anything, took up to a minute of computing."""
    began = time.thread_time()
    with suppress(UnreadableError):
        _clean(page, Media.HTML)
    assert time.thread_time() - began < 20


@pytest.mark.parametrize(
    "line",
    [
        "99999999999999999999<Ì-来源",
        "返回查看更多" + "查看更多" * 6,
        "林舟" + "和" * 40 + "报道",
        "有哪些" * 30,
        "，" * 50 + "学位",
    ],
)
def test_short_lines_that_read_in_many_ways_are_read_at_once(line: str) -> None:
    """Twenty digits among other things on one line took a minute: the time doubled with each."""
    began = time.thread_time()
    article = _clean(f"{_PROSE}\n{line}\n{_PROSE}", Media.TEXT)
    assert time.thread_time() - began < 10
    assert article.text.startswith(_PROSE)


def test_the_time_of_a_document_is_over_at_some_point() -> None:
    """Whatever takes it: what is repeated often looks at the clock, and other documents have a time of their own."""
    page = f"<p>{_PROSE}</p>"
    with bounded(len(page), seconds=-1.0), pytest.raises(UnreadableError, match="takes far longer"):
        list(timed([1, 2, 3]))
    with bounded(0, seconds=0.2), pytest.raises(UnreadableError, match="takes far longer"):
        sum(timed(range(10**9)))
    assert _clean(page, Media.HTML).text == _PROSE


def test_waiting_is_not_counted() -> None:
    """A machine that is busy with other things refuses nothing."""
    with bounded(0, seconds=0.1):
        time.sleep(0.3)
        check_time()


@pytest.mark.parametrize("name", ["bomb.txt.xz", "bomb.jsonl.xz", "bomb.txt.gz", "bomb.jsonl.gz"])
def test_a_packed_bomb_on_the_disk_is_not_read_to_its_end(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long document is refused at its limit; lines that say nothing, after the bytes that such a file may hold."""
    monkeypatch.setattr(sources, "_UNPACKED", 2_000_000)
    pack = gzip.compress if name.endswith("gz") else partial(lzma.compress, preset=1)
    path = tmp_path / name
    path.write_bytes(pack((b" " if ".txt" in name else b"\n") * 20_000_000))
    (row,) = read_sources([path], max_bytes=1_000_000)
    assert isinstance(row, Rejected)
    unpacked = r"it unpacks to more than \d+ bytes; expected at most 200 times its size"
    assert re.search("it holds more than 1000000 bytes" if ".txt" in name else unpacked, row.reason)


def _docx(document: str) -> bytes:
    """A DOCX file with that main part."""
    import docx  # noqa: PLC0415 - takes a while to load, and only these tests need it

    plain, out = io.BytesIO(), io.BytesIO()
    docx.Document().save(plain)
    with zipfile.ZipFile(plain) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in made.namelist():
            archive.writestr(entry, document if entry == "word/document.xml" else made.read(entry))
    return out.getvalue()


def _body(content: str, before: str = "") -> bytes:
    return _docx(f'<?xml version="1.0"?>{before}<w:document {_W}><w:body>{content}</w:body></w:document>')


_PARAGRAPH = f"<w:p><w:r><w:t>{_PROSE}</w:t></w:r></w:p>"
_LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
_DOCX = {
    "entities in entities": (
        "<w:p><w:r><w:t>&a11;</w:t></w:r></w:p>", f'<!DOCTYPE x [<!ENTITY a0 "学学学">{_LAUGHS}]>', "cannot be read"
    ),
    "a file of this machine": (
        "<w:p><w:r><w:t>&e;</w:t></w:r></w:p>", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', "no text"
    ),
    "deep tables": ("<w:tbl><w:tr><w:tc>" * 1000 + _PARAGRAPH + "</w:tc></w:tr></w:tbl>" * 1000, "", "cannot be read"),
    "a cell over 100 million columns": (
        f'<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="100000000"/></w:tcPr>{_PARAGRAPH}</w:tc></w:tr></w:tbl>', "",
        "a cell over 100000000 columns",
    ),
    "much in little": ("<w:p/>" * 1_500_000, "", "unpacks to"),
}  # fmt: skip


@pytest.mark.parametrize("name", _DOCX)
def test_a_docx_file_that_is_a_bomb_is_refused(name: str) -> None:
    """It is neither unpacked whole nor followed; nothing of this machine gets into the text."""
    content, before, reason = _DOCX[name]
    began = time.monotonic()
    with pytest.raises(UnreadableError, match=reason):
        docx_text(_body(content, before), max_bytes=2_000_000)
    assert time.monotonic() - began < _LONG
