"""The tools at `/mcp`, called by the official client: what they say they are, what they give, how they fail."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import httpx
import pytest
from mcp import Client, MCPError

from rag.api.mcp import tools
from rag.engine import Engine


def called(address: str, name: str, **arguments: Any) -> Any:
    """The result of one call."""
    return with_client(address, lambda client: client.call_tool(name, arguments))


def with_client(address: str, act: Callable[[Client], Awaitable[Any]]) -> Any:
    async def connected() -> Any:
        async with Client(f"{address}/mcp", read_timeout_seconds=20) as client:
            return await act(client)

    return anyio.run(connected)


def test_tools_are_described_and_only_read(address: str) -> None:
    """Every tool has a title, a description, typed arguments with descriptions, a typed result and read-only hints."""
    listed = with_client(address, lambda client: client.list_tools()).tools
    assert [tool.name for tool in listed] == [tool.name for tool in tools.TOOLS]
    for tool in listed:
        assert tool.title
        assert len(tool.description or "") > 80
        for schema in (tool.input_schema, tool.output_schema):
            assert (schema["type"], bool(schema["properties"])) == ("object", True)
        assert all(field.get("description") for field in tool.input_schema["properties"].values())
        hints = tool.annotations
        assert (hints.read_only_hint, hints.destructive_hint, hints.open_world_hint) == (True, False, False)


def test_answers_carry_their_quotes(address: str) -> None:
    """`ask` gives the sentences with their markers and each quote with the place that `open_source` takes."""
    result = called(address, "ask", question="林区新建了多少所公办幼儿园？")
    given = result.structured_content
    assert not result.is_error
    assert json.loads(result.content[0].text) == given
    assert (given["status"], given["answerer"], given["refusal"]) == ("answered", "quotes", None)
    assert given["text"].endswith("新增学位3600个。[2][1]")
    assert [quote["number"] for quote in given["citations"]] == [1, 2, 1]
    second = given["citations"][1]
    assert second["quote"] == "新增学位3600个。"
    assert second["url"].startswith(f"{address}/articles/http%3A%2F%2Fbailu.example")  # its own address is a script
    span = {name: second[name] for name in ("article_id", "revision")}
    opened = called(address, "open_source", **span, start=second["source_start"], end=second["source_end"])
    assert opened.structured_content["text"] == second["quote"]


def test_refusals_say_why(address: str) -> None:
    """A question that is not answered is no error: its reason and what comes nearest are the result."""
    result = called(address, "ask", question="月亮有多大？")
    given = result.structured_content
    assert (result.is_error, given["status"], given["text"]) == (False, "refused", "文章里没有提到。")
    assert given["refusal"]["reason"] == "no_evidence"
    assert given["refusal"]["nearest"] == [{"article_id": "bailu", "title": "学位", "quote": "新增学位3600个。"}]


def test_search_is_limited_as_told(address: str, engine: Engine) -> None:
    """Limits reach the engine, also where a client writes its lists as text, and passages name their articles."""
    only = {"publishers": '["白鹭市教育局"]', "article_ids": "bailu", "since": "2024-01-31"}
    given = called(address, "search", query=" 学位 ", top_k=3, only=only).structured_content
    asked = engine.retriever.asked[-1]
    assert (asked.text, asked.top_k) == ("学位", 3)
    assert (asked.filters.publishers, asked.filters.article_ids) == (("白鹭市教育局",), ("bailu",))
    assert str(asked.filters.since) == "2024-01-31"
    (passage,) = given["passages"]
    assert (passage["article_id"], passage["revision"], passage["published_at"]) == ("bailu", "r2", "2024-12-11")
    assert passage["url"] == f"{address}/articles/bailu"


def test_long_originals_come_in_pieces(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Going on at the end of each piece gives the whole original, and `around` widens a span within it."""
    monkeypatch.setattr(tools, "_LONGEST", 20)
    whole = tools_source(address)
    pieces, at = [], 0
    while at < len(whole):
        given = called(address, "open_source", article_id="bailu", start=at).structured_content
        assert (given["start"], given["length"], len(given["text"]) <= 20) == (at, len(whole), True)
        pieces.append(given["text"])
        at = given["end"]
    assert "".join(pieces) == whole
    around = called(address, "open_source", article_id="bailu", start=10, end=12, around=3).structured_content
    assert (around["start"], around["end"], around["text"]) == (7, 15, whole[7:15])


