"""Clients that send slowly, endlessly or too much: let go of after a while, and nobody else notices."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, ClassVar
from urllib.parse import urlsplit

import anyio
import httpx
import pytest
import uvicorn

from rag.api import middleware
from rag.api.app import create_app
from rag.api.patience import PatientProtocol, paced
from rag.config import Settings
from rag.engine import Engine
from rag.errors import TooSlowError

_LONG = 20.0  # seconds within which a server must have let go; it does so after one


class _Hasty(PatientProtocol):
    head_seconds: ClassVar[float] = 1.0


@pytest.fixture
def address(settings: Settings, fresh_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """Host and port of a server that waits for a head or a body for a second."""
    monkeypatch.setattr(middleware, "paced", lambda receive: paced(receive, seconds=1.0, rate=1_000_000))
    app = create_app(settings, lambda _progress: fresh_engine)
    server = uvicorn.Server(uvicorn.Config(app, port=0, http=_Hasty, log_config=None, lifespan="on"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not (server.started and httpx.get(_url(server) + "/readyz").status_code == 200):
        time.sleep(0.01)
    parts = urlsplit(_url(server))
    yield str(parts.hostname), int(parts.port or 0)
    server.should_exit = True
    thread.join(20)
    assert not thread.is_alive()


def _url(server: uvicorn.Server) -> str:
    return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"


def _connected(address: tuple[str, int]) -> AbstractContextManager[socket.socket]:
    return contextlib.closing(socket.create_connection(address, timeout=_LONG))


def _drip(connection: socket.socket, piece: bytes) -> bytes:
    """What the server says while it gets `piece` again and again, until it hangs up."""
    said, end = b"", time.monotonic() + _LONG
    connection.settimeout(0.05)
    while time.monotonic() < end:
        with contextlib.suppress(TimeoutError, ConnectionError):
            connection.sendall(piece)
        try:
            came = connection.recv(65536)
        except TimeoutError:
            continue
        except ConnectionError:
            return said
        if not came:
            return said
        said += came
    raise AssertionError(f"the server goes on listening; it said {said[:200]!r}")


def _head(method: str, path: str, **headers: str) -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        "host: localhost",
        *(f"{k.replace('_', '-')}: {v}" for k, v in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


@pytest.mark.parametrize("sent", [b"", b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n", b"G"])
def test_a_head_that_does_not_come_ends_the_connection(address: tuple[str, int], sent: bytes) -> None:
    """Whether nothing comes, or a header goes on byte by byte."""
    with _connected(address) as connection:
        connection.sendall(sent)
        assert _drip(connection, b"a" if sent else b"") == b""


def test_a_body_byte_by_byte_is_refused_and_cut_off(address: tuple[str, int]) -> None:
    """408 with a sentence, then the end; others are answered meanwhile."""
    with _connected(address) as connection:
        connection.sendall(_head("POST", "/v1/search", content_type="application/json", content_length="10000"))
        said = _drip(connection, b" ")
    head, _, body = said.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    error = json.loads(body)["error"]
    assert (error["code"], error["type"]) == ("too_slow", "invalid_request_error")
    assert "did not come in time" in error["message"]
    assert httpx.get(f"http://{address[0]}:{address[1]}/healthz").status_code == 200


def test_a_file_byte_by_byte_is_refused_and_cut_off(address: tuple[str, int]) -> None:
    """Uploads go to the disk as they come, but not for ever."""
    kind = "multipart/form-data; boundary=x"
    begun = b'--x\r\ncontent-disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
    with _connected(address) as connection:
        connection.sendall(_head("POST", "/v1/documents", content_type=kind, content_length="10000") + begun)
        said = _drip(connection, b"a")
    assert said.startswith(b"HTTP/1.1 408 ")


def test_what_is_sent_on_after_a_refusal_is_not_listened_to_for_ever(address: tuple[str, int]) -> None:
    """A body that is refused at its head may go on for a moment."""
    with _connected(address) as connection:
        connection.sendall(_head("POST", "/v1/search", content_type="application/json", content_length="99999999"))
        assert _drip(connection, b" ").startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-long: " + b"a" * 1_000_000 + b"\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n" + b"x: y\r\n" * 200_000 + b"\r\n",
        b"\x16\x03\x01" + b"\0" * 1_000_000,
    ],
)
def test_a_head_without_end_is_refused(address: tuple[str, int], head: bytes) -> None:
    """Addresses and headers of a megabyte, or bytes that are no HTTP: a status of 400 or the end, never an answer."""
    with _connected(address) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(head)
        said = _drip(connection, b"")
    assert said == b"" or said.startswith(b"HTTP/1.1 400 ")
    assert httpx.get(f"http://{address[0]}:{address[1]}/healthz").status_code == 200


def test_a_connection_that_asks_in_time_is_kept(address: tuple[str, int]) -> None:
    """Requests on one connection, with pauses shorter than those allowed, and an answer that takes long."""
    with httpx.Client(base_url=f"http://{address[0]}:{address[1]}") as client:
        for _ in range(5):
            assert client.get("/healthz").status_code == 200
            time.sleep(0.3)
        body = {"messages": [{"role": "user", "content": "新增多少学位？"}]}
        assert client.post("/v1/chat/completions", json=body).status_code == 200


def test_a_body_may_take_longer_the_more_has_come() -> None:
    """What comes at the rate that is asked for comes through, however long it takes; then a trickle ends it."""

    async def scenario() -> list[int]:
        sizes = iter([1000] * 6)

        async def receive() -> dict[str, Any]:
            await anyio.sleep(0.1)
            return {"type": "http.request", "body": b"a" * next(sizes, 0), "more_body": True}

        came = []
        read = paced(receive, seconds=0.5, rate=5_000)

        async def read_on() -> None:
            while True:
                came.append(len((await read())["body"]))

        with pytest.raises(TooSlowError, match="6000 bytes came, at less than 5 kB a second"):
            await read_on()
        return came

    came = anyio.run(scenario)
    assert came[:6] == [1000] * 6
    assert 0 < len(came[6:]) <= 11  # 0.5 s, and 1.2 s for 6 kB, of which they took 0.6 s at least
