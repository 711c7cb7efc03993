"""HTML pages -> `Layout`: what the page says to a reader, line by line, each character with its place in the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby

from rag.ingest.embedded import articles_in_script, unescape_textarea
from rag.ingest.head import Head
from rag.ingest.layout import Box, Layout, Line
from rag.ingest.markup import Run, Tag, Text, attributes, tokens, visible
from rag.ingest.tree import BLOCKS, VOID, Tree
from rag.offsets import OffsetMap, Rewriter

ENOUGH_PROSE = 80  # characters in lines with sentences, below which a page's story is looked for where it is hidden
_SENTENCE_END = re.compile("[。！？!?]")
_CELL_LIMIT = 200  # characters; a table row with a longer cell is layout, not data
_ROW_LIMIT = 600
_CELL_LINES = 3
_SMALLEST_PICTURE = 48  # pixels; smaller ones are icons
_JOINER = " | "


@dataclass(slots=True)
class _Draft:
    """A line while it is being read."""

    runs: list[Run] = field(default_factory=list)
    line: Line = field(default_factory=Line)
    cell: tuple[int, int] | None = None

    @property
    def text_length(self) -> int:
        return sum(run.end - run.start if run.text is None else len(run.text) for run in self.runs)


def parse_html(page: str) -> Layout:
    """Read a decoded page. Never raises, whatever the markup.

    A story that style sheets hide until a script shows it, or that stands escaped in a `textarea` or as a text inside a
    script, is read when the visible lines hold less than `ENOUGH_PROSE` characters of prose.
    """
    layout = _read(page, show_hidden=False)
    prose = _prose(layout)
    if prose >= ENOUGH_PROSE:
        return layout
    shown = _read(page, show_hidden=True)
    if _prose(shown) >= max(ENOUGH_PROSE, 2 * prose):
        return shown
    inner = max((_nested(page, *found) for found in articles_in_script(page)), key=_prose, default=None)
    if inner is not None and _prose(inner) >= max(ENOUGH_PROSE, 2 * prose):
        return replace(inner, head=layout.head)
    return layout


def _read(page: str, *, show_hidden: bool) -> Layout:
    reader = _Reader(page, show_hidden=show_hidden)
    reader.read()
    drafts = list(_join_rows(reader.drafts, reader.tree))
    return _assemble(page, drafts, tuple(reader.tree.boxes), reader.head)


def _nested(page: str, html: str, origin: OffsetMap) -> Layout:
    """The layout of HTML that stood escaped inside the page, its map leading to the page."""
    inner = _read(html, show_hidden=False)
    return replace(inner, page_map=inner.page_map.after(origin)) if html else _read(page[:0], show_hidden=False)


def _prose(layout: Layout) -> int:
    """Characters in lines that hold a sentence and are not mostly links."""
    lines = zip(layout.source_text.split("\n"), layout.lines, strict=True)
    return sum(len(text) for text, line in lines if _SENTENCE_END.search(text) and line.link_chars * 2 < len(text))


class _Reader:
    """Turns tokens into drafts of lines."""

    def __init__(self, page: str, *, show_hidden: bool) -> None:
        self.tree = Tree(show_hidden=show_hidden)
        self.head = Head()
        self.drafts: list[_Draft] = []
        self._page = page
        self._show_hidden = show_hidden
        self._at_blank = True  # the line is empty or ends in a blank: the next blank is not shown
        self._last_link = 0
        self._pictures = 0
        self._picture_text = ""
        self._linked_data = False
        self._new_line()

    def read(self) -> None:
        for token in tokens(self._page):
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
        self._at_blank = True
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
        if not self._runs:
            self._place = top
        for run in visible(self._page, token.start, token.end, keep_space=top.preformatted):
            if top.preformatted and run.text and "\n" in run.text:
                self._flush()
                self._place = top
                continue
            shown = self._page[run.start : run.end] if run.text is None else run.text
            if shown == " " and not top.preformatted:
                if self._at_blank:
                    continue
                self._at_blank = True
            else:
                self._at_blank = False
                self._count(shown)
            self._runs.append(run)

    def _count(self, shown: str) -> None:
        top = self.tree.top
        if not any(not run_is_blank for run_is_blank in (run.text == " " for run in self._runs)):
            self._place = top
        size = len(shown)
        if top.link:
            self._link_chars += size
            if top.link != self._last_link:
                self._links += 1
                self._last_link = top.link
        if top.bold:
            self._bold_chars += size

    def _raw(self, token: Text) -> None:
        content = self._page[token.start : token.end]
        if token.element == "title" and not any(box.tag == "svg" for box in self.tree.boxes[-1:]):
            self.head.add("title", "".join(_decoded(self._page, token)))
        elif token.element == "script" and self._linked_data:
            self.head.linked_data(content)
        elif token.element == "textarea" and _SENTENCE_END.search(content):
            html, origin = unescape_textarea(self._page, token.start, token.end)
            if "<p" in html.lower() or "<br" in html.lower():
                self._splice(_nested(self._page, html, origin))

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
                self.drafts.append(_Draft(runs, replace(line, box=line.box + base)))
            at += len(text) + 1

    def _flush(self) -> None:
        """End the line; a line of nothing but white space is none."""
        runs = self._runs
        while runs and self._shows(runs[-1]) == " ":
            runs.pop()
        if runs and not all(self._shows(run).isspace() or not self._shows(run) for run in runs):
            top = self._place
            first = self._shows(runs[0])
            line = Line(
                box=top.box,
                tags=top.tags,
                heading=top.heading,
                links=self._links,
                link_chars=self._link_chars,
                bold_chars=self._bold_chars,
                centered=top.centered,
                pictures=self._pictures,
                picture_text=self._picture_text,
                indent=len(first) - len(first.lstrip()),
                bullet=self.tree.boxes[top.box].tag == "li",
            )
            self.drafts.append(_Draft(runs, line, top.cell))
            self._pictures, self._picture_text = 0, ""
        self._new_line()

    def _shows(self, run: Run) -> str:
        return self._page[run.start : run.end] if run.text is None else run.text


def _decoded(page: str, token: Text) -> Iterator[str]:
    for run in visible(page, token.start, token.end):
        yield page[run.start : run.end] if run.text is None else run.text


def _is_picture(values: dict[str, str]) -> bool:
    sizes = [int(found[0]) for key in ("width", "height") if (found := re.match(r"\d+", values.get(key, "")))]
    return not sizes or min(sizes) >= _SMALLEST_PICTURE


def _pieces(page_map: OffsetMap, text: str, start: int, end: int) -> Iterator[tuple[int, int, str | None]]:
    """Page spans of text `[start, end)`, with the text where it is not a copy of them."""
    for segment in page_map.segments:
        low, high = max(start, segment.start), min(end, segment.end)
        if low >= high:
            continue
        if segment.is_copy:
            shift = segment.origin_start - segment.start
            yield low + shift, high + shift, None
        else:
            yield segment.origin_start, segment.origin_end, text[low:high]


def _join_rows(drafts: list[_Draft], tree: Tree) -> Iterator[_Draft]:
    """Each row of a data table on one line, its cells divided by bars; rows of layout tables stay as they are."""
    for row, group in groupby(drafts, key=lambda draft: draft.cell[0] if draft.cell else 0):
        members = list(group)
        if not row or not _is_data(members, row, tree):
            yield from members
            continue
        cells: list[list[_Draft]] = [[] for _ in range(tree.cells[row])]
        for draft in members:
            assert draft.cell is not None
            cells[draft.cell[1]].append(draft)
        yield _joined(cells)


def _is_data(members: list[_Draft], row: int, tree: Tree) -> bool:
    filled = [[draft for draft in members if draft.cell == (row, cell)] for cell in range(tree.cells[row])]
    sizes = [sum(draft.text_length for draft in cell) for cell in filled]
    return (
        row not in tree.nesting_rows
        and sum(size > 0 for size in sizes) >= 2
        and max(sizes) <= _CELL_LIMIT
        and sum(sizes) <= _ROW_LIMIT
        and max(map(len, filled)) <= _CELL_LINES
        and all(draft.cell is not None and draft.cell[1] >= 0 for draft in members)
    )


def _joined(cells: list[list[_Draft]]) -> _Draft:
    """One draft out of the drafts of a row, counts added up."""
    drafts = [draft for cell in cells for draft in cell]
    first, runs = drafts[0], list[Run]()
    at = first.runs[0].start
    for number, cell in enumerate(cells):
        if number:
            runs.append(Run(at, at, _JOINER))
        for place, draft in enumerate(cell):
            if place:
                runs.append(Run(at, at, " "))
            runs.extend(draft.runs)
            at = draft.runs[-1].end
    line = replace(
        first.line,
        links=sum(draft.line.links for draft in drafts),
        link_chars=sum(draft.line.link_chars for draft in drafts),
        bold_chars=sum(draft.line.bold_chars for draft in drafts),
        pictures=sum(draft.line.pictures for draft in drafts),
    )
    return _Draft(runs, line, first.cell)


def _assemble(page: str, drafts: list[_Draft], boxes: tuple[Box, ...], head: Head) -> Layout:
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
