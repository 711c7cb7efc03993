"""The documents of a request: JSON, or files of a form, which are kept on disk and never in whole in memory."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from rag.api.requests import check_characters
from rag.api.running import ClientGoneError
from rag.errors import InputError, TooLargeError
from rag.ingest.jsonl import document_of
from rag.ingest.unpack import Allowance
from rag.ingest.uploads import count_upload, label, read_upload
from rag.types import RawDocument, Rejected

MULTIPART = "multipart/form-data"
UPLOADS = "/v1/documents"

_MOST_FILES = 1000
_MOST_FIELDS = 10  # none is wanted; the first is named
_LONG = 300_000  # bytes, about what two cores read and encode in ten seconds
_MANY = 64  # documents
_PACKED = (".gz", ".xz")  # may hold any number of documents


class DocumentBody(BaseModel):
    """One article: either `text` or `html`, and what is known of it, which wins over what the page says itself."""

    model_config = ConfigDict(extra="forbid")

    text: str | None = None
    html: str | None = Field(default=None, description="a whole page; its main text is found")
    id: str | None = Field(
        default=None,
        description="1 to 128 letters, digits, or any of `. : _ -`; the same id with other content is a new revision. "
        "Unset: a hash of `url`, else of the body",
    )
    title: str | None = None
    url: str | None = Field(default=None, description="http:// or https://; it is shown and never fetched")
    publisher: str | None = None
    published: str | None = Field(default=None, description="day of publication, in any usual form")
    name: str | None = Field(default=None, description="what to call it in lists and results")


class DocumentsBody(BaseModel):
    """Articles to store."""

    model_config = ConfigDict(extra="forbid")

    documents: list[DocumentBody] = Field(min_length=1, max_length=_MOST_FILES)

    _characters = model_validator(mode="before")(check_characters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Documents of a JSON body."""

    bodies: Sequence[DocumentBody]

    @property
    def given(self) -> int:
        """How many there are."""
        return len(self.bodies)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.bodies)

    @property
    def is_large(self) -> bool:
        """Whether they take longer than a client likes to wait."""
        size = sum(len((body.text or body.html or "").encode()) for body in self.bodies)
        return self.count > _MANY or size > _LONG

    def documents(self) -> Iterator[RawDocument | Rejected]:
        """The documents in order; what makes no sense is rejected."""
        for place, body in enumerate(self.bodies):
            name = label(body.name) if body.name else body.id or body.url or f"documents[{place}]"
            try:
                yield document_of(body.model_dump(exclude={"name"}), name=name)
            except InputError as error:
                yield Rejected(name=name, line=None, reason=str(error))

    def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """Files of a form, in spooled files. A document may hold `max_bytes`, packed files `max_unpacked` together."""

    files: Sequence[UploadFile]
    max_bytes: int
    max_unpacked: int

    @property
    def given(self) -> int:
        """How many files there are."""
        return len(self.files)

    @property
    def count(self) -> int:
        """How many documents there are: the lines of a JSONL file, one for any other."""
        left = Allowance(self.max_unpacked)
        return sum(count_upload(_stream(file), name=file.filename or "", left=left) for file in self.files)

    @property
    def is_large(self) -> bool:
        """Whether they take longer than a client likes to wait."""
        packed = any(label(file.filename or "").lower().endswith(_PACKED) for file in self.files)
        return packed or len(self.files) > _MANY or sum(file.size or 0 for file in self.files) > _LONG

    def documents(self) -> Iterator[RawDocument | Rejected]:
        """The documents in order; of two files with one name the second is rejected."""
        seen: set[str] = set()
        left = Allowance(self.max_unpacked)
        for file in self.files:
            name = label(file.filename or "")
            if name in seen:
                reason = "another file of this request has the same name, which would make them one article"
                yield Rejected(name=name, line=None, reason=reason)
                continue
            seen.add(name)
            yield from read_upload(_stream(file), name=name, max_bytes=self.max_bytes, left=left)

    def close(self) -> None:
        """Let go of the files."""
        for file in self.files:
            file.file.close()


async def read_intake(request: Request, *, max_bytes: int, max_upload: int) -> Given | Uploaded:
    """The documents of a request. Who gets them closes them.

    Raises:
        InputError: the body is neither JSON nor a form, or the form is not as it should be.
        RequestValidationError: the JSON is not as it should be.
        TooLargeError: the form has more than `max_upload` bytes.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        try:
            return Given(bodies=DocumentsBody.model_validate_json(await request.body()).documents)
        except ValidationError as error:
            wrong = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
            raise RequestValidationError(wrong) from error
    if kind != MULTIPART:
        raise InputError(f"the body is {kind or 'of no content-type'}; expected application/json or {MULTIPART}")
    declared = request.headers.get("content-length", "")
    if declared.isdecimal():
        _check(int(declared), max_upload)
    form = await _form(request, max_upload)
    files = form.getlist("files")
    others = sorted({key for key, _ in form.multi_items()} - {"files"})
    if others or not files or not all(isinstance(file, UploadFile) for file in files):
        for _, value in form.multi_items():
            if isinstance(value, UploadFile):
                value.file.close()
        found = f"found the field {others[0]!r}" if others else "found none"
        raise InputError(f"expected one or more files in the field files, and {found}", field="files")
    return Uploaded(files=[cast("UploadFile", file) for file in files], max_bytes=max_bytes, max_unpacked=max_upload)


async def _form(request: Request, max_upload: int) -> FormData:
    parser = MultiPartParser(
        request.headers, _limited(request.stream(), max_upload), max_files=_MOST_FILES, max_fields=_MOST_FIELDS
    )
    try:
        return await parser.parse()
    except MultiPartException as error:
        raise InputError(f"the form cannot be read: {error.message}") from error
    except ClientDisconnect as error:
        raise ClientGoneError from error


async def _limited(chunks: AsyncGenerator[bytes, None], limit: int) -> AsyncGenerator[bytes, None]:
    """The same chunks, until there are too many of them."""
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        _check(size, limit)
        yield chunk


def _check(size: int, limit: int) -> None:
    if size > limit:
        raise TooLargeError(f"the upload has more than {limit} bytes; the setting max_upload_bytes allows no more")


def _stream(file: UploadFile) -> BinaryIO:
    """The file below; its own methods are for event loops."""
    return file.file
