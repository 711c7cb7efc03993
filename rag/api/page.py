"""`GET /` and `GET /page/…`: the page for people, as static files with a strict Content-Security-Policy."""

from __future__ import annotations

from importlib.resources import files
from string import Template

from fastapi import APIRouter
from fastapi.responses import Response

from rag.api.scopes import OPEN
from rag.api.static import MEDIA, IfNoneMatch, StaticFile
from rag.errors import NotFoundError

router = APIRouter(include_in_schema=False)

_TEMPLATES = {"index.html", "article.html"}  # filled in before they are sent
# Trusted types are asked for and no policy is allowed: the browser itself refuses to make elements out of text.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)


def _read_files() -> dict[str, StaticFile]:
    """The files of the page by name; they are few and small, so that memory is the place for them."""
    found = {
        entry.name: entry.read_bytes()
        for entry in (files("rag") / "page").iterdir()
        if entry.name.rpartition(".")[2] in MEDIA
    }
    modules = sorted(name for name in found if name.endswith(".js") and name != "early.js")
    preloads = "\n".join(f'<link rel="modulepreload" href="/page/{name}">' for name in modules)
    index = Template(found["index.html"].decode("utf-8")).substitute(preloads=preloads)
    kept = {name: StaticFile.of(name, body) for name, body in found.items() if name not in _TEMPLATES}
    return {**kept, "": StaticFile.of("index.html", index.encode("utf-8"))}


_FILES = _read_files()


@router.get("/", dependencies=[OPEN])
async def index(if_none_match: IfNoneMatch = "") -> Response:
    """The page."""
    return _FILES[""].sent(if_none_match, policy=_POLICY)


@router.get("/page/{name}", dependencies=[OPEN])
async def static(name: str, if_none_match: IfNoneMatch = "") -> Response:
    """A style, a script or a picture of the page."""
    if name not in _FILES:
        raise NotFoundError(f"the page has no file {name!r}")
    return _FILES[name].sent(if_none_match, policy=_POLICY)
