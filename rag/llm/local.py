"""A language model in a child process: started when first asked for, restarted when it dies, stopped with us."""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import json
import logging
import os
import queue
import secrets
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from rag.errors import ModelError, ModelMissingError
from rag.llm.cores import usable_cores
from rag.llm.weights import LocalModel

_log = logging.getLogger(__name__)
_SCRIPT = Path(__file__).with_name("local_server.py")
_PATIENCE = 180.0  # seconds until a model must be loaded; a gigabyte from a slow disk takes a minute
_HEALTH_EVERY = 10.0  # seconds for which an answer to a health check is believed
_HEALTH_WAIT = 5.0  # seconds; llama.cpp answers it beside its computation
_GRACE = 5.0  # seconds from the end of stdin to a kill
_LONGEST_PAUSE = 60.0  # seconds between two starts, at most
_STEADY = 60.0  # seconds after which a child counts as having run well
_SHARING = {"OMP_WAIT_POLICY": "PASSIVE"}
"""Threads that wait for each other sleep instead of spinning: on busy cores a model writes several times faster so."""
_LOG_LIMIT = 5_000_000  # bytes; an older log is kept beside it


def can_run_models() -> bool:
    """Whether what runs local models is installed; nothing is imported."""
    return importlib.util.find_spec("xllamacpp") is not None


