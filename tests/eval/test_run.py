"""A run keeps each reply at once, makes rows of failures, and goes on where it was cut off."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from eval.cases import Case
from eval.conditions import Conditions
from eval.replies import Reply
from eval.run import ROWS, run, sample
from rag.errors import InputError

CASES = [
    Case(case_id=f"q{at}", question=f"第{at}问？", tags=("even" if at % 2 == 0 else "odd",), answerable=False)
    for at in range(6)
]
CONDITIONS = Conditions(set_name="s", set_version=1, set_digest="d", answerer="quotes", fingerprint="f", build="b")


class Scripted:
    """Answers with the question; questions in `broken` raise, those in `deadly` end the process, as Ctrl-C would."""

    def __init__(self, broken: tuple[str, ...] = (), deadly: tuple[str, ...] = ()) -> None:
        self.asked: list[str] = []
        self._broken = broken
        self._deadly = deadly

    def ask(self, case: Case) -> Reply:
        self.asked.append(case.case_id)
        if case.case_id in self._deadly:
            raise KeyboardInterrupt
        if case.case_id in self._broken:
            raise ZeroDivisionError("nothing to divide")
        return Reply(
            status="answered", text=f"答{case.question}", timings={"total": 1.5}, trace={"query": case.question}
        )

    def close(self) -> None:
        """Nothing is held."""


def test_failure_is_a_row_and_is_asked_again(tmp_path: Path) -> None:
    """A case that raises does not stop the others; the next run asks it alone, and the replies stay in order."""
    done = run(Scripted(broken=("q2",)), CASES, CONDITIONS, jobs=2, out=tmp_path)
    assert done.replies["q2"].error == "ZeroDivisionError: nothing to divide"
    assert [done.replies[case.case_id].status for case in CASES].count("failed") == 1
    again = Scripted()
    second = run(again, CASES, CONDITIONS, out=tmp_path)
    assert again.asked == ["q2"]
    assert (second.asked, list(second.replies)) == (1, [case.case_id for case in CASES])
    assert second.replies["q5"] == done.replies["q5"]  # as it was written, trace and timings too


def test_run_that_was_cut_off_goes_on(tmp_path: Path) -> None:
    """What was answered before the process died is kept, a half-written line is not, and the rest is asked."""
    with pytest.raises(KeyboardInterrupt):
        run(Scripted(deadly=("q3",)), CASES, CONDITIONS, out=tmp_path)
    kept = (tmp_path / ROWS).read_text(encoding="utf-8")
    assert kept.count("\n") >= 1
    lines = kept.splitlines()[:2]
    (tmp_path / ROWS).write_text("\n".join(lines) + "\n" + lines[0][:40], encoding="utf-8")
    again = Scripted()
    done = run(again, CASES, CONDITIONS, out=tmp_path)
    assert len(again.asked) == len(CASES) - len(lines)
    assert {reply.status for reply in done.replies.values()} == {"answered"}
    third = Scripted()
    run(third, CASES, CONDITIONS, out=tmp_path)
    assert third.asked == []


def test_other_conditions_ask_anew(tmp_path: Path) -> None:
    """Rows of another set, other settings or another build count for nothing, and are not lost."""
    run(Scripted(), CASES, CONDITIONS, out=tmp_path)
    for change in ({"set_digest": "e"}, {"fingerprint": "g"}, {"build": "c"}, {"answerer": "llm"}):
        target = Scripted()
        run(target, CASES, replace(CONDITIONS, **change), out=tmp_path)
        assert len(target.asked) == len(CASES)
    back = Scripted()
    run(back, CASES, CONDITIONS, out=tmp_path)
    assert back.asked == []


def test_progress_counts_what_was_kept(tmp_path: Path) -> None:
    """The bar begins where the earlier run ended."""
    run(Scripted(), CASES[:4], CONDITIONS, out=tmp_path)
    told: list[tuple[int, int]] = []
    run(Scripted(), CASES, CONDITIONS, out=tmp_path, progress=lambda done, total: told.append((done, total)))
    assert told == [(5, 6), (6, 6)]


def test_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """A file where the folder should be is told in a sentence."""
    (tmp_path / "out").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match=r"rows\.jsonl cannot be used for the rows of a run"):
        run(Scripted(), CASES, CONDITIONS, out=tmp_path / "out")


def test_sample_is_seeded_and_in_order() -> None:
    """The same seed draws the same cases, in the order of the set; tags limit what is drawn from."""
    assert sample(CASES, limit=3, seed=1) == sample(CASES, limit=3, seed=1)
    assert {tuple(c.case_id for c in sample(CASES, limit=3, seed=seed)) for seed in range(6)} != {("q0", "q1", "q2")}
    drawn = [case.case_id for case in sample(CASES, tags=["odd"], limit=2, seed=0)]
    assert drawn == sorted(drawn)
    assert set(drawn) < {"q1", "q3", "q5"}
    with pytest.raises(InputError, match="no case is tagged 'strange'; there are even, odd"):
        sample(CASES, tags=["strange"])
