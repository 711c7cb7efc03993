"""What the catalogue keeps as bytes: whole revisions, hashes and vectors."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence

import numpy as np

from embeddings.encoder import Vectors
from rag.errors import StoreError
from rag.offsets import OffsetMap
from rag.types import Article, Repair, Span

_LEVEL = 6


def pack(article: Article) -> bytes:
    """The text, source, page, maps and marked spans of an article in one compressed blob.

    Text and source are much alike, so packing them together costs little more than one of them. The page is left out
    where it is the source in the page's encoding.
    """
    text, source = _to_bytes(article.text), _to_bytes(article.source_text)
    page = None if _encodes_to(article.source_text, article.encoding, article.page) else article.page
    header = {
        "text": len(text),
        "source": len(source),
        "page": None if page is None else len(page),
        "source_map": article.source_map.to_rows(),
        "page_map": article.page_map.to_rows(),
        "headings": _span_rows(article.headings),
        "damaged": _span_rows(article.damaged),
        "suspicious": _span_rows(article.suspicious),
        "removed": _span_rows(article.removed),
        "repairs": [[r.kind, r.source_start, r.source_end, r.before, r.after] for r in article.repairs],
    }
    head = json.dumps(header, separators=(",", ":")).encode("ascii")
    return zlib.compress(b"\n".join((head, text + source + (page or b""))), _LEVEL)


class Unpacked:
    """The parts of a packed revision, ready to become an `Article`."""

    __slots__ = ("_body", "_header", "encoding")

    def __init__(self, packed: bytes, encoding: str) -> None:
        try:
            head, self._body = zlib.decompress(packed).split(b"\n", 1)
            self._header = json.loads(head)
        except (zlib.error, ValueError) as error:
            raise StoreError(f"a stored revision cannot be unpacked: {error}") from error
        self.encoding = encoding

    @property
    def text(self) -> str:
        """The cleaned text."""
        return _to_text(self._body[: self._header["text"]])

    @property
    def source_text(self) -> str:
        """What the page says to a reader."""
        start = self._header["text"]
        return _to_text(self._body[start : start + self._header["source"]])

    @property
    def page(self) -> bytes:
        """The page as it came."""
        if self._header["page"] is None:
            return self.source_text.encode(self.encoding)
        return self._body[self._header["text"] + self._header["source"] :]

    def offset_map(self, name: str) -> OffsetMap:
        """`source_map` or `page_map`."""
        return OffsetMap.from_rows(self._header[name])

    def spans(self, name: str) -> tuple[Span, ...]:
        """`headings`, `damaged`, `suspicious` or `removed`; none where an earlier program packed them."""
        return tuple(Span(start=start, end=end, reason=reason) for start, end, reason in self._header.get(name, ()))

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """What was mended."""
        return tuple(
            Repair(kind=kind, source_start=start, source_end=end, before=before, after=after)
            for kind, start, end, before, after in self._header["repairs"]
        )


def pack_hashes(values: Iterable[int]) -> bytes:
    """Unsigned 64-bit integers, little-endian, in their order."""
    return np.fromiter(values, dtype="<u8").tobytes()


def unpack_hashes(packed: bytes) -> list[int]:
    """The inverse of `pack_hashes`."""
    values: list[int] = np.frombuffer(packed, dtype="<u8").tolist()
    return values


def pack_vectors(vectors: Vectors) -> list[bytes]:
    """One little-endian float32 blob per row of an array of shape (n, dim)."""
    return [row.tobytes() for row in np.ascontiguousarray(vectors, dtype="<f4")]


def unpack_vectors(packed: Sequence[bytes], dim: int) -> Vectors:
    """The array of shape (len(packed), dim) that `pack_vectors` was given."""
    return np.frombuffer(b"".join(packed), dtype="<f4").reshape(len(packed), dim).astype(np.float32, copy=True)


def _span_rows(spans: Sequence[Span]) -> list[tuple[int, int, str]]:
    return [(span.start, span.end, span.reason) for span in spans]


def _to_bytes(text: str) -> bytes:
    return text.encode(
        "utf-8", "surrogatepass"
    )  # a damaged page may carry lone surrogates; they come back as they were


def _to_text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")


def _encodes_to(text: str, encoding: str, data: bytes) -> bool:
    try:
        return text.encode(encoding) == data
    except (UnicodeError, LookupError):
        return False
