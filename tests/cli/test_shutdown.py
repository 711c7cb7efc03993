"""SIGTERM while answers are being written: what ends, what is refused, and what is left running."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from rag.store.answers import KeptAnswers

SERVE = (str(Path(__file__).with_name("serve_slowly.py")),)
REPLY = json.dumps({"found": True, "source": 1, "answer": "大桥全长1280米。"}, ensure_ascii=False)
QUESTION = {"role": "user", "content": "云岭大桥全长多少米？"}
PATIENCE = 240  # seconds; a first start may have to unpack the model


class Running:
    """A server whose local model writes slowly, and the answer that it is asked for."""

    def __init__(self, process: subprocess.Popen[str], url: str, pid_file: Path) -> None:
        self.process = process
        self.url = url
        self._pid_file = pid_file

    @contextmanager
    def asked(self) -> Iterator[Iterator[str]]:
        """The lines of a streamed answer whose evidence has come and whose first sentence has not."""
        body = {"model": "jushi-llm", "messages": [QUESTION], "stream": True}
        with httpx.stream("POST", f"{self.url}/v1/chat/completions", json=body, timeout=60) as response:
            assert response.status_code == 200
            lines = response.iter_lines()
            while "search_results" not in next(lines):
                pass
            yield lines

    def is_refusing(self) -> bool:
        """No new connection is taken."""
        address = urlsplit(self.url)
        try:
            socket.create_connection((address.hostname or "", address.port or 0), timeout=5).close()
        except ConnectionRefusedError:
            return True
        return False

    def has_model(self) -> bool:
        """The process of the local model is there."""
        if not self._pid_file.exists():
            return False
        try:
            os.kill(int(self._pid_file.read_text(encoding="ascii")), 0)
        except ProcessLookupError:
            return False
        return True


def _until(done: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def run(start: Callable[..., Any], data: str, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start a server and wait until it is ready; it is gone at the end."""
    processes: list[subprocess.Popen[str]] = []

    def ready(seconds: float, **environment: str) -> Running:
        process = start(
            "serve", "--port", "0", "--json", "--data", data, program=SERVE, JUSHI_LOCAL_MODEL="slow",
            SLOW_PID=str(tmp_path / "pid"), SLOW_REPLY=REPLY, SLOW_SECONDS=str(seconds), **environment,
        )  # fmt: skip
        processes.append(process)
        text = ""
        while not text.endswith("}\n"):
            text += process.stdout.readline()
        url: str = json.loads(text)["url"]
        _until(lambda: httpx.get(f"{url}/readyz", timeout=30).status_code == 200, PATIENCE)
        return Running(process, url, tmp_path / "pid")

    yield ready
    for process in processes:
        process.kill()
        process.communicate(timeout=60)


def test_streams_are_finished_and_nothing_new_is_taken(run: Callable[..., Running], data: str) -> None:
    """An answer is written to its end, checked and kept, though the server was told to stop; then it leaves with 0."""
    server = run(seconds=4.0)
    with server.asked() as lines:
        _until(server.has_model)
        server.process.send_signal(signal.SIGTERM)
        _until(server.is_refusing)
        assert server.process.poll() is None
        rest = [line.removeprefix("data: ") for line in lines if line]
    assert rest[-1] == "[DONE]"
    chunks = [json.loads(line) for line in rest[:-1]]
    answer = chunks[-1]["choices"][0]["delta"]["jushi"]
    assert (answer["status"], answer["trace"]["answerer"]) == ("answered", "llm")
    assert "1280米" in answer["text"]
    assert answer["text"] == "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)
    assert server.process.wait(30) == 0
    assert not server.has_model()
    kept = KeptAnswers(Path(data) / "answers.sqlite", limit=10)
    assert json.loads(kept.get(chunks[-1]["id"]))["jushi"] == answer
    kept.close()


def test_a_stream_without_an_end_holds_nobody_up(run: Callable[..., Running]) -> None:
    """An answer that takes longer than the setting allows is broken off, its model stopped, and the server leaves."""
    server = run(seconds=600.0, JUSHI_SHUTDOWN_SECONDS="1")
    with server.asked() as lines:
        _until(server.has_model)
        server.process.send_signal(signal.SIGTERM)
        with pytest.raises(httpx.RemoteProtocolError):
            list(lines)
    assert server.process.wait(30) == 0
    assert not server.has_model()
