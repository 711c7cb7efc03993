"""Bytes -> text: UTF-8, GB18030 (with GBK and GB2312), Big5 and UTF-16, declared or not, also mixed in one file.

What a page declares is a hint, not a fact: the whole content decides. Text that is valid UTF-8 throughout is UTF-8;
otherwise each encoding is tried and the one whose text is the least surprising Chinese wins, and lines it does not
suit are decoded on their own (see `mixed.py`). Bytes that no encoding makes sense of become U+FFFD, one damaged span
for each run of them. Line endings stay as they are.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

from rag.errors import UnreadableError
from rag.ingest.charmodel import char_model
from rag.ingest.mixed import decode_lines, surprise_of, try_decode
from rag.types import Span

UNDECODABLE = "undecodable bytes"

_SIGNATURES = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"PK\x03\x04": "a ZIP archive",
    b"\x1f\x8b": "a gzip archive",
    b"\xfd7zXZ": "an xz archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"%PDF": "a PDF file",
    b"\xd0\xcf\x11\xe0": "an old Office file",
    b"\x7fELF": "a program",
}
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_ALIASES = {"gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "big5": "big5hkscs", "cp950": "big5hkscs"}
_FAMILIES = ("utf-8", "gb18030", "big5hkscs")
_DECLARATION = re.compile(
    rb"""(?:charset\s*=|<\?xml[^>]{0,80}encoding\s*=)\s*["']?\s*([A-Za-z][\w.:-]{1,30})""", re.IGNORECASE
)
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r\x0b\x0c\x1b") + b"\x7f"
_CONTROL_SHARE = 0.01  # of all bytes; random bytes have a tenth
_PIECE = re.compile(rb"[\x80-\xff][\x30-\x39\x40-\xff]{0,999}")
_SAMPLE = 60_000  # bytes that are enough to tell encodings apart, taken evenly from the whole content
_DECLARED_BITS = 12.0  # what a declaration weighs against the statistics; about two characters' worth
_NATURAL = 12.0  # bits per character: above it a text is hardly Chinese in this encoding
_HOPELESS = 0.2  # share of undecodable characters from which on other encodings are considered


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A decoded document. `damaged` counts in code points of `text`; each of those is U+FFFD."""

    text: str
    encoding: str  # Python's codec name of the (main) encoding
    damaged: tuple[Span, ...] = ()
    mixed: bool = False  # some part was in another encoding than the rest


def decode(data: bytes, *, declared: str | None = None) -> Decoded:
    """The text of a document. `declared` is the charset that came with it (HTTP header), if any.

    Raises:
        UnreadableError: the bytes are not text (an image, an archive, NUL bytes).
    """
    _refuse_signature(data)
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decode_with_bom(data[len(bom) :], encoding)
    if b"\0" in data:
        return _decode_utf16(data)
    if refusal := _too_many_controls(data):
        if found := _natural_utf16(data, threshold=_NATURAL):
            return found
        raise UnreadableError(refusal)
    hint = _canonical(declared) or _declaration(data)
    if hint in {"utf-16-le", "utf-16-be"} and (found := _natural_utf16(data, threshold=_NATURAL + 3)):
        return found
    if (text := try_decode(data, "utf-8")) is not None and not _is_accidental_utf8(data, text, hint):
        return Decoded(text=text, encoding="utf-8")
    return _decode_by_content(data, hint)


def _decode_with_bom(data: bytes, encoding: str) -> Decoded:
    text = try_decode(data, encoding)
    if text is None and encoding == "utf-8":
        text, damaged, mixed = decode_lines(data, "utf-8")
        return Decoded(text=text, encoding="utf-8", damaged=_spans(damaged), mixed=mixed)
    if text is None:
        text = data.decode(encoding, errors="replace")
        return Decoded(text=text, encoding=encoding, damaged=_spans(_replacements(text)))
    if "\0" in text:
        raise UnreadableError(f"the content begins with a {encoding} mark but holds NUL characters; expected text")
    return Decoded(text=text, encoding=encoding)


def _decode_utf16(data: bytes) -> Decoded:
    """Bytes with NULs are UTF-16 or not text at all."""
    if found := _natural_utf16(data, threshold=_NATURAL + 3):
        return found
    raise UnreadableError(f"the content holds a NUL byte at byte {data.index(0)} and is not UTF-16; expected text")


def _natural_utf16(data: bytes, *, threshold: float) -> Decoded | None:
    """The better of the two byte orders, when it gives text without control characters."""
    best: tuple[float, Decoded] | None = None
    for encoding in ("utf-16-le", "utf-16-be"):
        text = data.decode(encoding, errors="replace")
        if not text or any(code in text for code in ("\0", "\x01", "\x02", "\uffff")):
            continue
        surprise = char_model().bits(text) / len(text)
        if surprise < threshold and (best is None or surprise < best[0]):
            best = surprise, Decoded(text=text, encoding=encoding, damaged=_spans(_replacements(text)))
    return best[1] if best else None


def _decode_by_content(data: bytes, hint: str | None) -> Decoded:
    """The encoding that explains the content best; parts that it does not suit are decoded on their own."""
    sample = _sample(data)
    costs = {name: surprise_of(sample, name) - _DECLARED_BITS * (name == hint) for name in _FAMILIES}
    main = min(costs, key=costs.__getitem__)
    text, damaged, mixed = decode_lines(data, main)
    ours = Decoded(text=text, encoding=main, damaged=_spans(damaged), mixed=mixed)
    foreign = sum(1 for char in text if char > "\x7f")
    if len(damaged) > _HOPELESS * foreign or char_model().bits(text) > (_NATURAL + 3) * len(text):
        return _last_resort(data, hint) or ours
    return ours


def _last_resort(data: bytes, hint: str | None) -> Decoded | None:
    """UTF-16 without a mark, then the declared encoding, then a general detector's guess."""
    if len(data) % 2 == 0 and (found := _natural_utf16(data, threshold=_NATURAL)):
        return found
    if hint and hint not in _FAMILIES and (text := try_decode(data, hint)) is not None:
        return Decoded(text=text, encoding=hint)
    guess = from_bytes(data).best()
    if guess is None or _canonical(guess.encoding) in _FAMILIES:
        return None
    return Decoded(text=str(guess), encoding=guess.encoding)


