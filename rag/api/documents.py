"""`GET /v1/documents/{id}/source` and `GET /articles/{id}`: the original behind a quote, for programs and people."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from string import Template
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse

from rag.answer.present import article_object, published_at
from rag.api.examples import SOURCE_RESPONSE
from rag.api.scopes import READ
from rag.api.service import ServiceOf
from rag.engine import Engine
from rag.errors import InputError
from rag.types import Article, ArticleInfo

router = APIRouter(tags=["Articles"])

_PAGE = Template((files("rag") / "page" / "article.html").read_text(encoding="utf-8"))
_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}

Revision = Annotated[str | None, Query(description="a kept revision; the current one by default")]


@router.get(
    "/v1/documents/{article_id:path}/source",
    summary="The original of an article",
    dependencies=[READ],
    responses={200: {"content": {"application/json": SOURCE_RESPONSE}}},
)
async def source(request: Request, service: ServiceOf, article_id: str, revision: Revision = None) -> JSONResponse:
    """One article with its original text.

    A citation is checked by `source[source_start:source_end] == quote`; offsets count Unicode code points.
    """
    article, revisions, reprints = await service.run(request, lambda engine: _load(engine, article_id, revision))
    return JSONResponse(article_object(article, revisions, reprints), headers=_HEADERS)


@router.get("/articles/{article_id:path}", summary="Read an article", response_class=HTMLResponse, dependencies=[READ])
async def page(
    request: Request,
    service: ServiceOf,
    article_id: str,
    revision: Revision = None,
    start: Annotated[int | None, Query(ge=0, description="first code point of the quote to light up")] = None,
    end: Annotated[int | None, Query(ge=0, description="code point after its last one")] = None,
) -> HTMLResponse:
    """The original text as a page that needs no script, with `[start, end)` lit up as `<mark id="quote">`."""
    article, revisions, _ = await service.run(request, lambda engine: _load(engine, article_id, revision))
    span = _span(start, end, len(article.source_text))
    return HTMLResponse(_render(article, revisions, span), headers=_HEADERS)


def _load(engine: Engine, article_id: str, revision: str | None) -> tuple[Article, list[str], list[ArticleInfo]]:
    with engine.store.snapshot() as snapshot:
        article = snapshot.article(article_id, revision)
        return article, snapshot.revisions(article_id), snapshot.reprints(article_id)


def _span(start: int | None, end: int | None, length: int) -> tuple[int, int] | None:
    if start is None and end is None:
        return None
    if start is None or end is None or not start < end <= length:
        raise InputError(
            f"start = {start} and end = {end} do not name a span of this article's {length} code points",
            field="start" if start is None or start >= length else "end",
        )
    return start, end


def _render(article: Article, revisions: list[str], span: tuple[int, int] | None) -> str:
    start, end = span or (len(article.source_text), len(article.source_text))
    quoted = escape(article.source_text[start:end])
    body = (
        _dimmed(article, 0, start)
        + (f'<mark id="quote">{quoted}</mark>' if quoted else "")
        + _dimmed(article, end, len(article.source_text))
    )
    return _PAGE.substitute(
        language=escape(article.language),
        title=escape(article.title or article.name),
        metadata=_metadata(article, revisions),
        jump='<p><a href="#quote">跳到引文</a></p>' if quoted else "",
        body=body,
    )


def _dimmed(article: Article, low: int, high: int) -> str:
    """Source `[low, high)` as HTML; what is not main text is greyed, with the reason as a tooltip."""
    out, at = [], low
    for span in sorted(article.removed):
        start, end = max(span.start, at), min(span.end, high)
        if start >= end:
            continue
        out.append(escape(article.source_text[at:start]))
        out.append(f'<span class="aside" title="{escape(span.reason)}">{escape(article.source_text[start:end])}</span>')
        at = end
    out.append(escape(article.source_text[at:high]))
    return "".join(out)


def _metadata(article: Article, revisions: list[str]) -> str:
    """Rows of a definition list, those that are known."""
    source_path = (
        f"/v1/documents/{quote(article.article_id, safe='')}/source?revision={quote(article.revision, safe='')}"
    )
    superseded = revisions and article.revision != revisions[-1]
    rows = [
        ("发布者", escape(article.publisher or "")),
        ("作者", escape(article.author or "")),
        ("发布日期", published_at(article.published) or ""),
        ("原网页", _link(article.url)),
        ("版本", escape(article.revision) + ("（已有更新的版本）" if superseded else "")),
        ("编号", escape(article.article_id)),
        ("原文数据", f'<a href="{escape(source_path)}">JSON</a>'),
    ]
    return "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows if value)


def _link(url: str | None) -> str:
    """A link where the address is one of the web, plain text where it could be anything else."""
    if not url:
        return ""
    if url.lower().startswith(("http://", "https://")):
        return f'<a href="{escape(url)}" rel="noreferrer nofollow">{escape(url)}</a>'
    return escape(url)
