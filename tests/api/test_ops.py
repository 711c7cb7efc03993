"""Health, readiness, start and stop."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import httpx

from rag.api.app import create_app
from rag.api.documented import Completion
from rag.config import Settings
from rag.engine import Engine
from rag.errors import StoreVersionError

Serve = Callable[[Callable[..., Engine]], AbstractContextManager[str]]


def test_ready_once_the_store_is_open(http: httpx.Client) -> None:
    """A ready server has a line for each part, and tells its generation and how much it holds."""
    response = http.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ready", "store": "open", "encoder": "loaded", "model": "none",
        "generation": 7, "articles": 2, "passages": 2,
    }  # fmt: skip


def test_alive_but_not_ready_while_opening(serve: Serve, fresh_engine: Engine, wait: Callable[..., None]) -> None:
    """Until its data is open the server is alive, says how far it is, and turns questions away for a retry."""
    gate = threading.Event()

    def slow(progress: Callable[[str, float], None]) -> Engine:
        progress("unpacking the model", 0.4)
        gate.wait(20)
        return fresh_engine

    with serve(slow) as url:
        assert httpx.get(f"{url}/healthz").json() == {"status": "ok"}
        wait(lambda: "unpacking" in httpx.get(f"{url}/readyz").text)
        response = httpx.get(f"{url}/readyz")
        assert response.status_code == 503
        assert response.json()["reasons"] == ["the server is not ready: opening, unpacking the model (40%)"]
        asked = httpx.post(f"{url}/v1/chat/completions", json={"messages": [{"role": "user", "content": "学位？"}]})
        assert (asked.status_code, asked.headers["x-should-retry"]) == (503, "true")
        assert asked.json()["error"]["code"] == "not_ready"
        gate.set()
        wait(lambda: httpx.get(f"{url}/readyz").status_code == 200)
    assert fresh_engine.store.closed


def test_not_ready_when_the_store_is_taken_away(http: httpx.Client, engine: Engine) -> None:
    """Readiness is looked up, not remembered."""
    engine.store.broken = True
    response = http.get("/readyz")
    assert (response.status_code, response.json()["reasons"]) == (503, ["the data folder is gone"])


def test_failure_to_open_is_told_to_the_server(settings: Settings, wait: Callable[..., None], running: Any) -> None:
    """An engine that cannot be opened is reported once, so that the process can end with its error."""
    told: list[Exception] = []

    def fail(_progress: Callable[[str, float], None]) -> Engine:
        raise StoreVersionError("made by another version")

    with running(create_app(settings, fail, on_failure=told.append)) as url:
        wait(lambda: bool(told))
        assert "failed, made by another version" in httpx.get(f"{url}/readyz").json()["reasons"][0]
    assert [str(error) for error in told] == ["made by another version"]


def test_stop_while_opening_makes_the_opener_give_up(serve: Serve, wait: Callable[..., None]) -> None:
    """A server that is stopped before it is ready does not wait for a long first indexing."""
    started, gave_up = threading.Event(), threading.Event()

    def endless(progress: Callable[[str, float], None]) -> Engine:
        started.set()
        try:
            while True:
                progress("indexing", 0.1)
                threading.Event().wait(0.01)
        finally:
            gave_up.set()

    with serve(endless):
        started.wait(20)
    assert gave_up.is_set()


def test_search_returns_passages_with_their_scores(http: httpx.Client, engine: Engine) -> None:
    """The passage, its article and its signals come back, and the filters reach the retriever."""
    body = {"query": "学位", "top_k": 4, "filters": {"until": "2024-12-31"}}
    found = http.post("/v1/search", json=body).json()
    assert (found["object"], found["query"], found["generation"]) == ("list", "学位", 7)
    (row,) = found["data"]
    assert (row["article_id"], row["revision"], row["url"]) == ("bailu", "r2", "/articles/bailu")
    assert row["text"] == "白鹭市今年新建公办幼儿园12所。新增学位3600个。"
    assert row["signals"] == {"dense": 0.9, "lexical": None, "rerank": None, "fused": 0.0}
    asked = engine.retriever.asked[-1]
    assert (asked.top_k, asked.filters.until.isoformat()) == (4, "2024-12-31")


def test_blank_search_is_refused(http: httpx.Client) -> None:
    """Nothing to look for is a 400 that names the field."""
    response = http.post("/v1/search", json={"query": "  "})
    assert (response.status_code, response.json()["error"]["param"]) == (400, "query")


def test_documentation_lists_endpoints_with_examples(http: httpx.Client) -> None:
    """Every public endpoint is in the OpenAPI document, requests carry examples, errors their shape."""
    document = http.get("/openapi.json").json()
    assert set(document["paths"]) == {
        "/v1/chat/completions", "/v1/models", "/v1/models/{model}", "/v1/search", "/v1/documents/{article_id}/source",
        "/articles/{article_id}", "/healthz", "/readyz", "/metrics", "/v1/status",
        "/v1/documents", "/v1/documents/{article_id}", "/v1/publishers", "/v1/jobs/{job_id}", "/v1/verify",
        "/v1/embeddings",
        "/v1/answers/{answer_id}", "/v1/responses", "/v1/responses/{response_id}",
    }  # fmt: skip
    chat = document["paths"]["/v1/chat/completions"]["post"]
    assert set(chat["requestBody"]["content"]["application/json"]["examples"]) == {"question", "follow-up"}
    assert chat["responses"]["default"]["content"]["application/json"]["schema"]["$ref"].endswith("ErrorBody")
    assert "422" not in chat["responses"]


def test_documented_answers_are_true_to_the_wire(http: httpx.Client) -> None:
    """The example of a completion has the documented shape, its offsets are right, and the chunks say the same."""
    content = http.get("/openapi.json").json()["paths"]["/v1/chat/completions"]["post"]["responses"]["200"]["content"]
    example = content["application/json"]["example"]
    message = Completion.model_validate(example).choices[0].message
    (place,) = [annotation.url_citation for annotation in message.annotations]
    assert message.content[place.start_index : place.end_index] == "[1]"
    (cited,) = message.jushi.citations
    assert (cited.quote + "[1]", cited.source_end - cited.source_start) == (message.content, len(cited.quote))
    *lines, done, _ = content["text/event-stream"]["example"].split("\n\n")
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines]
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert (done, "".join(delta.get("content", "") for delta in deltas)) == ("data: [DONE]", message.content)
    assert deltas[-1]["annotations"] == example["choices"][0]["message"]["annotations"]
    schemas = http.get("/openapi.json").json()["components"]["schemas"]
    assert {"answerer", "strict", "filters", "as_of", "top_k", "sources_in_content"} <= set(
        schemas["ChatRequest"]["properties"]
    )
    assert all(schemas["ChatRequest"]["properties"][name]["description"] for name in ("strict", "as_of", "answerer"))
