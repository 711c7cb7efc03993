"""A real HTTP server that speaks chat completions as servers do, and as they should not."""

from __future__ import annotations

import json
import select
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from rag.llm.client import OpenAIModel
from rag.llm.model import Delta, Message, ModelSpec, Prompt, Reply, Usage
from rag.llm.options import ClientOptions

REPLY = "全县现有幼儿园四十二所[1]，毛入园率为91.3%[2]。"
SPEC = ModelSpec(name="some-model", small=False, prompt_budget=3000)
PATIENCE = 10.0  # seconds after which a test gives up


@dataclass(slots=True)
class Exchange:
    """One request, and the ways to answer it."""

    handler: BaseHTTPRequestHandler
    body: dict[str, Any]
    server: ChatServer

    def whole(self, status: int, text: str, kind: str = "application/json", **headers: str) -> None:
        """A status with a body of known length."""
        raw = text.encode()
        self.handler.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(raw)), **headers}.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.end_headers()
        self.handler.wfile.write(raw)

    def error(self, status: int, message: str, **fields: str) -> None:
        """An error in OpenAI's shape."""
        self.whole(status, json.dumps({"error": {"message": message, "type": "error", "param": None, **fields}}))

    def begin(self) -> None:
        """The head of a stream."""
        self.handler.send_response(200)
        self.handler.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.handler.send_header("Transfer-Encoding", "chunked")
        self.handler.end_headers()

    def raw(self, data: bytes) -> None:
        """Some bytes of a stream."""
        self.handler.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.handler.wfile.flush()

    def event(self, data: object) -> None:
        """An event of a stream."""
        self.raw(b"data: " + json.dumps(data, ensure_ascii=False).encode() + b"\n\n")

    def delta(self, finish: str | None = None, logprobs: object = None, **delta: object) -> None:
        """A chunk of a reply."""
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": logprobs}
        self.event({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]})

    def end(self) -> None:
        """The end of a stream."""
        self.raw(b"data: [DONE]\n\n")
        self.handler.wfile.write(b"0\r\n\r\n")

    def drop(self) -> None:
        """Hang up."""
        self.handler.close_connection = True
        self.handler.connection.shutdown(socket.SHUT_RDWR)

    def wait_until_gone(self) -> None:
        """Say nothing until the client hangs up, and note that it did."""
        if select.select([self.handler.connection], [], [], PATIENCE)[0]:
            self.server.gone.release()
        self.handler.close_connection = True

    def reply(self) -> None:
        """What a good server does: the reply in pieces of four characters, each one token, counted."""
        pieces = [self.server.reply[at : at + 4] for at in range(0, len(self.server.reply), 4)]
        count = min(len(pieces), self.body.get("max_tokens", self.body.get("max_completion_tokens", 10**6)))
        self.begin()
        self.delta(role="assistant", content="")
        for text in pieces[:count]:
            likely = {"token": text, "logprob": -0.1, "bytes": None}
            tokens = {"content": [{**likely, "top_logprobs": [likely, {**likely, "token": "别的", "logprob": -2.5}]}]}
            self.delta(content=text, logprobs=tokens if self.body.get("logprobs") else None)
        self.delta(finish="stop" if count == len(pieces) else "length")
        if (self.body.get("stream_options") or {}).get("include_usage"):
            usage = {"prompt_tokens": 17, "completion_tokens": count, "total_tokens": 17 + count}
            self.event({"id": "c", "object": "chat.completion.chunk", "choices": [], "usage": usage})
        self.end()


Act = Callable[[Exchange], None]


@dataclass(slots=True)
class ChatServer:
    """What the server was asked, and what it does: each act of `script` once, then `otherwise`.

    `gone` is released for each client that was seen hanging up, `most` is the most requests served at once.
    """

    url: str = ""
    reply: str = REPLY
    script: list[Act] = field(default_factory=list)
    otherwise: Act = Exchange.reply
    models: list[str] = field(default_factory=lambda: ["some-model"])
    listing: int = 200
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    connections: int = 0
    now: int = 0
    most: int = 0
    gone: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def act(self, handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        with self.lock:
            self.requests.append(body)
            self.keys.append(handler.headers.get("Authorization"))
            act = self.script.pop(0) if self.script else self.otherwise
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            act(Exchange(handler=handler, body=body, server=self))
        except ConnectionError:
            self.gone.release()
            handler.close_connection = True
        finally:
            with self.lock:
                self.now -= 1


@pytest.fixture
def chat_server() -> Iterator[ChatServer]:
    """The server, on a free port of this machine."""
    state = ChatServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            state.connections += 1

        def do_POST(self) -> None:
            assert self.path == "/v1/chat/completions"
            state.act(self, json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def do_GET(self) -> None:
            assert self.path == "/v1/models"
            listed = [{"id": name, "object": "model", "created": 1, "owned_by": "us"} for name in state.models]
            text = json.dumps({"object": "list", "data": listed})
            Exchange(handler=self, body={}, server=state).whole(state.listing, text)

        def log_message(self, *_: object) -> None:
            """Keep test output clean."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}/v1"
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


Connect = Callable[..., OpenAIModel]


@pytest.fixture
def connect(chat_server: ChatServer) -> Iterator[Connect]:
    """Makes clients of that server, with options of one's own, and closes them in the end."""
    made: list[OpenAIModel] = []

    def make(*, model: str | None = "some-model", key: str | None = None, **options: float) -> OpenAIModel:
        chosen = ClientOptions(**{"first_token": 5.0, "between": 5.0, "backoff": 0.01, **options})  # type: ignore[arg-type]
        made.append(OpenAIModel(chat_server.url, key, model, spec=SPEC, options=chosen))
        return made[-1]

    yield make
    for model in made:
        model.close()


Ask = Callable[..., Prompt]
Read = Callable[[Reply], tuple[list[Delta], Usage]]
TextOf = Callable[..., str]


@pytest.fixture
def ask() -> Ask:
    """Makes a prompt of one question, with fields of one's own."""

    def make(text: str = "毛入园率是多少？", **fields: Any) -> Prompt:
        return Prompt(messages=(Message(role="user", content=text),), **{"max_tokens": 100, **fields})

    return make


@pytest.fixture
def read() -> Read:
    """Reads a reply to its end: all deltas, and the usage."""

    def read_all(reply: Reply) -> tuple[list[Delta], Usage]:
        deltas: list[Delta] = []
        while True:
            try:
                deltas.append(next(reply))
            except StopIteration as end:
                return deltas, end.value

    return read_all


@pytest.fixture
def text_of(ask: Ask, read: Read) -> TextOf:
    """Asks a model the usual question and gives the text of its reply."""

    def write(model: OpenAIModel, **fields: Any) -> str:
        return "".join(delta.text for delta in read(model.write(ask(**fields)))[0])

    return write
