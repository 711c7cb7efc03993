"""Whether what stands outside of this process answers: asked seldom, in the background, and never waited for long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from enum import StrEnum

import anyio.to_thread
import structlog

from embeddings.encoder import DistantEncoder
from embeddings.errors import EmbeddingError
from rag.api.service import Service
from rag.errors import JushiError

_log = structlog.get_logger(__name__)
_EVERY = 5.0  # seconds for which an answer is believed
_WAIT = 0.5  # seconds that a request waits for one; who watches over servers often gives them a second in all
_LATE = 10.0  # seconds without an answer that count as none; a look has shorter limits of its own


class Reach(StrEnum):
    """What was found out."""

    REACHABLE = "reachable"
    STARTING = "starting"  # or not known yet
    UNREACHABLE = "unreachable"


class Lookout:
    """Remembers whether a part answers. For one event loop.

    Args:
        name: of the part, for the log.
        look: True if the part answers, False if it is still being started; raises where it does not answer, within
            seconds. Called in a thread, never twice at the same time.
    """

    def __init__(self, name: str, look: Callable[[], bool], *, every: float = _EVERY, wait: float = _WAIT) -> None:
        self._name = name
        self._look = look
        self._every = every
        self._wait = wait
        self._known = Reach.STARTING
        self._looked = float("-inf")  # seconds of the monotonic clock
        self._task: asyncio.Task[None] | None = None

    async def reach(self) -> Reach:
        """What is known, not older than `every` unless finding out takes longer than `wait`."""
        now = time.monotonic()
        if self._task is None and now - self._looked >= self._every:
            self._looked = now
            self._task = asyncio.create_task(self._find_out())
        if self._task is not None:
            await asyncio.wait([self._task], timeout=self._wait)
        if self._task is not None and now - self._looked >= _LATE:
            return Reach.UNREACHABLE
        return self._known

    async def _find_out(self) -> None:
        reason = ""
        try:
            found = Reach.REACHABLE if await anyio.to_thread.run_sync(self._look) else Reach.STARTING
        except (JushiError, EmbeddingError) as error:
            found, reason = Reach.UNREACHABLE, str(error)
        finally:
            self._task = None
        if found is not self._known:
            log = _log.warning if reason else _log.info
            log("reach", part=self._name, found=found.value, **({"error": reason} if reason else {}))
        self._known = found


class Outlook:
    """Lookouts for what an engine may need from outside: the language model, and the server of a remote encoder."""

    def __init__(self, service: Service, *, every: float = _EVERY, wait: float = _WAIT) -> None:
        self._service = service
        self._model = Lookout("language model", self._look_at_model, every=every, wait=wait)
        self._encoder = Lookout("encoder", self._look_at_encoder, every=every, wait=wait)

    async def model(self) -> Reach | None:
        """Whether the language model can be asked; None where there is none.

        Raises:
            NotReadyError: the engine is not open.
        """
        return await self._model.reach() if self._service.engine.model is not None else None

    async def encoder(self) -> Reach:
        """Whether texts can be encoded. An encoder of this process was loaded before the engine was open.

        Raises:
            NotReadyError: the engine is not open.
        """
        distant = isinstance(self._service.engine.encoder, DistantEncoder)
        return await self._encoder.reach() if distant else Reach.REACHABLE

    def _look_at_model(self) -> bool:
        model = self._service.engine.model
        return model is not None and model.is_up()

    def _look_at_encoder(self) -> bool:
        encoder = self._service.engine.encoder
        if isinstance(encoder, DistantEncoder):
            encoder.check_server()
        return True
