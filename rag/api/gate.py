"""Who may come in: looked at before the body of a request is read.

In this order: the name by which a browser reached a server without keys (against DNS rebinding), the page that a
change comes from (against other sites' pages), the key and its scope, and the limits.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import ExitStack
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as Connection

from rag.api.auth import Credentials, Key, Keyring, Scope, credentials_of
from rag.api.counting import Metrics
from rag.api.errors import error_response
from rag.api.hosts import require_known_name
from rag.api.limits import Limits
from rag.api.scopes import Place
from rag.config import Settings
from rag.errors import ForbiddenError, JushiError, NoKeyError, OverLimitError

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN = frozenset({"same-origin", "none"})  # Sec-Fetch-Site of our own page, and of an address that was typed in
_BEARER, _BASIC = 'Bearer realm="jushi"', 'Basic realm="jushi", charset="UTF-8"'


class GateMiddleware:
    """Turns away whoever may not come in; needs `place` in the state of the request."""

    def __init__(self, app: ASGIApp, *, settings: Settings, keyring: Keyring, metrics: Metrics) -> None:
        self._app = app
        self._keyring = keyring
        self._origins = frozenset(settings.cors_origins)
        self._hosts = frozenset(settings.allowed_hosts)
        self._any_host = bool(keyring) or (settings.allow_open and not self._hosts)
        self._limits = Limits(per_minute=settings.requests_per_minute, concurrent=settings.concurrent_requests)
        self._metrics = metrics

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        """Handle one connection; anything but HTTP passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        place: Place | None = scope["state"]["place"]
        headers = Headers(scope=scope)
        shown = credentials_of(headers.get("authorization"))
        try:
            if not self._any_host:
                require_known_name(headers.get("host", ""), self._hosts)
            if scope["method"] not in _SAFE and (shown is None or shown.ambient):
                require_own_page(headers, self._origins)
            key = self._key(shown, place)
        except JushiError as error:
            await _refusal(error, headers, place)(scope, receive, send)
            return
        scope["state"]["key"] = key.name if key else None
        if place is None or place.scope is None:
            await self._app(scope, receive, send)
            return
        await self._limited(key, scope, receive, send)

    def _key(self, shown: Credentials | None, place: Place | None) -> Key | None:
        """The key of a request, None where none is asked for.

        Raises:
            NoKeyError: there is none, or no such key.
            ForbiddenError: the key does not reach so far.
        """
        if place is None or place.scope is None or not self._keyring:
            return None
        if shown is None:
            raise NoKeyError("this server asks for a key: send the header Authorization: Bearer KEY")
        key = self._keyring.find(shown.secret)
        if key is None:
            raise NoKeyError("the key is not known here")
        if not key.may(place.scope):
            raise ForbiddenError(
                f"the key {key.name} has the scope {'+'.join(sorted(key.scopes))}, but this needs {place.scope}"
            )
        return key

    async def _limited(self, key: Key | None, scope: Connection, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        asker = f"key {key.name}" if key else f"address {client[0] if client else ''}"
        with ExitStack() as held:
            try:
                held.enter_context(self._limits.taken(asker))
            except OverLimitError as error:
                self._metrics.limited(error.limit)
                response = error_response(error)
                response.headers["retry-after"] = str(error.wait)
                await response(scope, receive, send)
                return
            await self._app(scope, receive, send)


def require_own_page(headers: Headers, origins: Collection[str]) -> None:
    """Refuse a change that a page of another site makes a browser ask for.

    Browsers say where a request comes from; programs that are none say nothing and pass.

    Raises:
        ForbiddenError: it comes from a page of another site that `cors_origins` does not name.
    """
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin in origins or site in _OWN:
        return
    own = origin is None or _same_host(origin, headers.get("host", ""))
    if site is not None or not own:
        raise ForbiddenError(
            f"the request comes from a page of {origin or 'another site'}, which may change nothing here; "
            "the setting cors_origins names pages that may"
        )


def _same_host(origin: str, host: str) -> bool:
    """Host and port alone: before a proxy the scheme may be another one."""
    try:
        return urlsplit(origin).netloc.lower() == host.lower() != ""
    except ValueError:
        return False


def _refusal(error: JushiError, headers: Headers, place: Place | None) -> Response:
    """The response, with what a client needs to ask again. A browser that opens a page asks its user for the key."""
    response = error_response(error)
    if isinstance(error, NoKeyError):
        response.headers["www-authenticate"] = _BEARER
        if headers.get("sec-fetch-mode") == "navigate":
            response.headers.append("www-authenticate", _BASIC)
    elif place is not None and isinstance(place.scope, Scope) and isinstance(error, ForbiddenError):
        response.headers["www-authenticate"] = f'{_BEARER}, error="insufficient_scope", scope="{place.scope}"'
    return response
