"""What is counted of requests and answers, in a Prometheus registry of the application's own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from rag.store.protocol import StoreStatus
from rag.types import Answer

_SHORT = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)  # seconds; stages of a search
_LONG = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180)  # seconds; what waits for a language model
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """What is counted. Safe to use from many threads; label values come from fixed lists, never from a request."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        counter = partial(Counter, registry=self.registry)
        gauge = partial(Gauge, registry=self.registry)
        histogram = partial(Histogram, registry=self.registry)
        self._requests = counter("jushi_requests", "HTTP requests", ("method", "route", "status"))
        self._request = histogram(
            "jushi_request_seconds", "HTTP requests, streams to their end", ("route",), buckets=_LONG
        )
        self._flying = gauge("jushi_requests_in_flight", "HTTP requests being answered")
        self._limited = counter("jushi_requests_limited", "Requests over a limit", ("limit",))
        self._stage = histogram("jushi_stage_seconds", "Stages of an answer", ("stage",), buckets=_SHORT)
        self._first = histogram(
            "jushi_first_sentence_seconds", "Until the first sentence", ("answerer",), buckets=_LONG
        )
        self._whole = histogram("jushi_answer_seconds", "Whole answers", ("answerer",), buckets=_LONG)
        self._answers = counter("jushi_answers", "Answers", ("answerer", "status"))
        self._remembered = counter("jushi_answers_remembered", "Answers that were made for the same question before")
        self._unfinished = counter("jushi_answers_unfinished", "Answers that failed or were left", ("why",))
        self._refusals = counter("jushi_refusals", "Refusals", ("reason",))
        self._claims = counter("jushi_claims", "Sentences that were checked", ("verdict", "shown"))
        self._tokens = counter("jushi_tokens", "Tokens of a language model", ("kind",))
        self._articles = gauge("jushi_articles", "Articles in the store")
        self._passages = gauge("jushi_passages", "Passages that are searched")
        self._bytes = gauge("jushi_store_bytes", "Bytes of the data folder")
        self._generation = gauge("jushi_generation", "Generation of the store")
        self._ready = gauge("jushi_ready", "1 while the server can answer")
        self._working = gauge("jushi_answers_in_flight", "Answers being made, also those whose reader has just left")
        self._threads = gauge("jushi_threads", "Threads of the process that run Python")
        self._tasks = gauge("jushi_tasks", "Tasks of the event loop")
        ProcessCollector(registry=self.registry)  # memory, processor time, open files; where /proc is there to say it

    def request_began(self) -> None:
        """A request came in."""
        self._flying.inc()

    def request_ended(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request is over; `route` is its template, `status` 0 where the client was gone before one was sent."""
        self._flying.dec()
        self._requests.labels(method if method in _METHODS else "other", route, str(status)).inc()
        self._request.labels(route).observe(seconds)

    def limited(self, limit: str) -> None:
        """A request was turned away: `rate` or `concurrency`."""
        self._limited.labels(limit).inc()

    def stages(self, milliseconds: Mapping[str, float]) -> None:
        """How long each stage took."""
        for stage, taken in milliseconds.items():
            self._stage.labels(stage).observe(taken / 1000)

    def answered(self, answer: Answer, first: float | None, whole: float) -> None:
        """An answer is there, its first sentence after `first` seconds, all of it after `whole`."""
        speaker = answer.trace.answerer
        self._answers.labels(speaker, answer.status.value).inc()
        self._remembered.inc(answer.trace.remembered)
        self._whole.labels(speaker).observe(whole)
        if first is not None:
            self._first.labels(speaker).observe(first)
        if answer.refusal is not None:
            self._refusals.labels(answer.refusal.reason.value).inc()
        for claims, shown in ((answer.claims, "yes"), (answer.trace.dropped, "no")):
            for claim in claims:
                self._claims.labels(claim.verdict.value, shown).inc()
        self._tokens.labels("prompt").inc(answer.trace.prompt_tokens)
        self._tokens.labels("completion").inc(answer.trace.completion_tokens)

    def unfinished(self, why: str) -> None:
        """An answer did not come to its end: `failed`, or `left` by its reader."""
        self._unfinished.labels(why).inc()

    def text(self, status: StoreStatus | None, *, working: int) -> bytes:
        """Everything in Prometheus' text format; to be called in the event loop.

        `status` is None while the store cannot be read; `working` is the number of answers being made.
        """
        self._working.set(working)
        self._threads.set(threading.active_count())
        self._tasks.set(len(asyncio.all_tasks()))
        self._ready.set(status is not None)
        if status is not None:
            self._articles.set(status.articles)
            self._passages.set(status.live_passages)
            self._bytes.set(status.size_bytes)
            self._generation.set(status.generation)
        return generate_latest(self.registry)
