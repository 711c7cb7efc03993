"""Files that came over a connection -> documents: nothing is believed but their bytes, and no name becomes a path."""

from __future__ import annotations

import hashlib
import lzma
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import PurePosixPath
from typing import BinaryIO

from rag.ingest.files import KINDS, documents_in, kind_of
from rag.ingest.unpack import Allowance, unpacked
from rag.types import RawDocument, Rejected

_LONGEST_LABEL = 200  # code points
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_CHUNK = 1 << 16


def read_upload(stream: BinaryIO, *, name: str, max_bytes: int, left: Allowance) -> Iterator[RawDocument | Rejected]:
    """The documents of one uploaded file, which `name` tells the kind of; each may hold `max_bytes`.

    The article id of a file that is one document is a hash of its label: the same name with new content is a new
    revision.
    """
    shown = label(name)
    kind = kind_of(PurePosixPath(shown))
    if kind is None:
        suffix = PurePosixPath(shown).suffix or "without a suffix"
        yield Rejected(name=shown, line=None, reason=f"files of kind {suffix!r} are not read; expected {KINDS}")
        return
    plain = unpacked(stream, kind.packed, left)
    yield from documents_in(plain, kind, name=shown, article_id=upload_id(shown), max_bytes=max_bytes)


def count_upload(stream: BinaryIO, *, name: str, left: Allowance) -> int:
    """How many rows `read_upload` will give, or nearly; the stream is at its beginning again afterwards."""
    kind = kind_of(PurePosixPath(label(name)))
    if kind is None or not kind.holds_many:
        return 1
    try:
        return sum(1 for line in _lines(unpacked(stream, kind.packed, left)) if line.strip())
    finally:
        stream.seek(0)


def label(name: str) -> str:
    """The name of a file as it is shown and stored: its parts without `.`, `..` and what does not show.

    Names whose bytes are not UTF-8 come as Latin-1; where these bytes are GB2312, they are read as such.
    """
    with suppress(UnicodeError):
        name = name.encode("latin-1").decode("gb2312")
    parts = _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", name).replace("\\", "/").split("/")
    kept = "/".join(part.strip() for part in parts if part.strip() not in {"", ".", ".."})
    return kept[-_LONGEST_LABEL:] or "unnamed"


def upload_id(shown: str) -> str:
    """The article id of an uploaded file: 16 hexadecimal digits, hashed from its label."""
    return hashlib.blake2b(b"upload\0" + shown.encode(), digest_size=8).hexdigest()


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """The first bytes of each line; a stream that breaks off ends there."""
    begins = True
    try:
        while line := stream.readline(_CHUNK):
            if begins:
                yield line
            begins = line.endswith(b"\n")
    except (OSError, EOFError, lzma.LZMAError):
        yield b"the row that says so"
