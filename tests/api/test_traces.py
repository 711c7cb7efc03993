"""Traces of requests: spans of a real server, what stands in them and what does not, and where they go."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from rag.api import tracing
from rag.api.app import create_app
from rag.api.otel import OpenTelemetry
from rag.api.traces import Untraced
from rag.api.tracing import open_traces
from rag.config import Settings
from rag.engine import Engine
from rag.errors import ConfigError
from rag.types import Answer, Status, Trace

_QUESTION = "白鹭市新增多少学位？"


@dataclass
class Traced:
    """A client of a server whose spans are kept in memory."""

    http: httpx.Client
    kept: InMemorySpanExporter
    wait: Callable[..., None]

    def spans(self, name: str) -> list[ReadableSpan]:
        """The spans of that name; a request's ends only after its response."""
        self.wait(lambda: any(span.name == name for span in self.kept.get_finished_spans()))
        return [span for span in self.kept.get_finished_spans() if span.name == name]

    def ask(self, question: str, **more: object) -> httpx.Response:
        body = {"messages": [{"role": "user", "content": question}], **more}
        return self.http.post("/v1/chat/completions", json=body, headers={"x-request-id": "r-1"})


@pytest.fixture
def traced(running: Any, settings: Settings, fresh_engine: Engine, wait: Callable[..., None]) -> Any:
    """Servers whose spans are kept in memory."""

    @contextmanager
    def start(*, questions: bool = False) -> Iterator[Traced]:
        kept = InMemorySpanExporter()
        seen = OpenTelemetry(SimpleSpanProcessor(kept), questions=questions)
        with (
            running(create_app(settings, lambda _progress: fresh_engine, traces=seen)) as url,
            httpx.Client(base_url=url, timeout=20) as http,
        ):
            wait(lambda: http.get("/readyz").status_code == 200)
            yield Traced(http=http, kept=kept, wait=wait)

    return start


def _parent(span: ReadableSpan) -> int | None:
    return span.parent.span_id if span.parent else None


@pytest.mark.parametrize("stream", [False, True])
def test_a_request_holds_its_answer(traced: Any, stream: bool) -> None:  # noqa: FBT001 - a parameter
    """The answer is made in another thread and still belongs to the request; neither says what was asked."""
    with traced() as server:
        assert server.ask(_QUESTION, stream=stream).status_code == 200
        (request,) = server.spans("POST /v1/chat/completions")
        (answer,) = server.spans("answer")
        texts = str([span.to_json() for span in server.kept.get_finished_spans()])
    assert request.kind is SpanKind.SERVER
    assert dict(request.attributes or {}) == {
        "http.request.method": "POST", "http.route": "/v1/chat/completions", "http.response.status_code": 200,
        "jushi.request_id": "r-1",
    }  # fmt: skip
    assert (_parent(request), _parent(answer)) == (None, request.context.span_id)
    assert (answer.attributes or {}).items() >= {
        "jushi.answerer": "quotes", "jushi.status": "answered", "jushi.generation": 7, "jushi.claims": 2
    }.items()  # fmt: skip
    assert "学位" not in texts


def test_questions_stand_in_spans_only_where_they_may_be_logged(traced: Any) -> None:
    """The same setting decides for the log and for traces, and a refusal names its reason."""
    with traced(questions=True) as server:
        server.ask("月亮有多大？")
        (answer,) = server.spans("answer")
    assert (answer.attributes["jushi.question"], answer.attributes["jushi.refusal"]) == ("月亮有多大？", "no_evidence")


def test_failures_are_marked(traced: Any) -> None:
    """An answer that broke off, and a response of 500, are errors."""
    with traced() as server:
        assert server.ask("崩溃了吗？").status_code == 500
        (request,), (answer,) = server.spans("POST /v1/chat/completions"), server.spans("answer")
        assert (request.status.status_code, answer.status.status_code) == (StatusCode.ERROR, StatusCode.ERROR)
        assert answer.attributes["jushi.status"] == "failed"
        assert "secret path" not in answer.to_json() + request.to_json()


def test_a_search_has_its_stages_and_the_trace_of_its_client(traced: Any) -> None:
    """`traceparent` is gone on with; stages lie one after the other inside the search."""
    given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with traced() as server:
        server.http.post("/v1/search", json={"query": "学位"}, headers={"traceparent": given})
        (request,), (search,), (encode,) = (server.spans(name) for name in ("POST /v1/search", "search", "encode"))
    assert f"{request.context.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"
    assert f"{_parent(request):016x}" == "b7ad6b7169203331"
    assert (_parent(search), _parent(encode)) == (request.context.span_id, search.context.span_id)
    assert encode.end_time - encode.start_time == 3_500_000
    assert search.start_time <= encode.start_time < encode.end_time <= search.end_time


