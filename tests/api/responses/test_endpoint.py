"""Whole responses of the Responses API through the official client, against a real server."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import httpx
import openai
import pytest
from openai.types.responses import ResponseOutputMessage, ResponseOutputText
from openai.types.responses.response_output_text import AnnotationURLCitation

from rag.api.responses.documented import ResponseBody
from rag.engine import Engine
from rag.types import Strictness

PATH = "/v1/responses"
ASK = "林区今年新建了多少所公办幼儿园？"
TEXT = "\U00020bb7林区今年新建公办幼儿园12所。[1]新增学位3600个。[2][1]"


@pytest.fixture
def client(address: str) -> Any:
    with openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0) as opened:
        yield opened


def post(http: httpx.Client, **body: Any) -> httpx.Response:
    return http.post(PATH, json={"input": ASK, **body})


def error_of(response: httpx.Response) -> dict[str, Any]:
    (error,) = response.json().values()
    assert set(error) == {"message", "type", "param", "code"}
    return error


def test_the_official_client_reads_a_whole_response(client: openai.OpenAI) -> None:
    """Text, message, usage, status and times are where its types have them."""
    response = client.responses.create(model="jushi", input=ASK)
    assert (response.output_text, response.status, response.model) == (TEXT, "completed", "jushi")
    (message,) = response.output
    assert isinstance(message, ResponseOutputMessage)
    assert (message.role, message.status, message.type) == ("assistant", "completed", "message")
    (part,) = message.content
    assert isinstance(part, ResponseOutputText)
    assert part.text == TEXT
    assert response.usage is not None
    assert response.usage.model_dump(exclude_none=True) == {
        "input_tokens": 310, "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": 42, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 352,
    }  # fmt: skip
    assert response.completed_at is not None
    assert response.completed_at >= response.created_at > 1_700_000_000
    assert (response.error, response.incomplete_details, response.tools) == (None, None, [])


def test_annotations_stand_at_their_markers(client: openai.OpenAI) -> None:
    """Each marker has one flat annotation, at its code points, with the address of its number."""
    response: Any = client.responses.create(model="jushi", input=ASK)
    found = response.output[0].content[0].annotations
    assert all(isinstance(item, AnnotationURLCitation) for item in found)
    assert [(item.start_index, item.end_index) for item in found] == [(16, 19), (29, 32), (32, 35)]
    assert [response.output_text[item.start_index : item.end_index] for item in found] == ["[1]", "[2]", "[1]"]
    assert [item.url for item in found] == [response.citations[number - 1] for number in (1, 2, 1)]
    assert {item.title for item in found} == {"白鹭市扩充“入园”学位 & 名额"}


@pytest.mark.parametrize("question", [ASK, "月亮？", "断线了嗎？請問新建幾所學校？"])
def test_the_answer_is_that_of_a_chat_completion(client: openai.OpenAI, question: str) -> None:
    """Content, jushi object, addresses and what was found are the same, for answers, refusals and notices."""
    own = {"sources_in_content": "markdown"}
    response: Any = client.responses.create(model="jushi", input=question, extra_body=own)
    completion: Any = client.chat.completions.create(
        model="jushi", messages=[{"role": "user", "content": question}], extra_body=own
    )
    message = completion.choices[0].message
    assert response.output_text == message.content
    assert response.jushi == message.jushi
    assert (response.citations, response.search_results) == (completion.citations, completion.search_results)
    flat = [item.model_dump() for item in response.output[0].content[0].annotations]
    assert flat == [{"type": "url_citation", **item.url_citation.model_dump()} for item in message.annotations]


def test_a_refusal_is_a_completed_response(client: openai.OpenAI) -> None:
    """Its sentence is the text; its reason and nearest passages are in the jushi object."""
    response: Any = client.responses.create(model="jushi-quotes", input="月亮？")
    assert (response.output_text, response.status) == ("文章里没有提到。", "completed")
    assert (response.output[0].content[0].annotations, response.citations) == ([], [])
    assert response.jushi["refusal"]["reason"] == "no_evidence"
    assert [found["article_id"] for found in response.search_results] == ["bailu"]


def test_response_has_the_documented_shape(http: httpx.Client) -> None:
    """What is sent validates against the model of the documentation, which leaves out none of its fields."""
    sent = post(http, metadata={"来源": "测试"})
    documented = ResponseBody.model_validate(sent.json())
    assert set(sent.json()) == set(ResponseBody.model_fields)
    assert documented.jushi is not None
    assert documented.jushi.citations[1].quote == "新增学位3600个。"
    assert documented.id == f"resp_{sent.headers['x-request-id']}"
    assert documented.output[0].id == f"msg_{sent.headers['x-request-id']}"


def test_what_was_asked_is_given_back(client: openai.OpenAI) -> None:
    """Metadata and what steers a model come back as they were sent, and with OpenAI's defaults where they were not."""
    given: dict[str, Any] = {
        "instructions": "只用一句话。", "metadata": {"ticket": "42"}, "temperature": 0.2, "top_p": 0.9,
        "max_output_tokens": 64, "parallel_tool_calls": False, "truncation": "auto", "store": False,
    }  # fmt: skip
    assert {name: getattr(client.responses.create(model="jushi", input=ASK, **given), name) for name in given} == given
    plain: Any = client.responses.create(input=ASK)  # the model may be left out
    assert (plain.instructions, plain.metadata, plain.temperature, plain.truncation) == (None, {}, None, "disabled")
    assert (plain.parallel_tool_calls, plain.store, plain.tool_choice, plain.model) == (True, True, "auto", "jushi")


