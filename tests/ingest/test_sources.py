"""Readers: every kind of file, folders, streams, and what is rejected and why."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import os
import sys
from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from rag.ingest.sources import STDIN, file_id, read_sources
from rag.types import Media, RawDocument, Rejected

TEXT = "新校舍今天交付使用，新增学位三百个。"
LIMIT = 10_000


def read(*paths: Path, stdin: bytes | None = None, limit: int = LIMIT) -> list[RawDocument | Rejected]:
    stream = io.BytesIO(stdin) if stdin is not None else None
    return list(read_sources(paths, max_bytes=limit, stdin=stream))


def line(**fields: object) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode() + b"\n"


def documents(found: list[RawDocument | Rejected]) -> list[RawDocument]:
    return [one for one in found if isinstance(one, RawDocument)]


def reasons(found: list[RawDocument | Rejected]) -> list[str]:
    return [one.reason for one in found if isinstance(one, Rejected)]


@pytest.mark.parametrize(
    ("name", "media"),
    [
        ("a.txt", Media.TEXT),
        ("a.md", Media.MARKDOWN),
        ("a.html", Media.HTML),
        ("a.HTM", Media.HTML),
        ("a.html.gz", Media.HTML),
        ("a.txt.xz", Media.TEXT),
        ("2024.12.11.txt", Media.TEXT),
    ],
)
def test_plain_files(tmp_path: Path, name: str, media: Media) -> None:
    """A file gives one document with its bytes, whatever compresses them."""
    data = TEXT.encode("gb18030")
    pack = {".gz": gzip.compress, ".xz": lzma.compress}.get(Path(name).suffix, bytes)
    path = tmp_path / name
    path.write_bytes(pack(data))
    assert read(path) == [RawDocument(name=str(path), data=data, media=media, article_id=file_id(path))]


def test_file_id_is_of_the_path() -> None:
    """The same file has the same id however it is named; equal names in other folders have others."""
    relative = Path("pages/./a.txt")
    assert file_id(relative) == file_id(Path.cwd() / "pages" / "a.txt")
    assert file_id(relative) != file_id(Path("other/a.txt"))
    assert len(file_id(relative)) == 16


def test_folder_is_read_in_order(tmp_path: Path) -> None:
    """A folder is read recursively and sorted; hidden files and unknown kinds are passed over without a row."""
    for name in ("b/2.txt", "b/1.txt", "a.txt", ".hidden.txt", ".git/x.txt", "picture.png", "noext"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(TEXT, encoding="utf-8")
    found = read(tmp_path)
    assert [str(Path(one.name).relative_to(tmp_path)) for one in found] == ["a.txt", "b/1.txt", "b/2.txt"]


def test_folder_without_anything_to_read_is_said(tmp_path: Path) -> None:
    """A folder that was named and gives nothing is a rejected row, not silence."""
    (tmp_path / "a.png").write_bytes(b"")
    (reason,) = reasons(read(tmp_path))
    assert "no file of a known kind" in reason


def test_symlink_loops_end(tmp_path: Path) -> None:
    """A link back to its own folder is entered once, and a link that leads nowhere is a row."""
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "again").symlink_to(tmp_path)
    (tmp_path / "broken.txt").symlink_to(tmp_path / "gone.txt")
    found = read(tmp_path)
    assert len(documents(found)) == 1
    assert reasons(found) == ["there is no such file or folder"]


def test_what_is_named_and_cannot_be_read_is_rejected(tmp_path: Path) -> None:
    """Missing files, unknown kinds and special files say what is wrong, and the rest is read."""
    unknown, pipe, good = tmp_path / "a.png", tmp_path / "pipe.txt", tmp_path / "a.txt"
    unknown.write_bytes(b"x")
    os.mkfifo(pipe)
    good.write_text(TEXT, encoding="utf-8")
    found = read(tmp_path / "gone.txt", unknown, pipe, good)
    assert [one.name for one in found] == [str(path) for path in (tmp_path / "gone.txt", unknown, pipe, good)]
    assert [one.split(";")[0] for one in reasons(found)] == [
        "there is no such file or folder",
        "files of kind '.png' are not read",
        "this is neither a file nor a folder",
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_file_names_that_are_not_utf8(tmp_path: Path) -> None:
    """A name in GBK is shown with escapes, and the file is read."""
    path = Path(os.fsdecode(os.fsencode(tmp_path) + "/新闻.txt".encode("gb18030")))
    path.write_text(TEXT, encoding="utf-8")
    (found,) = documents(read(tmp_path))
    assert found.name.endswith("\\xd0\\xc2\\xce\\xc5.txt")
    assert found.name.encode()


@pytest.mark.parametrize("suffix", [".txt", ".txt.gz", ".txt.xz"])
def test_size_is_bounded_after_decompression(tmp_path: Path, suffix: str) -> None:
    """A document over the limit is rejected without being unpacked whole."""
    pack = {".gz": gzip.compress, ".xz": lzma.compress}.get(Path(suffix).suffix, bytes)
    path = tmp_path / f"bomb{suffix}"
    path.write_bytes(pack(b"a" * (50 * LIMIT)))
    (reason,) = reasons(read(path))
    assert reason.startswith(f"it holds more than {LIMIT} bytes")


@pytest.mark.parametrize("name", ["a.txt.gz", "a.txt.xz", "a.jsonl.gz", "a.jsonl.xz"])
def test_damaged_compression_is_rejected(tmp_path: Path, name: str) -> None:
    """A truncated or overwritten archive is one row, not a crash."""
    pack = gzip.compress if name.endswith("gz") else lzma.compress
    whole = pack(line(text=TEXT) * 200)
    for number, data in enumerate(
        (whole[: len(whole) // 2], whole[:30] + b"\xff" * 20 + whole[50:], b"not compressed")
    ):
        path = tmp_path / f"{number}{name}"
        path.write_bytes(data)
        found = read(path)
        assert len(reasons(found)) == 1
        assert isinstance(found[-1], Rejected)


def test_json_lines(tmp_path: Path) -> None:
    """Each object is a document with what it says about itself; unknown fields and blank lines are passed over."""
    path = tmp_path / "news.jsonl.xz"
    rows = [
        line(id="n-1", text=TEXT, title="校舍", url="https://example.cn/1", publisher="市报", published="2024-12-11"),
        b"\n",
        line(html=f"<p>{TEXT}</p>", url="https://example.cn/2#top", views=12, published=1733905661),
        line(id=7, text=TEXT, title=None),
    ]
    path.write_bytes(lzma.compress(b"".join(rows)))
    first, second, third = documents(read(path))
    assert first == RawDocument(
        name=f"{path}:1",
        data=TEXT.encode(),
        media=Media.TEXT,
        encoding="utf-8",
        article_id="n-1",
        url="https://example.cn/1",
        title="校舍",
        publisher="市报",
        published="2024-12-11",
    )
    assert (second.media, second.name, second.published) == (Media.HTML, f"{path}:3", "1733905661")
    assert second.article_id != first.article_id
    assert len(second.article_id or "") == 16
    assert third.article_id == "7"


def test_ids_of_json_lines() -> None:
    """Without an id the address decides, whatever its fragment; without either, the content."""
    found = documents(
        read(
            STDIN,
            stdin=line(text=TEXT, url="https://example.cn/1#a")
            + line(text=TEXT + "！", url="https://example.cn/1#b")
            + line(text=TEXT)
            + line(text=TEXT, title="题")
            + line(text=TEXT + "！"),
        )
    )
    ids = [one.article_id for one in found]
    assert ids[0] == ids[1]
    assert ids[2] == ids[3]
    assert len(set(ids)) == 3


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"{", "the line is not JSON"),
        (b'{"text": "\xd0\xc2"}', "the line is not UTF-8: byte 11 is 0xd0"),
        (b"[1]", "the line holds a list; expected an object"),
        (b"3", "the line holds a number; expected an object"),
        (b"[" * 5000, "the line is not JSON that can be read"),
        (line(), "found none of the fields text, html and base64"),
        (line(text=TEXT, html="<p>"), "found text and html of the fields text, html and base64"),
        (line(text=" \n"), "field text is empty"),
        (line(text=3), "field text is a number; expected text"),
        (line(text=TEXT, title=["a"]), "field title is a list; expected text"),
        (line(text=TEXT, published=True), "field published is true or false; expected text"),
        (line(text=TEXT, id="a b"), "field id is 'a b'; expected 1 to 128 letters"),
        (line(text=TEXT, id="x" * 129), "field id is"),
        (line(text=TEXT, url="javascript:alert(1)"), "field url is 'javascript:alert(1)'; expected an http"),
        (line(text="字" * LIMIT), f"the line holds more than {LIMIT} bytes"),
    ],
)
def test_bad_lines_are_rows_and_the_rest_goes_on(row: bytes, reason: str) -> None:
    """A line that is no article is rejected with its number and the reason, and the lines around it are read."""
    good = line(text=TEXT)
    found = read(STDIN, stdin=good + row.rstrip(b"\n") + b"\n" + good)
    assert len(found) == 3
    rejected = found[1]
    assert isinstance(rejected, Rejected)
    assert (rejected.name, rejected.line) == ("stdin", 2)
    assert rejected.reason.startswith(reason)
    assert documents(found)[1].name == "stdin:3"


def test_broken_pairs_become_damage() -> None:
    """Half of a surrogate pair, as scrapers leave it, is U+FFFD in the document."""
    (found,) = documents(read(STDIN, stdin=b'{"text": "\\ud83d\xe5\xad\xa6\xe6\xa0\xa1"}\n'))
    assert found.data.decode() == "\ufffd学校"


def test_byte_order_mark_and_last_line_without_end() -> None:
    """A BOM at the start and a missing line end at the end do no harm."""
    found = documents(read(STDIN, stdin=b"\xef\xbb\xbf" + line(text=TEXT) + line(text=TEXT).rstrip()))
    assert len(found) == 2


def test_stdin_must_be_there() -> None:
    """`-` without an input says so."""
    assert reasons(read(STDIN)) == ["there is no standard input to read"]


@given(st.binary(max_size=200))
def test_any_stream_is_survived(data: bytes) -> None:
    """Whatever bytes come in, each line is a document or a row, and none holds nothing."""
    for one in read(STDIN, stdin=data):
        assert isinstance(one, Rejected) or one.data


def test_pdf(tmp_path: Path) -> None:
    """A PDF file gives its text, with wrapped lines joined to their paragraph."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path))
    canvas.setFont("STSong-Light", 12)
    lines = [
        "全市今年新建和改扩建幼儿园十七所，新增学位四千三",
        "百个，预计九月开学前全部交付使用，城乡差距将缩小。",
        "家长表示欢迎。",
    ]
    for number, words in enumerate(lines):
        canvas.drawString(72, 750 - 20 * number, words)
    canvas.save()
    (found,) = documents(read(path, limit=1_000_000))
    assert found.data.decode().split("\n") == [lines[0] + lines[1], lines[2]]
    assert (found.media, found.encoding, found.article_id) == (Media.TEXT, "utf-8", file_id(path))


