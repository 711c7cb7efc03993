"""Files that came over a connection -> documents: nothing is believed but their bytes, and no name becomes a path."""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import PurePosixPath
from typing import BinaryIO

from rag.ingest.files import KINDS, documents_in, kind_of
from rag.types import RawDocument, Rejected

_LONGEST_LABEL = 200  # code points
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_XZ_MEMORY = 100_000_000  # bytes; to unpack what `xz -9` packed takes 65 MiB
_CHUNK = 1 << 16


class Allowance:
    """Bytes that files may still unpack to: a small file may unpack to more than any disk holds."""

    def __init__(self, limit: int) -> None:
        self._limit = self._left = limit

    def take(self, size: int) -> None:
        """Use some of it.

        Raises:
            OSError: there is not so much left.
        """
        self._left -= size
        if self._left < 0:
            raise OSError(f"it unpacks to more than {self._limit} bytes; the setting max_upload_bytes allows no more")


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
    plain = _unpacked(stream, kind.packed, left)
    yield from documents_in(plain, kind, name=shown, article_id=upload_id(shown), max_bytes=max_bytes)


def count_upload(stream: BinaryIO, *, name: str, left: Allowance) -> int:
    """How many rows `read_upload` will give, or nearly; the stream is at its beginning again afterwards."""
    kind = kind_of(PurePosixPath(label(name)))
    if kind is None or not kind.holds_many:
        return 1
    try:
        return sum(1 for line in _lines(_unpacked(stream, kind.packed, left)) if line.strip())
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


def _unpacked(stream: BinaryIO, packed: str, left: Allowance) -> BinaryIO:
    if packed == ".gz":
        return io.BufferedReader(_Bounded(gzip.GzipFile(fileobj=stream, mode="rb"), left))
    if packed == ".xz":
        return io.BufferedReader(_Bounded(io.BufferedReader(_Unxz(stream)), left))
    return stream


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


class _Bounded(io.RawIOBase):
    """What a stream gives, as far as there is an allowance."""

    def __init__(self, stream: io.BufferedIOBase, left: Allowance) -> None:
        self._stream = stream
        self._left = left

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # typed for any buffer, given a memoryview
        """Fill `buffer` as far as there is something.

        Raises:
            OSError: the allowance is used up.
        """
        data = self._stream.read(len(buffer))
        self._left.take(len(data))
        buffer[: len(data)] = data
        return len(data)


class _Unxz(io.RawIOBase):
    """What an XZ stream unpacks to; unlike `lzma.open`, one that asks for very much memory is refused."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._rest = b""
        self._decoder: lzma.LZMADecompressor | None = None

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # typed for any buffer, given a memoryview
        """Fill `buffer` as far as there is something.

        Raises:
            lzma.LZMAError: it is damaged, or needs too much memory.
            EOFError: it breaks off.
        """
        while True:
            if self._decoder is None:  # at the beginning, and where one stream follows another
                self._rest = self._rest.lstrip(b"\0") or self._stream.read(_CHUNK)
                if not self._rest:
                    return 0
                self._decoder = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
            if not self._rest and self._decoder.needs_input:
                self._rest = self._stream.read(_CHUNK)
                if not self._rest:
                    raise EOFError("the file breaks off before its end")
            data = self._decoder.decompress(self._rest, len(buffer))
            self._rest = b""
            if self._decoder.eof:
                self._rest = self._decoder.unused_data
                self._decoder = None
            if data:
                buffer[: len(data)] = data
                return len(data)
