"""Fitting and judging on small tables: what is chosen on one part, and what the other part says of it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from eval.cases import Case
from eval.tune.fit import Trial, fit
from eval.tune.objective import Bound, Objective, Setting, measure
from eval.tune.split import Split

PRESENT = (0.5,)


def cases(kind: str, count: int) -> tuple[Case, ...]:
    return tuple(Case(case_id=f"{kind}{at}", question="？", tags=(), answerable=True) for at in range(count))


PARTS = Split(seed=0, share=0.5, development=cases("d", 10), held_back=cases("h", 40))


def trial(
    shares: Mapping[Setting, tuple[int, int]],
    *,
    refusals: Mapping[Setting, tuple[int, int]] | None = None,
    objective: Objective | None = None,
    bounds: tuple[Bound, ...] = (),
) -> Trial:
    """How many cases of each part are right under each setting, the first ones, and how many are refused."""
    rows = {}
    for setting, (development, held) in shares.items():
        lost = refusals[setting] if refusals else (0, 0)
        rows[setting] = {
            one.case_id: {"right": (float(at < right), 1.0), "over-refusal": (float(at < refused), 1.0)}
            for part, right, refused in ((PARTS.development, development, lost[0]), (PARTS.held_back, held, lost[1]))
            for at, one in enumerate(part)
        }
    return Trial(
        names=("weight",), present=PRESENT, rows=rows, objective=objective or measure("right"), bounds=bounds,
        measures=("right", "over-refusal"),
    )  # fmt: skip


def test_a_gain_beyond_its_interval_is_advised() -> None:
    """Chosen by 9 of 10 on the development part; held back 32 of 40 against 16 of 40 is no chance."""
    found = fit(trial({(0.2,): (9, 32), PRESENT: (6, 16), (0.8,): (8, 40)}), PARTS)
    assert found.fitted == (0.2,)
    assert found.grid == {(0.2,): 0.9, (0.5,): 0.6, (0.8,): 0.8}
    assert found.is_advised
    assert found.advised == (0.2,)
    assert found.advice.startswith("take the fitted values: right +0.400 (+")
    assert [line.measure for line in found.held_back.lines] == ["right", "over-refusal"]
    line = found.held_back.lines[0]
    assert line.present is not None
    assert line.fitted is not None
    assert (line.present.value, line.fitted.value, found.held_back.cases) == (0.4, 0.8, 40)
    assert found.development.lines[0].fitted is not None
    assert found.development.lines[0].fitted.value == 0.9


def test_a_gain_within_its_interval_is_not() -> None:
    """One held-back case more may be chance, however clear the development part: the present value stays."""
    found = fit(trial({(0.2,): (10, 17), PRESENT: (2, 16)}), PARTS)
    assert found.fitted == (0.2,)
    assert not found.is_advised
    assert found.advised == PRESENT
    assert found.advice.startswith(
        "keep the present values: the difference is within its interval, right +0.025 (+0.000"
    )


def test_what_is_worse_held_back_is_said_to_be() -> None:
    """Better on the development part and worse on the other is what fitting too closely looks like."""
    found = fit(trial({(0.2,): (10, 4), PRESENT: (6, 30)}), PARTS)
    assert found.advised == PRESENT
    assert found.advice.startswith("keep the present values: the fitted ones are worse, right -0.650")


def test_where_nothing_is_better_the_present_value_is_the_fitted_one() -> None:
    """A tie is no reason to change."""
    found = fit(trial({(0.2,): (6, 40), PRESENT: (6, 16)}), PARTS)
    assert found.fitted == PRESENT
    assert found.advice == "keep the present values: nothing on the grid is better on the development part"


def test_only_what_keeps_the_bound_is_chosen() -> None:
    """The best of all refuses 4 of 10; of the others the best is taken, although it is worse than that."""
    shares = {(0.2,): (8, 24), PRESENT: (7, 8), (0.8,): (10, 40)}
    refusals = {(0.2,): (1, 4), PRESENT: (0, 2), (0.8,): (4, 2)}
    bound = Bound(measure="over-refusal", limit=0.1)
    found = fit(trial(shares, refusals=refusals, bounds=(bound,)), PARTS)
    assert found.fitted == (0.2,)
    assert set(found.grid) == {(0.2,), PRESENT}
    assert found.is_advised
    assert found.bounds == ("over-refusal ≤ 0.1",)


def test_a_bound_that_only_the_fitted_value_keeps_held_back_is_reason_enough() -> None:
    """The present value refuses 8 of 40 where 4 are allowed; the fitted one keeps to it and loses answers for that."""
    bound = Bound(measure="over-refusal", limit=0.1)
    found = fit(
        trial({(0.2,): (8, 20), PRESENT: (9, 22)}, refusals={(0.2,): (1, 4), PRESENT: (2, 8)}, bounds=(bound,)), PARTS
    )
    assert found.is_advised
    assert found.advice.startswith("take the fitted values: held back, the present ones do not keep over-refusal ≤ 0.1")


def test_a_bound_broken_held_back_speaks_against_the_fitted_value() -> None:
    """It was kept on the development part only."""
    bound = Bound(measure="over-refusal", limit=0.1)
    found = fit(
        trial({(0.2,): (9, 40), PRESENT: (8, 10)}, refusals={(0.2,): (1, 9), PRESENT: (1, 1)}, bounds=(bound,)), PARTS
    )
    assert not found.is_advised
    assert found.advice == "keep the present values: held back, the fitted ones do not keep over-refusal ≤ 0.1"


def test_a_bound_that_nothing_keeps_leaves_all_as_it_is() -> None:
    """No value is chosen, and the bound is named."""
    bound = Bound(measure="over-refusal", limit=0.1)
    found = fit(trial({PRESENT: (8, 8)}, refusals={PRESENT: (5, 5)}, bounds=(bound,)), PARTS)
    assert (found.fitted, found.is_advised, found.grid) == (PRESENT, False, {})
    assert found.advice.endswith("nothing on the grid keeps over-refusal ≤ 0.1 on the development part")


@pytest.mark.parametrize("unknown", ["refused", "MRR"])
def test_an_objective_that_no_case_tells_of_is_named(unknown: str) -> None:
    """A set without unanswerable questions cannot say how many of them are refused."""
    found = fit(trial({(0.2,): (9, 40), PRESENT: (8, 10)}, objective=measure(unknown)), PARTS)
    assert (found.fitted, found.is_advised) == (PRESENT, False)
    assert found.advice == f"keep the present values: no development case tells {unknown}"
    assert found.held_back.lines[0].difference is None
