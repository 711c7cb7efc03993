"""Streaming clients, each on a connection of its own, that ask, read to the end, and ask again."""

from __future__ import annotations

import asyncio
import json
import random
import ssl
import time
from collections.abc import Iterator

import httpx

from eval.load.figures import Asked

_PATH = "/v1/chat/completions"
_DONE = b"data: [DONE]\n\n"
_ERROR = b'data: {"error"'
_PATIENCE = 60.0  # seconds without a byte
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # made once: a client of its own each would load all certificates


def connected(url: str, key: str | None) -> httpx.AsyncClient:
    """A client of one connection to the server at `url`."""
    headers = {"authorization": f"Bearer {key}"} if key else {}
    verify: ssl.SSLContext | bool = True if url.startswith("https:") else _NO_TLS
    return httpx.AsyncClient(base_url=url, headers=headers, timeout=_PATIENCE, verify=verify, trust_env=False)


async def ask(client: httpx.AsyncClient, question: str, answerer: str) -> Asked:
    """Ask once and read the stream to its end, with a clock."""
    began = time.perf_counter()
    first: float | None = None
    error: str | None = None
    try:
        async with client.stream("POST", _PATH, json=_body(question, answerer)) as response:
            said = bytearray()
            async for piece in response.aiter_raw():
                first = first or _since(began)
                said += piece
        error = _fault(response.status_code, bytes(said))
    except httpx.HTTPError as failure:
        error = type(failure).__name__
    return Asked(first=first, whole=_since(began), error=error)


async def drop(client: httpx.AsyncClient, question: str, answerer: str) -> None:
    """Ask, take what comes first of the answer, and hang up."""
    async with client, client.stream("POST", _PATH, json=_body(question, answerer)) as response:
        await anext(response.aiter_raw())


async def crowd(
    url: str,
    questions: Iterator[str],
    *,
    clients: int,
    seconds: float,
    think: float = 0.0,
    answerer: str = "quotes",
    key: str | None = None,
) -> list[Asked]:
    """All that `clients` asked in `seconds`; each thinks `think` seconds on average before it asks again.

    Who thinks begins at a moment of his own within that time, so that they do not all ask at once.
    """
    end = time.monotonic() + seconds
    chance = random.Random(0)  # noqa: S311 - reproducible, not secret
    asked: list[Asked] = []

    async def one() -> None:
        async with connected(url, key) as client:
            await asyncio.sleep(chance.uniform(0, think))
            while time.monotonic() < end:
                asked.append(await ask(client, next(questions), answerer))
                if think:
                    await asyncio.sleep(chance.uniform(0, 2 * think))

    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(one())
    return asked


async def drop_many(url: str, questions: Iterator[str], count: int, answerer: str, key: str | None) -> None:
    """Open `count` connections at once, and drop each as soon as its answer begins.

    Raises:
        ExceptionGroup: the server turned one away.
    """
    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            group.create_task(drop(connected(url, key), next(questions), answerer))


def _body(question: str, answerer: str) -> dict[str, object]:
    message = {"role": "user", "content": question}
    return {"model": "jushi", "messages": [message], "stream": True, "answerer": answerer}


def _fault(status: int, said: bytes) -> str | None:
    """What is wrong with a response, None where it is a whole stream."""
    if status != httpx.codes.OK:
        return f"HTTP {status}"
    if _ERROR in said:
        line = said[said.index(_ERROR) :].split(b"\n", 1)[0].removeprefix(b"data: ")
        return f"in the stream: {json.loads(line)['error']['code']}"
    return None if said.endswith(_DONE) else "cut off"


def _since(began: float) -> float:
    """Milliseconds since a reading of the performance counter."""
    return 1000 * (time.perf_counter() - began)
