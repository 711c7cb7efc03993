"""Threads for a model: physical cores, within what a container allows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rag.llm.cores import usable_cores


def machine(folder: Path, cores: dict[int, tuple[int, int]]) -> Path:
    """A made-up machine: for each logical processor its package and core."""
    for cpu, (package, core) in cores.items():
        topology = folder / f"cpu{cpu}" / "topology"
        topology.mkdir(parents=True)
        (topology / "physical_package_id").write_text(f"{package}\n", encoding="ascii")
        (topology / "core_id").write_text(f"{core}\n", encoding="ascii")
    return folder


@pytest.mark.parametrize(
    ("allowed", "quota", "expected"),
    [
        ({0, 1, 2, 3, 4, 5, 6, 7}, "max 100000", 4),  # two packages of two cores of two threads
        ({0, 4}, "max 100000", 1),  # both threads of one core
        ({0, 1, 2}, None, 3),
        ({0, 1, 2, 3, 4, 5, 6, 7}, "150000 100000", 2),  # one and a half
        ({0}, "50000 100000", 1),
    ],
)
def test_cores_are_counted_once_and_within_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, allowed: set[int], quota: str | None, expected: int
) -> None:
    """Hyper-threads, the affinity mask and the control group's quota all count."""
    cores = {cpu: (cpu // 2 % 2, cpu % 2) for cpu in range(8)}
    folder = machine(tmp_path / "cpu", cores)
    if quota is not None:
        (tmp_path / "cpu.max").write_text(f"{quota}\n", encoding="ascii")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: allowed, raising=False)
    assert usable_cores(folder, tmp_path / "cpu.max") == expected


def test_where_the_system_does_not_tell_processors_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without topology and quota each logical processor is a core."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0, 1, 2}, raising=False)
    assert usable_cores(tmp_path, tmp_path / "none") == 3
