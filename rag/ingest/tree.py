"""Open elements while a page is read: which box a text stands in, and whether it is a link, hidden or a heading.

Tolerant as browsers are: unclosed `p`, `li`, `td`, stray and crossed end tags, any depth.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from rag.ingest.layout import Box
from rag.ingest.visibility import PLAIN, Look, Reveal, Sheet

DEEPEST = 512  # elements; deeper ones are read as if they were not there, as browsers do

BLOCKS = frozenset(
    "address article aside blockquote body button caption center dd details dialog dir div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre search section "
    "select summary table tbody td tfoot th thead tr ul option".split()
)
VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_TOLD = frozenset(
    "article aside blockquote button dd dt figcaption figure footer form header li main nav p pre table td th".split()
)
_NEVER_SHOWN = frozenset(
    "script style template noscript title select option datalist svg canvas object audio video iframe noembed noframes "
    "rt rp head".split()
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BOLD = _HEADINGS | {"b", "strong", "th"}
_CENTERING = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)
_CENTER_CLASS = re.compile(r"(?:^|[\s_-])(?:text|align)-?center(?:ed)?(?=$|\s)")

# A start tag closes these open elements, looked for no further than the second set.
_CLOSES: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (frozenset({"li"}), frozenset({"ul", "ol", "menu", "dir", "table", "td"})),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl", "table", "td"})),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl", "table", "td"})),
    "td": (frozenset({"td", "th"}), frozenset({"tr", "table"})),
    "th": (frozenset({"td", "th"}), frozenset({"tr", "table"})),
    "tr": (frozenset({"tr"}), frozenset({"table"})),
    "tbody": (frozenset({"tbody", "thead", "tfoot"}), frozenset({"table"})),
    "thead": (frozenset({"tbody", "thead", "tfoot"}), frozenset({"table"})),
    "tfoot": (frozenset({"tbody", "thead", "tfoot"}), frozenset({"table"})),
    "body": (frozenset({"head"}), frozenset()),
    "a": (frozenset({"a"}), frozenset({"td", "th", "table"})),
}
_CELL_SCOPE = frozenset({"td", "th", "table", "caption"})
_TABLE_PARTS = frozenset({"table", "tbody", "thead", "tfoot", "tr", "td", "th", "caption"})
_IN_HEAD = frozenset({"head", "html", "meta", "link", "title", "script", "style", "base", "noscript", "template"})


@dataclass(slots=True)
class Open:
    """An element that is open, with what it and those around it say about the text inside."""

    name: str
    box: int
    tags: frozenset[str]
    link: int = 0  # number of the link that the text belongs to, 0 for none
    heading: int = 0
    bold: bool = False
    centered: bool = False
    unshown: bool = False  # in an element that is never text
    hidden: bool = False  # so, or nobody sees it
    look: Look = field(default_factory=Look)
    preformatted: bool = False
    cell: tuple[int, int] | None = None  # row number and cell number inside the innermost table


class Tree:
    """The stack of open elements, and the boxes met so far. `reveal` says what is read though styles hide it."""

    def __init__(self, *, reveal: Reveal = Reveal.NOTHING, sheet: Sheet | None = None) -> None:
        self.boxes: list[Box] = [Box(parent=-1, tag="html")]
        self.cells: Counter[int] = Counter()  # cells by row
        self.nesting_rows: set[int] = set()  # rows with a table inside
        self._stack = [Open("html", 0, frozenset())]
        self._unpushed: Counter[str] = Counter()
        self._open: Counter[str] = Counter()  # open elements by name
        self._links = 0
        self._rows = 0
        self._reveal = reveal
        self._sheet = sheet or Sheet()

    @property
    def top(self) -> Open:
        """The innermost open element."""
        return self._stack[-1]

    def open(self, name: str, attributes: Mapping[str, str]) -> None:
        """Put an element that holds text on the stack, closing those that cannot hold it."""
        self._close_implied(name)
        if len(self._stack) >= DEEPEST:
            self._unpushed[name] += 1
            return
        self._open[name] += 1
        around = self.top
        link = around.link
        unshown = self._hides(name)
        look = around.look.inside(name, self._sheet.style(name, attributes) if attributes else PLAIN)
        if name == "a" and "href" in attributes:
            self._links += 1
            link = self._links
        self._stack.append(
            Open(
                name,
                self._box(name, attributes) if name in BLOCKS else around.box,
                around.tags | {name} if name in _TOLD else around.tags,
                link=link,
                heading=int(name[1]) if name in _HEADINGS else around.heading,
                bold=around.bold or name in _BOLD,
                centered=around.centered or name == "center" or _centers(attributes, attributes.get("style", "")),
                unshown=unshown,
                hidden=unshown or look.hidden(self._reveal),
                look=look,
                preformatted=around.preformatted or name == "pre",
                cell=self._cell(name),
            )
        )

    def close(self, name: str) -> None:
        """Take an element off the stack with all inside it; an end tag that closes nothing changes nothing."""
        if name in _HEADINGS:
            name = next((element.name for element in reversed(self._stack) if element.name in _HEADINGS), name)
        if self._unpushed[name]:
            self._unpushed[name] -= 1
            return
        if not self._open[name]:
            return
        barrier = frozenset({"table"}) if name in _TABLE_PARTS - {"table"} else _CELL_SCOPE
        for at in range(len(self._stack) - 1, 0, -1):
            found = self._stack[at].name
            if found == name:
                if name in BLOCKS or not any(inner.name in BLOCKS for inner in self._stack[at:]):
                    self._cut(at)
                else:
                    self._end_crossed(at)
                return
            if found in barrier and name != "table":
                return

    def _end_crossed(self, at: int) -> None:
        """End a link or emphasis that was closed from inside a block which is still open."""
        outer = self._stack[at - 1]
        for inner in self._stack[at + 1 :]:
            inner.link, inner.bold = outer.link, outer.bold
        self._open[self._stack.pop(at).name] -= 1

    def _cut(self, at: int) -> None:
        """Take all elements from place `at` off the stack."""
        for element in self._stack[at:]:
            self._open[element.name] -= 1
        del self._stack[at:]

    def _close_implied(self, name: str) -> None:
        if name in _HEADINGS and self.top.name in _HEADINGS:
            self._cut(-1)
        if name in BLOCKS:
            self._pop_to(frozenset({"p"}), _CELL_SCOPE | {"button"})
        if name in _CLOSES:
            self._pop_to(*_CLOSES[name])
        if self.top.name == "head" and name not in _IN_HEAD:
            self._cut(-1)

    def _pop_to(self, targets: frozenset[str], barrier: frozenset[str]) -> None:
        """Close the outermost of `targets` that is open inside `barrier`, with all inside it."""
        if not any(self._open[name] for name in targets):
            return
        lowest = 0
        for at in range(len(self._stack) - 1, 0, -1):
            if self._stack[at].name in barrier:
                break
            if self._stack[at].name in targets:
                lowest = at
        if lowest:
            self._cut(lowest)

    def _box(self, name: str, attributes: Mapping[str, str]) -> int:
        marks = " ".join(attributes[key] for key in ("id", "class", "role", "itemprop") if attributes.get(key))
        self.boxes.append(Box(parent=self.top.box, tag=name, marks=" ".join(marks.lower().split())[:200]))
        return len(self.boxes) - 1

    def _cell(self, name: str) -> tuple[int, int] | None:
        around = self.top.cell
        if name == "table" and around:
            for element in self._stack:
                if element.cell:
                    self.nesting_rows.add(element.cell[0])
            return None
        if name == "tr":
            self._rows += 1
            return self._rows, -1
        if name in {"td", "th"} and around:
            row = around[0]
            self.cells[row] += 1
            return row, self.cells[row] - 1
        return around

    def _hides(self, name: str) -> bool:
        """True inside elements that are never shown, which `template` is when a story is looked for."""
        if self.top.unshown or name not in _NEVER_SHOWN:
            return self.top.unshown
        return name != "template" or self._reveal < Reveal.FOLDED


def _centers(attributes: Mapping[str, str], style: str) -> bool:
    if _CENTER_CLASS.search(attributes.get("class", "")):
        return True
    return attributes.get("align", "").lower() == "center" or bool(style and _CENTERING.search(style))
