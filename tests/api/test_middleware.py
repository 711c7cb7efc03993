"""Bodies over the limit, request ids, and clients that hang up."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from rag.api.middleware import BodyLimitMiddleware
from rag.engine import Engine

PATH = "/v1/chat/completions"


def test_declared_size_over_the_limit_is_413(http: httpx.Client) -> None:
    """A body that announces itself as too large is refused with OpenAI's error shape."""
    response = http.post(PATH, content=b"x" * 2_000_000, headers={"content-type": "application/json"})
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "too_large"
    assert response.headers["x-request-id"]


def test_undeclared_size_over_the_limit_is_413(http: httpx.Client) -> None:
    """A body sent in chunks is counted while it comes."""

    def chunks() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 1000

    response = http.post(PATH, content=chunks(), headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["error"]["type"]) == (413, "invalid_request_error")


def test_body_at_the_limit_passes(http: httpx.Client) -> None:
    """The limit itself is allowed, one byte more is not."""
    body = json.dumps({"messages": [{"role": "user", "content": "学位？"}]}, ensure_ascii=False).encode()
    headers = {"content-type": "application/json"}
    assert http.post(PATH, content=body + b" " * (20_000 - len(body)), headers=headers).status_code == 200
    assert http.post(PATH, content=body + b" " * (20_001 - len(body)), headers=headers).status_code == 413


@pytest.mark.parametrize(("declared", "reads"), [(b"5", 3), (b"99", 0), (b"-7", 3), (b"x", 3)])
def test_body_is_read_no_further_than_needed(declared: bytes, reads: int) -> None:
    """A declared size decides before anything is read; a lying or absent one cannot let more through."""
    messages = [{"type": "http.request", "body": b"abc", "more_body": more} for more in (True, True, False)]
    sent: list[Any] = []
    read = 0

    async def receive() -> Any:
        nonlocal read
        read += 1
        return messages[read - 1]

    async def send(message: Any) -> None:
        sent.append(message)

    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        raise AssertionError("the application must not see the request")

    scope = {"type": "http", "headers": [(b"content-length", declared)]}
    asyncio.run(BodyLimitMiddleware(app, max_bytes=8)(scope, receive, send))
    assert (sent[0]["status"], read) == (413, reads)


@pytest.mark.parametrize(("given", "kept"), [("abc-1.2_Z", True), ("a b", False), ("x" * 65, False), ("", False)])
def test_request_ids_are_kept_when_plain(http: httpx.Client, given: str, kept: bool) -> None:  # noqa: FBT001 - a test's table
    """The client's own id comes back if it is short and plain, else a new one."""
    answered = http.get("/healthz", headers={"x-request-id": given}).headers["x-request-id"]
    assert (answered == given) is kept
    assert answered


def test_waiting_requests_of_clients_that_hung_up_are_dropped(
    address: str, engine: Engine, wait: Callable[..., None]
) -> None:
    """A question whose client is gone before its turn is never asked, and the server goes on answering."""
    answerer = engine.answerers["quotes"]
    workers = max(2, os.cpu_count() or 1) + engine.settings.llm_concurrency
    busy = [_send_question(address, "等待") for _ in range(workers)]
    wait(lambda: len(answerer.asked) == workers)
    _send_question(address, "没人要了").close()
    waiting = _send_question(address, "还要")
    waiting.settimeout(0.5)
    with pytest.raises(TimeoutError):  # all workers are taken; by now the other client's hanging up has been noticed
        waiting.recv(1)
    answerer.gate.set()
    waiting.settimeout(20)
    assert waiting.recv(15) == b"HTTP/1.1 200 OK"
    for connection in (*busy, waiting):
        connection.close()
    assert {question.text for question in answerer.asked} == {"等待", "还要"}


def _send_question(address: str, text: str) -> socket.socket:
    url = urlsplit(address)
    assert url.hostname
    assert url.port
    connection = socket.create_connection((url.hostname, url.port))
    body = json.dumps({"messages": [{"role": "user", "content": text}]}).encode()
    connection.sendall(
        f"POST {PATH} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )
    return connection
