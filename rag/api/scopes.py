"""What a key may do, and what each route asks of one: declared where the route is, `dependencies=[READ]`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.routing import BaseRoute

from rag.api.auth import Scope

_Bearer = Annotated[
    HTTPAuthorizationCredentials | None,
    Depends(HTTPBearer(auto_error=False, description="A key of JUSHI_API_KEYS; any text where none are set")),
]


# These do nothing but stand beside a route, for the gate and for the API's documentation: a key is looked at before
# the body is read, which is before any dependency runs.
async def _nothing() -> None:
    """Everybody may."""


async def _read(_key: _Bearer) -> None:
    """Needs the scope read."""


async def _write(_key: _Bearer) -> None:
    """Needs the scope write."""


async def _admin(_key: _Bearer) -> None:
    """Needs the scope admin."""


OPEN, READ, WRITE, ADMIN = (Depends(mark) for mark in (_nothing, _read, _write, _admin))

_DECLARED: dict[object, Scope | None] = {
    _nothing: None,
    _read: Scope.READ,
    _write: Scope.WRITE,
    _admin: Scope.ADMIN,
}
# Routes that are not ours to mark: the framework's description of the API, and mounted applications.
_GIVEN: dict[str, Scope | None] = {
    "/openapi.json": None,
    "/mcp": Scope.READ,
}


class UndeclaredError(Exception):
    """A route says nothing of what it asks of a key."""


def scope_of(route: BaseRoute) -> Scope | None:
    """The scope that a route asks for; None where it is open to everybody.

    Raises:
        UndeclaredError: it does not say.
    """
    for dependency in getattr(route, "dependencies", ()):
        if dependency.dependency in _DECLARED:
            return _DECLARED[dependency.dependency]
    path = getattr(route, "path", "")
    if path not in _GIVEN:
        raise UndeclaredError(f"the route {path!r} declares no scope; see rag/api/scopes.py")
    return _GIVEN[path]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a request goes: the template of its path, and the scope that it needs."""

    template: str
    scope: Scope | None


class Routes:
    """The routes of an application, looked at when the first request comes, once all of them are there."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    @cached_property
    def all(self) -> tuple[tuple[re.Pattern[str], frozenset[str] | None, Place], ...]:
        """Pattern, methods (None: any) and place of each route, in order.

        Raises:
            UndeclaredError: a route declares no scope.
        """
        found = []
        for route in _flat(self._app.routes):
            methods = getattr(route, "methods", None)
            place = Place(template=getattr(route, "path", ""), scope=scope_of(route))
            found.append((getattr(route, "path_regex"), frozenset(methods) if methods else None, place))  # noqa: B009 - routes and mounts share it without a common type
        return tuple(found)

    def find(self, method: str, path: str) -> Place | None:
        """Where a request goes, as the router decides; None where there is nothing (404)."""
        other: Place | None = None
        for pattern, methods, place in self.all:
            if pattern.match(path):
                if methods is None or method in methods:
                    return place
                other = other or place
        return other


def _flat(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    for route in routes:
        included = getattr(route, "original_router", None)  # FastAPI keeps what was included as one route
        if included is None:
            yield route
        else:
            yield from _flat(included.routes)
