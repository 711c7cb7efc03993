"""Around every request: its id, its log line, the limit on its body, and the last net under its errors."""

from __future__ import annotations

import re
import time
from contextlib import AbstractContextManager
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.api.auth import Scope as KeyScope
from rag.api.counting import Metrics
from rag.api.errors import error_response, internal_error
from rag.api.intake import MULTIPART, UPLOADS
from rag.api.patience import paced
from rag.api.scopes import Place, Routes
from rag.api.traces import Ended, Traces, Untraced
from rag.errors import TooLargeError, TooSlowError

_log = structlog.get_logger(__name__)
_TRACED = frozenset({KeyScope.READ, KeyScope.WRITE})
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestMiddleware:
    """Gives each request an id (the client's own, if plain), logs and counts it, turns stray exceptions into 500.

    Requests that read or write articles are traced; who looks at health, metrics or the page's files is not.
    """

    def __init__(self, app: ASGIApp, *, routes: Routes, metrics: Metrics, traces: Traces) -> None:
        self._app = app
        self._routes = routes
        self._metrics = metrics
        self._traces = traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection; anything but HTTP passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        place = self._routes.find(scope["method"], scope["path"])
        scope.setdefault("state", {}).update(request_id=request_id, place=place)
        status, started = 0, time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = request_id
            await send(message)

        self._metrics.request_began()
        with (
            structlog.contextvars.bound_contextvars(request_id=request_id),
            self._traced(scope["method"], place, request_id, headers) as ended,
        ):
            try:
                await self._app(scope, receive, send_with_id)
            except Exception:  # noqa: BLE001 - the outermost frame: the client gets a 500, the log the cause
                _log.exception("unforeseen error", path=scope["path"])
                if status == 0:
                    await internal_error()(scope, receive, send_with_id)
            finally:
                spent = time.perf_counter() - started
                self._metrics.request_ended(scope["method"], place.template if place else "none", status, spent)
                ended(status, scope["state"].get("key"))
                _log.info(
                    "request",
                    method=scope["method"],
                    path=scope["path"],
                    status=status,
                    key=scope["state"].get("key"),
                    milliseconds=round(1000 * spent, 1),
                )

    def _traced(
        self, method: str, place: Place | None, request_id: str, headers: Headers
    ) -> AbstractContextManager[Ended]:
        traces = self._traces if place is not None and place.scope in _TRACED else Untraced()
        return traces.request(method, place.template if place else "", request_id, headers)


class BodyLimitMiddleware:
    """Reads the body before the application does: 413 when it is over the limit, 408 when it does not come in time.

    Uploads pass unread: they have a limit of their own and go to the disk as they come, in time too.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection; anything but HTTP passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        receive = paced(receive)
        if _is_upload(scope):
            await self._app(scope, receive, send)
            return
        try:
            body = await self._read(scope, receive)
        except (TooLargeError, TooSlowError) as error:
            await error_response(error)(scope, receive, send)
            return
        if body is not None:  # None: the client went away while it was sending
            await self._app(scope, _replay(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal():
            self._check(int(declared))
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            self._check(len(body))
            if not message.get("more_body", False):
                return bytes(body)

    def _check(self, size: int) -> None:
        if size > self._max_bytes:
            raise TooLargeError(f"the request body has {size} bytes or more; the limit is {self._max_bytes}")


def _is_upload(scope: Scope) -> bool:
    kind = Headers(scope=scope).get("content-type", "")
    return kind.lower().startswith(MULTIPART) and scope["path"] == UPLOADS and scope["method"] == "POST"


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give the body that was read as one message, then whatever comes."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again