def test_conversation_and_own_fields_reach_the_engine(client: openai.OpenAI, engine: Engine) -> None:
    """Earlier messages become history, what is said beside them instructions, and options are passed on."""
    client.responses.create(
        model="jushi",
        instructions="你是助手。",
        input=[
            {"role": "developer", "content": "简短。"},
            {"type": "message", "role": "user", "content": "白鹭市的公办幼儿园？"},
            {"role": "assistant", "content": "12所。[1]"},
            {"role": "system", "content": [{"type": "input_text", "text": "中文。"}]},
            {
                "role": "user",
                "content": [{"type": "input_text", "text": "学位"}, {"type": "input_text", "text": "呢？"}],
            },
        ],
        extra_body={
            "answerer": "quotes",
            "top_k": 3,
            "filters": {"article_ids": ["bailu"], "publishers": ["白鹭市教育局"], "since": "2024-01-01"},
            "as_of": "2024-12-31",
            "strict": "mark",
        },
    )
    (asked,) = engine.answerers["quotes"].asked  # type: ignore[attr-defined]
    assert (asked.text, asked.instructions) == ("学位呢？", "你是助手。\n简短。\n中文。")
    assert [(turn.role, turn.text) for turn in asked.history] == [
        ("user", "白鹭市的公办幼儿园？"), ("assistant", "12所。[1]")
    ]  # fmt: skip
    assert (asked.top_k, asked.filters.article_ids, asked.filters.publishers) == (3, ("bailu",), ("白鹭市教育局",))
    assert (asked.filters.since, asked.filters.until) == (date(2024, 1, 1), date(2024, 12, 31))
    assert (asked.as_of, asked.strict) == (date(2024, 12, 31), Strictness.MARK)


def test_output_can_be_sent_back_as_input(client: openai.OpenAI, engine: Engine) -> None:
    """A conversation goes on by appending the output of a response to the input, as the client's guide does."""
    conversation: Any = [{"role": "user", "content": ASK}]
    conversation += client.responses.create(model="jushi", input=conversation).output
    conversation += [{"type": "reasoning", "id": "rs_1", "summary": []}, {"role": "user", "content": "学位呢？"}]
    client.responses.create(model="jushi", input=conversation)
    asked = engine.answerers["quotes"].asked[-1]  # type: ignore[attr-defined]
    assert [(turn.role, turn.text) for turn in asked.history] == [("user", ASK), ("assistant", TEXT)]


