"""Writes to the store in threads of their own, ingests one at a time; `GET /v1/jobs/{id}` says how far one has come."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated, Protocol, cast
from uuid import uuid4

import anyio
import anyio.to_thread
import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from embeddings.errors import EmbeddingError
from rag.answer.present import Json, JsonObject, as_jushi_error, error_object
from rag.api.document_objects import Order, ingested
from rag.api.errors import INTERNAL_MESSAGE
from rag.api.examples_corpus import JOB_RESPONSE
from rag.api.scopes import WRITE
from rag.api.service import Service
from rag.engine import Engine
from rag.errors import JushiError, NotFoundError, NotReadyError, StoreBusyError
from rag.ingest.pipeline import Pipeline
from rag.ingest.report import Progress
from rag.types import RawDocument, Rejected

router = APIRouter(tags=["Articles"])

_log = structlog.get_logger(__name__)
_WAITING = 16  # jobs in line; the next one is asked to come back
_REMEMBERED = 100  # jobs that can still be asked for
_PER_COMMIT = 16  # documents: few, so that progress shows and a stop is soon heard


class Intake(Protocol):
    """Documents that came with a request."""

    @property
    def given(self) -> int:
        """How many files or documents were sent."""
        ...

    @property
    def count(self) -> int:
        """How many documents that is, or nearly; looked at in a worker thread."""
        ...

    @property
    def is_large(self) -> bool:
        """Whether they take longer than a client likes to wait."""
        ...

    def documents(self) -> Iterator[RawDocument | Rejected]:
        """The documents in order; called once, in a worker thread."""
        ...

    def close(self) -> None:
        """Let go of the files."""
        ...


class JobStatus(StrEnum):
    """How far a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(slots=True, kw_only=True, eq=False)
