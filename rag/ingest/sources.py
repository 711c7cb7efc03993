"""Files, folders and streams -> documents: what can be read comes out as `RawDocument`, what cannot as `Rejected`."""

from __future__ import annotations

import hashlib
import logging
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from rag.ingest.files import KINDS, documents_in, kind_of, why_unreadable
from rag.ingest.jsonl import read_jsonl
from rag.ingest.unpack import Allowance, unpacked
from rag.types import RawDocument, Rejected

STDIN = Path("-")

_UNPACKED = 100_000_000  # bytes that any packed file may unpack to
_RATIO = 200  # times its size that a larger one may: articles pack to a tenth, lists of like pages to a fiftieth
_log = logging.getLogger(__name__)


def read_sources(
    paths: Sequence[Path], *, max_bytes: int, stdin: BinaryIO | None = None
) -> Iterator[RawDocument | Rejected]:
    """The documents of files and of folders (read recursively, in sorted order), one at a time.

    `-` reads JSON lines from `stdin`. A document, or a line of JSON, may hold `max_bytes` after decompression. In
    folders, hidden files and files of other kinds are passed over; a file that is named and cannot be read is rejected.
    A file's article id is a hash of its absolute path: the same file with new content is a new revision, and files of
    equal name in different folders never meet.
    """
    seen: set[tuple[int, int]] = set()
    for path in paths:
        if path == STDIN:
            if stdin is None:
                yield Rejected(name="-", line=None, reason="there is no standard input to read")
            else:
                yield from read_jsonl(stdin, name="stdin", max_bytes=max_bytes)
        else:
            yield from _read_path(path, max_bytes, seen)


def file_id(path: Path) -> str:
    """The article id of a file: 16 hexadecimal digits, hashed from its absolute path."""
    return hashlib.blake2b(os.fsencode(os.path.abspath(path)), digest_size=8).hexdigest()  # noqa: PTH100 - resolve() would follow links


def _read_path(path: Path, max_bytes: int, seen: set[tuple[int, int]]) -> Iterator[RawDocument | Rejected]:
    """One path that was named: a folder with all that it holds, or a file."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        yield _rejected(path, why_unreadable(error))
        return
    if stat.S_ISDIR(mode):
        found = False
        for file in _walk(path, seen):
            found = True
            yield from ([file] if isinstance(file, Rejected) else _read_file(file, max_bytes))
        if not found:
            yield _rejected(path, f"the folder holds no file of a known kind; expected {KINDS}")
    elif not stat.S_ISREG(mode):
        yield _rejected(path, "this is neither a file nor a folder")
    elif kind_of(path) is None:
        yield _rejected(path, f"files of kind {path.suffix or 'without a suffix'!r} are not read; expected {KINDS}")
    else:
        yield from _read_file(path, max_bytes)


def _walk(folder: Path, seen: set[tuple[int, int]]) -> Iterator[Path | Rejected]:
    """The readable files below a folder, in sorted order; each folder is entered once, whatever links lead to it."""
    pending = [folder]
    while pending:
        path = pending.pop()
        try:
            status = path.stat()
            if stat.S_ISDIR(status.st_mode):
                if (status.st_dev, status.st_ino) not in seen:
                    seen.add((status.st_dev, status.st_ino))
                    names = sorted((name for name in os.listdir(path) if not name.startswith(".")), reverse=True)  # noqa: PTH208 - names alone, to sort
                    pending.extend(path / name for name in names)
                continue
        except OSError as error:
            yield _rejected(path, why_unreadable(error))
            continue
        if stat.S_ISREG(status.st_mode) and kind_of(path) is not None:
            yield path
        else:
            _log.info("passed over %s: not a file of a known kind", _name(path))


def _read_file(path: Path, max_bytes: int) -> Iterator[RawDocument | Rejected]:
    """The documents of one file of a known kind."""
    kind = kind_of(path)
    assert kind is not None
    try:
        with path.open("rb") as file:
            most = max(_UNPACKED, 2 * max_bytes, _RATIO * path.stat().st_size)
            stream = unpacked(file, kind.packed, Allowance(most, f"expected at most {_RATIO} times its size"))
            yield from documents_in(stream, kind, name=_name(path), article_id=file_id(path), max_bytes=max_bytes)
    except OSError as error:
        yield _rejected(path, why_unreadable(error))


def _rejected(path: Path, reason: str) -> Rejected:
    return Rejected(name=_name(path), line=None, reason=reason)


def _name(path: Path) -> str:
    """A path as text; bytes of a file name that are not UTF-8 are shown as escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
