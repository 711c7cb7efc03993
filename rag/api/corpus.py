"""`/v1/documents`: what is stored, more of it, and less."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from rag.answer.present import JsonObject
from rag.api.document_objects import document_object, list_object
from rag.api.examples_corpus import (
    DELETED_RESPONSE,
    DOCUMENT_RESPONSE,
    DOCUMENTS_REQUESTS,
    INGEST_RESPONSE,
    JOB_RESPONSE,
    LIST_RESPONSE,
    PUBLISHERS_RESPONSE,
)
from rag.api.intake import MULTIPART, UPLOADS, DocumentsBody, read_intake
from rag.api.jobs import JobsOf
from rag.api.requests import Day
from rag.api.scopes import READ, WRITE
from rag.api.service import ServiceOf
from rag.engine import Engine
from rag.errors import NotFoundError
from rag.types import Filters

router = APIRouter(tags=["Articles"])

_FILES: dict[str, Any] = {
    "type": "object",
    "required": ["files"],
    "properties": {"files": {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}}},
}
_DOCUMENTS = DocumentsBody.model_json_schema()
_DOCUMENTS["properties"]["documents"]["items"] = _DOCUMENTS.pop("$defs")["DocumentBody"]
_BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": _DOCUMENTS, "examples": DOCUMENTS_REQUESTS},
        MULTIPART: {"schema": _FILES},
    },
}


@router.get(
    UPLOADS,
    summary="List articles",
    dependencies=[READ],
    responses={200: {"content": {"application/json": LIST_RESPONSE}}},
)
async def documents(
    request: Request,
    service: ServiceOf,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
    q: Annotated[str, Query(max_length=500, description="words of title, name, id or address; either script")] = "",
    publisher: Annotated[str | None, Query(description="only articles of this publisher")] = None,
    since: Annotated[Day | None, Query(description="only articles published on this day or later")] = None,
    until: Annotated[Day | None, Query(description="only articles published on this day or earlier")] = None,
) -> JSONResponse:
    """The articles, latest day of publication first, those without a day last, then by id.

    `searched` is false for a reprint whose twin is searched. `repaired` counts mended places, `damaged` spans that
    cannot be quoted.
    """
    filters = Filters(publishers=(publisher,) if publisher else (), since=since, until=until)

    def look(engine: Engine) -> JsonObject:
        with engine.store.snapshot() as snapshot:
            page = snapshot.listing(q, offset=offset, limit=limit, filters=filters)
            return list_object(page, offset=offset, generation=snapshot.generation)

    return JSONResponse(await service.run(request, look))


@router.get(
    "/v1/publishers",
    summary="List publishers",
    dependencies=[READ],
    responses={200: {"content": {"application/json": PUBLISHERS_RESPONSE}}},
)
async def publishers(request: Request, service: ServiceOf) -> JSONResponse:
    """Who published the articles, and how many of them: most first, then by name."""

    def look(engine: Engine) -> JsonObject:
        with engine.store.snapshot() as snapshot:
            rows: list[JsonObject] = [
                {"name": name, "articles": count} for name, count in snapshot.publishers().items()
            ]
            return {"object": "list", "data": rows, "generation": snapshot.generation}

    return JSONResponse(await service.run(request, look))


@router.post(
    UPLOADS,
    summary="Store articles",
    dependencies=[WRITE],
    openapi_extra={"requestBody": _BODY},
    responses={
        200: {"description": "What became of each document", "content": {"application/json": INGEST_RESPONSE}},
        202: {"description": "Taken on as a job", "content": {"application/json": JOB_RESPONSE}},
    },
)
async def store(
    request: Request,
    service: ServiceOf,
    jobs: JobsOf,
    background: Annotated[
        bool | None,
        Query(description="true: answer 202 at once; false: wait to the end; unset: wait where it is not long"),
    ] = None,
) -> JSONResponse:
    """Read, clean and index articles: JSON, or the files of a form in its field `files`.

    Files are `.txt`, `.md`, `.html`, `.htm` and `.jsonl` (each also `.gz` or `.xz`), `.pdf` and `.docx`; each document
    may hold `max_document_bytes`. What cannot be read is `rejected` with its reason and the rest is stored. The same
    id, address or file name with other content is a new revision, the same content again is `unchanged`, so a request
    may be repeated. Long ones become a job, whose address is in `Location`; so do those that would have to wait for
    another. 503 with `Retry-After` means that another process is writing: batches that were committed stay.
    """
    settings = service.engine.settings
    intake = await read_intake(request, max_bytes=settings.max_document_bytes, max_upload=settings.max_upload_bytes)
    later = (intake.is_large or jobs.busy) if background is None else background
    try:
        job = jobs.submit(intake)
    except BaseException:
        intake.close()
        raise
    if later:
        location = str(request.url_for("job", job_id=job.id).path)
        return JSONResponse(job.to_object(), status_code=202, headers={"location": location})
    await job.finished.wait()
    if job.error is not None:
        raise job.error
    return JSONResponse(job.result)


@router.get(
    "/v1/documents/{article_id:path}",
    summary="One article",
    dependencies=[READ],
    responses={200: {"content": {"application/json": DOCUMENT_RESPONSE}}},
)
async def document(request: Request, service: ServiceOf, article_id: str) -> JSONResponse:
    """What is known of an article, how its page was cleaned, its kept revisions (oldest first) and its reprints."""

    def look(engine: Engine) -> JsonObject:
        with engine.store.snapshot() as snapshot:
            article = snapshot.article(article_id)
            info = snapshot.infos([article_id])[article_id]
            return document_object(article, info, snapshot.revisions(article_id), snapshot.reprints(article_id))

    return JSONResponse(await service.run(request, look))


@router.delete(
    "/v1/documents/{article_id:path}",
    summary="Remove an article",
    dependencies=[WRITE],
    responses={200: {"content": {"application/json": DELETED_RESPONSE}}},
)
async def remove(jobs: JobsOf, article_id: str) -> JSONResponse:
    """Remove an article with all its revisions; no answer that begins afterwards draws on it."""
    if not await jobs.remove(article_id):
        raise NotFoundError(f"there is no article {article_id!r}", field="article_id")
    return JSONResponse({"id": article_id, "object": "document.deleted", "deleted": True})
