"""PDF and DOCX files -> text, one paragraph a line. Needs the extra `jushi[documents]`."""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Iterator

import docx
import pypdf
from docx.document import Document
from docx.oxml.ns import qn
from docx.table import Table, _Row

from rag.errors import UnreadableError
from rag.ingest.bounds import MOST_LINES, check_count, check_time, timed

_UNPACKED = 4  # times the allowed size of a document that a DOCX archive may unpack to, pictures included
_WIDEST = 100  # columns; Word makes tables of 63 at most
_FULL = 0.85  # share of the page's line width from which on a line is taken to run on
_ENDS = "。！？!?；;：:”」』…"

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it says of a damaged file comes as an exception too


def pdf_text(data: bytes, *, max_bytes: int) -> str:
    """The text of a PDF file, with the lines of a paragraph joined again.

    Raises:
        UnreadableError: it is damaged, locked, holds no text (a scan), or more than `max_bytes` of it, or takes long.
    """
    try:
        pages = list(_pages(pypdf.PdfReader(io.BytesIO(data)), max_bytes))
    except UnreadableError:
        raise
    except Exception as error:  # damaged files make the library raise anything
        raise UnreadableError(f"the PDF file cannot be read: {str(error) or type(error).__name__}") from error
    text = "\n".join(_paragraphs([line for page in pages for line in page]))
    if not text.strip():
        raise UnreadableError("the PDF file holds no text; a scan needs text recognition first")
    return text


def docx_text(data: bytes, *, max_bytes: int) -> str:
    """The text of a DOCX file: paragraphs and table rows (cells joined with ` | `) in order.

    Raises:
        UnreadableError: it is damaged, empty, unpacks to more than `max_bytes` allows, or is made to take long.
    """
    try:
        _require_modest(data, _UNPACKED * max_bytes)
        lines = list(_docx_lines(data))
    except UnreadableError:
        raise
    except Exception as error:  # damaged files make the library raise anything
        raise UnreadableError(f"the DOCX file cannot be read: {str(error) or type(error).__name__}") from error
    text = "\n".join(lines)
    if not text.strip():
        raise UnreadableError("the DOCX file holds no text")
    return text


def _pages(reader: pypdf.PdfReader, max_bytes: int) -> Iterator[list[str]]:
    """The lines of each page, until there are too many of them."""
    if reader.is_encrypted and not reader.decrypt(""):
        raise UnreadableError("the PDF file is locked with a password")
    size = 0
    for page in reader.pages:
        check_time()
        text = page.extract_text()
        size += len(text.encode("utf-8", "replace"))
        if size > max_bytes:
            raise UnreadableError(f"the PDF file holds more than {max_bytes} bytes of text")
        yield [line.strip() for line in text.encode("utf-8", "replace").decode().splitlines()]


def _paragraphs(lines: list[str]) -> Iterator[str]:
    """Lines joined where one fills the width of the page and ends no sentence."""
    lengths = sorted(len(line) for line in lines if line)
    width = lengths[int(0.9 * (len(lengths) - 1))] if lengths else 0
    paragraph = ""
    for line in lines:
        if paragraph and line:
            joint = " " if paragraph[-1].isascii() and line[0].isascii() else ""
            paragraph += joint + line
        else:
            paragraph += line
        if not line or len(line) < _FULL * width or line[-1] in _ENDS:
            yield paragraph
            paragraph = ""
    if paragraph:
        yield paragraph


def _require_modest(data: bytes, allowed: int) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > allowed:
        raise UnreadableError(f"the DOCX file unpacks to {size} bytes; expected at most {allowed}")


def _docx_lines(data: bytes) -> Iterator[str]:
    document = docx.Document(io.BytesIO(data))
    _require_narrow(document)
    for number, block in enumerate(timed(document.iter_inner_content())):
        check_count(number, MOST_LINES, "paragraphs")
        if isinstance(block, Table):
            yield from (" | ".join(_cells(row)) for row in timed(block.rows))
        else:
            yield block.text


def _require_narrow(document: Document) -> None:
    """Refuse cells that say to span very many columns: the library makes a cell for each."""
    for told in document.element.body.iter(qn("w:gridSpan")):
        span = told.get(qn("w:val"), "1")
        if not span.isdecimal() or len(span) > 4 or int(span) > _WIDEST:
            raise UnreadableError(
                f"a table of the DOCX file has a cell over {span[:20]} columns; expected at most {_WIDEST}"
            )


def _cells(row: _Row) -> list[str]:
    """The texts of a row's cells; a merged cell, which the library repeats, counts once."""
    cells = {cell._tc: cell.text for cell in row.cells}  # noqa: SLF001 - only the element tells that cells are merged
    return [text.replace("\n", " ").strip() for text in cells.values()]
