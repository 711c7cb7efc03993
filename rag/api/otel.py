"""Traces by OpenTelemetry: a span for each request, below it one for its answer or search, below that its stages.

Needs the extra `jushi[otel]`. No attribute holds the text of a question, a path or an address unless questions may be
logged.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.semconv.attributes.http_attributes import (
    HTTP_REQUEST_METHOD,
    HTTP_RESPONSE_STATUS_CODE,
    HTTP_ROUTE,
    HttpRequestMethodValues,
)
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

from rag.api.traces import Ended
from rag.types import Answer

_METHODS = frozenset(kind.value for kind in HttpRequestMethodValues)  # any other would make names without end
_MOMENTS = ("first_token", "first_sentence")  # of `write`, from its beginning
_SUM = "total"  # of the stages
_PARENT = TraceContextTextMapPropagator()


def exporting(endpoint: str | None, *, questions: bool) -> OpenTelemetry:
    """Traces that go to a collector, in the background; where there is no `endpoint`, the environment names it.

    Args:
        endpoint: address of the collector, "http://host:4318"; "/v1/traces" is added.
        questions: put the text of questions into spans.
    """
    address = f"{endpoint.rstrip('/')}/v1/traces" if endpoint else None
    return OpenTelemetry(BatchSpanProcessor(OTLPSpanExporter(endpoint=address)), questions=questions)


class OpenTelemetry:
    """Implements `Traces` over a span processor."""

    def __init__(self, processor: SpanProcessor, *, questions: bool) -> None:
        ours = Resource({"service.name": "jushi", "service.version": version("jushi")})
        resource = Resource.create(ours.merge(OTELResourceDetector().detect()).attributes)  # the environment's wins
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("jushi", version("jushi"))
        self._questions = questions

    @contextmanager
    def request(self, method: str, route: str, request_id: str, headers: Mapping[str, str]) -> Iterator[Ended]:
        """A span that goes on with the trace that the client's `traceparent` names."""
        method = method if method in _METHODS else HttpRequestMethodValues.OTHER.value
        attributes = {HTTP_REQUEST_METHOD: method, HTTP_ROUTE: route, "jushi.request_id": request_id}
        parent = _PARENT.extract(headers)
        name = f"{method} {route}"
        with self._tracer.start_as_current_span(name, parent, SpanKind.SERVER, attributes=attributes) as span:

            def ended(status: int, key: str | None) -> None:
                if status:
                    span.set_attribute(HTTP_RESPONSE_STATUS_CODE, status)
                if status >= 500:
                    span.set_status(Status(StatusCode.ERROR))
                if key is not None:
                    span.set_attribute("jushi.key", key)

            yield ended

    def answered(self, question: str, answer: Answer, timings: Mapping[str, float], whole: float) -> None:
        """A span for the answer, and one for each stage, in the order in which they were gone through."""
        trace = answer.trace
        attributes: dict[str, AttributeValue] = {
            "jushi.answerer": trace.answerer,
            "jushi.status": answer.status.value,
            "jushi.generation": trace.generation,
            "jushi.settings": trace.settings,
            "jushi.claims": len(answer.claims),
            "jushi.claims_dropped": len(trace.dropped),
        }
        if answer.refusal is not None:
            attributes["jushi.refusal"] = answer.refusal.reason.value
        if trace.model is not None:
            attributes["gen_ai.request.model"] = trace.model
            attributes["gen_ai.usage.input_tokens"] = trace.prompt_tokens
            attributes["gen_ai.usage.output_tokens"] = trace.completion_tokens
        end = time.time_ns()
        start = end - round(1e9 * whole)
        span = self._tracer.start_span("answer", start_time=start, attributes=attributes)
        self._ask(span, question)
        self._stages(span, timings, start)
        span.end(end)

    def unfinished(self, question: str, why: str, whole: float) -> None:
        """A span without stages, since these are told with the answer."""
        end = time.time_ns()
        span = self._tracer.start_span("answer", start_time=end - round(1e9 * whole), attributes={"jushi.status": why})
        self._ask(span, question)
        if why == "failed":
            span.set_status(Status(StatusCode.ERROR))
        span.end(end)

    def searched(self, timings: Mapping[str, float]) -> None:
        """A span for the search, and one for each stage."""
        end = time.time_ns()
        start = end - sum(map(_nanoseconds, timings.values()))
        span = self._tracer.start_span("search", start_time=start)
        self._stages(span, timings, start)
        span.end(end)

    def close(self) -> None:
        """Send what is not sent yet, for some seconds at most."""
        self._provider.shutdown()

    def _ask(self, span: Span, question: str) -> None:
        if self._questions:
            span.set_attribute("jushi.question", question)

    def _stages(self, parent: Span, timings: Mapping[str, float], start: int) -> None:
        """One span after the other: that is how stages are gone through, and only how long they took is known."""
        below = set_span_in_context(parent)
        at = start
        for stage, taken in timings.items():
            if stage == _SUM or stage in _MOMENTS:
                continue
            span = self._tracer.start_span(stage, below, start_time=at)
            if stage == "write":
                for moment in _MOMENTS:
                    if moment in timings:
                        span.add_event(moment, timestamp=at + _nanoseconds(timings[moment]))
            at += _nanoseconds(taken)
            span.end(at)


def _nanoseconds(milliseconds: float) -> int:
    return round(1e6 * milliseconds)
