"""The process that runs a local model: started, watched, restarted, and gone when we are."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from rag.errors import ModelError, ModelMissingError
from rag.llm import local
from rag.llm.local import LocalServer
from rag.llm.weights import LocalModel

ROOT = Path(__file__).resolve().parents[2]
STAND_IN = Path(__file__).with_name("stand_in.py")


@pytest.fixture
def model(tmp_path: Path) -> LocalModel:
    """A file that is no model, though it begins like one."""
    path = tmp_path / "tiny.gguf"
    path.write_bytes(b"GGUF and nothing more")
    return LocalModel(name="tiny", path=path, size=21, sha256="")


@pytest.fixture
def served(model: LocalModel, tmp_path: Path) -> Iterator[Callable[..., LocalServer]]:
    """Servers over the stand-in, closed at the end."""
    servers: list[LocalServer] = []

    def make(mode: str = "well", **options: float) -> LocalServer:
        command = [sys.executable, str(STAND_IN), mode, str(tmp_path / "starts")]
        servers.append(LocalServer(model, log=tmp_path / "log" / "model.log", command=command, **options))
        return servers[-1]

    yield make
    for server in servers:
        server.close()


def starts(tmp_path: Path) -> list[int]:
    """The process ids of the stand-ins so far."""
    return [int(line) for line in (tmp_path / "starts").read_text(encoding="ascii").split()]


def ask(url: str, path: str) -> bytes:
    with urllib.request.urlopen(url.removesuffix("/v1") + path, timeout=10) as response:
        return response.read()


def listens(url: str) -> bool:
    address = urllib.parse.urlsplit(url)
    try:
        socket.create_connection((address.hostname, address.port), timeout=5).close()
    except OSError:
        return False
    return True


def require_gone(url: str) -> None:
    end = time.monotonic() + 20
    while listens(url):
        assert time.monotonic() < end, f"{url} still listens"
        time.sleep(0.02)


def crash(url: str) -> None:
    with pytest.raises(OSError, match=r"closed|reset"):
        ask(url, "/crash")


def test_nothing_runs_before_it_is_asked_for(served: Callable[..., LocalServer], tmp_path: Path) -> None:
    """The first look at the address starts the child, later looks find the same one."""
    server = served()
    assert not (tmp_path / "starts").exists()
    url = server.base_url
    assert url.startswith("http://127.0.0.1:")
    assert (url[-3:], server.start(), len(starts(tmp_path))) == ("/v1", url, 1)
    assert (tmp_path / "log" / "model.log").read_text(encoding="ascii") == "this goes to the log\n"


def test_the_child_gets_its_order_through_the_pipe(served: Callable[..., LocalServer], model: LocalModel) -> None:
    """Model, key and sizes arrive; the key is random and stands on no command line."""
    one, other = served(threads=3, context=2048), served()
    order = json.loads(ask(one.base_url, "/order"))
    assert order == {
        "model": str(model.path), "alias": "tiny", "key": one.api_key, "threads": 3, "context": 2048, "parallel": 1
    }  # fmt: skip
    assert len(one.api_key) > 20
    assert one.api_key != other.api_key
    assert one._child is not None
    assert one.api_key not in " ".join(map(str, one._child.args))


def test_threads_of_the_child_do_not_spin(served: Callable[..., LocalServer], monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads that wait sleep, so that other programs may compute, unless the user's environment says otherwise."""
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    assert ask(served().base_url, "/waiting") == b"PASSIVE"
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    assert ask(served().base_url, "/waiting") == b"ACTIVE"


