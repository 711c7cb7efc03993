"""All that a tuning came to: as text, as one JSON object, and as a file of settings that says where it comes from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from eval.intervals import Interval
from eval.tables import rendered
from eval.tune.fit import Figures, Fit
from eval.tune.objective import Setting
from rag.answer.present import JsonObject, plain_fields
from rag.errors import InputError

_OURS = "# Fitted by jushi eval tune"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where fitted values come from. `build` and `settings` are the digests of code and settings that were run."""

    day: str
    command: str
    set_name: str
    set_version: int
    set_digest: str
    articles: str  # the data folder, or the sources of the set
    split: str
    development: int  # cases
    held_back: int  # cases
    encoder: str
    settings: str
    build: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The fits, in the order in which they were made: each under what the one before it advised."""

    provenance: Provenance
    fits: tuple[Fit, ...]


def outcome_text(outcome: Outcome) -> str:
    """For people: what was fitted on what, then a table and a line of advice for each fit."""
    held = outcome.provenance
    lines = [
        f"{held.set_name} {held.set_version} ({held.set_digest}), articles: {held.articles}",
        f"split {held.split}: {held.development} cases to fit on, {held.held_back} held back",
    ]
    for fit in outcome.fits:
        bounds = f"; {', '.join(fit.bounds)}" if fit.bounds else ""
        lines += ["", f"fitted for {fit.objective}{bounds}"]
        lines += [line.rstrip() for line in rendered(_table(fit))]
        lines += [f"advice: {fit.advice}"]
    return "\n".join(lines)


def outcome_object(outcome: Outcome) -> JsonObject:
    """The same as JSON, with the objective of every setting on the grid."""
    return {"provenance": plain_fields(outcome.provenance), "fits": [_fit_object(fit) for fit in outcome.fits]}


def settings_text(outcome: Outcome) -> str:
    """A TOML file of settings: the advised values as settings, those to be left alone as comments."""
    lines = [_OURS + f" on {outcome.provenance.day}. JUSHI_CONFIG may name this file; or copy its lines into yours."]
    lines += [f"# {name}: {_one_line(value)}" for name, value in plain_fields(outcome.provenance).items()]
    for fit in outcome.fits:
        lines += ["", f"# For {fit.objective}{''.join(f', {bound}' for bound in fit.bounds)}."]
        for part, figures in (("development", fit.development), ("held back", fit.held_back)):
            lines += [f"# {part}, {figures.cases} cases: {told}" for told in _told(figures)]
        lines += [f"# Advice: {fit.advice}."]
        for name, value, present in zip(fit.names, fit.fitted, fit.present, strict=True):
            lines += [f"{'' if fit.is_advised else '# '}{name} = {value!r}  # {present!r} at the time"]
    return "\n".join(lines) + "\n"


def write_settings(path: Path, outcome: Outcome) -> tuple[Path, Path]:
    """Write the settings to `path` and everything else to a JSON file beside it; returns both paths.

    Raises:
        InputError: a file is there that was not written so, or a file cannot be written.
    """
    beside = path.with_name(path.name + ".json")
    try:
        check_writable(path)
        path.write_text(settings_text(outcome), encoding="utf-8", newline="\n")
        text = json.dumps(outcome_object(outcome), ensure_ascii=False, indent=1)
        beside.write_text(text + "\n", encoding="utf-8", newline="\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be written: {error}", field="out") from error
    return path, beside


def check_writable(path: Path) -> None:
    """Refuse to write over what somebody wrote by hand.

    Raises:
        InputError: there is such a file, or no folder to write to.
    """
    if not path.parent.is_dir():
        raise InputError(f"there is no folder {path.parent} to write {path.name} to", field="out")
    if path.exists() and not path.read_bytes().startswith(_OURS.encode()):
        raise InputError(f"{path} is there already and was not written by jushi eval tune; name another", field="out")


def _one_line(value: object) -> str:
    """What can stand in a comment: a line end in a name would begin a setting."""
    return "".join(character if character.isprintable() else " " for character in str(value))


def _table(fit: Fit) -> Table:
    """Both parts under each other; one column of values is enough where the present ones are the fitted ones."""
    same = fit.fitted == fit.present
    values = [
        f"{now:g}" if now == then else f"{now:g} → {then:g}" for now, then in zip(fit.present, fit.fitted, strict=True)
    ]
    title = ", ".join(f"{name} {value}" for name, value in zip(fit.names, values, strict=True))
    columns = ("present",) if same else ("present", "fitted", "difference")
    table = Table("", "measure", *columns, title=title, title_justify="left")
    for part, figures in (("development", fit.development), ("held back", fit.held_back)):
        for at, line in enumerate(figures.lines):
            label = (part, f"{figures.cases} cases")[at] if at < 2 else ""
            cells = (_shown(line.present), _shown(line.fitted), _shown(line.difference, "+"))
            table.add_row(label, line.measure, *cells[: len(columns)])
        table.add_section()
    return table


def _shown(bounds: Interval | None, sign: str = "") -> str:
    if bounds is None:
        return "–"
    numbers = (round(number, 3) + 0.0 for number in (bounds.value, bounds.low, bounds.high))  # + 0.0: no "-0.000"
    value, low, high = (format(number, f"{sign}.3f") for number in numbers)
    return f"{value} ({low} to {high})"


def _told(figures: Figures) -> Iterator[str]:
    for line in figures.lines:
        yield f"{line.measure} {_shown(line.present)} present, {_shown(line.fitted)} fitted"


def _fit_object(fit: Fit) -> JsonObject:
    def named(setting: Setting) -> JsonObject:
        return dict(zip(fit.names, setting, strict=True))

    return {
        "objective": fit.objective,
        "bounds": list(fit.bounds),
        "present": named(fit.present),
        "fitted": named(fit.fitted),
        "advised": named(fit.advised),
        "advice": fit.advice,
        "development": plain_fields(fit.development),
        "held_back": plain_fields(fit.held_back),
        "grid": [{**named(setting), "objective": value} for setting, value in sorted(fit.grid.items())],
    }
