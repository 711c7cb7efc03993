"""Streamed responses: the raw events, and what the official client makes of them."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import openai
import pytest
from openai.types.responses import ResponseTextDeltaEvent

from rag.answer.events import Events, Said
from rag.api.app import create_app
from rag.api.responses.documented import ResponseBody
from rag.cancel import cancelled
from rag.config import Settings
from rag.engine import Engine
from rag.errors import ModelError
from rag.types import Question

PATH = "/v1/responses"
ASK = "林区今年新建了多少所公办幼儿园？"
ONE, TWO = "\U00020bb7林区今年新建公办幼儿园12所。[1]", "新增学位3600个。[2][1]"
ORDER = [
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.delta",
    "response.output_text.annotation.added",
    "response.output_text.annotation.added",
    "response.output_text.annotation.added",
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.completed",
]


def events_of(http: httpx.Client, text: str = ASK, **body: Any) -> list[Any]:
    """The events of a stream, parsed; the name of each is that inside it."""
    response = http.post(PATH, json={"input": text, "stream": True, **body})
    assert response.headers["content-type"].startswith("text/event-stream")
    events = []
    for block in response.text.removesuffix("\n\n").split("\n\n"):
        name, data = block.split("\n")
        events.append(json.loads(data.removeprefix("data: ")))
        assert name == f"event: {events[-1]['type']}"
    return events


def lasting(event: dict[str, Any]) -> dict[str, Any]:
    """A response without what differs from one request to the next."""
    changing = {"id", "created_at", "completed_at"}
    kept = {name: value for name, value in event.items() if name not in changing}
    return {**kept, "output": [{**message, "id": "msg"} for message in kept["output"]]}


def test_events_come_in_their_order(http: httpx.Client, address: str) -> None:
    """Numbered from 0 without a gap; what was found comes before the first word, the annotations after the last."""
    events = events_of(http)
    assert [event["type"] for event in events] == ORDER
    assert [event["sequence_number"] for event in events] == list(range(len(ORDER)))
    created, under_way, completed = (events[at]["response"] for at in (0, 1, -1))
    assert (created["status"], created["output"], created["usage"]) == ("in_progress", [], None)
    assert under_way["search_results"] == completed["search_results"]
    assert under_way["search_results"][0]["url"] == f"{address}/articles/bailu"
    assert [event["delta"] for event in events[4:6]] == [ONE, TWO]
    assert {event["item_id"] for event in events if "item_id" in event} == {completed["output"][0]["id"]}
    (part,) = completed["output"][0]["content"]
    assert [event["annotation"] for event in events[6:9]] == part["annotations"]
    assert [event["annotation_index"] for event in events[6:9]] == [0, 1, 2]
    assert (events[9]["text"], events[10]["part"], events[11]["item"]) == (part["text"], part, completed["output"][0])


@pytest.mark.parametrize("text", [ASK, "月亮？", "断线？"])
def test_stream_and_whole_say_the_same(http: httpx.Client, text: str) -> None:
    """The response at the end of a stream is that of a request that is not streamed, and its words were all sent."""
    own = {"sources_in_content": "markdown", "metadata": {"a": "1"}}
    whole = http.post(PATH, json={"input": text, **own}).json()
    events = events_of(http, text, **own)
    assert lasting(events[-1]["response"]) == lasting(whole)
    said = "".join(event["delta"] for event in events if event["type"] == "response.output_text.delta")
    assert said == whole["output"][0]["content"][0]["text"]
    for event in events:
        if "response" in event:
            ResponseBody.model_validate(event["response"])


def test_the_clients_stream_helper_gathers_the_response(address: str) -> None:
    """`responses.stream` sees each sentence, and its final response has text, annotations and our own fields."""
    with (
        openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0) as client,
        client.responses.stream(model="jushi", input=ASK) as stream,
    ):
        deltas = [(event.delta, event.snapshot) for event in stream if event.type == "response.output_text.delta"]
        final: Any = stream.get_final_response()
    assert deltas == [(ONE, ONE), (TWO, ONE + TWO)]
    assert (final.output_text, final.status, final.usage.total_tokens) == (ONE + TWO, "completed", 352)
    assert [item.start_index for item in final.output[0].content[0].annotations] == [16, 29, 32]
    assert (final.jushi["status"], len(final.citations), len(final.search_results)) == ("answered", 2, 1)


def test_the_client_iterates_over_typed_events(address: str) -> None:
    """`create(stream=True)` gives events of the client's own types, with what was found on the second."""
    with openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0) as client:
        events: list[Any] = list(client.responses.create(model="jushi", input=ASK, stream=True))
    assert [event.type for event in events] == ORDER
    assert events[1].response.search_results[0]["article_id"] == "bailu"
    assert [event.delta for event in events if isinstance(event, ResponseTextDeltaEvent)] == [ONE, TWO]
    assert [event.annotation.url for event in events[6:9]] == [events[-1].response.citations[at] for at in (0, 1, 0)]


