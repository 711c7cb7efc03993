"""Gives ingest whatever bytes there are: `python -m eval.fuzz_ingest --minutes 10`.

Documents of every kind that is read are made of anything, of real encodings of Chinese text and markup, and of whole
PDF, DOCX and packed files, with bytes lost, changed, repeated and cut off. Each goes the way of an upload into a real
store. A fault is an exception, a document about which nothing is reported, one that the cleaning fails on instead of
refusing it, a text that is not where the maps say, or one that takes too long. The command leaves with 1 when there
was one.
"""

from __future__ import annotations

import argparse
import faulthandler
import gzip
import io
import json
import lzma
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import docx
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from embeddings.fakes import HashingEncoder
from rag.cli.output import write_text
from rag.errors import NotFoundError
from rag.ingest.dedupe import Reprints
from rag.ingest.pipeline import Pipeline
from rag.ingest.recurring import Recurring
from rag.ingest.unpack import Allowance
from rag.ingest.uploads import read_upload
from rag.store.local import LocalStore
from rag.types import RawDocument, Rejected

SLOW = 60.0  # seconds of computing for a document of a few kilobytes, which takes some milliseconds
HANGS = 300.0  # seconds after which a document is taken to hang: everything ends, and says where it was
_LIMIT = 1_000_000  # bytes of a document
_ROUND = 300  # documents of one seed
_KINDS = (".txt", ".md", ".html", ".htm", ".jsonl", ".pdf", ".docx")
_ENCODINGS = ("utf-8", "utf-8-sig", "gbk", "gb18030", "big5", "utf-16", "utf-16-be", "hz", "iso2022_jp_2", "latin-1")
_SAID = (
    "白鹭市今年新建公办幼儿园12所，新增学位3600个。 责任编辑：林舟 来源：新华社 2024年12月11日 08:30 首页 > "
    "教育 > 推荐阅读 義務(wù)教育 !笆奈濉币詠 锟斤拷 &amp;#23398; &nbsp; å­¦ä½ [学位](http://a.b) ![图](x) # ## - "
    "* > | ** ``` 一、 1. （ ） “ ” 。 。。。 ， 0 99999999999999999999 百分之 \ufffd \u200b \ue000 \u0301 \U00020bb7"
)
_WORDS = (*_SAID.split(" "), " ", "\t", "\r", "\n", "\x0b", "\u2028", "\x1b", "\0")
_TAGS = tuple(
    "<p> </p> <div> </div> <br> <table> <tr> <td> </table> <a/href=x> </a> <li> <ul> <h1> </h1> <b> <script> </script> "
    "<style>.a{display:none} </style> <textarea> </textarea> <title> </title> <!-- --> <![CDATA[ <p/class=a> "
    "<font/size=1> <meta/charset=gb2312> <meta/charset=big5> <body> </html> <pre> & &#x5b66; &lt;p&gt; < > \" '".split()
)


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is uploaded."""

    name: str
    data: bytes


@cache
def _pdf() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pageCompression=0)
    canvas.drawString(72, 720, "Bailu built 12 kindergartens this year, with 3600 places.")
    canvas.save()
    return out.getvalue()


@cache
def _docx() -> bytes:
    out = io.BytesIO()
    document = docx.Document()
    document.add_heading("白鹭市扩充学位")
    document.add_paragraph(_WORDS[0])
    document.add_table(2, 2).cell(0, 0).text = "学位"
    document.save(out)
    return out.getvalue()


def _encoded(text: str, encoding: str) -> bytes:
    return text.encode(encoding, "replace")


def _texts(parts: tuple[str, ...]) -> st.SearchStrategy[bytes]:
    text = st.lists(st.sampled_from(parts) | st.text(max_size=8), max_size=60).map("".join)
    return st.builds(_encoded, text, st.sampled_from(_ENCODINGS))


def _line(fields: Mapping[str, object]) -> bytes:
    return json.dumps(fields, ensure_ascii=True).encode() + b"\n"


_VALUES = st.none() | st.integers() | st.floats() | st.text(max_size=40) | st.sampled_from([_WORDS[0] * 3, "<p>学位。"])
_FIELDS = st.sampled_from(
    ["text", "html", "base64", "media", "id", "title", "url", "publisher", "published", "encoding"]
)
_LINES = st.lists(st.dictionaries(_FIELDS, _VALUES, max_size=6).map(_line), max_size=6).map(b"".join)


def _changed(data: bytes, changes: list[tuple[str, int, int, bytes]]) -> bytes:
    """The bytes after some accidents, each at a place that is counted round the file."""
    for kind, place, length, other in changes:
        at = place % (len(data) + 1)
        end = at + length
        match kind:
            case "lose":
                data = data[:at] + data[end:]
            case "replace":
                data = data[:at] + other + data[at + len(other) :]
            case "insert":
                data = data[:at] + other + data[at:]
            case "repeat":
                data = data[:at] + data[at:end] * 50 + data[end:]
            case "cut":
                data = data[:at]
    return data[: 20 * _LIMIT]


_CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["lose", "replace", "insert", "repeat", "cut"]), st.integers(0, 1 << 20), st.integers(1, 64),
        st.binary(min_size=1, max_size=4),
    ),
    max_size=6,
)  # fmt: skip


def _packed(data: bytes, packing: str) -> bytes:
    if packing == ".gz":
        return gzip.compress(data)
    return lzma.compress(data) if packing else data


@st.composite
def files(draw: st.DrawFn) -> File:
    """A file of any kind, whole or damaged, before it was packed or afterwards."""
    kind = draw(st.sampled_from(_KINDS))
    contents = {
        ".txt": _texts(_WORDS), ".md": _texts(_WORDS), ".html": _texts(_WORDS + _TAGS), ".htm": _texts(_WORDS + _TAGS),
        ".jsonl": _LINES, ".pdf": st.builds(_pdf), ".docx": st.builds(_docx),
    }  # fmt: skip
    whole = st.just(list[tuple[str, int, int, bytes]]())
    data = _changed(draw(contents[kind] | st.binary(max_size=2000)), draw(whole | _CHANGES))
    packing = draw(st.sampled_from(["", "", "", ".gz", ".xz"]))
    if packing:
        data = _changed(_packed(data, packing), draw(whole | _CHANGES))
    return File(f"a{kind}{packing}", data)


class Ingest:
    """A store that files are put into; counts what became of them."""

    def __init__(self, folder: Path) -> None:
        encoder = HashingEncoder()
        self.store = LocalStore(folder, encoder=encoder.spec, reprints=Reprints(), recurring=Recurring())
        self._pipeline = Pipeline(store=self.store, encoder=encoder)
        self.outcomes: Counter[str] = Counter()
        self.slowest = 0.0

    def put(self, file: File) -> None:
        """Read, clean and store one file.

        Raises:
            AssertionError: it took too long, was passed over, broke the cleaning, or is stored wrongly.
        """
        faulthandler.dump_traceback_later(HANGS, exit=True)
        began = time.thread_time()
        rows = list(read_upload(io.BytesIO(file.data), name=file.name, max_bytes=_LIMIT, left=Allowance(5 * _LIMIT)))
        report = self._pipeline.ingest(rows)
        took = time.thread_time() - began
        faulthandler.cancel_dump_traceback_later()
        self.slowest = max(self.slowest, took)
        assert took < SLOW, f"{file.name} took {took:.1f} s"
        documents = {row.article_id for row in rows if isinstance(row, RawDocument)}
        broken = [row.reason for row in report.rejected if row.reason.startswith("cleaning it failed")]
        assert not broken, broken
        assert len(report.rejected) >= sum(isinstance(row, Rejected) for row in rows)
        assert documents <= {row.article_id for row in report.documents} | {None} or report.rejected
        self.outcomes.update(row.outcome for row in report.documents)
        self.outcomes["rejected"] += len(report.rejected)
        for row in report.documents:
            self._check(row.article_id)

    def _check(self, article_id: str) -> None:
        """Each character stands in the source where the map says, or was mended there; passages stand in the text."""
        with self.store.snapshot() as snapshot:
            try:
                article = snapshot.article(article_id)
            except NotFoundError:  # a later line of the same file took its place
                return
            passages = snapshot.passages_of(article_id)
        mended = {at for repair in article.repairs for at in range(repair.source_start, repair.source_end)}
        for piece in article.source_map.segments:
            for at in range(piece.start, piece.end) if piece.is_copy else ():
                origin = piece.origin_start + at - piece.start
                assert article.text[at] == article.source_text[origin] or origin in mended, (piece, at)
        for passage in passages:
            assert article.text[passage.start : passage.end] == passage.text, passage


def attack(put: Callable[[File], None], *, number: int, examples: int = _ROUND) -> None:
    """Put so many files that the seed `number` makes.

    Raises:
        Exception: whatever went wrong, for the smallest file with which it goes wrong.
    """

    @seed(number)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(files())
    def one(file: File) -> None:
        put(file)

    one()


def main() -> int:
    """Attack for so many minutes; 1 when there was a fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long to go on")
    parser.add_argument("--seed", type=int, default=1, help="of the first round")
    chosen = parser.parse_args()
    end = time.monotonic() + 60 * chosen.minutes
    number, faults, slowest, outcomes = chosen.seed, 0, 0.0, Counter[str]()
    while time.monotonic() < end:
        with tempfile.TemporaryDirectory() as folder:
            ingest = Ingest(Path(folder))
            try:
                attack(ingest.put, number=number)
            except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
                faults += 1
                write_text(f"seed {number}:\n{traceback.format_exc()}")
            ingest.store.close()
        outcomes.update(ingest.outcomes)
        slowest = max(slowest, ingest.slowest)
        number += 1
    told = ", ".join(f"{count} {name}" for name, count in sorted(outcomes.items()))
    write_text(f"{number - chosen.seed} rounds: {told}; the slowest took {slowest:.1f} s; {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
