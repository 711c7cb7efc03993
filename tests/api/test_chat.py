"""Chat completions through the official client, whole and streamed, against a real server."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.api.chat import pieces
from rag.api.schemas import Completion
from rag.wiring import Engine

QUESTION = [{"role": "user", "content": "白鹭市今年新建了多少所公办幼儿园？"}]
TEXT = "白鹭市今年新建公办幼儿园12所。[1]新增学位3600个。[2]"
SIX = ["status", "text", "citations", "refusal", "conflicts", "trace"]


@pytest.fixture
def client(address: str) -> Any:
    with openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0) as opened:
        yield opened


def test_whole_completion_carries_text_and_the_jushi_object(client: openai.OpenAI, http: httpx.Client) -> None:
    """The content holds the markers, the jushi object the citations, and every quote is found in the source."""
    completion = client.chat.completions.create(model="jushi", messages=QUESTION)
    message = completion.choices[0].message
    assert message.content == TEXT
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage.model_dump(exclude_none=True) == {
        "prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0
    }  # fmt: skip
    jushi = message.jushi
    assert list(jushi) == SIX
    assert jushi["status"] == "answered"
    for citation in jushi["citations"]:
        path = f"/v1/documents/{citation['article_id']}/source"
        source = http.get(path, params={"revision": citation["revision"]}).json()["source"]
        assert source[citation["source_start"] : citation["source_end"]] == citation["quote"]


def test_response_has_the_documented_shape(http: httpx.Client) -> None:
    """What is sent validates against the model that the API's documentation shows."""
    response = http.post("/v1/chat/completions", json={"model": "jushi", "messages": QUESTION})
    documented = Completion.model_validate(response.json())
    assert documented.choices[0].message.jushi.citations[0].quote == "白鹭市今年新建公办幼儿园12所。新增学位3600个。"
    assert response.headers["x-request-id"] == documented.id.removeprefix("chatcmpl-")


def test_refusal_is_an_answer(client: openai.OpenAI) -> None:
    """A refusal is content with finish_reason stop; its reason and nearest passages are in the jushi object."""
    completion = client.chat.completions.create(model="jushi-quotes", messages=[{"role": "user", "content": "月亮？"}])
    message = completion.choices[0].message
    assert (message.content, completion.choices[0].finish_reason) == ("文章里没有提到。", "stop")
    assert message.jushi["status"] == "refused"
    assert message.jushi["refusal"]["reason"] == "no_evidence"
    assert message.jushi["refusal"]["nearest"][0]["quote"] == "新增学位3600个。"


def test_stream_sends_sentences_then_the_jushi_object(client: openai.OpenAI) -> None:
    """The chunks join to the whole content, and only the last choice carries the jushi object."""
    chunks = list(
        client.chat.completions.create(
            model="jushi", messages=QUESTION, stream=True, stream_options={"include_usage": True}
        )
    )
    first, *middle, last, usage = chunks
    assert first.choices[0].delta.role == "assistant"
    assert [chunk.choices[0].delta.content for chunk in middle] == [
        "白鹭市今年新建公办幼儿园12所。[1]", "新增学位3600个。[2]"
    ]  # fmt: skip
    assert last.choices[0].finish_reason == "stop"
    assert last.choices[0].delta.content is None
    assert list(last.choices[0].delta.jushi) == SIX
    assert (usage.choices, usage.usage.total_tokens) == ([], 0)
    assert {chunk.id for chunk in chunks} == {first.id}


def test_stream_has_no_usage_unless_asked_and_ends_with_done(http: httpx.Client) -> None:
    """Without include_usage no chunk carries usage; the stream's last event is [DONE]."""
    response = http.post("/v1/chat/completions", json={"messages": QUESTION, "stream": True})
    events = [line.removeprefix("data: ") for line in response.text.split("\n\n") if line]
    assert response.headers["content-type"].startswith("text/event-stream")
    assert events[-1] == "[DONE]"
    assert all("usage" not in json.loads(event) for event in events[:-1])