def tools_source(address: str) -> str:
    return httpx.get(f"{address}/v1/documents/bailu/source").json()["source"]


@pytest.mark.parametrize("written", [list, lambda sources: json.dumps(sources, ensure_ascii=False)])
def test_a_text_is_checked_against_given_sources(address: str, written: Callable[[Any], Any]) -> None:
    """`verify` gives each sentence its verdict and the words that carry or deny it, also for sources sent as text."""
    sources = [
        {"text": "白鹭市今年新建公办幼儿园12所。新增学位3600个。", "title": "通报", "url": "https://b.example/1"}
    ]
    text = "新增学位3600个。[1]白鹭市今年新建公办幼儿园15所。[1]"
    given = called(address, "verify", text=text, sources=written(sources)).structured_content
    assert given["verdict"] == "unsupported"
    good, bad = given["sentences"]
    assert (good["verdict"], bad["verdict"]) == ("exact", "unsupported")
    assert bad["reason"].startswith("number")
    (quote,) = good["quotes"]
    assert (quote["source"], quote["title"], quote["url"], quote["article_id"]) == (
        1, "通报", "https://b.example/1", None
    )  # fmt: skip
    assert sources[0]["text"][quote["source_start"] : quote["source_end"]] == quote["quote"] == "新增学位3600个。"
    assert "12所" in bad["quotes"][0]["quote"]


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("ask", {"question": "  "}, "the question is blank"),
        ("ask", {}, "question: Field required"),
        ("ask", {"question": "学位？", "answerer": "llm"}, "there is no language model here; jushi model fetch"),
        ("ask", {"question": "故障？"}, "the index cannot be read"),
        ("ask", {"question": "崩溃？"}, "the server failed on this call; its log says why"),
        ("search", {"query": "学位", "topk": 3}, "topk: Extra inputs are not permitted"),
        (
            "search",
            {"query": "学位", "only": {"since": "去年"}},
            "only.since: Value error, expected a day as YYYY-MM-DD",
        ),
        ("verify", {"text": " "}, "the text is blank"),
        ("verify", {"text": "新增学位3600个。", "sources": []}, "sources: List should have at least 1 item"),
        (
            "verify",
            {"text": "甲。", "sources": [{"text": "乙"}], "only": {}},
            "only chooses among the collected articles",
        ),
        ("open_source", {"article_id": "no-such"}, "there is no article 'no-such'"),
        ("open_source", {"article_id": "bailu", "start": 9999}, "the original of bailu has"),
        ("open_source", {"article_id": "bailu", "start": 9, "end": 3}, "end is 3, which is before start, 9"),
    ],
)
def test_failures_are_sentences(address: str, name: str, arguments: dict[str, Any], says: str) -> None:
    """What a caller did wrong, and what fails here, is one sentence in a tool error, and nothing of the inside."""
    result = called(address, name, **arguments)
    assert result.is_error
    assert result.content[0].text.startswith(says)
    assert "\n" not in result.content[0].text


def test_unknown_tools_are_a_protocol_error(address: str) -> None:
    """A name that is no tool is answered with those that are."""

    async def refused(client: Client) -> str:
        with pytest.raises(MCPError) as caught:
            await client.call_tool("forget", {})
        return str(caught.value)

    assert "there is no tool 'forget'; expected one of search, ask" in with_client(address, refused)


def test_without_sessions_there_is_no_stream_to_wait_on(http: httpx.Client) -> None:
    """GET is not allowed, as the protocol foresees, so that no idle stream keeps the server from stopping."""
    refused = http.get("/mcp", headers={"accept": "text/event-stream"})
    assert refused.status_code == 405
    assert refused.json()["error"]["code"] == "method_not_allowed"


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_both_ages_of_the_protocol_are_spoken(address: str, mode: str) -> None:
    """Clients that shake hands first and those that no longer do get the same answer."""

    async def ask() -> Any:
        async with Client(f"{address}/mcp", mode=mode, read_timeout_seconds=20) as client:
            return await client.call_tool("ask", {"question": "林区新建了多少所公办幼儿园？"})

    assert anyio.run(ask).structured_content["status"] == "answered"
