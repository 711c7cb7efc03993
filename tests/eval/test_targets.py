"""Targets against the product's own server, and against a plain chat server that knows no citations."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from eval import targets
from eval.cases import Case
from eval.citing import Cited
from eval.scores import Scores
from eval.targets import JushiTarget, PlainTarget, http_client
from rag.errors import InputError
from rag.types import Turn

CASE = Case(
    case_id="bridge",
    question="那投资呢？",
    tags=(),
    answerable=True,
    history=(Turn(role="user", text="大桥多长？"), Turn(role="assistant", text="1280米。")),
    as_of=date(2024, 3, 1),
)


class Plain:
    """An OpenAI chat server that streams given chunks and remembers what it was asked."""

    def __init__(self, chunks: list[dict[str, Any]], models: tuple[str, ...] = ("some-model",)) -> None:
        self.chunks = chunks
        self.models = models
        self.asked: list[dict[str, Any]] = []
        self.status = 200
        self.connections = 0

    @contextmanager
    def running(self) -> Iterator[str]:
        plain = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                plain.connections += 1
                super().setup()

            def do_GET(self) -> None:
                self._send("application/json", json.dumps({"object": "list", "data": plain.listed()}))

            def do_POST(self) -> None:
                plain.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                events = [json.dumps(chunk, ensure_ascii=False) for chunk in plain.chunks]
                self._send("text/event-stream", "".join(f"data: {event}\n\n" for event in [*events, "[DONE]"]))

            def _send(self, kind: str, body: str) -> None:
                data = body.encode()
                self.send_response(plain.status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                """Nothing is logged."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_port}"
            finally:
                server.shutdown()
                thread.join()

    def listed(self) -> list[dict[str, Any]]:
        return [{"id": name, "object": "model", "created": 0, "owned_by": "x"} for name in self.models]


def chunk(content: str = "", **more: Any) -> dict[str, Any]:
    delta = {"content": content, **more.pop("delta", {})}
    head = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "some-model"}
    return {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}], **more}


def test_plain_server_without_citations() -> None:
    """History and question are sent and nothing that such a server may refuse; the text alone comes back."""
    usage = {"prompt_tokens": 30, "completion_tokens": 4, "total_tokens": 34}
    plain = Plain([chunk("总投资"), chunk("6.5亿元。"), {**chunk(), "choices": [], "usage": usage}])
    with plain.running() as root, closing(PlainTarget(root)) as target:
        reply = target.ask(CASE)
    (asked,) = plain.asked
    assert [turn["content"] for turn in asked["messages"]] == ["大桥多长？", "1280米。", "那投资呢？"]
    assert set(asked) == {"model", "messages", "stream", "stream_options"}
    assert (reply.status, reply.text) == ("answered", "总投资6.5亿元。")
    assert (reply.cited, reply.citations, reply.passages) == ((), (), None)
    assert (reply.prompt_tokens, reply.completion_tokens) == (30, 4)


def test_plain_server_whose_annotations_show_what_they_cite() -> None:
    """A marker that an annotation spans names what it shows; one that nothing names is unknown."""
    text = "总投资6.5亿元[1]。工期三年[4]。"
    note = {"url": "https://a.example/1", "title": "大桥", "content": "大桥总投资6.5亿元。"}
    at = text.index("[1]")
    cited = {"type": "url_citation", "url_citation": {**note, "start_index": at, "end_index": at + 3}}
    plain = Plain([chunk(text), chunk(delta={"annotations": [cited]})])
    with plain.running() as root, closing(PlainTarget(root)) as target:
        reply = target.ask(CASE)
    assert reply.cited == (
        Cited(text="总投资6.5亿元。", quotes=("大桥总投资6.5亿元。",)),
        Cited(text="工期三年。", unknown=1),
    )
    assert [(c.number, c.article, c.quote) for c in reply.citations] == [(1, "https://a.example/1", note["content"])]


def test_plain_server_whose_markers_count_its_search_results() -> None:
    """Perplexity's shape: `[n]` is the n-th of `search_results`, whose snippet is what it shows."""
    results = [
        {"title": "无关", "url": "u1", "snippet": "天气晴。"},
        {"title": "桥", "url": "u2", "snippet": "投资6.5亿元。"},
    ]
    plain = Plain([chunk("投资6.5亿元[2]。", search_results=results)])
    with plain.running() as root, closing(PlainTarget(root, model="any")) as target:
        reply = target.ask(CASE)
    assert reply.cited == (Cited(text="投资6.5亿元。", quotes=("投资6.5亿元。",)),)
    assert [citation.article for citation in reply.citations] == ["u2"]


def test_an_idle_connection_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests one after the other share a connection; after a pause the server may be closing it."""
    monkeypatch.setattr(targets, "_IDLE", 0.3)
    plain = Plain([])
    with plain.running() as root, http_client(root, None) as client:
        for pause in (0.0, 0.0, 0.4):
            time.sleep(pause)
            assert client.get("/v1/models").status_code == 200
    assert plain.connections == 2


def test_plain_server_with_several_models_needs_a_name() -> None:
    """Which of them to measure is not guessed."""
    with Plain([], models=("a", "b")).running() as root, pytest.raises(InputError, match="has 2 models; --model names"):
        PlainTarget(root)


def test_plain_server_is_not_taken_for_ours() -> None:
    """Without the object `jushi` the error says which adapter to take."""
    told = pytest.raises(ValueError, match="a plain chat server needs --adapter openai")
    with Plain([chunk("你好。")]).running() as root, closing(JushiTarget(root, answerer="auto")) as target, told:
        target.ask(CASE)


def test_reply_of_the_product(sound: Scores) -> None:
    """Over HTTP come text, quotes checked with their originals, passages by the names of the set, and times."""
    reply = next(one.reply for one in sound.cases if one.case.case_id == "buses-zh")
    assert "156辆" in reply.text
    assert {citation.name for citation in reply.citations} == {"news.jsonl:3"}
    assert all(citation.exact for citation in reply.citations)
    assert reply.passages
    assert reply.passages[0].name == "news.jsonl:3"
    assert reply.first is not None
    assert 0 < reply.first <= reply.whole
    assert {"encode", "total", "evidence"} <= set(reply.timings)
    assert reply.answerability
    assert reply.fingerprint == sound.conditions.fingerprint


def test_conversation_and_day_reach_the_product(measured: Callable[..., Any]) -> None:
    """A follow-up is answered from its history, and with a day before all articles nothing is left to answer from."""
    history = (Turn(role="user", text="云岭大桥全长多少米？"), Turn(role="assistant", text="1280米。"))
    follow = Case(case_id="f", question="总投资呢？", tags=(), answerable=True, history=history)
    with measured.served() as target:
        answered = target.ask(follow)
        before = target.ask(
            Case(case_id="b", question="云岭大桥全长多少米？", tags=(), answerable=True, as_of=date(1990, 1, 1))
        )
    assert "6.5亿元" in answered.text
    assert (before.status, before.reason) == ("refused", "empty_store")
    assert before.passages == ()
