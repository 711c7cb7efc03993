"""Asks the cases of a set, several at a time, and keeps each reply at once, so that a run that was cut off goes on."""

from __future__ import annotations

import random
import resource
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from eval.cases import Case
from eval.conditions import Conditions
from eval.replies import FAILED, Reply, Row, parse_row, row_line
from eval.targets import Target
from rag.errors import InputError

ROWS = "rows.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Cases with their replies, in the order of the set. `seconds` are those of this run, not of one it goes on with.

    `peak_megabytes` is the most memory that this process held, the server included when it ran in it.
    """

    conditions: Conditions
    cases: tuple[Case, ...]
    replies: Mapping[str, Reply]
    asked: int  # how many were asked now; the others were in the folder
    seconds: float
    peak_megabytes: float


def sample(cases: Sequence[Case], *, tags: Sequence[str] = (), limit: int | None = None, seed: int = 0) -> list[Case]:
    """The cases that bear one of `tags` (all when there are none), at most `limit` of them, in their order.

    Raises:
        InputError: a tag is borne by no case.
    """
    known = {tag for case in cases for tag in case.tags}
    if unknown := [tag for tag in tags if tag not in known]:
        raise InputError(f"no case is tagged {unknown[0]!r}; there are {', '.join(sorted(known))}", field="tag")
    chosen = [case for case in cases if not tags or set(tags) & set(case.tags)]
    if limit is not None and limit < len(chosen):
        picked = set(random.Random(seed).sample(range(len(chosen)), limit))  # noqa: S311 - reproducible, not secret
        chosen = [case for at, case in enumerate(chosen) if at in picked]
    return chosen


def run(
    target: Target,
    cases: Sequence[Case],
    conditions: Conditions,
    *,
    jobs: int = 1,
    out: Path | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Run:
    """Ask `cases`, `jobs` at a time. In the folder `out` each reply is a line as soon as it is there.

    Cases that `out` has a reply to under the same conditions are not asked again, failed ones are.

    Raises:
        InputError: `out` cannot be written.
    """
    kept = Rows(out, conditions.key) if out else None
    replies = dict(kept.replies) if kept else {}
    missing = [case for case in cases if case.case_id not in replies]
    began = time.perf_counter()
    pool = ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="case")
    try:
        waiting = {pool.submit(_asked, target, case): case for case in missing}
        for done, future in enumerate(as_completed(waiting), start=1):
            case, reply = waiting[future], future.result()
            replies[case.case_id] = reply
            if kept:
                kept.add(case.case_id, reply)
            progress(len(cases) - len(missing) + done, len(cases))
    finally:
        pool.shutdown(cancel_futures=True)
    return Run(
        conditions=conditions,
        cases=tuple(cases),
        replies={case.case_id: replies[case.case_id] for case in cases},
        asked=len(missing),
        seconds=time.perf_counter() - began,
        peak_megabytes=peak_megabytes(),
    )


class Rows:
    """The file of rows in the folder of a run. Lines of other conditions stay where they are and count for nothing."""

    def __init__(self, folder: Path, key: str) -> None:
        self._path = folder / ROWS
        self._key = key
        self._lock = threading.Lock()
        self.replies: dict[str, Reply] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lines = self._path.read_text(encoding="utf-8").split("\n") if self._path.exists() else [""]
            if lines[-1]:  # a run was cut off while it wrote; the next row must not join what is left of that one
                self._write("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{self._path} cannot be used for the rows of a run: {error}", field="out") from error
        for row in filter(None, map(parse_row, lines)):
            if row.key == key and row.reply.status != FAILED:
                self.replies[row.case_id] = row.reply

    def add(self, case_id: str, reply: Reply) -> None:
        """Keep a reply; it is in the file when this returns.

        Raises:
            InputError: the file cannot be written.
        """
        try:
            self._write(row_line(Row(key=self._key, case_id=case_id, reply=reply)) + "\n")
        except OSError as error:
            raise InputError(f"{self._path} cannot be written: {error}", field="out") from error

    def _write(self, text: str) -> None:
        with self._lock, self._path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)


def peak_megabytes() -> float:
    """The most memory that this process and any one of its children held at a time, in MB."""
    kilobyte = 1 if sys.platform == "darwin" else 1024
    held = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return round(sum(held) * kilobyte / 1e6, 1)


def _asked(target: Target, case: Case) -> Reply:
    """The reply of the target. A target of somebody else's may fail in any way, and a case is not worth a run."""
    began = time.perf_counter()
    try:
        return target.ask(case)
    except Exception as error:  # noqa: BLE001 - see above
        return Reply(
            status=FAILED, error=f"{type(error).__name__}: {error}", whole=1000 * (time.perf_counter() - began)
        )