def test_many_threads_start_one_child(served: Callable[..., LocalServer], tmp_path: Path) -> None:
    """Eight threads that ask at once get one address."""
    server = served()
    urls: list[str] = []
    threads = [threading.Thread(target=lambda: urls.append(server.base_url)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(set(urls)), len(urls), len(starts(tmp_path))) == (1, 8, 1)


def test_a_crashed_child_is_replaced_at_once(
    served: Callable[..., LocalServer], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """After a crash the next look starts another child, which answers; the log has the first one's exit status."""
    caplog.set_level("WARNING")
    server = served()
    crash(server.base_url)
    assert server._child is not None
    server._child.wait(10)
    assert ask(server.base_url, "/health")
    assert [record.getMessage() for record in caplog.records] == ["local model tiny ended with status 11"]
    assert len(starts(tmp_path)) == 2


def test_a_child_that_keeps_crashing_is_started_ever_less_often(
    served: Callable[..., LocalServer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pauses are 0, 1, 2, 4, … up to 60 seconds, told in the error, and over when a child ran well for a minute."""
    clock = [1000.0]
    # Not the clock of the whole process: other tests' servers wait by it, and would sleep for hours.
    monkeypatch.setattr(local, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    server = served("dies")
    pauses = []
    for _ in range(9):
        with pytest.raises(ModelError, match="tiny cannot be loaded: its process ended"):
            server.start()
        pauses.append(server._not_before - clock[0])
        if pauses[-1]:
            before = len(starts(tmp_path))
            with pytest.raises(ModelError, match=r"failed \d+ times in a row and is started again in \d+ s; .*log"):
                server.start()
            assert len(starts(tmp_path)) == before
        clock[0] += pauses[-1]
    assert pauses == [0, 1, 2, 4, 8, 16, 32, 60, 60]
    server._command = [*server._command[:2], "well", str(tmp_path / "starts")]
    crashed = server.start()
    clock[0] += 61
    crash(crashed)
    assert server._child is not None
    server._child.wait(10)
    assert server.start() != crashed


def test_a_child_that_hangs_is_replaced(
    served: Callable[..., LocalServer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that lives but does not answer any more is stopped, and another one started."""
    monkeypatch.setattr(local, "_HEALTH_WAIT", 0.3)
    monkeypatch.setattr(local, "_HEALTH_EVERY", 0.0)
    server = served()
    ask(server.base_url, "/hang")
    assert ask(server.base_url, "/health")
    assert len(starts(tmp_path)) == 2


@pytest.mark.parametrize(
    ("mode", "message"),
    [
        ("dies", "tiny cannot be loaded: its process ended; .*model.log says more"),
        ("refuses", "tiny cannot be loaded: ValueError: bad magic; .*model.log says more"),
        ("silent", "was not ready after 1 s; .*model.log says more"),
    ],
)
def test_a_start_that_fails_leaves_nothing(
    served: Callable[..., LocalServer], tmp_path: Path, mode: str, message: str
) -> None:
    """Whatever goes wrong at the start is one sentence that names the log, and the process is gone."""
    with pytest.raises(ModelError, match=message):
        served(mode, patience=1.0 if mode == "silent" else 60.0).start()
    (process,) = starts(tmp_path)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_closing_stops_the_child_for_good(served: Callable[..., LocalServer]) -> None:
    """After `close` nothing listens, and no other child is started."""
    server = served()
    url = server.base_url
    server.close()
    assert not listens(url)
    with pytest.raises(ModelError, match="was stopped"):
        server.start()


def test_closing_does_not_wait_for_a_model_to_load(served: Callable[..., LocalServer], tmp_path: Path) -> None:
    """A child that is still loading is stopped, and who waits for it is told."""
    server = served("silent")
    failures: list[Exception] = []

    def wait() -> None:
        with pytest.raises(ModelError) as failed:
            server.start()
        failures.append(failed.value)

    waiting = threading.Thread(target=wait)
    waiting.start()
    while not (tmp_path / "starts").exists():
        time.sleep(0.01)
    begun = time.monotonic()
    server.close()
    waiting.join(20)
    assert time.monotonic() - begun < 10
    assert len(failures) == 1


def test_a_child_that_does_not_leave_is_killed(
    served: Callable[..., LocalServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child that ignores the end of its stdin is killed after a grace."""
    monkeypatch.setattr(local, "_GRACE", 0.2)
    server = served("stubborn")
    url = server.base_url
    with server._lock:
        server._stop()
    assert not listens(url)


def test_the_child_dies_with_a_killed_parent(tmp_path: Path) -> None:
    """When the parent gets SIGKILL, which it cannot handle, the child is gone a moment later."""
    code = (
        "import sys, time; from pathlib import Path; from rag.llm.local import LocalServer; "
        "from rag.llm.weights import LocalModel; folder = Path(sys.argv[1]); "
        "model = LocalModel(name='tiny', path=folder, size=1, sha256=''); "
        "command = [sys.executable, sys.argv[2], 'well', str(folder / 'starts')]; "
        "server = LocalServer(model, log=folder / 'log', command=command); "
        "print(server.base_url, flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", code, str(tmp_path), str(STAND_IN)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, encoding="ascii") as parent:
        assert parent.stdout is not None
        url = parent.stdout.readline().strip()
        assert listens(url)
        parent.send_signal(signal.SIGKILL)
        parent.wait(10)
    require_gone(url)


def test_without_the_extra_it_is_named(model: LocalModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where xllamacpp is not installed, the error says what to install."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(ModelMissingError, match=r"pip install 'jushi\[local\]'"):
        LocalServer(model, log=tmp_path / "log").start()


def test_llama_cpp_refuses_what_is_no_model(model: LocalModel, tmp_path: Path) -> None:
    """The real process reports a file that it cannot load, and llama.cpp's own words are in the log."""
    pytest.importorskip("xllamacpp", reason="the extra [local] is not installed")
    log = tmp_path / "log"
    with pytest.raises(ModelError, match="tiny cannot be loaded: RuntimeError"):
        LocalServer(model, log=log).start()
    assert "failed to load model" in log.read_text(encoding="utf-8")


def test_a_long_log_is_put_aside(served: Callable[..., LocalServer], tmp_path: Path) -> None:
    """A log over its limit is kept as the old one, and a new one begun."""
    log = tmp_path / "log" / "model.log"
    log.parent.mkdir()
    log.write_bytes(b"x" * 5_000_001)
    served().start()
    assert log.read_text(encoding="ascii") == "this goes to the log\n"
    assert log.with_name("model.log.old").stat().st_size == 5_000_001
