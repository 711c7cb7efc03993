"""Lines of a page while it is read, and the rows of its data tables, each put on one line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby

from rag.ingest.layout import Line
from rag.ingest.markup import Run
from rag.ingest.tree import Tree

_CELL_LIMIT = 200  # characters; a table row with a longer cell is layout, not data
_ROW_LIMIT = 600
_CELL_LINES = 3
_JOINER = " | "


@dataclass(slots=True)
class Draft:
    """A line while it is being read."""

    runs: list[Run] = field(default_factory=list)
    line: Line = field(default_factory=Line)
    cell: tuple[int, int] | None = None

    @property
    def text_length(self) -> int:
        """Code points that the line shows."""
        return sum(run.end - run.start if run.text is None else len(run.text) for run in self.runs)


def join_rows(drafts: list[Draft], tree: Tree) -> Iterator[Draft]:
    """Each row of a data table on one line, its cells divided by bars; rows of layout tables stay as they are."""
    for row, group in groupby(drafts, key=lambda draft: draft.cell[0] if draft.cell else 0):
        members = list(group)
        if not row or not _is_data(members, row, tree):
            yield from members
            continue
        cells: list[list[Draft]] = [[] for _ in range(tree.cells[row])]
        for draft in members:
            assert draft.cell is not None
            cells[draft.cell[1]].append(draft)
        yield _joined(cells)


def _is_data(members: list[Draft], row: int, tree: Tree) -> bool:
    cells: dict[int, list[Draft]] = {cell: [] for cell in range(tree.cells[row])}
    for draft in members:
        if draft.cell is not None and draft.cell[1] in cells:
            cells[draft.cell[1]].append(draft)
    filled = list(cells.values())
    sizes = [sum(draft.text_length for draft in cell) for cell in filled]
    return (
        row not in tree.nesting_rows
        and sum(size > 0 for size in sizes) >= 2
        and max(sizes) <= _CELL_LIMIT
        and sum(sizes) <= _ROW_LIMIT
        and max(map(len, filled)) <= _CELL_LINES
        and all(draft.cell is not None and draft.cell[1] >= 0 for draft in members)
    )


def _joined(cells: list[list[Draft]]) -> Draft:
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
    return Draft(runs, line, first.cell)