def test_health_pages_and_unknown_places_make_no_spans(traced: Any) -> None:
    """Whoever watches over the server or guesses addresses fills no collector; odd methods make no new names."""
    with traced() as server:
        for path in ("/healthz", "/", "/metrics", "/nowhere"):
            server.http.get(path)
        server.http.request("BREW", "/v1/models")
        server.spans("_OTHER /v1/models")
        assert [span.name for span in server.kept.get_finished_spans()] == ["_OTHER /v1/models"]


def test_stages_of_a_model_lie_in_a_row_with_their_moments() -> None:
    """`write` begins where what came before ends, the first token is a moment of it, and the sum is no stage."""
    kept = InMemorySpanExporter()
    seen = OpenTelemetry(SimpleSpanProcessor(kept), questions=False)
    timings = {"wait": 1.0, "plan": 2.0, "assess": 4.0, "first_token": 5.0, "first_sentence": 9.0, "write": 20.0}
    trace = Trace(
        answerer="llm", generation=3, settings="f00d", query="学位", model="some-model", prompt_tokens=310,
        completion_tokens=42, timings=timings,
    )  # fmt: skip
    seen.answered("学位？", Answer(status=Status.CHAT, text="你好。", trace=trace), {**timings, "total": 26.0}, 0.05)
    *stages, answer = kept.get_finished_spans()
    start = answer.start_time
    places = {span.name: ((span.start_time - start) / 1e6, (span.end_time - start) / 1e6) for span in stages}
    assert places == {"wait": (0, 1), "plan": (1, 3), "assess": (3, 7), "write": (7, 27)}
    assert answer.end_time - start == 50_000_000
    moments = {event.name: (event.timestamp - start) / 1e6 for event in stages[-1].events}
    assert moments == {"first_token": 12.0, "first_sentence": 16.0}
    assert answer.attributes["gen_ai.request.model"] == "some-model"
    assert (answer.attributes["gen_ai.usage.input_tokens"], answer.attributes["gen_ai.usage.output_tokens"]) == (
        310,
        42,
    )


@dataclass
class Collector:
    """What came in at a collector's address."""

    url: str
    bodies: list[tuple[str, bytes]] = field(default_factory=list)


@pytest.fixture
def collector() -> Iterator[Collector]:
    """An OTLP collector that keeps what it gets."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.bodies.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep test output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Collector(url=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("by", ["setting", "environment"])
def test_spans_reach_a_collector(by: str, collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting and the usual variable name it; spans go there at the end, under the service's name."""
    if by == "environment":
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        monkeypatch.setenv("OTEL_SERVICE_NAME", "ours")
    seen = open_traces(Settings(otel_endpoint=collector.url if by == "setting" else None))
    seen.searched({"encode": 3.5})
    seen.close()
    ((path, body),) = collector.bodies
    (told,) = ExportTraceServiceRequest.FromString(body).resource_spans
    assert path == "/v1/traces"
    assert [span.name for span in told.scope_spans[0].spans] == ["encode", "search"]
    resource = {item.key: item.value.string_value for item in told.resource.attributes}
    assert resource["service.name"] == ("ours" if by == "environment" else "jushi")


def test_a_collector_that_is_away_holds_up_nothing() -> None:
    """Spans are lost then; closing ends all the same."""
    began = time.monotonic()
    seen = open_traces(Settings(otel_endpoint="http://127.0.0.1:9"))
    seen.searched({"encode": 3.5})
    seen.close()
    assert time.monotonic() - began < 60


def test_without_a_collector_nothing_is_traced() -> None:
    """Neither the setting nor the environment names one, or the setting says so."""
    away = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
    assert isinstance(open_traces(Settings(), {}), Untraced)
    assert isinstance(open_traces(Settings(otel_endpoint="none"), away), Untraced)
    assert isinstance(open_traces(Settings(), {**away, "OTEL_TRACES_EXPORTER": "none"}), Untraced)


def test_without_the_extra_the_setting_is_refused_and_the_environment_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One sentence says what to install; a variable that is meant for all programs stops no server."""
    monkeypatch.setattr(tracing, "find_spec", lambda _name: None)
    with pytest.raises(ConfigError, match=r"otel_endpoint is set, but .*pip install 'jushi\[otel\]'"):
        open_traces(Settings(otel_endpoint="http://127.0.0.1:9"))
    assert isinstance(open_traces(Settings(), {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}), Untraced)
