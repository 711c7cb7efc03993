"""A story as a well-formed page and as a plain text dump; the other kinds of noise start from these."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from itertools import groupby

from eval.noise.story import Paragraph, Story
from rag.types import Media, RawDocument


def html_page(
    story: Story, *, above: str = "", inside: Sequence[str] = (), below: str = "", charset: str = "utf-8"
) -> str:
    """A page with the story in an `<article>`; `above`, `inside` (spread between paragraphs) and `below` are markup."""
    site = f" - {escape(story.publisher)}" if story.publisher else ""
    meta = [f'<meta charset="{charset}">', f"<title>{escape(story.title)}{site}</title>"]
    if story.published:
        meta.append(f'<meta property="article:published_time" content="{story.published.isoformat()}">')
    if story.publisher:
        meta.append(f'<meta property="og:site_name" content="{escape(story.publisher)}">')
    info = f'<p class="info">{escape(dateline_of(story))}</p>\n' if dateline_of(story) else ""
    blocks = _blocks(story.paragraphs)
    step = max(1, len(blocks) // (len(inside) + 1))
    for number, markup in reversed(list(enumerate(inside, start=1))):
        blocks.insert(min(number * step, len(blocks)), markup)
    body = "\n".join(blocks)
    head = "\n".join(meta)
    return (
        f'<!DOCTYPE html>\n<html lang="zh">\n<head>\n{head}\n</head>\n<body>\n{above}'
        f"<article>\n<h1>{escape(story.title)}</h1>\n{info}{body}\n</article>\n{below}</body>\n</html>\n"
    )


def text_page(story: Story) -> str:
    """The story as a dump of a page's text: title, dateline, one line for each paragraph."""
    lines = [story.title, dateline_of(story), *(paragraph.text for paragraph in story.paragraphs)]
    return "\n".join(line for line in lines if line) + "\n"


def dateline_of(story: Story) -> str:
    """When and where the story came out, as pages print it; empty where neither is known."""
    return dateline(story.published, story.publisher)


def dateline(published: date | None, publisher: str | None) -> str:
    """`2024年5月6日　来源：某报`, or the half that is known."""
    day = f"{published.year}年{published.month}月{published.day}日" if published else ""
    return "　".join(part for part in (day, f"来源：{publisher}" if publisher else "") if part)


def document(story: Story, content: str | bytes, media: Media, *, encoding: str | None = "utf-8") -> RawDocument:
    """A page of the story as it is handed to the program; of the story's data only id and address are told."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    return RawDocument(
        name=f"{story.name}.{'html' if media is Media.HTML else 'txt'}",
        data=data,
        media=media,
        encoding=encoding,
        article_id=story.article_id,
        url=story.url,
    )


def _blocks(paragraphs: Sequence[Paragraph]) -> list[str]:
    """Markup of paragraphs, rows that follow one another as one table."""
    blocks: list[str] = []
    for is_table, group in groupby(paragraphs, key=lambda paragraph: bool(paragraph.cells)):
        if is_table:
            rows = "".join(_row(paragraph.cells) for paragraph in group)
            blocks.append(f"<table>\n{rows}</table>")
        else:
            blocks += [_block(paragraph) for paragraph in group]
    return blocks


def _row(cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>\n"


def _block(paragraph: Paragraph) -> str:
    tag = "h2" if paragraph.is_heading else "p"
    return f"<{tag}>{escape(paragraph.text)}</{tag}>"
