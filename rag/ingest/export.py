"""Articles -> JSON lines that `read_jsonl` reads back: the page as it came, and what is known of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

from rag.store.protocol import Snapshot
from rag.types import Article, Media

_PAGE = 1000  # articles listed at a time
_KEYS = {Media.TEXT: "text", Media.HTML: "html"}


def lines(snapshot: Snapshot) -> Iterator[bytes]:
    """One line for each article of a snapshot, its current revision, oldest ingest first."""
    total = snapshot.status().articles
    for end in range(total, 0, -_PAGE):
        start = max(0, end - _PAGE)
        for info in reversed(snapshot.articles(offset=start, limit=end - start)):
            yield line_of(snapshot.article(info.article_id))


def line_of(article: Article) -> bytes:
    """One article as a JSON object and a line end.

    The page stands in `text` or `html` where it is plain UTF-8, else in `base64` with its `media` and `encoding`: not a
    byte of it is changed. `title`, `publisher` and `published` are what was found; given again, they win over the page.
    """
    published = article.published
    known = {
        "id": article.article_id,
        "url": article.url,
        "title": article.title or None,
        "publisher": article.publisher,
        "published": (published.time or published.day).isoformat() if published else None,
        "name": article.name,
        **_page(article),
    }
    line = json.dumps({key: value for key, value in known.items() if value is not None}, ensure_ascii=False)
    return line.encode() + b"\n"


def _page(article: Article) -> dict[str, str]:
    if article.media in _KEYS and article.encoding == "utf-8":
        try:
            return {_KEYS[article.media]: article.page.decode("utf-8")}
        except UnicodeDecodeError:
            pass
    packed = base64.b64encode(article.page).decode("ascii")
    return {"base64": packed, "media": article.media.value, "encoding": article.encoding}