def _is_accidental_utf8(data: bytes, text: str, hint: str | None) -> bool:
    """True for GBK whose bytes happen to be valid UTF-8: only two-byte sequences, and natural Chinese as GBK."""
    if data.isascii() or any(char >= "\u0800" for char in text):
        return False
    sample = _sample(data)
    other = try_decode(sample, "gb18030")
    if other is None or len(other) < 2:
        return False
    gain = surprise_of(sample, "utf-8") - surprise_of(sample, "gb18030")
    return gain > (0 if hint == "gb18030" else 20) and char_model().bits(other) < (_NATURAL - 1) * len(other)


def _refuse_signature(data: bytes) -> None:
    for signature, what in _SIGNATURES.items():
        if data.startswith(signature):
            raise UnreadableError(f"the content is {what}; expected text, HTML or Markdown")


def _too_many_controls(data: bytes) -> str | None:
    """Why these bytes are no text in any one- or multi-byte encoding, None when they may be."""
    controls = len(data) - len(data.translate(None, _CONTROLS))
    if controls <= max(2, _CONTROL_SHARE * len(data)):
        return None
    return f"the content holds {controls} control bytes among {len(data)}; expected text"


def _declaration(data: bytes) -> str | None:
    """The encoding that a page names in its own markup, wherever that stands."""
    found = _DECLARATION.search(data)
    return _canonical(found.group(1).decode("ascii")) if found else None


def _canonical(name: str | None) -> str | None:
    """Python's name of an encoding, GBK and Big5 widened to the sets that contain them; None when unknown."""
    if not name:
        return None
    cleaned = name.strip().lower().removeprefix("x-")
    if cleaned in {"utf-16", "unicode"}:
        return "utf-16-le"
    try:
        found = codecs.lookup(cleaned)
    except (LookupError, ValueError):
        return None
    return _ALIASES.get(found.name, found.name)


def _sample(data: bytes) -> bytes:
    """Stretches of non-ASCII text taken evenly from the whole content, one a line."""
    pieces = _PIECE.findall(data)
    total = sum(map(len, pieces))
    return b"\n".join(pieces[:: 1 + total // _SAMPLE])


def _replacements(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer("\ufffd+", text)]


def _spans(damaged: list[tuple[int, int]]) -> tuple[Span, ...]:
    return tuple(Span(start=start, end=end, reason=UNDECODABLE) for start, end in damaged)
