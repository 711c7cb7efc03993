"""One opened file -> its documents, by the kind that its name tells."""

from __future__ import annotations

import gzip
import lzma
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from rag.errors import UnreadableError
from rag.ingest.bounds import bounded
from rag.ingest.jsonl import read_jsonl
from rag.types import Media, RawDocument, Rejected

KINDS = ".txt, .md, .html, .htm, .jsonl (each also .gz or .xz), .pdf, .docx"

_MEDIA = {
    ".txt": Media.TEXT,
    ".md": Media.MARKDOWN,
    ".html": Media.HTML,
    ".htm": Media.HTML,
}
_JSONL = ".jsonl"
_PACKED = (".gz", ".xz")
_DOCUMENTS = (".pdf", ".docx")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKind:
    """The suffix that says what a file holds, and the one that says how it is compressed, empty if it is not."""

    suffix: str
    packed: str

    @property
    def holds_many(self) -> bool:
        """True where each line is a document."""
        return self.suffix == _JSONL


def kind_of(name: PurePath) -> FileKind | None:
    """What a file of that name holds; None where files of its kind are not read."""
    suffixes = [suffix.lower() for suffix in name.suffixes[-2:]]
    packed = suffixes.pop() if suffixes and suffixes[-1] in _PACKED else ""
    suffix = suffixes[-1] if suffixes else ""
    if suffix in _MEDIA or suffix == _JSONL or (suffix in _DOCUMENTS and not packed):
        return FileKind(suffix=suffix, packed=packed)
    return None


def documents_in(
    stream: BinaryIO, kind: FileKind, *, name: str, article_id: str, max_bytes: int
) -> Iterator[RawDocument | Rejected]:
    """The documents of an opened (and decompressed) file, each of at most `max_bytes`; those of lines have own ids."""
    if kind.holds_many:
        yield from read_jsonl(stream, name=name, max_bytes=max_bytes)
        return
    encoding = None
    try:
        data = _read(stream, max_bytes)
        if kind.suffix in _DOCUMENTS:
            data, encoding = _text_of(kind.suffix, data, max_bytes).encode(), "utf-8"
    except UnreadableError as error:
        yield Rejected(name=name, line=None, reason=str(error))
        return
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        yield Rejected(name=name, line=None, reason=why_unreadable(error))
        return
    media = _MEDIA.get(kind.suffix, Media.TEXT)
    yield RawDocument(name=name, data=data, media=media, encoding=encoding, article_id=article_id)


def _read(stream: BinaryIO, max_bytes: int) -> bytes:
    data = stream.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise UnreadableError(f"it holds more than {max_bytes} bytes; the setting max_document_bytes allows no more")
    return data


def why_unreadable(error: Exception) -> str:
    """One sentence for what the system reported."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file or folder"
    if isinstance(error, PermissionError):
        return "reading it is not permitted"
    if isinstance(error, OSError) and error.strerror:
        return f"it cannot be read: {error.strerror}"
    if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile):
        return str(error)
    return f"its compressed content is damaged: {error}"


def _text_of(suffix: str, data: bytes, max_bytes: int) -> str:
    """The text of a PDF or DOCX file.

    Raises:
        UnreadableError: the file is damaged, or the libraries that read it are not installed.
    """
    try:
        from rag.ingest.documents import docx_text, pdf_text  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        raise UnreadableError(f'{suffix} files need an extra: pip install "jushi[documents]"') from None
    with bounded(len(data)):
        return pdf_text(data, max_bytes=max_bytes) if suffix == ".pdf" else docx_text(data, max_bytes=max_bytes)