def test_docx(tmp_path: Path) -> None:
    """A DOCX file gives its paragraphs and table rows in order."""
    path = tmp_path / "a.docx"
    made = docx.Document()
    made.add_paragraph("关于新增学位的通知")
    table = made.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, (("学校", "学位"), ("一小", "300")), strict=True):
        for cell, words in zip(row.cells, cells, strict=True):
            cell.text = words
    made.add_paragraph(TEXT)
    made.save(str(path))
    (found,) = documents(read(path, limit=1_000_000))
    assert found.data.decode().split("\n") == ["关于新增学位的通知", "学校 | 学位", "一小 | 300", TEXT]


@pytest.mark.parametrize("name", ["a.pdf", "a.docx"])
def test_damaged_documents_are_rejected(tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str) -> None:
    """A file that only claims to be a PDF or DOCX is a row that says what it is, and no line of a library's log."""
    path = tmp_path / name
    path.write_bytes(b"%PDF-1.4 nothing")
    (reason,) = reasons(read(path))
    assert "cannot be read" in reason
    assert caplog.text == ""


def test_documents_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the libraries are missing, the row says what to install."""
    monkeypatch.setitem(sys.modules, "rag.ingest.documents", None)
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.4")
    assert reasons(read(path)) == ['.pdf files need an extra: pip install "jushi[documents]"']
