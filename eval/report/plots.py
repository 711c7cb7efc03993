"""Plots of a run as SVG that takes its colours from the page: what is drawn in ink follows light and dark."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from io import StringIO
from typing import TYPE_CHECKING

from eval.report.noise import NoiseRow
from eval.scores import Figure, Scores
from rag.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INK, _FAINT = "#010203", "#030201"  # stand-ins that become the page's own colours
_MAIN, _OTHER, _BAD = "#2f6fb0", "#c77d28", "#b8434a"
_WIDTH, _ROW = 7.2, 0.27  # inches
_LABEL = 28  # characters
_REFERENCE = re.compile(r'(\bid="|xlink:href="#|url\(#)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """One plot: an `<svg>` element, and what it shows in a sentence."""

    title: str
    alt: str
    svg: str


def plots(scores: Scores, noise: Sequence[NoiseRow] = ()) -> list[Plot]:
    """Those plots for which there is something to draw.

    Raises:
        ConfigError: matplotlib is not installed.
    """
    found = [_by_tag(scores), _refusal_curve(scores), _latency(scores), _by_noise(noise)]
    return [plot for plot in found if plot is not None]


def _by_tag(scores: Scores) -> Plot | None:
    """Fact recall of what is answerable and refusal of what is not, by tag, with intervals."""
    kinds = (("fact recall", _MAIN), ("refused", _OTHER))
    rows = [
        (tag, name, colour, held[name])
        for name, colour in kinds
        for tag, held in sorted(scores.by_tag.items())
        if name in held and (name == "fact recall" or "fact recall" not in held)
    ]
    if not rows:
        return None

    def draw(axes: Axes) -> None:
        for at, (_, _, colour, figure) in enumerate(reversed(rows)):
            _whisker(axes, at, figure, colour)
        axes.set_yticks(range(len(rows)), [f"{_short(tag)} ({figure.cases})" for tag, _, _, figure in reversed(rows)])
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.7, len(rows) - 0.3)
        for name, colour in kinds:
            axes.plot([], [], "o", color=colour, label=name)
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, frameon=False, labelcolor=_INK)

    told = "; ".join(f"{tag}: {name} {figure.interval.value:.2f}" for tag, name, _, figure in rows)
    return _plot("By tag", f"Fact recall and refusal by tag. {told}", len(rows) * _ROW + 0.9, draw)


def _refusal_curve(scores: Scores) -> Plot | None:
    points = scores.curve
    if not points:
        return None
    reached = [scores.overall[name].interval.value for name in ("over-refusal", "refused") if name in scores.overall]

    def draw(axes: Axes) -> None:
        axes.plot([p.over_refused for p in points], [p.refused for p in points], color=_MAIN, linewidth=1.8)
        if len(reached) == 2:
            axes.plot(*reached, "o", color=_OTHER, label="as it answers now")
            axes.legend(loc="lower right", frameon=False, labelcolor=_INK)
        axes.axvline(0.05, color=_FAINT, linewidth=0.8, linestyle="--")
        axes.set_xlabel("answerable questions refused")
        axes.set_ylabel("unanswerable questions refused")
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.02, 1.02)

    area = f", area under it {scores.auroc:.3f}" if scores.auroc is not None else ""
    return _plot("Refusal curve", f"What each threshold of answerability would refuse{area}.", 4.0, draw)


def _latency(scores: Scores) -> Plot | None:
    rows = [(name, spread) for name, spread in scores.cost.stages.items() if spread.p95 >= 0.5]
    rows += [(n, s) for n, s in (("first words", scores.cost.first), ("whole answer", scores.cost.whole)) if s]
    if not rows:
        return None

    def draw(axes: Axes) -> None:
        for at, (_, spread) in enumerate(reversed(rows)):
            axes.barh(at, spread.p95, color=_MAIN, alpha=0.35, height=0.6)
            axes.barh(at, spread.p50, color=_MAIN, height=0.6)
        axes.set_yticks(range(len(rows)), [_short(name) for name, _ in reversed(rows)])
        axes.set_xlabel("milliseconds: median, and 95th percentile in the lighter bar")

    told = "; ".join(f"{name}: {spread.p50:.0f} / {spread.p95:.0f}" for name, spread in rows)
    return _plot("Latency", f"Milliseconds by stage, median and 95th percentile. {told}", len(rows) * _ROW + 0.8, draw)


def _by_noise(noise: Sequence[NoiseRow]) -> Plot | None:
    rows = [row for row in noise if row.points is not None]
    if not rows:
        return None

    def draw(axes: Axes) -> None:
        for at, row in enumerate(reversed(rows)):
            assert row.points is not None
            colour = _BAD if row.points < -row.goal else _MAIN
            axes.plot([row.low, row.high], [at, at], color=colour, linewidth=1.6)
            axes.plot(row.points, at, "o", color=colour)
        axes.axvline(0, color=_FAINT, linewidth=0.8)
        axes.axvline(-rows[0].goal, color=_FAINT, linewidth=0.8, linestyle="--")
        axes.set_yticks(range(len(rows)), [_short(row.noise) for row in reversed(rows)])
        axes.set_xlabel("points of fact recall against the clean articles")

    told = "; ".join(f"{row.noise}: {row.points:+.1f}" for row in rows)
    return _plot("By noise", f"Points of fact recall that each noise costs. {told}", len(rows) * _ROW + 0.8, draw)


def _whisker(axes: Axes, at: int, figure: Figure, colour: str) -> None:
    axes.plot([figure.interval.low, figure.interval.high], [at, at], color=colour, linewidth=1.6, alpha=0.6)
    axes.plot(figure.interval.value, at, "o", color=colour)


def _short(label: str) -> str:
    return label if len(label) <= _LABEL else label[: _LABEL - 1] + "…"


def _plot(title: str, alt: str, height: float, draw: Callable[[Axes], None]) -> Plot:
    try:
        from matplotlib import rc_context  # noqa: PLC0415 - an extra, and half a second to import
        from matplotlib.figure import Figure as Canvas  # noqa: PLC0415 - as above
    except ImportError as error:
        raise ConfigError('plots of a report need an extra: pip install "jushi[eval]"') from error
    out = StringIO()
    with (
        warnings.catch_warnings(),
        rc_context(
            {
                "svg.hashsalt": title,
                "svg.fonttype": "none",  # the page's fonts have the characters that a tag may be written in
                "text.parse_math": False,
                "font.size": 9,
                "lines.markersize": 5,
                "text.color": _INK,
                "axes.labelcolor": _INK,
                "axes.edgecolor": _INK,
                "xtick.color": _INK,
                "ytick.color": _INK,
            }
        ),
    ):
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)  # see above
        canvas = Canvas(figsize=(_WIDTH, height), layout="constrained")
        axes = canvas.add_subplot()
        draw(axes)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="x", color=_FAINT, alpha=0.25, linewidth=0.6)
        axes.set_axisbelow(True)
        canvas.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return Plot(title=title, alt=alt, svg=_inline(out.getvalue(), title, alt))


def _inline(document: str, title: str, alt: str) -> str:
    """The `<svg>` of a document, with ids of its own and the page's colours."""
    svg = document[document.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = _REFERENCE.sub(rf"\g<1>{title.lower().replace(' ', '-')}-", svg)
    svg = svg.replace(_INK, "currentColor").replace(_FAINT, "currentColor")
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(alt)}" ', 1)
