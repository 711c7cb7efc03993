"""Streamed chat completions: every rule of the wire on the raw events, and what becomes of readers that leave."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import openai
import pytest

from rag.answer.events import Event, Events, Finished, Found, Said
from rag.api import sending
from rag.api.app import create_app
from rag.cancel import cancelled
from rag.config import Settings
from rag.engine import Engine
from rag.errors import ModelError
from rag.types import Question

PATH = "/v1/chat/completions"
ASK = [{"role": "user", "content": "林区今年新建了多少所公办幼儿园？"}]
ONE, TWO = "\U00020bb7林区今年新建公办幼儿园12所。[1]", "新增学位3600个。[2][1]"
_FULL = 10_000  # pieces: far more than what fits between the server and a client that does not read


def events_of(http: httpx.Client, **body: Any) -> list[Any]:
    """The events of a stream, parsed; the last is the string [DONE] where the stream is complete."""
    response = http.post(PATH, json={"messages": ASK, "stream": True, **body})
    assert response.headers["content-type"].startswith("text/event-stream")
    lines = [line.removeprefix("data: ") for line in response.text.split("\n\n") if line]
    return [line if line == "[DONE]" else json.loads(line) for line in lines]


def deltas_of(events: list[Any]) -> list[Any]:
    return [event["choices"][0]["delta"] for event in events if event != "[DONE]"]


def ask_about(text: str) -> Any:
    return [{"role": "user", "content": text}]


def test_chunks_come_in_their_order(http: httpx.Client, address: str) -> None:
    """The role, the evidence, each sentence as a chunk of its own, the end without content, [DONE]."""
    events = events_of(http)
    role, evidence, *said, end = deltas_of(events)
    assert role == {"role": "assistant"}
    assert evidence == {"content": ""}
    assert said == [{"content": ONE}, {"content": TWO}]
    assert list(end) == ["annotations", "jushi"]
    assert [event["choices"][0]["finish_reason"] for event in events[:-1]] == [None, None, None, None, "stop"]
    assert events[-1] == "[DONE]"
    assert all("usage" not in event for event in events[:-1])
    assert len({(event["id"], event["created"], event["model"]) for event in events[:-1]}) == 1
    assert [("search_results" in event, "citations" in event) for event in events[:-1]] == [
        (False, False), (True, False), (True, False), (False, False), (False, True)
    ]  # fmt: skip
    assert events[1]["search_results"] == events[2]["search_results"]
    assert events[1]["search_results"][0]["url"] == events[-2]["citations"][0] == f"{address}/articles/bailu"


def test_stream_and_whole_say_the_same(http: httpx.Client) -> None:
    """Content, annotations, citations, results and jushi object are those of a completion that is not streamed."""
    for text in ("幼儿园？", "月亮？", "断线？"):
        body = {"messages": ask_about(text), "sources_in_content": "markdown"}
        whole = http.post(PATH, json=body).json()
        events = events_of(http, **body)
        end, deltas = events[-2], deltas_of(events)
        message = whole["choices"][0]["message"]
        assert "".join(delta.get("content", "") for delta in deltas) == message["content"]
        assert (deltas[-1]["annotations"], deltas[-1]["jushi"]) == (message["annotations"], message["jushi"])
        assert (end["citations"], events[1]["search_results"]) == (whole["citations"], whole["search_results"])
        for annotation in deltas[-1]["annotations"]:
            place = annotation["url_citation"]
            marker = message["content"][place["start_index"] : place["end_index"]]
            assert end["citations"][int(marker.strip("[]")) - 1] == place["url"]


def test_usage_comes_in_a_chunk_of_its_own_when_asked(http: httpx.Client) -> None:
    """With include_usage the last chunk has no choice but the counts, and no other has counts."""
    *others, usage, done = events_of(http, stream_options={"include_usage": True})
    assert (usage["choices"], done) == ([], "[DONE]")
    assert usage["usage"] == {"prompt_tokens": 310, "completion_tokens": 42, "total_tokens": 352}
    assert all(event.get("usage") is None for event in others)


def test_refusal_is_one_content_chunk(http: httpx.Client) -> None:
    """The sentence of a refusal comes after what was found and cites nothing."""
    events = events_of(http, messages=ask_about("月亮？"))
    assert deltas_of(events)[1:3] == [{"content": ""}, {"content": "文章里没有提到。"}]
    assert len(events[1]["search_results"]) == 1
    assert (events[-2]["citations"], deltas_of(events)[-1]["annotations"]) == ([], [])


def test_notice_and_sources_are_content_before_the_end(http: httpx.Client) -> None:
    """What follows the sentences comes in chunks of its own, and the offsets do not count it."""
    deltas = deltas_of(events_of(http, messages=ask_about("断线？"), sources_in_content="markdown"))
    assert deltas[4] == {"content": "\n\n（语言模型没有回应。）"}
    assert deltas[5]["content"].startswith("\n\n**来源**\n1. [")
    assert [place["url_citation"]["start_index"] for place in deltas[-1]["annotations"]] == [16, 29, 32]


def test_errors_before_the_first_chunk_have_a_status(http: httpx.Client) -> None:
    """An engine that fails before it found anything gives a plain status, not a broken stream."""
    response = http.post(PATH, json={"messages": ask_about("故障"), "stream": True})
    assert (response.status_code, response.json()["error"]["code"]) == (500, "store_error")
    asked = http.post(PATH, json={"messages": ASK, "stream": True, "answerer": "oracle"})
    assert (asked.status_code, asked.json()["error"]["param"]) == (400, "answerer")


def test_errors_after_the_first_chunk_are_events(http: httpx.Client) -> None:
    """A failure inside the stream is an error event without internals, and the stream is not closed as if complete."""
    *_, error = events_of(http, messages=ask_about("坏值"))
    assert (error["error"]["type"], error["error"]["code"]) == ("server_error", "internal_error")
    assert "object" not in error["error"]["message"]


def test_async_client_reads_several_streams_at_once(address: str) -> None:
    """The asynchronous client reads the same content, from several requests at once."""

    async def ask(client: openai.AsyncOpenAI) -> str:
        stream = await client.chat.completions.create(model="jushi", messages=ASK, stream=True)
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

    async def ask_often() -> list[str]:
        async with openai.AsyncOpenAI(base_url=f"{address}/v1", api_key="none") as client:
            return await asyncio.gather(*(ask(client) for _ in range(8)))

    assert asyncio.run(ask_often()) == [ONE + TWO] * 8


@dataclass
class Scripted:
    """Finds, then does what a test tells it; knows in which thread it was begun and closed."""

    finding: Found
    script: Callable[[], Iterator[Event]]
    threads: list[int] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)

    def events(self, question: Question) -> Events:
        self.threads.append(threading.get_ident())
        try:
            yield self.finding
            yield from self.script()
        except GeneratorExit:
            self.threads.append(threading.get_ident())
            raise
        finally:
            self.closed.set()


@contextmanager
def scripted(
    running: Any, wait: Any, engine: Engine, settings: Settings, script: Callable[[], Iterator[Event]]
) -> Iterator[tuple[str, Scripted]]:
    """A server whose model-written answers follow a script, with its quotes beside, and one answer at a time."""
    quotes = engine.answerers["quotes"]
    answerer = Scripted(next(iter(quotes.events(Question(text="甲")))), script)  # type: ignore[arg-type]
    served = Engine(
        settings=settings.model_copy(update={"llm_concurrency": 1}),
        store=engine.store,
        encoder=engine.encoder,
        retriever=engine.retriever,
        answerers={"quotes": quotes, "llm": answerer},
    )
    with running(create_app(settings, lambda _progress: served)) as url:
        wait(lambda: httpx.get(f"{url}/readyz").status_code == 200)
        yield url, answerer


@pytest.fixture
def play(running: Any, wait: Any, fresh_engine: Engine, settings: Settings) -> Callable[..., Any]:
    return lambda script: scripted(running, wait, fresh_engine, settings, script)


def finished(engine: Engine) -> Finished:
    return Finished(answer=engine.answerers["quotes"].answer(Question(text="甲")))  # type: ignore[attr-defined]


def test_each_piece_is_sent_at_once(play: Callable[..., Any], fresh_engine: Engine) -> None:
    """The client has the evidence before the first sentence is written, and each sentence before the next."""
    gates = [threading.Event(), threading.Event()]

    def script() -> Iterator[Event]:
        for gate, text in zip(gates, (ONE, TWO), strict=True):
            assert gate.wait(20)
            yield Said(text=text)
        yield finished(fresh_engine)

    with play(script) as (url, _), openai.OpenAI(base_url=f"{url}/v1", api_key="none") as client:
        stream = client.chat.completions.create(model="jushi-llm", messages=ASK, stream=True)
        assert next(stream).choices[0].delta.role == "assistant"
        assert len(next(stream).search_results) == 1
        gates[0].set()  # only now may the first sentence be written
        assert next(stream).choices[0].delta.content == ONE
        gates[1].set()
        assert next(stream).choices[0].delta.content == TWO
        (end,) = list(stream)
        assert (end.choices[0].finish_reason, end.choices[0].delta.content) == ("stop", None)
        assert len(end.choices[0].delta.annotations) == 3


def test_comments_keep_a_quiet_stream_alive(
    play: Callable[..., Any], fresh_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While nothing is ready the stream carries comments, which the official client passes over."""
    monkeypatch.setattr(sending, "_QUIET", 0.02)
    gate = threading.Event()

    def script() -> Iterator[Event]:
        assert gate.wait(20)
        yield Said(text=ONE)
        yield finished(fresh_engine)

    body = {"model": "jushi-llm", "messages": ASK, "stream": True}
    with play(script) as (url, _):
        with httpx.stream("POST", f"{url}{PATH}", json=body, timeout=20) as response:
            lines = response.iter_lines()
            assert next(line for line in lines if line.startswith(":")) == ": keep-alive"
            gate.set()
            assert [line for line in lines if line][-1] == "data: [DONE]"
        with openai.OpenAI(base_url=f"{url}/v1", api_key="none") as client:
            chunks = list(client.chat.completions.create(model="jushi-llm", messages=ASK, stream=True))
        assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == ONE + TWO


