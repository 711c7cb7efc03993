"""`jushi articles`, `jushi show` and `jushi status`: what is in the store."""

from __future__ import annotations

from typing import Annotated

import typer

from rag.answer.present import article_object, clean_for_terminal, info_object, plain_fields, published_at
from rag.cli.options import Articles, AsJson, Data, Publishers, Since, Until, filters_of
from rag.cli.output import write_json, write_text
from rag.cli.session import opened


def articles(
    *,
    offset: Annotated[int, typer.Option(min=0, help="Leave out this many of the newest.")] = 0,
    limit: Annotated[int, typer.Option(min=1, help="List at most this many.")] = 100,
    article: Articles = None,
    publisher: Publishers = None,
    since: Since = None,
    until: Until = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List the articles, newest first."""
    wanted = filters_of(article, publisher, since, until)
    with opened(data, read_only=True) as engine, engine.store.snapshot() as snapshot:
        found = snapshot.articles(offset=offset, limit=limit, filters=wanted)
        total = snapshot.status().articles
    if as_json:
        write_json({"articles": [info_object(info) for info in found], "offset": offset, "total": total})
        return
    lines = [
        f"{info.article_id}  {published_at(info.published) or '----------'}  {info.title or info.name}"
        + (f"  ({info.publisher})" if info.publisher else "")
        for info in found
    ]
    if len(found) < total:
        lines.append(f"{len(found)} of {total} articles")
    write_text(clean_for_terminal("\n".join(lines)) if lines else "There are no articles yet; jushi ingest adds some.")


def show(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="The article's id.", show_default=False)],
    *,
    revision: Annotated[str | None, typer.Option(help="A kept revision; the current one by default.")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show one article: what is known of it, and its cleaned text (with --json, the original too)."""
    with opened(data, read_only=True) as engine, engine.store.snapshot() as snapshot:
        article = snapshot.article(article_id, revision)
        revisions, reprints = snapshot.revisions(article_id), snapshot.reprints(article_id)
    if as_json:
        write_json(article_object(article, revisions, reprints))
        return
    known = {
        "id": article.article_id,
        "revision": f"{article.revision} (of {len(revisions)})",
        "publisher": article.publisher,
        "author": article.author,
        "published": published_at(article.published),
        "url": article.url,
        "file": f"{article.name} ({article.media.value}, {article.encoding})",
        "cleaning": f"{len(article.repairs)} repairs, {len(article.removed)} spans left out, "
        f"{len(article.damaged)} damaged",
    }
    head = "\n".join(f"{name + ':':<10} {value}" for name, value in known.items() if value)
    write_text(clean_for_terminal(f"{article.title}\n\n{head}\n\n{article.text}"))


def status(*, data: Data = None, as_json: AsJson = False) -> None:
    """Show how many articles and passages there are, and what they take."""
    with opened(data, read_only=True) as engine, engine.store.snapshot() as snapshot:
        found = plain_fields(snapshot.status())
        folder = engine.settings.data.resolve()
    if as_json:
        write_json({"data": str(folder), **found})
        return
    rows = {"data": folder, **found}
    write_text("\n".join(f"{name.replace('_', ' ') + ':':<22} {value}" for name, value in rows.items()))
