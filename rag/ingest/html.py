"""HTML pages -> `Layout`: what the page says to a reader, line by line, each character with its place in the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from rag.ingest.bounds import MOST_ELEMENTS, MOST_LINES, MOST_PIECES, check_count, timed
from rag.ingest.embedded import articles_in_script, unescape_textarea
from rag.ingest.head import Head
from rag.ingest.layout import Box, Layout, Line
from rag.ingest.markup import Run, Tag, Text, attributes, tokens, visible
from rag.ingest.rows import Draft, join_rows
from rag.ingest.tree import BLOCKS, VOID, Open, Tree
from rag.ingest.visibility import Reveal, Sheet
from rag.offsets import OffsetMap, Rewriter

ENOUGH_PROSE = 80  # characters in lines with sentences, below which a page's story is looked for where it is hidden
_SENTENCE_END = re.compile("[。！？!?]")
_STYLE = re.compile(r"<style(?=[\s>])[^<>]{0,500}>", re.IGNORECASE)
_STYLE_END = re.compile("</style", re.IGNORECASE)
_SMALLEST_PICTURE = 48  # pixels; smaller ones are icons


def parse_html(page: str) -> Layout:
    """Read a decoded page, whatever the markup.

    A story that style sheets hide until a script shows it, or that stands escaped in a `textarea` or as a text inside a
    script, is read when the visible lines hold less than `ENOUGH_PROSE` characters of prose.

    Raises:
        UnreadableError: it holds too many elements or lines, or takes too long.
    """
    layout = _read(page)
    prose = _prose(layout)
    if prose >= ENOUGH_PROSE:
        return layout
    for reveal in (Reveal.VEILED, Reveal.FOLDED):
        shown = _read(page, reveal)
        if _prose(shown) >= max(ENOUGH_PROSE, 2 * prose):
            return shown
    inner = max((_nested(*found) for found in articles_in_script(page)), key=_prose, default=None)
    if inner is not None and _prose(inner) >= max(ENOUGH_PROSE, 2 * prose):
        return replace(inner, head=layout.head)
    return layout


def _read(page: str, reveal: Reveal = Reveal.NOTHING) -> Layout:
    reader = _Reader(page, reveal)
    reader.read()
    drafts = list(join_rows(reader.drafts, reader.tree))
    return _assemble(page, drafts, tuple(reader.tree.boxes), reader.head)


def _nested(html: str, origin: OffsetMap) -> Layout:
    """The layout of HTML that stood escaped inside the page, its map leading to the page."""
    inner = _read(html)
    return replace(inner, page_map=inner.page_map.after(origin))


def _prose(layout: Layout) -> int:
    """Characters in lines that hold a sentence and are not mostly links."""
    lines = zip(layout.source_text.split("\n"), layout.lines, strict=True)
    return sum(len(text) for text, line in lines if _SENTENCE_END.search(text) and line.link_chars * 2 < len(text))


class _Reader:
    """Turns tokens into drafts of lines."""

    def __init__(self, page: str, reveal: Reveal) -> None:
        self.tree = Tree(reveal=reveal, sheet=Sheet("\n".join(_style_sheets(page))))
        self.head = Head()
        self.drafts: list[Draft] = []
        self._page = page
        self._pictures = self._pieces = 0
        self._picture_text = ""
        self._linked_data = False
        self._new_line()

    def read(self) -> None:
        for token in timed(tokens(self._page)):
            if isinstance(token, Text):
                self._text(token)
            elif token.closes:
                self._end(token.name)
            else:
                self._start(token)
        self._flush()

    def _new_line(self) -> None:
        self._runs: list[Run] = []
        self._links = self._link_chars = self._bold_chars = 0
        self._place: Open | None = None
        self._at_blank = True  # the line is empty or ends in a blank: the next blank is not shown
        self._last_link = 0

    def _start(self, tag: Tag) -> None:
        values = attributes(tag.attributes) if tag.attributes else {}
        if tag.name == "script":
            self._linked_data = "ld+json" in values.get("type", "")
        self.head.element(tag.name, values)
        if tag.name in {"br", "hr"} or tag.name in BLOCKS:
            self._flush()
        if tag.name in {"img", "video"} and not self.tree.top.hidden and _is_picture(values):
            self._pictures += 1
            self._picture_text = self._picture_text or " ".join(values.get("alt", "").split())
        if tag.name not in VOID and not (tag.name == "a" and tag.attributes.endswith("/") and "href" not in values):
            self.tree.open(tag.name, values)

    def _end(self, name: str) -> None:
        if name in BLOCKS or name == "br":
            self._flush()
        if name not in VOID:
            self.tree.close(name)

    def _text(self, token: Text) -> None:
        if token.element:
            self._raw(token)
            return
        top = self.tree.top
        if top.hidden:
            return
        for run in visible(self._page, token.start, token.end, keep_space=top.preformatted):
            if top.preformatted and run.text == "\n":
                self._flush()
                continue
            shown = self._shows(run)
            if shown == " " and self._at_blank and not top.preformatted:
                continue
            self._pieces += 1
            self._at_blank = shown == " "
            if not shown.isspace():
                self._count(len(shown))
            self._runs.append(run)
        check_count(self._pieces, MOST_PIECES, "pieces of text")

    def _count(self, size: int) -> None:
        """Note that so many characters stand in the innermost open element; the first of a line say where it stands."""
        top = self.tree.top
        self._place = self._place or top
        if top.link:
            self._link_chars += size
            if top.link != self._last_link:
                self._links += 1
                self._last_link = top.link
        if top.bold:
            self._bold_chars += size

    def _raw(self, token: Text) -> None:
        content = self._page[token.start : token.end]
        if token.element == "title":
            self.head.add("title", "".join(_decoded(self._page, token)))
        elif token.element == "script" and self._linked_data:
            self.head.linked_data(content)
        elif token.element == "textarea" and _SENTENCE_END.search(content):
            html, origin = unescape_textarea(self._page, token.start, token.end)
            if "<p" in html.lower() or "<br" in html.lower():
                self._splice(_nested(html, origin))

    def _splice(self, inner: Layout) -> None:
        """Put the lines of a page inside the page where they stand."""
        self._flush()
        base = len(self.tree.boxes)
        around = self.tree.top.box
        for box in inner.boxes:
            self.tree.boxes.append(replace(box, parent=box.parent + base if box.parent >= 0 else around))
        at = 0
        for text, line in zip(inner.source_text.split("\n"), inner.lines, strict=True):
            runs = [
                Run(segment[0], segment[1], segment[2])
                for segment in _pieces(inner.page_map, inner.source_text, at, at + len(text))
            ]
            if runs:
                self.drafts.append(Draft(runs, replace(line, box=line.box + base)))
            at += len(text) + 1

    def _flush(self) -> None:
        """End the line; a line of nothing but white space is none."""
        check_count(len(self.tree.boxes), MOST_ELEMENTS, "elements")
        check_count(len(self.drafts), MOST_LINES, "lines")
        runs, place = self._runs, self._place
        while runs and self._shows(runs[-1]) == " ":
            runs.pop()
        if place is not None:
            first = self._shows(runs[0])
            line = Line(
                box=place.box,
                tags=place.tags,
                heading=place.heading,
                links=self._links,
                link_chars=self._link_chars,
                bold_chars=self._bold_chars,
                centered=place.centered,
                pictures=self._pictures,
                picture_text=self._picture_text,
                indent=len(first) - len(first.lstrip()),
                bullet=self.tree.boxes[place.box].tag == "li",
            )
            self.drafts.append(Draft(runs, line, place.cell))
            self._pictures, self._picture_text = 0, ""
        self._new_line()

    def _shows(self, run: Run) -> str:
        return self._page[run.start : run.end] if run.text is None else run.text


def _style_sheets(page: str) -> Iterator[str]:
    """The style sheets that stand in a page, wherever they do: a rule also holds for what is above it."""
    at = 0
    while opening := _STYLE.search(page, at):
        closing = _STYLE_END.search(page, opening.end())
        at = closing.end() if closing else len(page)
        yield page[opening.end() : closing.start() if closing else at]


def _decoded(page: str, token: Text) -> Iterator[str]:
    for run in visible(page, token.start, token.end):
        yield page[run.start : run.end] if run.text is None else run.text


def _is_picture(values: dict[str, str]) -> bool:
    sizes = [int(found[0]) for key in ("width", "height") if (found := re.match(r"\d+", values.get(key, "")))]
    return not sizes or min(sizes) >= _SMALLEST_PICTURE


def _pieces(page_map: OffsetMap, text: str, start: int, end: int) -> Iterator[tuple[int, int, str | None]]:
    """Page spans of text `[start, end)`, with the text where it is not a copy of them."""
    for segment in timed(page_map.segments):
        low, high = max(start, segment.start), min(end, segment.end)
        if low >= high:
            continue
        if segment.is_copy:
            shift = segment.origin_start - segment.start
            yield low + shift, high + shift, None
        else:
            yield segment.origin_start, segment.origin_end, text[low:high]


def _assemble(page: str, drafts: list[Draft], boxes: tuple[Box, ...], head: Head) -> Layout:
    writer = Rewriter(page)
    for number, draft in enumerate(drafts):
        if number:
            writer.insert("\n", draft.runs[0].start)
        for run in draft.runs:
            if run.text is None:
                writer.keep(run.start, run.end)
            else:
                writer.replace(run.start, run.end, run.text)
    text, page_map = writer.finish()
    lines = tuple(draft.line for draft in drafts) or (Line(),)
    return Layout(source_text=text, page_map=page_map, lines=lines, boxes=boxes, head=head.values)
