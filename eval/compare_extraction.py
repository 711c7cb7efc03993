"""Compare this project's main text with trafilatura's on a folder of pages: `python -m eval.compare_extraction`.

The folder holds HTML pages; the expectations are a JSON object that maps each file name to `text`, the list of the
lines of its story, and optionally `title`. Precision is the share of extracted characters that belong to the story,
recall the share of the story that was extracted, both counted on lines without white space; `foreign` counts extracted
lines that hold nothing of the story.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import trafilatura
from rich.console import Console
from rich.table import Table

from rag.ingest.decode import decode
from rag.ingest.extract import extract
from rag.ingest.html import parse_html
from rag.ingest.repair import damage_score, repair

_SLICE = 12  # characters by which a line is found in the story again


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """What one extractor made of a page."""

    title: str
    lines: tuple[str, ...]
    milliseconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How one extraction compares with the story; precision and recall are in [0, 1], None without text."""

    precision: float | None
    recall: float | None
    foreign: int
    ends: bool  # first and last line are the story's
    title: bool | None  # None where the expectations do not tell

    @property
    def is_exact(self) -> bool:
        """True when nothing is missing and nothing foreign is in."""
        return self.precision == 1.0 and self.recall == 1.0


def ours(page: str) -> Extracted:
    """Main text by this project, from a decoded page."""
    begin = time.perf_counter()
    layout = parse_html(page)
    lines = repair(layout.source_text).text.split("\n")
    found = extract(layout, lines, damage=damage_score)
    taken = time.perf_counter() - begin
    return Extracted(title=found.title, lines=tuple(found.text(lines).split("\n")), milliseconds=1000 * taken)


def theirs(page: str) -> Extracted:
    """Main text by trafilatura, without comments and with tables, from the same decoded page."""
    begin = time.perf_counter()
    text = trafilatura.extract(page, include_comments=False, include_tables=True) or ""
    metadata = trafilatura.extract_metadata(page)
    taken = time.perf_counter() - begin
    title = metadata.title or ""
    return Extracted(title=title, lines=tuple(text.split("\n")), milliseconds=1000 * taken)


def score(found: Extracted, story: Sequence[str], title: str | None) -> Score:
    """Compare extracted lines with the lines of the story."""
    lines = [bare for line in found.lines if (bare := _bare(line))]
    wanted = [bare for line in story if (bare := _bare(line))]
    whole, got = "".join(wanted), "".join(lines)
    right = sum(_shared(line, whole) for line in lines)
    back = sum(_shared(line, got) for line in wanted)
    return Score(
        precision=right / len(got) if got else None,
        recall=back / len(whole) if whole else None,
        foreign=sum(_shared(line, whole) == 0 for line in lines),
        ends=bool(lines and wanted) and lines[0] == wanted[0] and lines[-1] == wanted[-1],
        title=None if title is None else _bare(title) == _bare(found.title),
    )


def _bare(text: str) -> str:
    return "".join(text.split())


def _shared(line: str, text: str) -> int:
    """How many characters of a line stand in a text: all of it, or slices of it."""
    if line in text:
        return len(line)
    slices = (line[at : at + _SLICE] for at in range(0, len(line), _SLICE))
    return sum(len(part) for part in slices if len(part) >= _SLICE // 2 and part in text)


def compare(folder: Path, expected: Mapping[str, Mapping[str, object]]) -> Table:
    """A row per page and extractor, and the means."""
    table = Table(title="main text", show_lines=False)
    for column in ("page", "extractor", "precision", "recall", "foreign", "first and last", "title", "ms"):
        table.add_column(column)
    extractors: tuple[tuple[str, Callable[[str], Extracted]], ...] = (("jushi", ours), ("trafilatura", theirs))
    scores: dict[str, list[Score]] = {name: [] for name, _ in extractors}
    for name, entry in expected.items():
        path = folder / name
        story, title = entry["text"], entry.get("title")
        if not path.is_file() or not isinstance(story, list):
            raise SystemExit(f"{path}: expected a page and a list of lines under `text` for it")
        page = decode(path.read_bytes()).text
        for label, extractor in extractors:
            found = extractor(page)
            result = score(found, [str(line) for line in story], str(title) if title is not None else None)
            scores[label].append(result)
            table.add_row(name, label, *_cells(result), f"{found.milliseconds:.0f}")
    for label, results in scores.items():
        table.add_row("all", label, *_means(results), "")
    return table


def _cells(result: Score) -> list[str]:
    told = {True: "yes", False: "no", None: "-"}
    shares = ["-" if share is None else f"{share:.3f}" for share in (result.precision, result.recall)]
    return [*shares, str(result.foreign), told[result.ends], told[result.title]]


def _means(results: Sequence[Score]) -> list[str]:
    count = len(results) or 1
    return [
        f"{sum(result.precision or 0.0 for result in results) / count:.3f}",
        f"{sum(result.recall or 0.0 for result in results) / count:.3f}",
        str(sum(result.foreign for result in results)),
        f"{sum(result.ends for result in results)}/{len(results)}",
        f"{sum(bool(result.title) for result in results)}/{len(results)}",
    ]


def main(arguments: Sequence[str]) -> None:
    """Print the table for the folder and the expectations named on the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.compare_extraction", description="main text against trafilatura"
    )
    parser.add_argument("folder", type=Path, help="folder of HTML pages")
    parser.add_argument("expected", type=Path, help="JSON: {file name: {text: [lines], title: …}}")
    chosen = parser.parse_args(arguments)
    expected = json.loads(chosen.expected.read_text(encoding="utf-8"))
    Console(width=120).print(compare(chosen.folder, expected))


if __name__ == "__main__":
    main(sys.argv[1:])
