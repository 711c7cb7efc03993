"""A run as one HTML page that needs no script and nothing from elsewhere. Every text that is not ours is escaped."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files

from eval.baseline import said
from eval.gate import Change, Comparison
from eval.gate_tables import verdict
from eval.measures import MEASURES, Measure
from eval.replies import Reply, ReplyCitation
from eval.report.failures import Failure
from eval.report.plots import Plot
from eval.scores import Figure, Scored, Scores
from eval.tables import cost_lines, goal_text, shown, single_lines, title

_STYLE = (files("eval.report") / "report.css").read_text(encoding="utf-8")
_HEAD = (
    '<!doctype html>\n<html lang="zh-Hans">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<meta name="color-scheme" content="light dark">\n'
    "<meta http-equiv=\"content-security-policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
)


def page(scores: Scores, found: Sequence[Failure], comparison: Comparison | None, drawn: Sequence[Plot]) -> str:
    """The whole page."""
    parts = [
        _HEAD,
        f"<title>Jushi, measured: {escape(scores.conditions.answerer)}</title>\n<style>\n{_STYLE}</style>\n",
        f"</head>\n<body>\n<header>\n<h1>Jushi 据实, measured</h1>\n<p>{escape(title(scores))}</p>\n",
        *_conditions(scores),
        "</header>\n<main>\n",
        *_measures(scores, comparison),
        *(_plot(one) for one in drawn),
        *_failures(found, len(scores.cases)),
        "</main>\n</body>\n</html>\n",
    ]
    return "".join(parts)


def _conditions(scores: Scores) -> Iterator[str]:
    held = scores.conditions
    rows = [
        ("settings", held.fingerprint),
        ("build", held.build),
        ("set", held.set_digest),
        ("key", held.key),
        ("model", held.model),
    ]
    shown_rows = [f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in rows if value]
    yield f'<dl class="conditions">{"".join(shown_rows)}</dl>\n'


def _measures(scores: Scores, comparison: Comparison | None) -> Iterator[str]:
    changes = {change.measure.name: change for change in comparison.changes} if comparison else {}
    yield "<section>\n<h2>Measures</h2>\n"
    if comparison:
        state = "bad" if comparison.worse else "good"
        yield f'<p class="verdict {state}">{escape(verdict(comparison))}</p>\n'
        yield from (f'<p class="note">{escape(note)}</p>\n' for note in comparison.notes)
    against = "<th>baseline</th><th>difference</th>" if comparison else ""
    yield '<div class="wide"><table>\n<thead><tr><th>measure</th><th>value</th><th class="track">95 % interval</th>'
    yield f"<th>goal</th><th>cases</th>{against}<th>what it is</th></tr></thead>\n<tbody>\n"
    for measure in MEASURES:
        if figure := scores.overall.get(measure.name):
            yield _measure(scores, measure, figure, changes.get(measure.name), compared=comparison is not None)
    yield "</tbody>\n</table></div>\n<ul>"
    yield from (f"<li>{escape(line)}</li>" for line in (*single_lines(scores), *cost_lines(scores.cost)))
    yield "</ul>\n</section>\n"


def _measure(scores: Scores, measure: Measure, figure: Figure, change: Change | None, *, compared: bool) -> str:
    bounds, answerer = figure.interval, scores.conditions.answerer
    met = measure.is_met(bounds.value, answerer)
    goal = escape(goal_text(measure, bounds.value, answerer))
    cells = [
        f"<th>{escape(measure.name)}</th>",
        f'<td class="number">{shown(bounds.value)}</td>',
        f'<td class="track" title="{shown(bounds.low)} – {shown(bounds.high)}">{_track(figure)}</td>',
        f'<td class="{"" if met is None else "good" if met else "bad"}">{goal}</td>',
        f'<td class="number">{figure.cases}</td>',
    ]
    if compared:
        cells += _against(change)
    return f"<tr>{''.join(cells)}<td>{escape(measure.says)}</td></tr>\n"


def _against(change: Change | None) -> list[str]:
    if change is None:
        return ["<td></td>", "<td></td>"]
    state = "bad" if change.worse else "good" if change.better else ""
    low, high = change.difference.low, change.difference.high
    return [
        f'<td class="number">{shown(change.then)}</td>',
        f'<td class="number {state}" title="{low:+.3f} – {high:+.3f}">{change.difference.value:+.3f}</td>',
    ]


def _track(figure: Figure) -> str:
    """The interval as a bar from 0 to 1; words for what is no share."""
    low, value, high = figure.interval.low, figure.interval.value, figure.interval.high
    if high > 1:
        return f"{shown(low)} – {shown(high)}"
    return (
        '<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="rail" y="4" width="100" '
        f'height="2"/><rect class="span" x="{100 * low:.1f}" y="2" width="{max(0.8, 100 * (high - low)):.1f}" '
        f'height="6"/><rect class="point" x="{min(98.8, 100 * value):.1f}" width="1.2" height="10"/></svg>'
    )


def _plot(one: Plot) -> str:
    return f"<section>\n<h2>{escape(one.title)}</h2>\n<figure>{one.svg}</figure>\n</section>\n"


def _failures(found: Sequence[Failure], asked: int) -> Iterator[str]:
    yield f"<section>\n<h2>Cases that failed ({len(found)} of {asked})</h2>\n"
    if not found:
        yield "<p>None.</p>\n"
    yield from (_failure(failure) for failure in found)
    yield "</section>\n"


def _failure(failure: Failure) -> str:
    one = failure.scored
    badges = "".join(f'<span class="badge">{escape(word)}</span>' for word in failure.wrong)
    new = '<span class="badge new">new</span>' if failure.is_new else ""
    tags = "".join(f'<span class="tag">{escape(tag)}</span>' for tag in one.case.tags)
    name = escape(one.case.case_id)
    return (
        f'<details id="case-{name}">\n<summary>{new}{badges}<b lang="zh">{escape(one.case.question)}'
        f"</b> <code>{name}</code> {tags}</summary>\n{''.join(_history(one))}"
        f'<div class="sides">\n{_now(one.reply)}{_then(failure)}</div>\n{"".join(_gold(one))}{_trace(one.reply)}'
        "</details>\n"
    )


def _history(one: Scored) -> Iterator[str]:
    yield from (f'<p class="turn">{escape(turn.role)}: {escape(turn.text)}</p>\n' for turn in one.case.history)
    if one.case.as_of:
        yield f'<p class="turn">as of {one.case.as_of.isoformat()}</p>\n'


def _now(reply: Reply) -> str:
    quotes = "".join(_quote(citation) for citation in reply.citations)
    return (
        f'<div class="side"><h3>Now: {escape(reply.status)}</h3><p class="answer">{escape(said(reply)) or "—"}</p>'
        f"{quotes}</div>\n"
    )


def _then(failure: Failure) -> str:
    if failure.baseline is None:
        return ""
    answer = escape(failure.baseline.answer) or "—"
    return (
        f'<div class="side"><h3>Baseline: {escape(failure.baseline.status)}</h3><p class="answer">{answer}</p></div>\n'
    )


def _quote(citation: ReplyCitation) -> str:
    place = citation.name or citation.title or citation.article
    doubt = "" if citation.exact is not False else ' <span class="badge">not in the original</span>'
    return (
        f"<blockquote>[{citation.number}] {escape(citation.quote)}<footer>{escape(place)} · "
        f"{escape(citation.verdict)}{doubt}</footer></blockquote>"
    )


def _gold(one: Scored) -> Iterator[str]:
    case = one.case
    if not case.answerable:
        yield '<p class="gold">The articles do not say.</p>\n'
    if case.facts:
        facts = "".join(f"<li>{escape(' / '.join(fact))}</li>" for fact in case.facts)
        yield f'<div class="gold"><h3>Facts</h3><ul>{facts}</ul></div>\n'
    if case.forbidden:
        yield f'<p class="gold">Forbidden: {escape(" / ".join(case.forbidden))}</p>\n'
    if case.gold:
        quotes = "".join(f"<li>{escape(gold.quote)} <code>{escape(gold.article)}</code></li>" for gold in case.gold)
        yield f"<details><summary>Gold quotes ({len(case.gold)})</summary><ul>{quotes}</ul></details>\n"


def _trace(reply: Reply) -> str:
    found = "".join(
        f"<li><code>{escape(passage.name or passage.article)}</code> {escape(passage.text)}</li>"
        for passage in reply.passages or ()
    )
    passages = f"<details><summary>Passages found</summary><ol>{found}</ol></details>\n" if found else ""
    trace = escape(json.dumps(reply.trace, ensure_ascii=False, indent=1))
    return f"{passages}<details><summary>Trace</summary><pre>{trace}</pre></details>\n"
