"""`jushi mcp` as a process of its own, spoken to by the official client."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters

ROOT = Path(__file__).resolve().parents[2]


def _server(data: str) -> StdioServerParameters:
    environment = {"PYTHONPATH": str(ROOT), "JUSHI_LOCAL_MODEL": "none"}
    return StdioServerParameters(command=sys.executable, args=["-m", "rag.cli", "mcp", "--data", data], env=environment)


def test_agents_ask_and_read_on(data: str) -> None:
    """Over stdin and stdout a question is answered from the articles, and its quote stands in the original."""

    async def talk() -> tuple[Any, Any]:
        async with Client(_server(data), read_timeout_seconds=240) as client:
            answer = (await client.call_tool("ask", {"question": "云岭大桥全长多少米？"})).structured_content
            cited = answer["citations"][0]
            place = {"start": cited["source_start"], "end": cited["source_end"]}
            names = {name: cited[name] for name in ("article_id", "revision")}
            return answer, (await client.call_tool("open_source", {**names, **place})).structured_content

    answer, opened = anyio.run(talk)
    assert "1280米" in answer["text"]
    assert answer["citations"][0]["url"] is None  # a page without an address, and no server that would show it
    assert opened["text"] == answer["citations"][0]["quote"]


def test_nothing_but_the_protocol_comes_to_stdout(start: Callable[..., Any], data: str) -> None:
    """Every line on stdout is a message, though a call is logged, and the end of stdin ends the process."""
    messages: list[Any] = [
        {"id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": {"name": "search", "arguments": {"query": "图书馆藏书"}}},
    ]  # fmt: skip
    process = start("mcp", "--data", data)
    for message in messages:
        process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    process.stdin.flush()
    lines = [json.loads(process.stdout.readline()) for _ in range(2)]
    rest, log = process.communicate(timeout=60)
    assert (process.returncode, rest) == (0, "")
    assert [line["id"] for line in lines] == [1, 2]
    assert lines[1]["result"]["structuredContent"]["passages"][0]["article_id"] == "library"
    assert '"tool"' in log


def test_data_that_cannot_be_opened_is_said_to_the_agent(tmp_path: Path) -> None:
    """Without a store every call says so, since nobody reads how a process ended that a client started."""

    async def talk() -> Any:
        async with Client(_server(str(tmp_path / "none")), read_timeout_seconds=240) as client:
            return await client.call_tool("search", {"query": "学位"})

    result = anyio.run(talk)
    assert result.is_error
    assert "there is no store in" in result.content[0].text


def test_http_serves_the_tools_beside_the_rest(start: Callable[..., Any], data: str) -> None:
    """With --http the address on stderr has the tools at /mcp."""
    process = start("mcp", "--http", "--port", "0", "--data", data)
    try:
        line = process.stderr.readline()
        address = next(word for word in line.split() if word.startswith("http://"))

        async def names() -> list[str]:
            async with Client(f"{address}/mcp", read_timeout_seconds=240) as client:
                await client.call_tool("search", {"query": "学位"})  # waits until the data is open
                return [tool.name for tool in (await client.list_tools()).tools]

        assert "ask" in anyio.run(names)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def test_port_needs_http(jushi: Callable[..., Any], data: str) -> None:
    """A port says nothing to a server on stdin."""
    done = jushi("mcp", "--port", "8001", "--data", data)
    assert (done.code, "--http" in done.err) == (2, True)


def test_the_extra_is_named_where_it_is_missing(here: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the SDK the command says what to install."""
    monkeypatch.setattr("rag.cli.mcp.find_spec", lambda _name: None)
    done = here("mcp")
    assert (done.code, "pip install 'jushi[mcp]'" in done.err) == (2, True)
