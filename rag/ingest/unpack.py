"""Packed files -> their bytes, within bounds of size and memory."""

from __future__ import annotations

import gzip
import io
import lzma
from typing import BinaryIO

_XZ_MEMORY = 100_000_000  # bytes; to unpack what `xz -9` packed takes 65 MiB
_CHUNK = 1 << 16


class Allowance:
    """Bytes that files may still unpack to: a small file may unpack to more than any disk holds.

    Args:
        limit: how many they are.
        why: where the limit comes from, for messages.
    """

    def __init__(self, limit: int, why: str = "the setting max_upload_bytes allows no more") -> None:
        self._limit = self._left = limit
        self._why = why

    def take(self, size: int) -> None:
        """Use some of it.

        Raises:
            OSError: there is not so much left.
        """
        self._left -= size
        if self._left < 0:
            raise OSError(f"it unpacks to more than {self._limit} bytes; {self._why}")


def unpacked(stream: BinaryIO, packed: str, left: Allowance) -> BinaryIO:
    """What a stream unpacks to, as it is read; `packed` is ".gz", ".xz" or empty.

    Reading it raises OSError when the allowance is used up or the stream is damaged, as gzip and lzma raise it, and
    lzma.LZMAError where unpacking would take too much memory.
    """
    if packed == ".gz":
        return io.BufferedReader(_Bounded(gzip.GzipFile(fileobj=stream, mode="rb"), left))
    if packed == ".xz":
        return io.BufferedReader(_Bounded(io.BufferedReader(_Unxz(stream)), left))
    return stream


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
