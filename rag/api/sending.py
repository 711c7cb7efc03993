"""An answer as server-sent events, while it comes to be."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable
from typing import ClassVar, Protocol

import structlog
from fastapi.responses import StreamingResponse

from embeddings.errors import EmbeddingError
from rag.answer.events import Event, Finished
from rag.answer.present import JsonObject, as_jushi_error
from rag.api.errors import INTERNAL_MESSAGE
from rag.api.running import ClientGoneError, Run
from rag.errors import JushiError
from rag.types import Answer

_log = structlog.get_logger(__name__)
_QUIET = 10.0  # seconds without an event after which a comment keeps the connection alive
_KEEP_ALIVE = ": keep-alive\n\n"
_LINE_ENDS = {chr(code): f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}  # where some clients' readers break lines
_HEADERS = {"cache-control": "no-cache", "x-accel-buffering": "no"}  # the second is for proxies that would collect


class Writer(Protocol):
    """The objects of one stream, made as the events of an answer come."""

    ending: ClassVar[str]  # what ends a complete stream; a broken one goes without it
    finished: bool

    def opening(self) -> JsonObject:
        """The first object."""
        ...

    def of(self, event: Event) -> Iterable[JsonObject]:
        """The objects that `event` brings.

        Raises:
            ValueError: the answer at the end begins otherwise than what was said before.
        """
        ...

    def failed(self, error: JushiError) -> Iterable[JsonObject]:
        """The objects that say why the stream breaks off."""
        ...


async def streamed(run: Run[Event], writer: Writer, keep: Callable[[Answer], None]) -> StreamingResponse:
    """The response that sends what `writer` makes; `keep` is given the answer once it is there.

    Raises:
        ClientGoneError: the client hung up.
        Exception: whatever fails before the first event; it has a status of its own.
    """
    await run.begun()
    return StreamingResponse(_sent(run, writer, keep), media_type="text/event-stream", headers=_HEADERS)


async def _sent(run: Run[Event], writer: Writer, keep: Callable[[Answer], None]) -> AsyncIterator[str]:
    """The objects as server-sent events; the status is already sent, so a failure becomes an event too.

    What is there at the same time is sent in one piece: each takes its way through all layers of the server.
    """
    lines = [_event(writer.opening())]
    with run:
        try:
            while not writer.finished:
                if not await run.ready(_QUIET):
                    yield _KEEP_ALIVE
                    continue
                for event in await run.taken():
                    lines += map(_event, writer.of(event))
                    if isinstance(event, Finished):
                        keep(event.answer)  # before the client has it all, and may go on from it
                        lines.append(writer.ending)
                yield "".join(lines)
                lines.clear()
        except ClientGoneError:
            return
        except Exception as error:  # noqa: BLE001 - the client must learn of any failure, and the stream end cleanly
            _log.exception("stream failed")
            yield "".join([*lines, *map(_event, writer.failed(_known(error)))])


def _known(error: Exception) -> JushiError:
    """The error as the client may see it."""
    if isinstance(error, EmbeddingError):
        return as_jushi_error(error)
    return error if isinstance(error, JushiError) else JushiError(INTERNAL_MESSAGE)


def _event(data: JsonObject) -> str:
    """One event, with a name where the object says of what `type` it is."""
    line = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character, escaped in _LINE_ENDS.items():  # many times as fast as `translate`
        line = line.replace(character, escaped)
    name = f"event: {data['type']}\n" if "type" in data else ""
    return f"{name}data: {line}\n\n"
