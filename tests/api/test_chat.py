"""Whole chat completions through the official client, against a real server."""

from __future__ import annotations

import re
from datetime import date
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import httpx
import openai
import pytest

from rag.api.app import create_app
from rag.api.documented import Completion
from rag.config import Settings
from rag.engine import Engine
from rag.types import Strictness

QUESTION = [{"role": "user", "content": "林区今年新建了多少所公办幼儿园？"}]
TEXT = "\U00020bb7林区今年新建公办幼儿园12所。[1]新增学位3600个。[2][1]"
FIELDS = ["status", "text", "claims", "citations", "refusal", "conflicts", "notice", "trace"]


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
        "prompt_tokens": 310, "completion_tokens": 42, "total_tokens": 352
    }  # fmt: skip
    jushi = message.jushi
    assert list(jushi) == FIELDS
    assert jushi["status"] == "answered"
    for claim in jushi["claims"]:
        assert message.content[claim["start"] : claim["end"]] == claim["text"]
    for citation in jushi["citations"]:
        article_id = quote(citation["article_id"], safe="")
        source = http.get(f"/v1/documents/{article_id}/source", params={"revision": citation["revision"]}).json()
        assert source["source"][citation["source_start"] : citation["source_end"]] == citation["quote"]


def test_annotations_stand_at_their_markers(client: openai.OpenAI) -> None:
    """Each marker has one annotation, at its code points, with the address that `citations` gives for its number."""
    completion = client.chat.completions.create(model="jushi", messages=QUESTION)
    message = completion.choices[0].message
    found = [annotation.url_citation for annotation in message.annotations]
    assert [message.content[item.start_index : item.end_index] for item in found] == ["[1]", "[2]", "[1]"]
    assert [(item.start_index, item.end_index) for item in found] == [(16, 19), (29, 32), (32, 35)]
    assert [item.url for item in found] == [completion.citations[number - 1] for number in (1, 2, 1)]
    assert {item.title for item in found} == {"白鹭市扩充“入园”学位 & 名额"}


def test_addresses_are_absolute_and_of_the_web(client: openai.OpenAI, address: str, http: httpx.Client) -> None:
    """An article without an address, or with one that would run a script, is reached on this server."""
    completion = client.chat.completions.create(model="jushi", messages=QUESTION)
    assert completion.citations == [
        f"{address}/articles/bailu",
        f"{address}/articles/http%3A%2F%2Fbailu.example%2F%E6%96%B0%E9%97%BB%3Fid%3D1",
    ]
    assert [http.get(url).status_code for url in completion.citations] == [200, 200]


def test_numbers_are_contiguous_in_order_of_first_mention(client: openai.OpenAI) -> None:
    """The first mentions count 1, 2, …; markers stand side by side and never share a bracket."""
    completion = client.chat.completions.create(model="jushi", messages=QUESTION)
    mentioned = [int(number) for number in re.findall(r"\[(\d+)\]", completion.choices[0].message.content)]
    assert list(dict.fromkeys(mentioned)) == list(range(1, len(completion.citations) + 1))
    assert not re.search(r"\[\d+\s*[,，、]", completion.choices[0].message.content)


def test_search_results_are_the_evidence(client: openai.OpenAI, address: str) -> None:
    """Every passage that was found comes with title, address, day and snippet, for an answer and for a refusal."""
    for messages in (QUESTION, [{"role": "user", "content": "月亮？"}]):
        completion = client.chat.completions.create(model="jushi", messages=messages)
        assert completion.search_results == [
            {
                "title": "白鹭市扩充“入园”学位 & 名额",
                "url": f"{address}/articles/bailu",
                "date": "2024-12-11",
                "snippet": "白鹭市今年新建公办幼儿园12所。新增学位3600个。",
                "publisher": "白鹭市教育局",
                "article_id": "bailu",
                "revision": "r2",
                "start": 0,
                "end": 26,
            }
        ]