def test_async_client_reads_several_streams_at_once(address: str) -> None:
    """Both ways of streaming of the asynchronous client read the same text, from several requests at once."""

    async def plain(client: openai.AsyncOpenAI) -> str:
        stream = await client.responses.create(model="jushi", input=ASK, stream=True)
        return "".join([event.delta async for event in stream if event.type == "response.output_text.delta"])

    async def helped(client: openai.AsyncOpenAI) -> str:
        async with client.responses.stream(model="jushi", input=ASK) as stream:
            return (await stream.get_final_response()).output_text

    async def ask_often() -> list[str]:
        async with openai.AsyncOpenAI(base_url=f"{address}/v1", api_key="none") as client:
            return await asyncio.gather(*(ask(client) for ask in (plain, helped) * 4))

    assert asyncio.run(ask_often()) == [ONE + TWO] * 8


def test_errors_before_the_first_event_have_a_status(http: httpx.Client) -> None:
    """An engine that fails before it found anything gives a plain status, not a broken stream."""
    response = http.post(PATH, json={"input": "故障", "stream": True})
    assert (response.status_code, response.json()["error"]["code"]) == (500, "store_error")


def test_a_failure_that_nobody_foresaw_says_nothing_of_the_inside(http: httpx.Client) -> None:
    """What was said stays in the failed response; the event after it has the error as the client raises it."""
    *_, failed, error = events_of(http, "坏值")
    response = failed["response"]
    ResponseBody.model_validate(response)
    assert (failed["type"], response["status"], response["usage"]) == ("response.failed", "failed", None)
    assert (response["error"]["code"], response["error"]["type"]) == ("server_error", "internal_error")
    assert (response["output"][0]["status"], response["output"][0]["content"][0]["text"]) == ("incomplete", ONE + TWO)
    assert (error["type"], error["code"], error["sequence_number"]) == (
        "error", "internal_error", failed["sequence_number"] + 1
    )  # fmt: skip
    assert error["message"] == error["error"]["message"] == response["error"]["message"]
    assert "object" not in error["message"]


@dataclass
class Slow:
    """Says each piece of the answer behind it once its gate is open, or the client gone; fails after it if it is to."""

    behind: Any
    fails: bool = False
    gates: list[threading.Event] = field(default_factory=lambda: [threading.Event(), threading.Event()])

    def events(self, question: Question) -> Events:
        gates = iter(self.gates)
        for event in self.behind.events(question):
            if isinstance(event, Said):
                gate, flag = next(gates), cancelled()
                assert flag is not None
                while not gate.wait(0.01) and not flag.is_set():
                    pass
                yield event
                if self.fails:
                    raise ModelError("the model stopped")
            else:
                yield event


@pytest.fixture
def slow(
    running: Callable[..., Any], wait: Callable[..., None], fresh_engine: Engine, settings: Settings
) -> Iterator[tuple[str, Slow]]:
    """A server whose answers wait for the test, and the answerer behind it."""
    answerer = Slow(fresh_engine.answerers["quotes"])
    engine = replace(fresh_engine, answerers={"quotes": answerer})
    with running(create_app(settings, lambda _progress: engine)) as url:
        wait(lambda: httpx.get(f"{url}/readyz").status_code == 200)
        yield url, answerer


def test_each_sentence_is_sent_at_once(slow: tuple[str, Slow]) -> None:
    """The client has what was found before the first sentence is written, and each sentence before the next."""
    url, answerer = slow
    with openai.OpenAI(base_url=f"{url}/v1", api_key="none") as client:
        stream: Any = client.responses.create(model="jushi", input=ASK, stream=True)
        assert [next(stream).type for _ in range(4)] == ORDER[:4]
        answerer.gates[0].set()  # only now may the first sentence be written
        assert next(stream).delta == ONE
        answerer.gates[1].set()
        assert next(stream).delta == TWO
        assert [event.type for event in stream] == ORDER[6:]


def test_the_client_raises_what_breaks_a_stream_off(slow: tuple[str, Slow]) -> None:
    """Sentences that were sent stay; then comes the failed response, and the error of the model is raised."""
    url, answerer = slow
    answerer.fails = True
    answerer.gates[0].set()
    with openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client:
        seen: list[Any] = []
        with pytest.raises(openai.APIError) as caught:
            seen.extend(client.responses.create(model="jushi", input=ASK, stream=True))
        assert [event.type for event in seen] == [*ORDER[:5], "response.failed"]
        assert seen[-1].response.output_text == ONE
        assert caught.value.code == "model_error"
        with (
            client.responses.stream(model="jushi", input=ASK) as stream,
            pytest.raises(openai.APIError, match="stopped"),
        ):
            stream.get_final_response()


def test_a_client_that_leaves_stops_the_work(slow: tuple[str, Slow], wait: Callable[..., None]) -> None:
    """A reader who hangs up cancels the writing, and the answer is counted as left."""
    url, _ = slow
    with openai.OpenAI(base_url=f"{url}/v1", api_key="none") as client:
        stream: Any = client.responses.create(model="jushi", input=ASK, stream=True)
        assert next(stream).type == "response.created"
        stream.close()
    wait(lambda: 'jushi_answers_unfinished_total{why="left"} 1.0' in httpx.get(f"{url}/metrics").text)
