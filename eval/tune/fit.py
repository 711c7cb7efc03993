"""The best setting on the development part, how it and the present one fare on both parts, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.cases import Case
from eval.intervals import Interval
from eval.tune.objective import DECIMALS, Bound, Objective, Parts, Setting, best, measure
from eval.tune.split import Split


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Settings of these `names`, and what each case gave under each of them; `rows` has the present one, too.

    Cases that say nothing of the objective may be missing, but then from every setting. `measures` are shown beside
    the objective.
    """

    names: tuple[str, ...]
    present: Setting
    rows: Mapping[Setting, Mapping[str, Parts]]
    objective: Objective
    bounds: tuple[Bound, ...] = ()
    measures: tuple[str, ...] = ()

    def of(self, setting: Setting, cases: Sequence[Case]) -> list[Parts]:
        """What some cases gave under a setting."""
        rows = self.rows[setting]
        return [rows[case.case_id] for case in cases if case.case_id in rows]

    def breaks(self, setting: Setting, cases: Sequence[Case]) -> list[Bound]:
        """The bounds that some cases do not keep under a setting."""
        rows = self.of(setting, cases)
        return [bound for bound in self.bounds if not bound.is_kept(rows)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A measure over one part with the present and the fitted values; `difference` is fitted minus present."""

    measure: str
    present: Interval | None
    fitted: Interval | None
    difference: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One part; the first line is that of the objective."""

    cases: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What came of a trial. `fitted` is the present setting where nothing else could be chosen.

    `is_advised` says whether the fitted values should take the place of the present ones, `advice` why.
    `grid` has the objective on the development part of each setting that keeps the bounds there.
    """

    names: tuple[str, ...]
    present: Setting
    fitted: Setting
    objective: str
    bounds: tuple[str, ...]
    is_advised: bool
    advice: str
    development: Figures
    held_back: Figures
    grid: Mapping[Setting, float | None]

    @property
    def advised(self) -> Setting:
        """The setting to use."""
        return self.fitted if self.is_advised else self.present


def fit(trial: Trial, parts: Split, *, seed: int = 0) -> Fit:
    """Fit on the development part and judge on the held-back one; `seed` is that of the bootstrap."""
    grid = {
        setting: trial.objective.value(trial.of(setting, parts.development))
        for setting in trial.rows
        if not trial.breaks(setting, parts.development)
    }
    chosen = best(grid, trial.present)
    fitted = trial.present if chosen is None else chosen
    is_advised, advice = (False, _no_choice(trial, parts)) if chosen is None else judged(trial, chosen, parts, seed)
    return Fit(
        names=trial.names,
        present=trial.present,
        fitted=fitted,
        objective=trial.objective.says,
        bounds=tuple(map(str, trial.bounds)),
        is_advised=is_advised,
        advice=advice,
        development=_figures(trial, fitted, parts.development, seed),
        held_back=_figures(trial, fitted, parts.held_back, seed),
        grid=grid,
    )


def judged(trial: Trial, fitted: Setting, parts: Split, seed: int = 0) -> tuple[bool, str]:
    """Whether `fitted` should take the place of the present setting, and why. Only the held-back part decides.

    It should where the objective is greater beyond the interval of the difference and the bounds are kept, or where
    only it keeps the bounds.
    """
    if fitted == trial.present:
        return False, "keep the present values: nothing on the grid is better on the development part"
    held = parts.held_back
    if broken := trial.breaks(fitted, held):
        return False, f"keep the present values: held back, the fitted ones do not keep {broken[0]}"
    if broken := trial.breaks(trial.present, held):
        return True, f"take the fitted values: held back, the present ones do not keep {broken[0]}, and these do"
    gain = trial.objective.difference(trial.of(fitted, held), trial.of(trial.present, held), seed)
    if gain is None:
        return False, f"keep the present values: no held-back case tells {trial.objective.name}"
    said = f"{trial.objective.name} {gain.value:+.3f} ({gain.low:+.3f} to {gain.high:+.3f}) held back"
    if round(gain.low, DECIMALS) > 0:
        return True, f"take the fitted values: {said}"
    if round(gain.high, DECIMALS) < 0:
        return False, f"keep the present values: the fitted ones are worse, {said}"
    return False, f"keep the present values: the difference is within its interval, {said}"


def _no_choice(trial: Trial, parts: Split) -> str:
    if trial.objective.value(trial.of(trial.present, parts.development)) is None:
        return f"keep the present values: no development case tells {trial.objective.name}"
    kept = " and ".join(map(str, trial.bounds))
    return f"keep the present values: nothing on the grid keeps {kept} on the development part"


def _figures(trial: Trial, fitted: Setting, cases: Sequence[Case], seed: int) -> Figures:
    now, then = trial.of(fitted, cases), trial.of(trial.present, cases)
    wanted = [trial.objective, *(measure(name) for name in trial.measures if name != trial.objective.name)]
    return Figures(
        cases=len(now),
        lines=tuple(
            Line(
                measure=one.name,
                present=one.interval(then, seed),
                fitted=one.interval(now, seed),
                difference=one.difference(now, then, seed),
            )
            for one in wanted
        ),
    )
