"""Answers on their way into the file of kept ones, behind the back of the client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
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
_MOST_WAITING = 1000  # answers that may wait for the disk; more are not kept
_AT_ONCE = 100  # answers in one transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """An answer on its way to the disk, and whether it has arrived, or was given up."""

    head: Head
    answer: Answer
    response: JsonObject | None
    through: asyncio.Event

    def body(self) -> str:
        """The JSON that is kept."""
        head, answer = self.head, self.answer
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
            "response": self.response,
        }
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


class Keeper:
    """Keeps answers in a thread of its own, those that came meanwhile together; to be used in the event loop."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._limiter: anyio.CapacityLimiter | None = None
        self._waiting: dict[str, _Waiting] = {}
        self._writing: asyncio.Task[None] | None = None

    def keep(self, head: Head, answer: Answer, response: JsonObject | None = None) -> None:
        """Begin to keep an answer, and return at once. Whatever fails is logged and reaches nobody.

        `response` is what the Responses API needs beside it to give the response again and to go on from it.
        """
        kept = self._service.engine.kept
        if kept is None:
            return
        if len(self._waiting) >= _MOST_WAITING:
            _log.warning("answer not kept", answer=head.reply_id, error="the disk is too slow")
            return
        self._waiting[head.reply_id] = _Waiting(head=head, answer=answer, response=response, through=asyncio.Event())
        if self._writing is None:
            self._writing = asyncio.create_task(self._write(kept))

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
        if waiting := self._waiting.get(answer_id):
            await waiting.through.wait()
        return await self._service.run(request, lambda _engine: kept.get(answer_id))

    async def close(self) -> None:
        """Wait for what is being written."""
        if self._writing is not None:
            await asyncio.wait([self._writing])

    async def _write(self, kept: KeptAnswers) -> None:
        self._limiter = self._limiter or anyio.CapacityLimiter(1)
        while self._waiting:
            batch = dict(islice(self._waiting.items(), _AT_ONCE))
            try:
                await anyio.to_thread.run_sync(_keep, kept, batch, limiter=self._limiter)
            except Exception as error:  # noqa: BLE001 - the answers were given; nothing of them may fail any more
                for answer_id in batch:
                    _log.warning("answer not kept", answer=answer_id, error=str(error))
            for answer_id, waiting in batch.items():
                waiting.through.set()
                if self._waiting[answer_id] is waiting:  # else another came under the same id
                    del self._waiting[answer_id]
        self._writing = None


def _keep(kept: KeptAnswers, batch: Mapping[str, _Waiting]) -> None:
    bodies = {}
    for answer_id, waiting in batch.items():
        try:
            bodies[answer_id] = waiting.body()
        except Exception as error:  # noqa: BLE001 - one that has no JSON form takes no other one along
            _log.warning("answer not kept", answer=answer_id, error=str(error))
    kept.keep_all(bodies)


async def _keeper_of(request: Request) -> Keeper:
    return cast("Keeper", request.app.state.keeper)


KeeperOf = Annotated[Keeper, Depends(_keeper_of)]