@pytest.mark.parametrize(
    ("ending", "code"), [(ModelError("the model stopped"), "model_error"), (None, "internal_error")]
)
def test_streams_that_break_off_say_so(play: Callable[..., Any], ending: Exception | None, code: str) -> None:
    """Sentences that were sent stay, and an error event takes the place of the end, also where the end is missing."""

    def script() -> Iterator[Event]:
        yield Said(text=ONE)
        if ending:
            raise ending

    with play(script) as (url, _), openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client:
        stream = client.chat.completions.create(model="jushi-llm", messages=ASK, stream=True)
        said = []
        with pytest.raises(openai.APIError) as caught:
            said.extend(chunk.choices[0].delta.content for chunk in stream)
    assert said[-1] == ONE
    assert caught.value.code == code


def test_words_that_were_not_said_before_are_an_error(play: Callable[..., Any], fresh_engine: Engine) -> None:
    """An answer that begins otherwise than what the reader has seen is not passed off as the whole."""

    def script() -> Iterator[Event]:
        yield Said(text="别的话。[1]")
        yield finished(fresh_engine)

    with play(script) as (url, _), httpx.Client(base_url=url) as http:
        events = events_of(http, model="jushi-llm")
        assert events[-1]["error"]["code"] == "internal_error"


def test_no_character_of_an_article_breaks_a_line(play: Callable[..., Any]) -> None:
    """Readers that split lines at every line end of Unicode still get one event on one line."""
    odd = "一\u2028二\u2029三\x85四\r\n五\x0b六\x1e七"

    def script() -> Iterator[Event]:
        yield Said(text=odd)

    body = {"model": "jushi-llm", "messages": ASK, "stream": True}
    with play(script) as (url, _), httpx.stream("POST", f"{url}{PATH}", json=body, timeout=20) as response:
        events = [json.loads(line.removeprefix("data: ")) for line in response.iter_lines() if line]
    assert deltas_of(events[:3])[2] == {"content": odd}


