"""Answers on their way into the file of kept ones, behind the back of the client."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, cast

import anyio
import anyio.to_thread
import structlog
from fastapi import Depends, Request

from rag.answer.present import JsonObject, answer_object
from rag.answer.wire import citation_links, url_citations
from rag.api.asking import Head
from rag.api.service import Service
from rag.errors import NotFoundError
from rag.store.answers import KeptAnswers
from rag.types import Answer

_log = structlog.get_logger(__name__)
_WAITING = 1000  # answers that may wait for the disk; more are not kept


class Keeper:
    """Keeps answers one after another in a thread of its own; to be used in the event loop."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._limiter: anyio.CapacityLimiter | None = None
        self._pending: dict[str, asyncio.Task[None]] = {}

    def keep(self, head: Head, answer: Answer, response: JsonObject | None = None) -> None:
        """Begin to keep an answer, and return at once. Whatever fails is logged and reaches nobody.

        `response` is what the Responses API needs beside it to give the response again and to go on from it.
        """
        answer_id = head.reply_id
        kept = self._service.engine.kept
        if kept is None:
            return
        if len(self._pending) >= _WAITING:
            _log.warning("answer not kept", answer=answer_id, error="the disk is too slow")
            return
        self._limiter = self._limiter or anyio.CapacityLimiter(1)
        task = asyncio.create_task(self._write(kept, head, answer, response))
        self._pending[answer_id] = task
        task.add_done_callback(lambda done: self._done(answer_id, done))

    async def find(self, request: Request, answer_id: str) -> str:
        """The JSON of a kept answer; one that is being written is waited for.

        Raises:
            NotFoundError: none of that id is kept.
            NotReadyError: the store is not open.
            StoreError: the file cannot be read.
        """
        kept = self._service.engine.kept
        if kept is None:
            raise NotFoundError("no answers are kept here: the setting kept_answers is 0", field="id")
        if answer_id in self._pending:
            await asyncio.wait([self._pending[answer_id]])
        return await self._service.run(request, lambda _engine: kept.get(answer_id))

    async def close(self) -> None:
        """Wait for what is being written."""
        if self._pending:
            await asyncio.wait(list(self._pending.values()))

    async def _write(self, kept: KeptAnswers, head: Head, answer: Answer, response: JsonObject | None) -> None:
        try:
            await anyio.to_thread.run_sync(_keep, kept, head, answer, response, limiter=self._limiter)
        except Exception as error:  # noqa: BLE001 - the answer was given; nothing of it may fail any more
            _log.warning("answer not kept", answer=head.reply_id, error=str(error))

    def _done(self, answer_id: str, task: asyncio.Task[None]) -> None:
        if self._pending.get(answer_id) is task:
            del self._pending[answer_id]


def _keep(kept: KeptAnswers, head: Head, answer: Answer, response: JsonObject | None) -> None:
    body: JsonObject = {
        "id": head.reply_id,
        "object": "answer",
        "created": head.created,
        "model": head.model,
        "system_fingerprint": head.fingerprint,
        "question": head.question,
        "content": head.content(answer),
        "annotations": url_citations(answer, head.base),
        "citations": citation_links(answer, head.base),
        "jushi": answer_object(answer),
        "response": response,
    }
    kept.keep(head.reply_id, json.dumps(body, ensure_ascii=False, separators=(",", ":")))


async def _keeper_of(request: Request) -> Keeper:
    return cast("Keeper", request.app.state.keeper)


KeeperOf = Annotated[Keeper, Depends(_keeper_of)]
