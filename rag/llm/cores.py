"""How many processor cores this process may really use."""

from __future__ import annotations

import os
from pathlib import Path

_TOPOLOGY = Path("/sys/devices/system/cpu")
_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def usable_cores(topology: Path = _TOPOLOGY, quota: Path = _QUOTA) -> int:
    """Physical cores, at least 1: what the affinity mask and the container's quota leave, hyper-threads counted once.

    A language model computes no faster with two threads on one core, and far slower with more threads than cores.
    """
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))
    cores = {_core_of(cpu, topology) for cpu in allowed}
    return max(1, min(len(cores), _limit(quota) or len(cores)))


def _core_of(cpu: int, topology: Path) -> tuple[str, str]:
    """The package and core that a logical processor belongs to; itself where the system does not tell."""
    folder = topology / f"cpu{cpu}" / "topology"
    try:
        package = (folder / "physical_package_id").read_text(encoding="ascii").strip()
        return package, (folder / "core_id").read_text(encoding="ascii").strip()
    except OSError:
        return "", str(cpu)


def _limit(quota: Path) -> int | None:
    """Whole cores that a control group (version 2) allows, rounded up; None where it sets no limit."""
    try:
        allowed, period = quota.read_text(encoding="ascii").split()
        return -(-int(allowed) // int(period))
    except (OSError, ValueError):  # no such file, or the word "max"
        return None