def test_async_client_streams_too(address: str) -> None:
    """The asynchronous client reads the same content, from several requests at once."""

    async def ask(client: openai.AsyncOpenAI) -> str:
        stream = await client.chat.completions.create(model="jushi", messages=QUESTION, stream=True)
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

    async def ask_thrice() -> list[str]:
        async with openai.AsyncOpenAI(base_url=f"{address}/v1", api_key="none") as client:
            return await asyncio.gather(*(ask(client) for _ in range(3)))

    assert asyncio.run(ask_thrice()) == [TEXT] * 3


def test_history_filters_and_parts_reach_the_engine(client: openai.OpenAI, engine: Engine) -> None:
    """Earlier turns become history, system messages do not, text parts are joined, filters and top_k are passed on."""
    client.chat.completions.create(
        model="jushi",
        messages=[
            {"role": "system", "content": "你是助手。"},
            {"role": "user", "content": "白鹭市的公办幼儿园？"},
            {"role": "assistant", "content": "12所。[1]"},
            {"role": "user", "content": [{"type": "text", "text": "学位"}, {"type": "text", "text": "呢？"}]},
        ],
        temperature=0.2,
        max_tokens=99,
        seed=1,
        extra_body={
            "answerer": "quotes",
            "top_k": 3,
            "filters": {"article_ids": ["bailu"], "publishers": ["白鹭市教育局"], "since": "2024-01-01"},
        },
    )
    (asked,) = engine.answerers["quotes"].asked
    assert asked.text == "学位呢？"
    assert [(turn.role, turn.text) for turn in asked.history] == [
        ("user", "白鹭市的公办幼儿园？"), ("assistant", "12所。[1]")
    ]  # fmt: skip
    assert (asked.top_k, asked.filters.article_ids, asked.filters.publishers) == (3, ("bailu",), ("白鹭市教育局",))
    assert asked.filters.since.isoformat() == "2024-01-01"


def test_models_are_listed_and_found(client: openai.OpenAI) -> None:
    """The list holds jushi and one model per answerer; an unknown one is a 404 of the client's own type."""
    assert [model.id for model in client.models.list()] == ["jushi", "jushi-quotes"]
    assert client.models.retrieve("jushi-quotes").id == "jushi-quotes"
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="gpt-9", messages=QUESTION)
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")


def test_stream_errors_before_the_first_chunk_are_http_errors(client: openai.OpenAI) -> None:
    """An engine that fails on a streamed question gives a plain status, not a broken stream."""
    with pytest.raises(openai.InternalServerError) as caught:
        client.chat.completions.create(model="jushi", messages=[{"role": "user", "content": "故障"}], stream=True)
    assert caught.value.code == "store_error"


def test_stream_errors_after_the_first_chunk_are_events(http: httpx.Client) -> None:
    """A failure inside the stream is an error event without internals, and the stream is not closed as if complete."""
    body = {"messages": [{"role": "user", "content": "坏值"}], "stream": True}
    events = http.post("/v1/chat/completions", json=body).text.split("\n\n")[:-1]
    error = json.loads(events[-1].removeprefix("data: "))["error"]
    assert (error["type"], error["code"]) == ("server_error", "internal_error")
    assert "object" not in error["message"]
    assert "data: [DONE]" not in events


@given(st.text(alphabet="甲乙丙。！；”）\n [1]2", max_size=60))
def test_pieces_join_to_the_content(content: str) -> None:
    """No cut of the content loses or doubles a character."""
    assert "".join(pieces(content)) == content


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("甲。[1]乙。[2][3]", ["甲。[1]", "乙。[2][3]"]),
        ("他说：“好。”[1]丙", ["他说：“好。”[1]", "丙"]),
        ("一[1]\n二[2]", ["一[1]\n", "二[2]"]),
        ("", []),
    ],
)
def test_pieces_end_after_sentences_and_markers(content: str, expected: list[str]) -> None:
    """Closing quotes and markers stay with their sentence."""
    assert pieces(content) == expected
