"""Whether readiness says what is true of the model and of the encoder's server, as they come and go."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from embeddings.remote import RemoteEncoder
from rag.api.app import create_app
from rag.api.reach import Lookout, Outlook, Reach
from rag.config import Settings
from rag.engine import Engine
from rag.errors import ModelError
from rag.llm.client import OpenAIModel
from rag.llm.local import LocalServer
from rag.llm.local_model import LocalLanguageModel
from rag.llm.model import LanguageModel, ModelSpec
from rag.llm.options import ClientOptions
from rag.llm.weights import LocalModel

_STAND_IN = Path(__file__).parents[1] / "llm" / "stand_in.py"
_SPEC = ModelSpec(name="tiny", small=True, prompt_budget=500)
Get = Callable[[], tuple[int, dict[str, Any]]]


@pytest.fixture
def ready(running: Any, settings: Settings, fresh_engine: Engine, wait: Callable[..., None]) -> Any:
    """Readiness of a server over an engine with the given parts; looks are not remembered."""

    @contextmanager
    def over(**parts: Any) -> Iterator[Get]:
        engine = replace(fresh_engine, **parts)
        app = create_app(settings, lambda _progress: engine)
        app.state.outlook = Outlook(app.state.service, every=0.0, wait=5.0)
        with running(app) as url:

            def get() -> tuple[int, dict[str, Any]]:
                response = httpx.get(f"{url}/readyz", timeout=20)
                return response.status_code, response.json()

            wait(lambda: "not ready" not in str(get()[1].get("reasons", "")))
            yield get

    return over


@contextmanager
def _listening(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A server that answers 200 to everything, until it is killed."""
    command = [sys.executable, str(_STAND_IN), "well", str(tmp_path / "starts")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(b"{}\n")
        child.stdin.flush()
        url = child.stdout.readline().decode().split('"')[3]
        try:
            yield child, url
        finally:
            child.kill()


def test_a_model_server_that_goes_away_leaves_a_server_that_is_ready(ready: Any, tmp_path: Path) -> None:
    """Quotes go on answering: 200, and the line of the model says what became of it."""
    with _listening(tmp_path) as (child, url):
        model: LanguageModel = OpenAIModel(f"{url}/v1", None, "tiny", spec=_SPEC, options=ClientOptions())
        with ready(model=model) as get:
            assert get() == (
                200,
                {"status": "ready", "store": "open", "encoder": "loaded", "model": "reachable", "generation": 7,
                 "articles": 2, "passages": 2},
            )  # fmt: skip
            child.kill()
            child.wait()
            status, body = get()
            assert (status, body["status"], body["model"]) == (200, "ready", "unreachable")
            assert url not in str(body)


def test_a_local_model_is_starting_then_there_then_gone(ready: Any, tmp_path: Path) -> None:
    """Looking starts nothing; a process that ended shows at once, and the next question brings another."""
    weights = LocalModel(name="tiny", path=tmp_path / "tiny.gguf", size=0, sha256="")
    command = [sys.executable, str(_STAND_IN), "well", str(tmp_path / "starts")]
    server = LocalServer(weights, log=tmp_path / "model.log", command=command)
    with ready(model=LocalLanguageModel(server, _SPEC, ClientOptions())) as get:
        assert get()[1]["model"] == "starting"
        assert not (tmp_path / "starts").exists()
        server.start()
        assert get()[1]["model"] == "reachable"
        child = server._child
        assert child is not None
        child.kill()
        child.wait()
        status, body = get()
        assert (status, body["model"]) == (200, "unreachable")
        server.start()
        assert get()[1]["model"] == "reachable"


def test_a_local_model_that_cannot_be_started_is_unreachable(tmp_path: Path) -> None:
    """A start that failed is told apart from one that nobody asked for yet, and from a server that was stopped."""
    weights = LocalModel(name="tiny", path=tmp_path / "tiny.gguf", size=0, sha256="")
    command = [sys.executable, str(_STAND_IN), "refuses", str(tmp_path / "starts")]
    with LocalServer(weights, log=tmp_path / "model.log", command=command) as server:
        assert server.is_up() is False
        with pytest.raises(ModelError, match="bad magic"):
            server.start()
        with pytest.raises(ModelError, match=r"does not start; .*model\.log says more"):
            server.is_up()
    with pytest.raises(ModelError, match="was stopped"):
        server.is_up()


def test_without_the_server_of_its_encoder_nothing_can_be_answered(ready: Any, tmp_path: Path) -> None:
    """A remote encoder is needed for every question: 503 while its server is away, with nothing of its address."""
    with _listening(tmp_path) as (child, url):
        encoder = RemoteEncoder(url, "some-model", dim=8)
        with ready(encoder=encoder) as get:
            assert get()[1]["encoder"] == "loaded"
            child.kill()
            child.wait()
            status, body = get()
            assert (status, body["status"], body["error"]["code"]) == (503, "not ready", "model_error")
            assert body["reasons"] == ["the server of the encoder does not answer; the log says why"]
        encoder.close()


def test_a_slow_look_holds_no_request_and_is_taken_once() -> None:
    """Whoever asks meanwhile gets what was known, soon; what was found is kept for a while."""
    gate, looks = threading.Event(), []

    def look() -> bool:
        looks.append(1)
        assert gate.wait(20)
        return True

    async def scenario() -> None:
        lookout = Lookout("model", look, every=60, wait=0.05)
        began = time.monotonic()
        assert [await lookout.reach() for _ in range(3)] == [Reach.STARTING] * 3
        assert time.monotonic() - began < 5
        gate.set()
        with anyio.fail_after(20):
            while await lookout.reach() is not Reach.REACHABLE:
                await anyio.sleep(0.01)
        await lookout.reach()
        assert len(looks) == 1

    anyio.run(scenario)
