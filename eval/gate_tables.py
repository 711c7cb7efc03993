"""What the gate found, for a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from eval.gate import Change, Comparison, Turn
from eval.tables import rendered, shown
from rag.answer.present import Json, JsonObject, clean_for_terminal, plain_fields

_NAMED = 40  # cases that turned, at most; the report has all
_LONGEST = 160  # characters of an answer


def comparison_text(comparison: Comparison) -> str:
    """The measures then and now, and the cases that turned; those that became worse first."""
    table = Table("measure", "then", "now", "difference", "95 % interval", "", title="Against the baseline")
    for change in comparison.changes:
        if change.measure.gated:
            table.add_row(*_cells(change))
    lines = [f"note: {note}" for note in comparison.notes] + rendered(table)
    for turn in comparison.turns[:_NAMED]:
        lines += _turn_lines(turn)
    if len(comparison.turns) > _NAMED:
        lines.append(f"… and {len(comparison.turns) - _NAMED} more")
    return clean_for_terminal("\n".join([*lines, verdict(comparison)]))


def verdict(comparison: Comparison) -> str:
    """One sentence."""
    if comparison.worse:
        names = ", ".join(change.measure.name for change in comparison.worse)
        return f"gate: FAILED over {comparison.cases} cases; worse than the baseline beyond chance: {names}"
    return f"gate: passed over {comparison.cases} cases; nothing is worse than the baseline beyond chance"


def comparison_object(comparison: Comparison) -> JsonObject:
    """All of it as JSON."""
    changes: list[Json] = [
        {
            "measure": change.measure.name,
            "then": change.then,
            "now": change.now,
            "difference": plain_fields(change.difference),
            "worse": change.worse,
            "better": change.better,
        }
        for change in comparison.changes
    ]
    return {
        "passed": not comparison.worse,
        "cases": comparison.cases,
        "notes": list(comparison.notes),
        "changes": changes,
        "turned": [plain_fields(turn) for turn in comparison.turns],
    }


def _cells(change: Change) -> tuple[str, ...]:
    low, high = change.difference.low, change.difference.high
    word = "WORSE" if change.worse else "better" if change.better else ""
    return (
        change.measure.name,
        shown(change.then),
        shown(change.now),
        f"{change.difference.value:+.3f}",
        f"{low:+.3f} – {high:+.3f}",
        word,
    )


def _turn_lines(turn: Turn) -> Iterator[str]:
    yield f"{'worse' if turn.worse else 'better'}: {turn.case_id} ({turn.measure}) {turn.question}"
    yield f"    then: {_short(turn.then)}"
    yield f"    now:  {_short(turn.now)}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
