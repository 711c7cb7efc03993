# ruff: noqa: INP001 - a script beside write.py, no package
"""Draws how a page comes in and how an answer comes out, as an SVG."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

_WIDTH, _HIGH, _GAP = 1000, 84, 24
_STYLE = """
.box { fill: #f5f7fa; stroke: #9aa5b1; }
.out { fill: #e7f6ec; stroke: #2f855a; }
.no { fill: #fff4e5; stroke: #b7791f; }
.name { font-weight: 600; fill: #1f2933; }
.what { fill: #52606d; }
.row { fill: #52606d; font-weight: 600; }
.arrow { stroke: #7b8794; fill: none; }
.tip { fill: #7b8794; }
.paper { fill: #ffffff; }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One step: its name, and what it does in two short lines."""

    name: str
    what: tuple[str, ...]
    kind: str = "box"


_ROWS: tuple[tuple[str, tuple[Box, ...]], ...] = (
    (
        "A page comes in",
        (
            Box(name="Read", what=("bytes as they came,", "whatever the encoding")),
            Box(name="Find the story", what=("menus and tickers out,", "each with a reason")),
            Box(name="Mend", what=("what statistics are sure", "of; the rest is marked")),
            Box(name="Cut", what=("passages that know their", "place in the original")),
            Box(name="Store", what=("original, text, vectors,", "every revision"), kind="out"),
        ),
    ),
    (
        "A question is asked",
        (
            Box(name="Understand", what=("one script, follow-ups", "completed, filters")),
            Box(name="Find", what=("by meaning and words;", "reprints count once")),
            Box(name="Decide", what=("do they answer it?", "a calibrated chance")),
            Box(name="Write", what=("a model, or the articles'", "own sentences")),
            Box(name="Check", what=("numbers, units, dates,", "names, negation, words")),
        ),
    ),
    (
        "What the reader gets",
        (
            Box(name="An answer", what=("every sentence with its quote,", "cut from the original"), kind="out"),
            Box(name="A conflict", what=("two articles, two values,", "both with their dates"), kind="out"),
            Box(name="A refusal", what=("its reason, and the nearest", "that the articles say"), kind="no"),
        ),
    ),
)


def drawing() -> str:
    """The whole picture."""
    parts: list[str] = []
    top = 16
    for heading, boxes in _ROWS:
        parts.append(f'<text class="row" x="20" y="{top + 14}" font-size="15">{heading}</text>')
        wide = (_WIDTH - 40 - _GAP * (len(boxes) - 1)) / len(boxes)
        for index, box in enumerate(boxes):
            left = 20 + index * (wide + _GAP)
            parts += _box(box, left, top + 26, wide)
            if index and len(boxes) > 3:
                parts.append(_arrow(left - _GAP + 2, top + 26 + _HIGH / 2, left - 3))
        top += 26 + _HIGH + 30
    title = "How a page comes in and how an answer comes out"
    said = "; ".join(f"{heading}: {', '.join(box.name for box in boxes)}" for heading, boxes in _ROWS)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {top}" role="img" aria-labelledby="t d" '
        "font-family=\"system-ui, 'PingFang SC', 'Noto Sans SC', 'Noto Sans CJK SC', sans-serif\">"
    )
    named = [f'<title id="t">{title}</title>', f'<desc id="d">{escape(said)}</desc>', f"<style>{_STYLE}</style>"]
    paper = f'<rect class="paper" width="{_WIDTH}" height="{top}" rx="14"/>'
    return "\n".join([head, *named, paper, *parts, "</svg>", ""])


def _box(box: Box, left: float, top: float, wide: float) -> list[str]:
    middle = left + wide / 2
    lines = [f'<rect class="{box.kind}" x="{left:g}" y="{top:g}" width="{wide:g}" height="{_HIGH}" rx="10"/>']
    lines.append(_text("name", middle, top + 26, 16, box.name))
    lines += [_text("what", middle, top + 48 + 18 * index, 13, line) for index, line in enumerate(box.what)]
    return lines


def _text(kind: str, x: float, y: float, size: int, text: str) -> str:
    words = escape(text, quote=False)
    return f'<text class="{kind}" x="{x:g}" y="{y:g}" font-size="{size}" text-anchor="middle">{words}</text>'


def _arrow(start: float, y: float, end: float) -> str:
    return (
        f'<path class="arrow" stroke-width="1.5" d="M{start:g} {y:g}H{end - 6:g}"/>'
        f'<path class="tip" d="M{end - 8:g} {y - 4:g}l8 4-8 4z"/>'
    )