def test_async_client_asks_several_at_once(address: str) -> None:
    """The asynchronous client reads the same text, from several requests at once."""

    async def ask_often() -> list[str]:
        async with openai.AsyncOpenAI(base_url=f"{address}/v1", api_key="none") as client:
            found = await asyncio.gather(*(client.responses.create(model="jushi", input=ASK) for _ in range(8)))
            return [response.output_text for response in found]

    assert asyncio.run(ask_often()) == [TEXT] * 8


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"anwserer": "quotes"}, "anwserer"),
        ({"messages": [{"role": "user", "content": ASK}]}, "messages"),
        ({"tools": [{"type": "web_search"}]}, "tools"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"background": True}, "background"),
        ({"conversation": "conv_1"}, "conversation"),
        ({"prompt": {"id": "pmpt_1"}}, "prompt"),
        ({"include": ["message.output_text.logprobs"]}, "include"),
        ({"text": {"format": {"type": "json_schema", "name": "x", "schema": {}}}}, "text.format"),
        ({"text": {"format": {"type": "json_object"}}}, "text.format"),
        ({"metadata": {"a": "长" * 513}}, "metadata.a"),
        ({"metadata": {"a": 1}}, "metadata.a"),
        ({"metadata": {str(n): "" for n in range(17)}}, "metadata"),
        ({"temperature": "热"}, "temperature"),
        ({"model": "jushi-quotes", "answerer": "llm"}, "answerer"),
        ({"top_k": 0}, "top_k"),
        ({"as_of": "去年"}, "as_of"),
        ({"filters": {"publisher": ["甲"]}}, "filters.publisher"),
        ({"input": None}, "input"),
        ({"input": " \n"}, "input"),
        ({"input": []}, "input"),
        ({"input": [{"type": "reasoning", "summary": []}]}, "input"),
        ({"input": [{"role": "user"}]}, "input[0].content"),
        ({"input": [{"content": ASK}]}, "input[0].role"),
        ({"input": [{"role": "tool", "content": ASK}]}, "input[0].role"),
        ({"input": [{"role": "user", "content": ASK}, {"role": "assistant", "content": "甲"}]}, "input[1].role"),
        (
            {
                "input": [
                    {"type": "function_call_output", "call_id": "c", "output": ""},
                    {"role": "user", "content": "甲"},
                ]
            },
            "input[0].type",
        ),
        (
            {"input": [{"role": "user", "content": [{"type": "input_text", "text": "图"}, {"type": "input_image"}]}]},
            "input[0].content[1].type",
        ),
        (
            {"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "f"}]}]},
            "input[0].content[0].type",
        ),
    ],
)
def test_bad_fields_are_named(http: httpx.Client, body: dict[str, Any], param: str) -> None:
    """What cannot be honoured is a 400 whose param names it."""
    response = post(http, **body)
    error = error_of(response)
    assert (response.status_code, error["type"], error["param"]) == (400, "invalid_request_error", param)


@pytest.mark.parametrize(
    "extra",
    [
        {"tools": [], "tool_choice": "auto", "parallel_tool_calls": True, "max_tool_calls": 3, "background": False},
        {"include": [], "truncation": "disabled", "temperature": 1, "top_p": 1, "max_output_tokens": 16},
        {"include": ["reasoning.encrypted_content", "web_search_call.action.sources"]},
        {"reasoning": {"effort": "low"}, "text": {"format": {"type": "text"}, "verbosity": "low"}, "user": "u"},
        {"service_tier": "auto", "prompt_cache_key": "k", "safety_identifier": "s", "top_logprobs": 0, "store": True},
        {"stream_options": {"include_obfuscation": False}, "previous_response_id": None, "conversation": None},
        {"instructions": None, "metadata": None, "text": None, "include": None, "temperature": None, "stream": None},
    ],
)
def test_harmless_fields_are_accepted(http: httpx.Client, extra: dict[str, Any]) -> None:
    """What clients send by default, and what asks for nothing, changes nothing."""
    assert post(http, **extra).json()["output"][0]["content"][0]["text"] == TEXT


def test_numbers_that_json_cannot_hold_are_refused(http: httpx.Client) -> None:
    """NaN, which Python's own JSON writes, is not given back."""
    headers = {"content-type": "application/json"}
    response = http.post(PATH, content=b'{"input": "\\u5b66", "temperature": NaN}', headers=headers)
    assert (response.status_code, error_of(response)["param"]) == (400, "temperature")


def test_errors_are_of_the_clients_own_types(client: openai.OpenAI) -> None:
    """An unknown model is not found, a form of text that cannot be had a bad request, a broken store a server error."""
    with pytest.raises(openai.NotFoundError) as unknown:
        client.responses.create(model="gpt-9", input=ASK)
    assert (unknown.value.code, unknown.value.param) == ("model_not_found", "model")
    with pytest.raises(openai.BadRequestError) as formed:
        client.responses.create(model="jushi", input=ASK, text={"format": {"type": "json_object"}})
    assert "only 'text'" in formed.value.message
    with pytest.raises(openai.InternalServerError) as broken:
        client.responses.create(model="jushi", input="故障")
    assert broken.value.code == "store_error"
