"""A server seen from outside: the memory of its process, and what it holds by its own account."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import httpx

from eval.load.figures import Held, held_of, left_behind
from rag.errors import InputError

_LOOK = 0.5  # seconds between two looks at a server that is to come to rest


def resident_bytes(pid: int) -> int:
    """The resident memory of a process.

    Raises:
        InputError: there is no such process here.
    """
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise InputError(f"there is no process {pid} here whose memory can be read: {error}") from error
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


async def memory(pid: int, samples: list[int], every: float) -> None:
    """Put the resident memory into `samples`, at once and after each `every` seconds, until cancelled."""
    while True:
        samples.append(resident_bytes(pid))
        await asyncio.sleep(every)


async def look(client: httpx.AsyncClient) -> Held:
    """What the server holds now.

    Raises:
        InputError: it does not tell.
    """
    response = await client.get("/metrics")
    try:
        return held_of(response.raise_for_status().text)
    except (httpx.HTTPError, KeyError) as error:
        raise InputError(f"{response.url} does not say what the server holds: {error!r}") from error


async def at_rest(client: httpx.AsyncClient, before: Held, seconds: float) -> Held:
    """What the server holds once it is no more than `before`, or after `seconds`."""
    end = time.monotonic() + seconds
    while left_behind(before, held := await look(client)) and time.monotonic() < end:
        await asyncio.sleep(_LOOK)
    return held