def test_response_has_the_documented_shape(http: httpx.Client) -> None:
    """What is sent validates against the model that the API's documentation shows."""
    response = http.post("/v1/chat/completions", json={"model": "jushi", "messages": QUESTION})
    documented = Completion.model_validate(response.json())
    assert documented.choices[0].message.jushi.citations[1].quote == "新增学位3600个。"
    assert documented.choices[0].message.annotations[0].url_citation.start_index == 16
    assert response.headers["x-request-id"] == documented.id.removeprefix("chatcmpl-")


def test_refusal_is_an_answer(client: openai.OpenAI) -> None:
    """A refusal is content with finish_reason stop; its reason and nearest passages are in the jushi object."""
    completion = client.chat.completions.create(model="jushi-quotes", messages=[{"role": "user", "content": "月亮？"}])
    message = completion.choices[0].message
    assert (message.content, completion.choices[0].finish_reason) == ("文章里没有提到。", "stop")
    assert (message.annotations, completion.citations) == ([], [])
    assert message.jushi["status"] == "refused"
    assert message.jushi["refusal"]["reason"] == "no_evidence"
    assert message.jushi["refusal"]["nearest"][0]["quote"] == "新增学位3600个。"


def test_notice_and_sources_follow_the_text(client: openai.OpenAI, address: str) -> None:
    """The notice is a last line in parentheses; the sources are appended on request, and move no offset."""
    messages: Any = [{"role": "user", "content": "断线了嗎？請問新建幾所學校？"}]
    plain = client.chat.completions.create(model="jushi", messages=messages).choices[0].message
    assert plain.content == f"{TEXT}\n\n（语言模型没有回应。）"
    listed = client.chat.completions.create(
        model="jushi", messages=messages, extra_body={"sources_in_content": "markdown"}
    )
    message = listed.choices[0].message
    assert message.content.removeprefix(plain.content).splitlines()[:5] == [
        "",
        "",
        "**來源**",
        f"1. [白鹭市扩充“入园”学位 &amp; 名额]({address}/articles/bailu) — 白鹭市教育局, 2024-12-11",
        "   > 白鹭市今年新建公办幼儿园12所。新增学位3600个。",
    ]
    assert message.annotations == plain.annotations


def test_history_filters_and_parts_reach_the_engine(client: openai.OpenAI, engine: Engine) -> None:
    """Earlier turns become history, system messages do not, text parts are joined, and options are passed on."""
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
            "as_of": "2024-12-31",
            "strict": "mark",
        },
    )
    (asked,) = engine.answerers["quotes"].asked
    assert asked.text == "学位呢？"
    assert [(turn.role, turn.text) for turn in asked.history] == [
        ("user", "白鹭市的公办幼儿园？"), ("assistant", "12所。[1]")
    ]  # fmt: skip
    assert (asked.top_k, asked.filters.article_ids, asked.filters.publishers) == (3, ("bailu",), ("白鹭市教育局",))
    assert (asked.filters.since, asked.filters.until) == (date(2024, 1, 1), date(2024, 12, 31))
    assert (asked.as_of, asked.strict) == (date(2024, 12, 31), Strictness.MARK)


def test_models_are_listed_and_found(client: openai.OpenAI) -> None:
    """The list holds jushi and one model per answerer; an unknown one is a 404 of the client's own type."""
    assert [model.id for model in client.models.list()] == ["jushi", "jushi-quotes"]
    assert client.models.retrieve("jushi-quotes").id == "jushi-quotes"
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="gpt-9", messages=QUESTION)
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")


def test_models_name_the_language_model_behind_them(settings: Settings, running: Any, wait: Any) -> None:
    """`jushi-llm` is listed where there is one, with the model that writes for it."""
    answerers = {"llm": SimpleNamespace(model_name="小模型"), "quotes": SimpleNamespace()}
    engine = SimpleNamespace(settings=settings, answerers=answerers, close=lambda: None)
    with running(create_app(settings, lambda _progress: engine)) as url:
        wait(lambda: httpx.get(f"{url}/v1/models").status_code == 200)
        data = httpx.get(f"{url}/v1/models").json()["data"]
    assert {row["id"]: row["language_model"] for row in data} == {
        "jushi": None, "jushi-llm": "小模型", "jushi-quotes": None
    }  # fmt: skip
