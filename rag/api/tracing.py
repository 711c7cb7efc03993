"""The choice of who collects traces: nobody, or OpenTelemetry (`rag.api.otel`), whose SDK is an extra."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.util import find_spec

import structlog

from rag.api.traces import Traces, Untraced
from rag.config import Settings
from rag.errors import ConfigError

_log = structlog.get_logger(__name__)
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_MISSING = "traces need what is not installed here: pip install 'jushi[otel]'"


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