def _endless() -> Iterator[Event]:
    while True:
        threading.Event().wait(0.01)
        yield Said(text="还在写。")


def _waiting_for_tokens() -> Iterator[Event]:
    flag = cancelled()
    assert flag is not None
    assert flag.wait(20)
    yield Said(text="没有人在读。")


@pytest.mark.parametrize("script", [_endless, _waiting_for_tokens])
@pytest.mark.parametrize("stream", [True, False])
def test_hanging_up_stops_the_work_and_frees_its_place(
    play: Callable[..., Any], wait: Callable[..., None], script: Callable[[], Iterator[Event]], *, stream: bool
) -> None:
    """A client that leaves during a long answer closes its generator in its own thread; others then get the place."""
    with play(script) as (url, answerer):
        count = max(2, os.cpu_count() or 1) + 1  # workers, and one that may wait for a model
        places = [_send(url, model="jushi-llm", messages=ASK, stream=stream) for _ in range(count)]
        wait(lambda: len(answerer.threads) == count)
        begun = set(answerer.threads)
        for connection in places:
            connection.close()
        assert answerer.closed.wait(5)
        wait(lambda: len(answerer.threads) == 2 * count, 5)
        assert set(answerer.threads) == begun
        answered = httpx.post(f"{url}{PATH}", json={"model": "jushi-quotes", "messages": ASK}, timeout=5)
        assert answered.status_code == 200


def test_clients_that_do_not_read_hold_nobody_up(play: Callable[..., Any], fresh_engine: Engine) -> None:
    """While one client leaves a long stream unread, another's stream and search are answered."""

    def script() -> Iterator[Event]:
        for _ in range(_FULL):
            yield Said(text="很长的回答。" * 100)
        yield finished(fresh_engine)

    with play(script) as (url, _):
        stalled = _send(url, model="jushi-llm", messages=ASK, stream=True)
        with httpx.Client(base_url=url, timeout=5) as http:
            assert events_of(http, model="jushi-quotes")[-1] == "[DONE]"
            assert http.post("/v1/search", json={"query": "学位"}).status_code == 200
        stalled.close()


def _send(address: str, **body: Any) -> socket.socket:
    """Send a question and read nothing of the answer."""
    url = urlsplit(address)
    connection = socket.create_connection((url.hostname or "", url.port or 0))
    data = json.dumps(body).encode()
    connection.sendall(
        f"POST {PATH} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(data)}\r\n\r\n".encode()
        + data
    )
    return connection