class LocalServer:
    """OpenAI's API over a local model, on a free loopback port that only the holder of a random key may use.

    Safe to share between threads. The child lives no longer than this process: it ends when its stdin ends, which the
    system sees to even if we are killed.

    Args:
        model: what to serve.
        threads: computing threads; the usable physical cores by default.
        context: tokens of prompt and answer together.
        parallel: requests worked at together, each with a context of its own; more wait for their turn.
        log: file for what llama.cpp says.
        patience: seconds until the model must be loaded.
        command: what to run in place of our own script; for tests.
    """

    def __init__(
        self,
        model: LocalModel,
        *,
        threads: int | None = None,
        context: int = 4096,
        parallel: int = 1,
        log: Path,
        patience: float = _PATIENCE,
        command: Sequence[str] | None = None,
    ) -> None:
        self.model = model
        self.api_key = secrets.token_urlsafe(24)
        self._order = {
            "model": str(model.path),
            "alias": model.name,
            "key": self.api_key,
            "threads": threads or usable_cores(),
            "context": context,
            "parallel": parallel,
        }
        self._log = log
        self._patience = patience
        self._command = command
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._url = ""
        self._started = self._healthy = 0.0  # seconds of the monotonic clock
        self._failures = 0
        self._not_before = 0.0
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def base_url(self) -> str:
        """Where the API is, with /v1 at its end. Starts the child if it is not there, or does not answer any more.

        Raises:
            ModelError: the model does not start, or stopped and must not be started again yet; or this is closed.
            ModelMissingError: what runs local models is not installed.
        """
        with self._lock:
            if self._closed:
                raise ModelError("the local model was stopped")
            if self._child is not None and not self._is_well(self._child):
                # A status below 0 is a signal, for example -9 where memory ran out; None is a process that hangs.
                _log.warning("local model %s ended with status %s", self.model.name, self._child.returncode)
                self._stop()
                self._note_failure()
            if self._child is None:
                self._start()
            return f"{self._url}/v1"

    def start(self) -> str:
        """Load the model now rather than with the first question; returns `base_url`, and raises what that raises."""
        return self.base_url

    def is_up(self) -> bool:
        """True if the child answers, False while it loads the model or was never asked for. Neither starts nor waits.

        Raises:
            ModelError: the child ended or hangs, or could not be started; or this is closed.
        """
        child, url = self._child, self._url  # without the lock, which whoever waits for the model to load holds
        if self._closed:
            raise ModelError("the local model was stopped")
        if child is None:
            if self._failures:
                raise ModelError(f"the local model does not start; {self._log} says more")
            return False
        if child.poll() is not None:
            raise ModelError(f"the local model ended with status {child.returncode}; the next question starts it again")
        if url and not _answers(url):
            raise ModelError("the local model does not answer; the next question starts it again")
        return bool(url)

    def close(self) -> None:
        """Stop the child, also while it is loading, and start no other one."""
        self._closed = True
        if child := self._child:
            child.terminate()  # without the lock, which whoever waits for the model to load holds
        with self._lock:
            self._stop()

    def _is_well(self, child: subprocess.Popen[bytes]) -> bool:
        if child.poll() is not None:
            return False
        now = time.monotonic()
        if now - self._healthy < _HEALTH_EVERY:
            return True
        if not (_answers(self._url) or _answers(self._url)):  # twice, since the machine may just have woken up
            return False
        self._healthy = now
        return True

    def _note_failure(self) -> None:
        """After one failure the next start may come at once, then after 1, 2, 4, … seconds."""
        now = time.monotonic()
        self._failures = 1 if now - self._started > _STEADY else self._failures + 1
        pause = 0.0 if self._failures == 1 else min(_LONGEST_PAUSE, 2.0 ** (self._failures - 2))
        self._not_before = now + pause

    def _start(self) -> None:
        wait = self._not_before - time.monotonic()
        if wait > 0:
            raise ModelError(
                f"the local model failed {self._failures} times in a row and is started again in {wait:.0f} s; "
                f"{self._log} says more"
            )
        if self._command is None and not can_run_models():
            raise ModelMissingError("a local model needs what is not installed here: pip install 'jushi[local]'")
        self._started = time.monotonic()
        try:
            self._url = self._spawn()
        except ModelError:
            self._stop()
            self._note_failure()
            raise
        self._healthy = time.monotonic()

    def _spawn(self) -> str:
        """Start the child, give it the order, wait for its address."""
        # -P and the path rather than -m, so that the folder the user is in has no say in what is imported.
        command = self._command or (sys.executable, "-P", str(_SCRIPT))
        try:
            with _open_log(self._log) as log:
                # A session of its own keeps Ctrl-C in the terminal from ending the child before us.
                child = subprocess.Popen(  # noqa: S603 - our own words
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env={**_SHARING, **os.environ},
                    start_new_session=True,
                )
        except OSError as error:
            raise ModelError(f"the local model cannot be started: {error}") from error
        self._child = child
        assert child.stdin is not None
        assert child.stdout is not None
        with contextlib.suppress(OSError):  # a child that is gone already is noticed by the end of its stdout
            child.stdin.write(json.dumps(self._order).encode() + b"\n")
            child.stdin.flush()
        line = _first_line(child.stdout, self._patience)
        if line is None:
            raise ModelError(f"the local model was not ready after {self._patience:.0f} s; {self._log} says more")
        try:
            said = json.loads(line)
        except ValueError:
            said = {}
        url = str(said.get("url", ""))
        if url and _answers(url):
            return url
        why = "it does not answer" if url else said.get("error") or "its process ended"
        raise ModelError(f"{self.model.name} cannot be loaded: {why}; {self._log} says more")

    def _stop(self) -> None:
        child, self._child, self._url = self._child, None, ""
        if child is None:
            return
        assert child.stdin is not None
        assert child.stdout is not None
        with contextlib.suppress(OSError):  # what was not flushed to a dead child
            child.stdin.close()
        try:
            child.wait(_GRACE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        child.stdout.close()


def _first_line(stream: IO[bytes], patience: float) -> bytes | None:
    """The first line of a pipe, empty at its end, or None when it does not come in time."""
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=lambda: lines.put(stream.readline()), daemon=True).start()
    try:
        return lines.get(timeout=patience)
    except queue.Empty:
        return None


def _answers(url: str) -> bool:
    """True when the server says that it can be asked. No proxy of the environment stands between us and loopback."""
    address = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=_HEALTH_WAIT)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _open_log(log: Path) -> IO[bytes]:
    log.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > _LOG_LIMIT:
            log.replace(log.with_name(f"{log.name}.old"))
    return log.open("ab")
