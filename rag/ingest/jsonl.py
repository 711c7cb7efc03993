"""JSON lines -> documents: one article a line, and one `Rejected` row for each line that is none."""

from __future__ import annotations

import base64
import hashlib
import json
import lzma
import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from rag.errors import InputError
from rag.types import Media, RawDocument, Rejected

ARTICLE_ID = re.compile(r"[\w.:-]{1,128}")

_BODIES = {"text": Media.TEXT, "html": Media.HTML, "base64": None}  # None: the field media says it
_SURROGATES = re.compile("[\ud800-\udfff]")  # halves of broken pairs, which no encoding can hold
_ADDRESS = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)
_CHUNK = 1 << 16


def read_jsonl(stream: BinaryIO, *, name: str, max_bytes: int) -> Iterator[RawDocument | Rejected]:
    """The documents of a stream of JSON objects, one a line, each of at most `max_bytes`; blank lines are passed over.

    An object has either `text` or `html`, or the bytes of a page in `base64` with its `media` (text, markdown or html)
    and perhaps its `encoding`; and it may have `id`, `title`, `url`, `publisher` and `published`; other fields
    are passed over. The article id is `id`, else a hash of `url`, else a hash of the body.
    """
    number = 0
    while True:
        number += 1
        try:
            line = stream.readline(max_bytes + 1)
            whole = len(line) <= max_bytes or _skip_line(stream, line)
        except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
            yield Rejected(name=name, line=number, reason=f"reading stops here: {error}")
            return
        if not line:
            return
        if not whole:
            reason = f"the line holds more than {max_bytes} bytes; the setting max_document_bytes allows no more"
            yield Rejected(name=name, line=number, reason=reason)
        elif line.strip(b" \t\r\n\xef\xbb\xbf"):
            try:
                yield document_of(_parse(line), name=f"{name}:{number}")
            except InputError as error:
                yield Rejected(name=name, line=number, reason=str(error))


def document_of(fields: dict[str, object], *, name: str) -> RawDocument:
    """The document that a JSON object describes.

    Raises:
        InputError: a field is missing, or is not what it should be; `field` names it.
    """
    bodies = [key for key in _BODIES if fields.get(key) is not None]
    if len(bodies) != 1:
        found = " and ".join(bodies) or "none"
        raise InputError(f"found {found} of the fields text, html and base64; expected exactly one", field="text")
    key = bodies[0]
    body = _text(fields, key)
    if body is None:
        raise InputError(f"field {key} is empty; expected the article", field=key)
    url = _text(fields, "url")
    if url is not None and not _ADDRESS.fullmatch(url):
        raise InputError(f"field url is {url[:80]!r}; expected an http:// or https:// address", field="url")
    media = _BODIES[key]
    data, encoding = (body.encode(), "utf-8") if media else (_decoded(body), _text(fields, "encoding"))
    return RawDocument(
        name=name,
        data=data,
        media=media or _media(fields),
        encoding=encoding,
        article_id=_article_id(fields, url, data),
        url=url,
        title=_text(fields, "title"),
        publisher=_text(fields, "publisher"),
        published=_text(fields, "published", numbers=True),
    )


def _parse(line: bytes) -> dict[str, object]:
    """The JSON object of one line.

    Raises:
        InputError: it is not UTF-8, not JSON, or not an object.
    """
    try:
        value = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(f"the line is not UTF-8: byte {error.start + 1} is 0x{line[error.start]:02x}") from None
    except json.JSONDecodeError as error:
        raise InputError(f"the line is not JSON: {error.msg} at character {error.pos + 1}") from None
    except (RecursionError, ValueError):
        raise InputError("the line is not JSON that can be read: nested too deeply, or a number too long") from None
    if not isinstance(value, dict):
        raise InputError(f"the line holds {_shape(value)}; expected an object")
    return value


def _text(fields: dict[str, object], key: str, *, numbers: bool = False) -> str | None:
    """A field's text without white space around it, None where it is missing, null or blank.

    Raises:
        InputError: it is of another type.
    """
    value = fields.get(key)
    if value is None:
        return None
    if numbers and isinstance(value, int | float) and not isinstance(value, bool):
        value = str(int(value)) if value == value and abs(value) < 1e15 else ""  # noqa: PLR0124 - NaN
    if not isinstance(value, str):
        raise InputError(f"field {key} is {_shape(value)}; expected text", field=key)
    value = _SURROGATES.sub("\ufffd", value)
    return (value if key in _BODIES else value.strip()) if value.strip() else None


def _decoded(body: str) -> bytes:
    """The bytes of a page.

    Raises:
        InputError: they are not base64.
    """
    try:
        return base64.b64decode(body, validate=True)
    except ValueError as error:
        raise InputError(f"field base64 is not base64: {error}", field="base64") from None


def _media(fields: dict[str, object]) -> Media:
    given = _text(fields, "media")
    if given not in set(Media):
        raise InputError(f"field media is {given!r}; expected one of {', '.join(Media)}", field="media")
    return Media(given)


def _article_id(fields: dict[str, object], url: str | None, data: bytes) -> str:
    given = _text(fields, "id", numbers=True)
    if given is not None:
        if not ARTICLE_ID.fullmatch(given):
            expected = "expected 1 to 128 letters, digits, or any of . : _ -"
            raise InputError(f"field id is {given[:80]!r}; {expected}", field="id")
        return given
    key = url.partition("#")[0].encode() if url else data
    return hashlib.blake2b(key, digest_size=8).hexdigest()


def _skip_line(stream: BinaryIO, line: bytes) -> bool:
    """Read to the end of a line that is too long; True when it was not too long after all but for its line end."""
    if line.endswith(b"\n"):
        return True
    while not line.endswith(b"\n"):
        line = stream.readline(_CHUNK)
        if not line:
            break
    return False


def _shape(value: object) -> str:
    """What a JSON value is, in words."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    return "null" if value is None else "text"
