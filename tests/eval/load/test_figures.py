"""Percentiles, drift, failures and what is left behind, by hand."""

from __future__ import annotations

import pytest

from eval.load.figures import Asked, Held, Percentiles, drift, errors, held_of, left_behind, percentiles


def test_percentiles_are_values_that_were_measured() -> None:
    """Of 200 down to 1, half are at most 100, 95 % at most 190 and 99 % at most 198."""
    found = percentiles([float(value) for value in range(200, 0, -1)])
    assert found == Percentiles(count=200, p50=100.0, p95=190.0, p99=198.0, longest=200.0)
    assert percentiles([7.0]) == Percentiles(count=1, p50=7.0, p95=7.0, p99=7.0, longest=7.0)
    assert percentiles([]) is None


@pytest.mark.parametrize(
    ("samples", "found"),
    [
        ([100, 100, 100], 0.0),
        ([100, 300, 110], 0.1),
        ([90, 110, 500, 500, 500, 150, 150], 0.5),  # thirds of two: 100 and 150
        ([200, 0, 0, 100, 0, 100, 50, 150, 100], 0.5),  # thirds of three: 200/3 and 100
        ([100, 90], None),
        ([], None),
    ],
)
def test_drift_is_the_last_third_over_the_first(samples: list[float], found: float | None) -> None:
    """What lies between counts for nothing."""
    assert drift(samples) == (None if found is None else pytest.approx(found))


def test_failures_are_counted_by_kind() -> None:
    """The most frequent first; what went well is no kind."""
    kinds = ["HTTP 429", None, "cut off", "HTTP 429", None]
    asked = [Asked(first=None, whole=1.0, error=kind) for kind in kinds]
    assert list(errors(asked).items()) == [("HTTP 429", 2), ("cut off", 1)]
    assert errors([]) == {}


def test_only_what_is_more_than_before_is_left_behind() -> None:
    """A thread that went away makes up for no connection that stayed."""
    before = Held(open_files=20, threads=9, tasks=4, requests=1, answers=0)
    after = Held(open_files=23, threads=8, tasks=4, requests=1, answers=2)
    assert left_behind(before, after) == {"open_files": 3, "answers": 2}
    assert left_behind(before, before) == {}


def test_figures_are_read_out_of_metrics() -> None:
    """Values with labels are passed over; a figure that is not there is named."""
    lines = [
        "# HELP process_open_fds Number of open file descriptors.",
        "process_open_fds 31.0",
        'jushi_requests_total{method="POST"} 7.0',
        "jushi_threads 9.0",
        "jushi_tasks 4.0",
        "jushi_requests_in_flight 1.0",
    ]
    with pytest.raises(KeyError, match="jushi_answers_in_flight"):
        held_of("\n".join(lines))
    found = held_of("\n".join([*lines, "jushi_answers_in_flight 2.0"]))
    assert found == Held(open_files=31, threads=9, tasks=4, requests=1, answers=2)
