"""`GET /` and `GET /page/…`: the page for people, as static files with a strict Content-Security-Policy."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from string import Template
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import Response

from rag.api.scopes import OPEN
from rag.errors import NotFoundError

router = APIRouter(include_in_schema=False)

_MEDIA = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_TEMPLATES = {"index.html", "article.html"}  # filled in before they are sent
# Trusted types are asked for and no policy is allowed: the browser itself refuses to make elements out of text.
_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-cache",  # kept, but asked for again each time: then the answer is a bodiless 304
}

IfNoneMatch = Annotated[str, Header()]


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    body: bytes
    media: str
    etag: str


def _file(name: str, body: bytes) -> _File:
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    return _File(body=body, media=_MEDIA[name.rpartition(".")[2]], etag=etag)


def _read_files() -> dict[str, _File]:
    """The files of the page by name; they are few and small, so that memory is the place for them."""
    found = {
        entry.name: entry.read_bytes()
        for entry in (files("rag") / "page").iterdir()
        if entry.name.rpartition(".")[2] in _MEDIA
    }
    modules = sorted(name for name in found if name.endswith(".js") and name != "early.js")
    preloads = "\n".join(f'<link rel="modulepreload" href="/page/{name}">' for name in modules)
    index = Template(found["index.html"].decode("utf-8")).substitute(preloads=preloads)
    kept = {name: _file(name, body) for name, body in found.items() if name not in _TEMPLATES}
    return {**kept, "": _file("index.html", index.encode("utf-8"))}


_FILES = _read_files()


@router.get("/", dependencies=[OPEN])
async def index(if_none_match: IfNoneMatch = "") -> Response:
    """The page."""
    return _sent(_FILES[""], if_none_match)


@router.get("/page/{name}", dependencies=[OPEN])
async def static(name: str, if_none_match: IfNoneMatch = "") -> Response:
    """A style, a script or a picture of the page."""
    if name not in _FILES:
        raise NotFoundError(f"the page has no file {name!r}")
    return _sent(_FILES[name], if_none_match)


def _sent(file: _File, if_none_match: str) -> Response:
    headers = {**_HEADERS, "etag": file.etag}
    known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    if file.etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(file.body, media_type=file.media, headers=headers)
