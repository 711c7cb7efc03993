"""What is told of requests to whoever collects traces: the contract, and the choice of who does.

That is nobody, or OpenTelemetry (`rag.api.otel`), whose SDK is an extra.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from typing import Protocol, TypeAlias

import structlog

from rag.config import Settings
from rag.errors import ConfigError
from rag.types import Answer

_log = structlog.get_logger(__name__)
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_MISSING = "traces need what is not installed here: pip install 'jushi[otel]'"

Ended: TypeAlias = Callable[[int, str | None], None]  # takes the status of the response and the name of the key


class Traces(Protocol):
    """What is told of requests. Called from many threads; never raises, never waits for a network."""

    def request(
        self, method: str, route: str, request_id: str, headers: Mapping[str, str]
    ) -> AbstractContextManager[Ended]:
        """Around one request; what happens inside belongs to it. The function that it gives is called at its end."""
        ...

    def answered(self, question: str, answer: Answer, timings: Mapping[str, float], whole: float) -> None:
        """An answer was finished just now, `whole` seconds after it was asked for; `timings` in milliseconds."""
        ...

    def unfinished(self, question: str, why: str, whole: float) -> None:
        """An answer was given up just now: it `failed`, or its reader `left`."""
        ...

    def searched(self, timings: Mapping[str, float]) -> None:
        """A search is over just now; milliseconds of its stages."""
        ...

    def close(self) -> None:
        """Send what is not sent yet, for some seconds at most."""
        ...


class Untraced:
    """Traces that nobody collects."""

    @contextmanager
    def request(self, method: str, route: str, request_id: str, headers: Mapping[str, str]) -> Iterator[Ended]:  # noqa: ARG002 - the contract
        """Nothing is told."""
        yield lambda _status, _key: None

    def answered(self, question: str, answer: Answer, timings: Mapping[str, float], whole: float) -> None:
        """Nothing is told."""

    def unfinished(self, question: str, why: str, whole: float) -> None:
        """Nothing is told."""

    def searched(self, timings: Mapping[str, float]) -> None:
        """Nothing is told."""

    def close(self) -> None:
        """Nothing is open."""


def open_traces(settings: Settings, environment: Mapping[str, str] = os.environ) -> Traces:
    """OpenTelemetry's, where the settings or the variables that its SDKs share name a collector; else none.

    The variables may be meant for all programs of a machine, so that they stop nobody from serving without the SDK.

    Raises:
        ConfigError: the setting names a collector, and the SDK is not installed.
    """
    named = settings.otel_endpoint
    given = any(environment.get(name) for name in _ENDPOINTS) and environment.get("OTEL_TRACES_EXPORTER") != "none"
    if named == "none" or not (named or given):
        return Untraced()
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.exporter.otlp.proto.http") is None:
        if named:
            raise ConfigError(f"otel_endpoint is set, but {_MISSING}", field="otel_endpoint")
        _log.warning("traces", error=f"OTEL_EXPORTER_OTLP_ENDPOINT is set, but {_MISSING}")
        return Untraced()
    from rag.api.otel import exporting  # noqa: PLC0415 - its SDK is an extra

    return exporting(named, questions=settings.log_questions)
