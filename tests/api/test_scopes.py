"""What each route asks of a key."""

from __future__ import annotations

import pytest
from fastapi import APIRouter, FastAPI

from rag.api.app import create_app
from rag.api.scopes import ADMIN, OPEN, READ, WRITE, Routes, Scope, UndeclaredError
from rag.config import Settings


def _served() -> Routes:
    return Routes(create_app(Settings(), lambda _progress: None))  # type: ignore[arg-type, return-value]


def test_every_route_declares_its_scope() -> None:
    """No route of the server can be forgotten: one that says nothing of keys is an error."""
    templates = {place.template for _pattern, _methods, place in _served().all}
    assert {"/v1/chat/completions", "/v1/status", "/metrics", "/healthz", "/articles/{article_id:path}"} <= templates


def test_only_what_needs_no_key_is_open() -> None:
    """Health, the API's documentation and the page's own files are open, and nothing that reads an article is."""
    open_to_all = {place.template for _pattern, _methods, place in _served().all if place.scope is None}
    assert {"/healthz", "/readyz", "/", "/page/{name}", "/openapi.json"} <= open_to_all
    assert not {path for path in open_to_all if path.startswith(("/v1", "/articles", "/metrics", "/mcp"))}


@pytest.mark.parametrize(
    ("method", "path", "template", "scope"),
    [
        ("POST", "/v1/chat/completions", "/v1/chat/completions", Scope.READ),
        ("POST", "/v1/responses", "/v1/responses", Scope.READ),
        ("GET", "/v1/responses/resp_1", "/v1/responses/{response_id}", Scope.READ),
        ("GET", "/v1/documents/a/b/source", "/v1/documents/{article_id:path}/source", Scope.READ),
        ("GET", "/metrics", "/metrics", Scope.ADMIN),
        ("PATCH", "/metrics", "/metrics", Scope.ADMIN),
        ("GET", "/healthz", "/healthz", None),
    ],
)
def test_a_request_is_found_as_the_router_finds_it(method: str, path: str, template: str, scope: Scope | None) -> None:
    """The template and the scope are those of the route that would answer, also where it would refuse the method."""
    place = _served().find(method, path)
    assert place is not None
    assert (place.template, place.scope) == (template, scope)
    assert _served().find("GET", "/nowhere") is None


def test_method_decides_between_routes_of_one_path() -> None:
    """Reading a path may need another scope than writing to it, and a router's mark holds for all its routes."""
    app, part = FastAPI(docs_url=None, redoc_url=None), APIRouter(dependencies=[ADMIN])

    async def nothing() -> None:
        pass

    app.get("/a", dependencies=[READ])(nothing)
    app.post("/a", dependencies=[WRITE])(nothing)
    part.get("/b/{name}")(nothing)
    app.include_router(part)
    routes = Routes(app)
    found = [routes.find(method, path) for method, path in (("GET", "/a"), ("POST", "/a"), ("GET", "/b/x"))]
    assert [place and place.scope for place in found] == [Scope.READ, Scope.WRITE, Scope.ADMIN]


def test_a_route_without_a_mark_is_an_error() -> None:
    """The error names the route."""
    app = FastAPI(docs_url=None, redoc_url=None)

    async def nothing() -> None:
        pass

    app.get("/open", dependencies=[OPEN])(nothing)
    app.get("/forgotten")(nothing)
    with pytest.raises(UndeclaredError, match="/forgotten"):
        Routes(app).find("GET", "/open")
