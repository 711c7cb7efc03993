"""Ingests that go on in the background."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

from embeddings.encoder import Vectors
from embeddings.fakes import HashingEncoder
from rag.api.app import create_app
from rag.config import Settings
from rag.engine import Engine
from rag.store.local import LocalStore


class GatedEncoder(HashingEncoder):
    """Encodes passages once its gate is open; fails on those that say so."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()

    def encode_passages(self, texts: list[str]) -> Vectors:
        assert self.gate.wait(30)
        if any("崩溃" in text for text in texts):
            raise RuntimeError("secret path /var/lib")
        return super().encode_passages(texts)


@pytest.fixture
def encoder() -> GatedEncoder:
    return GatedEncoder()


@pytest.fixture
def address(
    settings: Settings,
    encoder: GatedEncoder,
    running: Callable[[Any], AbstractContextManager[str]],
    wait: Callable[..., None],
) -> Iterator[str]:
    """A server whose encoder can be held."""

    def opened(_progress: object) -> Engine:
        store = LocalStore(settings.data, encoder=encoder.spec)
        return Engine(settings=settings, store=store, encoder=encoder, retriever=None, answerers={})

    with running(create_app(settings, opened)) as url:
        wait(lambda: httpx.get(f"{url}/readyz").status_code == 200)
        yield url


def send(http: httpx.Client, text: str, **query: Any) -> httpx.Response:
    return http.post(
        "/v1/documents", params=query, json={"documents": [{"text": text, "id": f"t{len(text)}-{text[0]}"}]}
    )


def test_a_job_is_queued_runs_and_ends_with_its_results(
    http: httpx.Client, encoder: GatedEncoder, finish: Callable[[str], dict[str, Any]], wait: Callable[..., None]
) -> None:
    """One job runs and the next one waits; what would have to wait becomes a job by itself."""
    first = send(http, "滨水路今年改造，工期两个月。", background="true")
    wait(lambda: http.get(first.headers["location"]).json()["status"] == "running")
    second = send(http, "第三实验小学推迟到二月开学。")
    assert (first.status_code, second.status_code) == (202, 202)
    assert second.headers["location"] == f"/v1/jobs/{second.json()['id']}"
    waiting = http.get(second.headers["location"]).json()
    assert (waiting["status"], waiting["done"], waiting["total"], waiting["results"]) == ("queued", 0, 1, None)
    encoder.gate.set()
    done = finish(second.headers["location"])
    assert (done["status"], done["done"], done["total"], done["error"]) == ("done", 1, 1, None)
    assert (done["results"][0]["status"], done["results"][0]["passages"], done["generation"]) == ("added", 1, 2)


def test_a_job_that_fails_says_so_and_the_next_one_runs(
    http: httpx.Client, encoder: GatedEncoder, finish: Callable[[str], dict[str, Any]]
) -> None:
    """What nobody foresaw ends one job without its inside being told, and no other."""
    encoder.gate.set()
    bad = finish(send(http, "服务器崩溃了，工期两个月。", background="true").headers["location"])
    assert (bad["status"], bad["error"]["code"], bad["results"]) == ("failed", "internal_error", None)
    assert "/var/lib" not in str(bad)
    assert send(http, "崩溃，工期两个月。", background="false").status_code == 500
    assert send(http, "滨水路今年改造，工期两个月。").status_code == 200


def test_only_so_many_wait_in_line(http: httpx.Client, encoder: GatedEncoder, wait: Callable[..., None]) -> None:
    """Beyond sixteen the answer is 503 with Retry-After."""
    new = f"滨水路今年改造，编号{time.time_ns()}。"  # a text whose vector is known would not be held
    first = send(http, new, background="true")
    wait(lambda: http.get(first.headers["location"]).json()["status"] == "running")
    codes = [send(http, "滨水路" * at + "今年改造。", background="true").status_code for at in range(1, 18)]
    assert codes == [202] * 16 + [503]
    encoder.gate.set()


def test_unknown_jobs_are_404(http: httpx.Client) -> None:
    """The error says that jobs do not outlive the server."""
    response = http.get("/v1/jobs/job-none")
    assert (response.status_code, response.json()["error"]["param"]) == (404, "job_id")
    assert "when the server stops" in response.json()["error"]["message"]


def test_a_server_that_stops_waits_for_the_step_at_work_only(
    settings: Settings, running: Callable[[Any], AbstractContextManager[str]], wait: Callable[..., None]
) -> None:
    """What was committed stays, the rest of the job is given up."""
    encoder = GatedEncoder()

    def opened(_progress: object) -> Engine:
        store = LocalStore(settings.data, encoder=encoder.spec)
        return Engine(settings=settings, store=store, encoder=encoder, retriever=None, answerers={})

    began = time.monotonic()
    with running(create_app(settings, opened)) as url, httpx.Client(base_url=url, timeout=20) as http:
        wait(lambda: http.get("/readyz").status_code == 200)
        texts = [f"第{at}中学今年招收新生{100 + at}人，报名地点在本校。" for at in range(200)]
        body = {"documents": [{"text": text, "id": f"n{at}"} for at, text in enumerate(texts)]}
        location = http.post("/v1/documents", json=body).headers["location"]
        wait(lambda: http.get(location).json()["status"] == "running")
        threading.Timer(0.5, encoder.gate.set).start()
    assert time.monotonic() - began < 15
    with LocalStore(settings.data, encoder=encoder.spec).snapshot() as snapshot:
        assert snapshot.status().articles < 200
