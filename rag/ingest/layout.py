"""A page as lines that a reader sees, each with what the markup says: the value between parser and extractor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rag.offsets import OffsetMap


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A block element of the page. `parent` is the number of the box around it, -1 for the page itself.

    `marks` are its id, class, role and itemprop in lower case, separated by blanks.
    """

    parent: int
    tag: str
    marks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What the markup says about one line of `Layout.source_text`. All counts are code points of that line.

    `box` is the number of the innermost block element around it; `tags` names the elements around it that bear on its
    role; `heading` is 1 to 6 in a heading, else 0; `pictures` counts the pictures between it and the line before;
    `indent` is the white space at its start that a reader sees.
    """

    box: int = 0
    tags: frozenset[str] = frozenset()
    heading: int = 0
    links: int = 0
    link_chars: int = 0
    bold_chars: int = 0
    centered: bool = False
    pictures: int = 0
    picture_text: str = ""  # what those pictures say where they cannot be shown
    indent: int = 0
    bullet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A page taken apart: `source_text`, split at its line feeds, has one entry per entry of `lines`.

    `page_map` leads from `source_text` to the code points of the decoded page. `boxes` is empty for text, where nothing
    is known but the lines. `head` holds what the page says about itself, by lower-case name (`og:title`, `date`, …).
    """

    source_text: str
    page_map: OffsetMap
    lines: tuple[Line, ...]
    boxes: tuple[Box, ...] = ()
    head: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.page_map.length != len(self.source_text):
            raise ValueError(f"page map covers {self.page_map.length} of {len(self.source_text)} code points")
        if self.source_text.count("\n") + 1 != len(self.lines):
            raise ValueError(f"{self.source_text.count(chr(10)) + 1} lines of text, {len(self.lines)} described")

    def around(self, line: int) -> Sequence[int]:
        """The boxes around a line, innermost first."""
        out = []
        box = self.lines[line].box if self.boxes else -1
        while box >= 0:
            out.append(box)
            box = self.boxes[box].parent
        return out
