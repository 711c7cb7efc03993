"""How long a client may take to send a request: its head to the server, its body to the application."""

from __future__ import annotations

import asyncio
from typing import ClassVar, cast

from starlette.types import Message, Receive
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from rag.errors import TooSlowError

KEEP_ALIVE = 75
"""Seconds that an idle connection is kept: longer than clients (httpx 5 s) and proxies (nginx 60 s) hold on to it.

Who closes first must not be us: a request that is just being sent would meet a closed connection.
"""
_SECONDS = 30.0
_RATE = 10_000  # bytes a second, which a body must reach after that


class PatientProtocol(H11Protocol):
    """HTTP/1.1, but a connection on which no whole head of a request comes in time is closed.

    That goes for new connections, for a head that comes byte by byte, and for what is sent on after a response.
    """

    head_seconds: ClassVar[float] = 20.0

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as the class above has it
        """Wait for the first request."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Read on; the wait is over once a request is being answered."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if not self._is_waiting():
            self._stop()
        elif self._timer is None:
            self._timer = self.loop.call_later(self.head_seconds, self._give_up)

    def _is_waiting(self) -> bool:
        cycle = cast("RequestResponseCycle | None", self.cycle)  # none before the first request, whatever its type says
        return cycle is None or cycle.response_complete

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._timer = None
        if self._is_waiting() and not self.transport.is_closing():
            self.transport.close()


def paced(receive: Receive, *, seconds: float = _SECONDS, rate: float = _RATE) -> Receive:
    """The same messages, as long as the body comes in time; waiting alone counts, not what is done with it.

    What comes after the body, which is the end of the connection, has no limit.

    Raises:
        TooSlowError: by the receiver it gives: `seconds` and what its bytes may take at `rate` are over.
    """
    left, whole, size = seconds, False, 0
    clock = asyncio.get_running_loop().time

    async def receive_in_time() -> Message:
        nonlocal left, whole, size
        if whole:
            return await receive()
        began = clock()
        try:
            async with asyncio.timeout(max(0.0, left)):
                message = await receive()
        except TimeoutError:
            raise TooSlowError(
                f"the request body did not come in time: {size} bytes came, at less than {rate / 1000:g} kB a second"
            ) from None
        came = len(message.get("body", b""))
        left += came / rate - (clock() - began)
        size += came
        whole = not message.get("more_body", False)
        return message

    return receive_in_time