class Job:
    """One ingest. `done` and `total` count documents (files, before it runs), `encoded` passages."""

    intake: Intake
    id: str = field(default_factory=lambda: f"job-{uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))
    status: JobStatus = JobStatus.QUEUED
    done: int = 0
    total: int = 0
    encoded: int = 0
    error: JushiError | None = None
    result: JsonObject | None = None
    finished: asyncio.Event = field(default_factory=asyncio.Event)

    def to_object(self) -> JsonObject:
        """What `GET /v1/jobs/{id}` answers; the results come once it is done."""
        error: Json = error_object(self.error)["error"] if self.error else None
        return {
            "id": self.id,
            "object": "job",
            "created": self.created,
            "status": self.status.value,
            "done": self.done,
            "total": max(self.total, self.done),
            "encoded": self.encoded,
            "error": error,
            "results": self.result["results"] if self.result else None,
            "generation": self.result["generation"] if self.result else None,
        }


class Jobs:
    """The writes of a server. Ingests stand in line and end with it: what was committed stays.

    They have one thread, the same for all, and the store's writer lock only while a batch is committed.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._jobs: dict[str, Job] = {}
        self._queue: asyncio.Queue[Job] = asyncio.Queue()
        self._worker: asyncio.Task[None] | None = None
        self._removing: anyio.CapacityLimiter | None = None
        self._stopped = threading.Event()
        self._pipeline: Pipeline | None = None

    @property
    def busy(self) -> bool:
        """True while a job is at work or in line."""
        return any(not job.finished.is_set() for job in self._jobs.values())

    def submit(self, intake: Intake) -> Job:
        """Put an ingest in line. From here on its files are closed by the job.

        Raises:
            NotReadyError: the store is not open, or the server is closing.
            StoreBusyError: too many are in line already.
        """
        engine = self._service.engine
        if self._stopped.is_set():
            raise NotReadyError("the server is shutting down")
        if self._queue.qsize() >= _WAITING:
            raise StoreBusyError(f"{_WAITING} ingests are waiting already; send this one when some are done")
        job = Job(intake=intake, total=intake.given)
        self._jobs[job.id] = job
        self._queue.put_nowait(job)
        if self._worker is None:
            self._worker = asyncio.create_task(self._work(engine))
        self._forget()
        return job

    def get(self, job_id: str) -> Job:
        """The job of that id.

        Raises:
            NotFoundError: there is none; it may have been of an earlier run of the server.
        """
        job = self._jobs.get(job_id)
        if job is None:
            raise NotFoundError(
                f"there is no job {job_id!r}; jobs are forgotten when the server stops, what they stored is not",
                field="job_id",
            )
        return job

    async def remove(self, article_id: str) -> bool:
        """Remove an article; False when there is none. Has a thread of its own, since it may wait for another writer.

        Raises:
            NotReadyError: the store is not open.
            StoreBusyError: another process is writing.
        """
        engine = self._service.engine
        self._removing = self._removing or anyio.CapacityLimiter(1)
        return bool(await anyio.to_thread.run_sync(engine.store.remove, [article_id], limiter=self._removing))

    async def close(self) -> None:
        """Stop the job at work at its next step, and fail those in line."""
        self._stopped.set()
        if self._worker is not None:
            while not self._queue.empty():
                self._end(self._queue.get_nowait(), _stopped_by_server())
            if not self.busy:
                self._worker.cancel()
            await asyncio.wait([self._worker])

    def _forget(self) -> None:
        over = len(self._jobs) - _REMEMBERED
        for job in [job for job in self._jobs.values() if job.finished.is_set()][: max(0, over)]:
            del self._jobs[job.id]

    async def _work(self, engine: Engine) -> None:
        limiter = anyio.CapacityLimiter(1)
        while not self._stopped.is_set():
            job = await self._queue.get()
            job.status = JobStatus.RUNNING
            error: JushiError | None = None
            try:
                job.result = await anyio.to_thread.run_sync(self._run, engine, job, limiter=limiter)
            except EmbeddingError as failure:
                error = as_jushi_error(failure)
            except JushiError as failure:
                error = failure
            except Exception:  # noqa: BLE001 - one job that fails must not end all that follow
                _log.exception("job failed", job=job.id)
                error = JushiError(INTERNAL_MESSAGE)
            self._end(job, error)

    def _end(self, job: Job, error: JushiError | None) -> None:
        job.error = error
        job.status = JobStatus.FAILED if error else JobStatus.DONE
        job.intake.close()
        job.finished.set()
        _log.info("ingest", job=job.id, status=job.status.value, documents=job.done, error=str(error or ""))

    def _run(self, engine: Engine, job: Job) -> JsonObject:
        """Ingest in the worker thread."""
        if self._pipeline is None:
            self._pipeline = replace(engine.pipeline(), batch=_PER_COMMIT)

        def note(now: Progress) -> None:
            if self._stopped.is_set():
                raise _stopped_by_server()
            job.encoded = now.encoded
            if now.stage == "commit":
                job.done = now.done

        job.total = job.intake.count
        order = Order()
        report = self._pipeline.ingest(order.noted(job.intake.documents()), progress=note)
        job.done = len(report.documents) + len(report.rejected)
        with engine.store.snapshot() as snapshot:
            return ingested(report, snapshot, order)


def _stopped_by_server() -> JushiError:
    return NotReadyError("the server stopped before all documents were stored; send them again")


async def _jobs_of(request: Request) -> Jobs:
    return cast("Jobs", request.app.state.jobs)


JobsOf = Annotated[Jobs, Depends(_jobs_of)]


@router.get(
    "/v1/jobs/{job_id}",
    summary="How far an ingest is",
    dependencies=[WRITE],
    responses={200: {"content": {"application/json": JOB_RESPONSE}}},
)
async def job(job_id: str, jobs: JobsOf) -> JSONResponse:
    """A job by its id: `queued`, `running`, `done` or `failed`, and how many of its documents are stored.

    `results` come once it is done, in the order of the documents. Jobs live only as long as the server: after a
    restart they are 404. What they had stored stays, and documents that are sent again come back as `unchanged`.
    """
    return JSONResponse(jobs.get(job_id).to_object())
