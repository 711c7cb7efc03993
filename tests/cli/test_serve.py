"""`jushi serve` as a process: the real engine behind the official client, from start to Ctrl-C."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

PATIENCE = 240  # seconds; a first start may have to unpack the model


def _url(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    text = ""
    while not text.endswith("}\n"):
        text += process.stdout.readline()
    return json.loads(text)["url"]


def _wait(url: str) -> dict[str, Any]:
    end = time.monotonic() + PATIENCE
    while (answer := httpx.get(f"{url}/readyz", timeout=30)).status_code != 200:
        assert time.monotonic() < end, answer.text
        time.sleep(0.1)
    return answer.json()


@pytest.fixture(scope="module")
def server(start: Callable[..., Any], data: str) -> Iterator[str]:
    process = start("serve", "--port", "0", "--json", "--data", data)
    try:
        url = _url(process)
        _wait(url)
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 130


def test_official_client_gets_what_the_command_line_prints(server: str, jushi: Callable[..., Any], data: str) -> None:
    """The completion's jushi object is that of `ask --json`, timings aside, whole and streamed."""
    printed = jushi("ask", "云岭大桥全长多少米？", "--json", "--data", data).json
    messages: Any = [{"role": "user", "content": "云岭大桥全长多少米？"}]
    with openai.OpenAI(base_url=f"{server}/v1", api_key="none") as client:
        whole = client.chat.completions.create(model="jushi", messages=messages).choices[0].message
        chunks = list(client.chat.completions.create(model="jushi-quotes", messages=messages, stream=True))
    for jushi_object in (whole.jushi, chunks[-1].choices[0].delta.jushi):
        for name in ("status", "text", "citations", "refusal", "conflicts"):
            assert jushi_object[name] == printed[name]
    assert whole.content == printed["text"] == "".join(chunk.choices[0].delta.content or "" for chunk in chunks)


def test_a_connection_outlives_the_pause_after_which_clients_let_go(server: str) -> None:
    """That is five seconds for httpx: a server that closed the connection just then would break a request."""
    with httpx.Client(base_url=server, limits=httpx.Limits(keepalive_expiry=60)) as client:
        ports = []
        for pause in (0.0, 6.0):
            time.sleep(pause)
            response = client.get("/healthz")
            ports.append(response.extensions["network_stream"].get_extra_info("client_addr")[1])
            assert response.status_code == 200
    assert ports[0] == ports[1]


def test_quote_is_lit_up_on_the_article_page(server: str) -> None:
    """Following a citation to its article shows exactly the quote, marked, in the GB18030 page's own text."""
    body = {"messages": [{"role": "user", "content": "大桥总投资多少？"}]}
    answer = httpx.post(f"{server}/v1/chat/completions", json=body, timeout=30).json()["choices"][0]["message"]["jushi"]
    cited = answer["citations"][0]
    span = {"start": cited["source_start"], "end": cited["source_end"], "revision": cited["revision"]}
    page = httpx.get(f"{server}/articles/{cited['article_id']}", params=span).text
    (marked,) = re.findall(r'<mark id="quote">(.*?)</mark>', page, re.DOTALL)
    assert unescape(marked) == cited["quote"]
    assert "6.5亿元" in marked


def test_running_server_sees_a_new_article(
    start: Callable[..., Any], jushi: Callable[..., Any], pages: Path, tmp_path: Path
) -> None:
    """An article that another process ingests is found without a restart."""
    store = str(tmp_path / "store")
    process = start("serve", "--port", "0", "--json", "--data", store)
    try:
        url = _url(process)
        assert _wait(url)["articles"] == 0
        empty = httpx.post(f"{url}/v1/chat/completions", json={"messages": [{"role": "user", "content": "图书馆？"}]})
        assert empty.json()["choices"][0]["message"]["jushi"]["refusal"]["reason"] == "empty_store"
        jushi("ingest", str(pages), "--data", store)
        assert httpx.get(f"{url}/readyz").json()["articles"] == 2
        found = httpx.post(f"{url}/v1/search", json={"query": "图书馆藏书多少册", "top_k": 1}).json()
        assert [row["article_id"] for row in found["data"]] == ["library"]
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def test_taken_port_is_a_usage_error(jushi: Callable[..., Any], tmp_path: Path) -> None:
    """A port in use is named before anything is loaded."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = jushi("serve", "--port", port, "--data", str(tmp_path), "--json")
    assert (done.code, port in done.json["error"]["message"]) == (2, True)


def test_unusable_data_ends_the_server(jushi: Callable[..., Any], tmp_path: Path) -> None:
    """A server that cannot open its data ends with that error instead of staying up unready."""
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    done = jushi("serve", "--port", "0", "--data", str(blocked))
    assert done.code == 1
    assert "jushi: " in done.err
