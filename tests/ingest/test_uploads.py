"""Uploaded files: what their names come to, and what they may unpack to."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import tempfile

import pytest

from rag.ingest.unpack import Allowance
from rag.ingest.uploads import count_upload, label, read_upload, upload_id
from rag.types import Media, RawDocument, Rejected

TEXT = "今年招生工作已经开始。"
LINE = json.dumps({"text": TEXT, "id": "a"}, ensure_ascii=False).encode() + b"\n"


def read(name: str, data: bytes, *, unpacked: int = 10_000) -> list[RawDocument | Rejected]:
    with tempfile.SpooledTemporaryFile() as stream:  # what the form's parser gives
        stream.write(data)
        stream.seek(0)
        assert count_upload(stream, name=name, left=Allowance(unpacked)) > 0
        return list(read_upload(stream, name=name, max_bytes=1_000, left=Allowance(unpacked)))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("通报.txt", "通报.txt"),
        ("../../etc/passwd", "etc/passwd"),
        ("/abs//./a.txt", "abs/a.txt"),
        ("..\\..\\b.html", "b.html"),
        ("a\x00b\u202etxt.exe", "a\ufffdb\ufffdtxt.exe"),
        ("café.txt", "café.txt"),
        ("señor.txt", "señor.txt"),
        ("通报.txt".encode("gb2312").decode("latin-1"), "通报.txt"),
        ("", "unnamed"),
        ("../..", "unnamed"),
        ("长" * 300 + ".txt", "长" * 196 + ".txt"),
    ],
)
def test_a_name_becomes_a_label_and_never_a_path(name: str, shown: str) -> None:
    """Steps upwards, roots and what does not show are gone; the label of a label is itself."""
    assert label(name) == shown
    assert label(shown) == shown


@pytest.mark.parametrize(
    ("suffix", "pack"), [("", bytes), (".gz", gzip.compress), (".xz", lzma.compress), (".XZ", lzma.compress)]
)
def test_packed_files_are_read_like_plain_ones(suffix: str, pack: type[bytes]) -> None:
    """A document, and lines of JSON, come out the same however they are packed."""
    (document,) = read(f"甲/通知.md{suffix}", pack(TEXT.encode()))
    assert isinstance(document, RawDocument)
    assert (document.data, document.media) == (TEXT.encode(), Media.MARKDOWN)
    assert document.article_id == upload_id(f"甲/通知.md{suffix}")
    lines = read(f"b.jsonl{suffix}", pack(LINE + b"\n{\n" + LINE))
    assert [row.name if isinstance(row, RawDocument) else row.line for row in lines] == [
        f"b.jsonl{suffix}:1", 3, f"b.jsonl{suffix}:4",
    ]  # fmt: skip


def test_streams_that_follow_one_another_are_one_file() -> None:
    """What `cat a.xz b.xz` writes is read to its end, padding included."""
    for pack, padding in ((gzip.compress, b""), (lzma.compress, b"\0" * 8)):
        suffix = ".gz" if pack is gzip.compress else ".xz"
        (document,) = read(f"a.txt{suffix}", pack(TEXT.encode()) + padding + pack(TEXT.encode()))
        assert isinstance(document, RawDocument)
        assert document.data == 2 * TEXT.encode()


def test_files_share_what_they_may_unpack_to() -> None:
    """The file at which the allowance ends is cut there and says so; so does every packed one behind it."""
    left = Allowance(150)
    first, second, third = (
        list(read_upload(io.BytesIO(data), name=name, max_bytes=1_000, left=left))
        for name, data in [
            ("a.txt.gz", gzip.compress(TEXT.encode() * 3)),
            ("b.jsonl.xz", lzma.compress(LINE * 500)),
            ("c.txt", TEXT.encode()),
        ]
    )
    assert isinstance(first[0], RawDocument)
    assert isinstance(second[-1], Rejected)
    assert "unpacks to more than 150 bytes" in second[-1].reason
    assert isinstance(third[0], RawDocument)  # not packed


def test_damage_and_unknown_kinds_are_rejected() -> None:
    """Files that break off, are no archive, ask for much memory or are of another kind come with their reason."""
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 28}]
    greedy = lzma.compress(TEXT.encode(), format=lzma.FORMAT_XZ, filters=filters)
    for name, data, reason in [
        ("a.txt.gz", gzip.compress(TEXT.encode())[:-9], "damaged"),
        ("a.txt.xz", lzma.compress(TEXT.encode())[:-9], "damaged"),
        ("a.txt.gz", b"no archive", "damaged"),
        ("a.txt.xz", b"no archive", "damaged"),
        ("a.txt.xz", greedy, "emory"),
        ("a.exe", b"MZ", "'.exe' are not read"),
        ("noname", b"x", "without a suffix"),
        ("a.txt", b"x" * 1_001, "more than 1000 bytes"),
    ]:
        (row,) = read(name, data)
        assert isinstance(row, Rejected), name
        assert reason in row.reason, row.reason


def test_lines_are_counted_before_they_are_read() -> None:
    """The count is that of the rows, for lines longer than a document may be as well."""
    data = LINE + b"\n" + b"x" * 70_000 + b"\n" + LINE.rstrip()
    for name, packed in (("a.jsonl", data), ("a.jsonl.gz", gzip.compress(data))):
        stream = io.BytesIO(packed)
        assert count_upload(stream, name=name, left=Allowance(10**6)) == 3
        assert len(list(read_upload(stream, name=name, max_bytes=1_000, left=Allowance(10**6)))) == 3
