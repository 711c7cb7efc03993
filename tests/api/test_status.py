"""What the page and Prometheus are told of a running server."""

from __future__ import annotations

import httpx
from prometheus_client.parser import text_string_to_metric_families

from rag.engine import Engine


def _ask(http: httpx.Client, text: str) -> None:
    body = {"messages": [{"role": "user", "content": text}]}
    assert http.post("/v1/chat/completions", json=body).status_code == 200


def test_status_tells_sizes_answerers_and_the_latest_answers(http: httpx.Client) -> None:
    """Sizes come from the store; a refusal has no first sentence; no question is in it."""
    _ask(http, "新增多少学位？")
    _ask(http, "月亮多大？")
    found = http.get("/v1/status").json()
    assert {name: found[name] for name in ("articles", "passages", "generation", "model", "answerers")} == {
        "articles": 2, "passages": 2, "generation": 7, "model": None, "answerers": ["quotes"],
    }  # fmt: skip
    assert found["encoder"]
    refused, answered = found["recent"][:2]
    assert (refused["status"], refused["first_ms"]) == ("refused", None)
    assert (answered["status"], answered["answerer"]) == ("answered", "quotes")
    assert 0 < answered["first_ms"] <= answered["whole_ms"]
    assert "月亮" not in str(found)
    (waited,) = [row for row in found["latency"] if row["stage"] == "wait"]
    assert waited["p50"] <= waited["p95"]
    assert waited["count"] >= 2


def test_searches_count_among_the_latencies(http: httpx.Client) -> None:
    """A search without an answer adds to its stages."""
    http.post("/v1/search", json={"query": "学位"})
    rows = {row["stage"]: row for row in http.get("/v1/status").json()["latency"]}
    assert rows["encode"]["p50"] == 3.5


def test_metrics_count_requests_by_template_and_status(http: httpx.Client) -> None:
    """An article's name and an unknown path are no label; sizes are read from the store."""
    before = _samples(http)
    http.get("/v1/documents/bailu/source")
    http.get("/v1/documents/missing/source")
    http.get("/nothing/here")
    after = _samples(http)
    template = "/v1/documents/{article_id:path}/source"
    for route, status in ((template, "200"), (template, "404"), ("none", "404")):
        key = ("jushi_requests_total", f"GET {route} {status}")
        assert after[key] - before.get(key, 0) == 1
    assert after["jushi_generation", ""] == 7
    assert after["jushi_store_bytes", ""] == 4096
    assert after["jushi_ready", ""] == 1
    assert after["jushi_requests_in_flight", ""] == 1  # this one


def test_metrics_are_there_while_the_store_is_not(http: httpx.Client, engine: Engine) -> None:
    """A store that cannot be read is a figure of its own and no failed scrape."""
    engine.store.broken = True  # type: ignore[attr-defined]
    assert _samples(http)["jushi_ready", ""] == 0


def _samples(http: httpx.Client) -> dict[tuple[str, str], float]:
    response = http.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, " ".join(sample.labels[name] for name in ("method", "route", "status") if name in sample.labels)):
        sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }  # fmt: skip
