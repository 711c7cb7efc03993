"""Attacks the HTTP API with requests made from its own description: `python -m eval.fuzz_api --requests 20000`.

A real server over the starter articles in a temporary folder is asked by Schemathesis, valid requests and invalid ones,
one round after the other with seeds of their own until so many came in. The server's own counters say what it answered:
a status of 500 or above, or a server that no longer answers, is a fault; the command leaves with 1 and shows the log.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from rag.cli.output import write_text
from rag.errors import NotReadyError

_COUNTED = re.compile(
    r'^jushi_requests_total\{.*route="(?P<route>[^"]*)",status="(?P<status>\d+)"\} (?P<count>[\d.]+)$'
)
_OPENING = 600.0  # seconds for a server to be ready
_PHASES = "examples,coverage,fuzzing,stateful"
_LAST_LINES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What Schemathesis said: its exit code, 0 where it found no fault, and its report."""

    code: int
    report: str


def attack(address: str, *, examples: int, seed: int, phases: str = _PHASES) -> Round:
    """Ask every endpoint that the server at `address` describes, about `examples` times each.

    The phase "coverage" asks some of them far more often, for values at the edges of what is allowed. The same seed
    makes the same requests.
    """
    command = [
        sys.executable, "-c", "import sys; from schemathesis.cli import schemathesis as main; sys.exit(main())", "run",
        f"{address}/openapi.json", "--url", address, "--checks", "not_a_server_error", "--continue-on-failure",
        "--phases", phases, "--max-examples", str(examples), "--seed", str(seed), "--request-timeout", "120",
        "--suppress-health-check", "all", "--generation-database", "none", "--no-color", "--warnings", "off",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:  # it looks for settings, and leaves files, where it is started
        done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False)  # noqa: S603 - our own words
    return Round(code=done.returncode, report=done.stdout + done.stderr)


def answered(address: str) -> Counter[tuple[str, str]]:
    """How many responses of each route and status the server has counted."""
    found: Counter[tuple[str, str]] = Counter()
    for line in httpx.get(f"{address}/metrics", timeout=60).raise_for_status().text.splitlines():
        if counted := _COUNTED.match(line):
            found[counted["route"], counted["status"]] += int(float(counted["count"]))
    return found


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    """The address of `jushi serve` over the starter articles; its log is `log` in the folder."""
    data = str(folder / "data")
    command = [sys.executable, "-m", "rag.cli", "serve", "--port", "0", "--seeds", "--json", "--data", data]
    environment = {**os.environ, "JUSHI_ANSWERER": "quotes", "JUSHI_LOG_LEVEL": "warning"}
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env=environment, encoding="utf-8") as server,  # noqa: S603 - our own words
    ):
        try:
            assert server.stdout is not None
            told = re.search(r'"url": "([^"]+)"', _object(server.stdout))
            if told is None:
                raise NotReadyError(f"the server did not start: {(folder / 'log').read_text(encoding='utf-8')}")
            _wait(told[1])
            yield told[1]
        finally:
            server.terminate()


def _object(lines: Iterable[str]) -> str:
    """The lines of one indented JSON object, or all that there are."""
    kept = ""
    for line in lines:
        kept += line
        if line.startswith("}"):
            break
    return kept


def _wait(address: str) -> None:
    end = time.monotonic() + _OPENING
    while time.monotonic() < end:
        try:
            if httpx.get(f"{address}/readyz", timeout=10).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise NotReadyError(f"the server was not ready after {_OPENING:.0f} s")


def _said(counts: Counter[tuple[str, str]]) -> str:
    """A line for each route, with its statuses."""
    routes: dict[str, list[str]] = {}
    for (route, status), count in sorted(counts.items()):
        routes.setdefault(route, []).append(f"{status}: {count}")
    return "\n".join(f"{route:45} {', '.join(statuses)}" for route, statuses in routes.items())


def main() -> int:
    """Attack until enough requests came in; 1 when there was a fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=20_000, help="how many requests must come in")
    parser.add_argument("--examples", type=int, default=50, help="requests made up for each endpoint in a round")
    parser.add_argument("--seed", type=int, default=1, help="of the first round")
    given = parser.parse_args()
    began, seed, faults = time.monotonic(), given.seed, list[str]()
    with tempfile.TemporaryDirectory() as name, _server(Path(name)) as address:
        before = answered(address)  # with those that were told to wait until it is ready
        while (counts := answered(address) - before).total() < given.requests:
            found = attack(address, examples=given.examples, seed=seed)
            if found.code:
                faults.append(f"seed {seed}:\n{found.report}")
            seed += 1
        failed = sum(count for (_, status), count in counts.items() if status >= "500")
        log = (Path(name) / "log").read_text(encoding="utf-8").splitlines()
    write_text(_said(counts))
    write_text(f"{counts.total()} requests in {time.monotonic() - began:.0f} s, {failed} of them with status 5xx")
    if failed or faults:
        write_text("\n".join([*faults, "the end of the log:", *log[-_LAST_LINES:]]))
    return 1 if failed or faults else 0


if __name__ == "__main__":
    sys.exit(main())
