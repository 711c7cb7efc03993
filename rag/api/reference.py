"""`GET /docs`: Swagger UI over `/openapi.json`, where every endpoint can be tried out. All of it comes from here."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from fastapi import APIRouter
from fastapi.responses import Response

from rag.api.scopes import OPEN
from rag.api.static import IfNoneMatch, StaticFile
from rag.errors import NotFoundError

router = APIRouter(include_in_schema=False)

# Swagger UI puts its icons into the page as data; it makes elements out of text, so that trusted types cannot hold.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Jushi 据实 – HTTP API</title>
<link rel="icon" href="/page/icon.svg">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<script src="/docs/swagger-ui-bundle.js" defer></script>
<script src="/docs/start.js" defer></script>
<body><main id="reference"></main>
</html>
"""
_START = """SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  docExpansion: "list",
  validatorUrl: null, // nobody else is asked whether the description is valid
});
"""
_OURS = {"": ("index.html", _PAGE), "start.js": ("start.js", _START)}
_THEIRS = frozenset({"swagger-ui-bundle.js", "swagger-ui.css"})


@cache
def _file(name: str) -> StaticFile:
    """A file of the page, read when it is first asked for: few ask, and one of them has 1.5 MB.

    Raises:
        NotFoundError: there is no such file.
    """
    if name in _OURS:
        kind, text = _OURS[name]
        return StaticFile.of(kind, text.encode("utf-8"))
    if name not in _THEIRS:
        raise NotFoundError(f"the API's documentation has no file {name!r}")
    return StaticFile.of(name, (files("fastapi_offline") / "static" / name).read_bytes())


@router.get("/docs", dependencies=[OPEN])
async def docs(if_none_match: IfNoneMatch = "") -> Response:
    """The page."""
    return _file("").sent(if_none_match, policy=_POLICY)


@router.get("/docs/{name}", dependencies=[OPEN])
async def part(name: str, if_none_match: IfNoneMatch = "") -> Response:
    """A style or a script of it."""
    return _file(name).sent(if_none_match, policy=_POLICY)
