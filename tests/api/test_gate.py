"""Who may come in, at real servers with keys, without, and with limits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from rag.api.app import create_app
from rag.api.auth import Scope, new_key
from rag.api.hosts import require_guarded
from rag.config import Settings
from rag.engine import Engine
from rag.errors import ConfigError

CHAT = "/v1/chat/completions"
ASK = {"messages": [{"role": "user", "content": "新增多少学位？"}]}
KEYS = {name: new_key(name, scopes) for name, scopes in (
    ("reader", [Scope.READ]), ("writer", [Scope.WRITE]), ("ops", [Scope.ADMIN]),
)}  # fmt: skip


def _bearer(name: str) -> dict[str, str]:
    return {"authorization": f"Bearer {KEYS[name][0]}"}


@pytest.fixture
def served(running: Any, fresh_engine: Engine, wait: Callable[..., None]) -> Iterator[Callable[..., httpx.Client]]:
    """A client of a server with these settings."""
    open_now: list[Any] = []

    def serve(**settings: Any) -> httpx.Client:
        app = create_app(Settings(**settings), lambda _progress: fresh_engine)
        block = running(app)
        client = httpx.Client(base_url=block.__enter__(), timeout=20)
        open_now.extend((client, block))
        wait(lambda: client.get("/readyz", headers={"host": "localhost"}).status_code == 200)
        return client

    yield serve
    for each in open_now:
        each.__exit__(None, None, None)


@pytest.fixture
def keyed(served: Callable[..., httpx.Client]) -> httpx.Client:
    return served(api_keys=[entry for _, entry in KEYS.values()], cors_origins=["https://chat.example"])


def test_each_key_reaches_as_far_as_its_scopes(keyed: httpx.Client) -> None:
    """401 without a known key, 403 beyond a scope, 200 within; health and documentation stay open."""
    assert keyed.get("/healthz").status_code == 200
    assert keyed.get("/openapi.json").status_code == 200
    for path, name, status in (
        ("/v1/models", None, 401), ("/v1/models", "reader", 200), ("/v1/models", "writer", 403),
        ("/v1/models", "ops", 200), ("/metrics", "reader", 403), ("/metrics", "ops", 200),
        ("/articles/bailu", None, 401),
    ):  # fmt: skip
        assert keyed.get(path, headers=_bearer(name) if name else {}).status_code == status, (path, name)
    assert keyed.post(CHAT, json=ASK, headers=_bearer("reader")).status_code == 200


def test_refusals_have_openais_shape_and_say_what_is_asked_for(keyed: httpx.Client) -> None:
    """The challenge names the scheme, and the scope where a key was shown."""
    unknown = keyed.post(CHAT, json=ASK, headers={"authorization": "Bearer sk-123"})
    assert (unknown.status_code, unknown.headers["www-authenticate"]) == (401, 'Bearer realm="jushi"')
    assert unknown.json()["error"] == {
        "message": "the key is not known here", "type": "invalid_request_error", "param": None,
        "code": "invalid_api_key",
    }  # fmt: skip
    beyond = keyed.get("/metrics", headers=_bearer("reader"))
    assert beyond.json()["error"]["code"] == "permission_denied"
    assert beyond.headers["www-authenticate"].endswith('error="insufficient_scope", scope="admin"')
    assert beyond.headers["x-request-id"]


def test_a_browser_that_opens_an_article_asks_for_the_key(keyed: httpx.Client) -> None:
    """Its own form is offered for pages that are opened, not for what a page fetches; any user name goes."""
    opened = keyed.get("/articles/bailu", headers={"sec-fetch-mode": "navigate"})
    assert opened.headers.get_list("www-authenticate") == [
        'Bearer realm="jushi"',
        'Basic realm="jushi", charset="UTF-8"',
    ]
    fetched = keyed.get("/articles/bailu", headers={"sec-fetch-mode": "cors"})
    assert fetched.headers.get_list("www-authenticate") == ['Bearer realm="jushi"']
    assert keyed.get("/articles/bailu", auth=("任何人".encode(), KEYS["reader"][0])).status_code == 200


def test_a_body_without_a_key_is_not_read(keyed: httpx.Client) -> None:
    """The refusal comes before the client has sent what it promised."""
    with httpx.Client(base_url=keyed.base_url, timeout=5) as client:

        def never() -> Iterator[bytes]:
            yield b"{"
            threading.Event().wait(1)
            yield b"}"

        assert client.post(CHAT, content=never()).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "https://evil.example"}, 403),
        ({"sec-fetch-site": "same-site", "origin": "http://other.localhost"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "https://proxied.example"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"origin": "https://chat.example"}, 200),
        ({"origin": "https://evil.example", "authorization": "Bearer unused"}, 200),  # no page can send that unasked
        ({"origin": "https://evil.example", "authorization": "Basic Ong="}, 403),
    ],
)
def test_pages_of_other_sites_change_nothing(
    served: Callable[..., httpx.Client], headers: dict[str, str], status: int
) -> None:
    """Without keys too, a page of another site cannot make its visitor's browser ask or change."""
    client = served(cors_origins=["https://chat.example"])
    assert client.post(CHAT, json=ASK, headers=headers).status_code == status
    assert client.get("/v1/models", headers=headers).status_code == 200


def test_a_page_of_this_server_may_change_things(served: Callable[..., httpx.Client]) -> None:
    """A browser that sends no Sec-Fetch-Site is judged by its Origin."""
    client = served()
    assert client.post(CHAT, json=ASK, headers={"origin": str(client.base_url).rstrip("/")}).status_code == 200


def test_other_sites_read_nothing_unless_named(served: Callable[..., httpx.Client]) -> None:
    """CORS is off; with an origin named, its preflight passes without a key and others' does not."""
    asks = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"}
    off = served().options(CHAT, headers={"origin": "https://chat.example", **asks})
    assert "access-control-allow-origin" not in off.headers
    on = served(api_keys=[KEYS["reader"][1]], cors_origins=["https://chat.example"])
    named = on.options(CHAT, headers={"origin": "https://chat.example", **asks})
    assert (named.status_code, named.headers["access-control-allow-origin"]) == (200, "https://chat.example")
    other = on.options(CHAT, headers={"origin": "https://evil.example", **asks})
    assert "access-control-allow-origin" not in other.headers
    refused = on.post(CHAT, json=ASK, headers={"origin": "https://chat.example"})
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, "https://chat.example")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8000", 200), ("127.0.0.1", 200), ("127.8.8.8:1", 200), ("[::1]:8000", 200),
        ("jushi.localhost", 200),
        ("evil.example", 403), ("127.0.0.1.evil.example", 403), ("192.168.1.2:8000", 403), ("localhost.", 403),
        ("[bad", 403),
    ],
)  # fmt: skip
def test_without_keys_only_loopback_names_are_answered(
    served: Callable[..., httpx.Client], host: str, status: int
) -> None:
    """A page that leads its own name to this machine reads nothing; a server that was told to is open."""
    assert served().get("/v1/models", headers={"host": host}).status_code == status
    if status == 403 and host != "[bad":
        assert served(allow_open=True).get("/v1/models", headers={"host": host}).status_code == 200


def test_names_that_are_allowed_are_answered(served: Callable[..., httpx.Client]) -> None:
    """An open server that names its hosts answers to these and to loopback names, and to no other."""
    client = served(allow_open=True, allowed_hosts=["jushi"])
    for host, status in (("jushi:8000", 200), ("localhost", 200), ("evil.example", 403)):
        assert client.get("/v1/models", headers={"host": host}).status_code == status


@pytest.mark.parametrize(
    ("address", "settings", "refused"),
    [
        ("0.0.0.0", {}, True), ("::", {}, True), ("192.168.1.2", {}, True), ("127.0.0.1", {}, False),
        ("::1", {}, False),
        ("0.0.0.0", {"allow_open": True}, False), ("0.0.0.0", {"api_keys": [KEYS["reader"][1]]}, False),
    ],
)  # fmt: skip
def test_others_reach_no_server_without_keys(address: str, settings: dict[str, Any], refused: bool) -> None:  # noqa: FBT001 - a test's table
    """An address of the network needs keys, or the word that it is meant."""
    made = Settings(host=address, **settings)
    if refused:
        with pytest.raises(ConfigError, match="no keys are set"):
            require_guarded(made, address)
    else:
        require_guarded(made, address)


def test_requests_over_the_rate_wait(served: Callable[..., httpx.Client]) -> None:
    """429 in OpenAI's shape with the seconds to wait, by key; health is not counted, the refusals are."""
    client = served(api_keys=[entry for _, entry in KEYS.values()], requests_per_minute=2)
    for status in (200, 200, 429):
        response = client.get("/v1/models", headers=_bearer("reader"))
        assert response.status_code == status
    assert response.json()["error"]["code"] == "rate_limit_exceeded"
    assert 25 <= int(response.headers["retry-after"]) <= 30
    assert response.headers["x-should-retry"] == "true"
    assert client.get("/healthz", headers=_bearer("reader")).status_code == 200
    assert 'jushi_requests_limited_total{limit="rate"} 1.0' in client.get("/metrics", headers=_bearer("ops")).text


def test_a_stream_counts_until_it_ends(
    served: Callable[..., httpx.Client], fresh_engine: Engine, wait: Callable[..., None]
) -> None:
    """While one answer streams, another request of the same address is one too many; afterwards it is not."""
    client = served(concurrent_requests=1)
    answerer = fresh_engine.answerers["quotes"]
    body = {"messages": [{"role": "user", "content": "等待"}], "stream": True}
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.post, CHAT, json=body)
        wait(lambda: bool(answerer.asked))  # type: ignore[attr-defined]
        refused = client.post(CHAT, json=ASK)
        assert client.post("/v1/responses", json={"input": "新增多少学位？"}).status_code == 429
        answerer.gate.set()  # type: ignore[attr-defined]
        assert first.result(20).text.endswith("data: [DONE]\n\n")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    wait(lambda: client.post(CHAT, json=ASK).status_code == 200)


def test_a_client_far_behind_a_trusted_proxy_is_told_apart(fresh_engine: Engine, running: Any) -> None:
    """Without keys, limits go by address; uvicorn gives the proxied one as the client."""
    seen: list[Any] = []
    app = create_app(Settings(requests_per_minute=1), lambda _progress: fresh_engine)

    async def through(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            seen.append(scope["client"])
        await app(scope, receive, send)

    with running(through) as url:
        statuses = [
            httpx.get(f"{url}/docs/none", headers={"x-forwarded-for": address}).status_code
            for address in ("203.0.113.7", "203.0.113.8")
        ]
    assert statuses == [404, 404]
    assert [client[0] for client in seen] == ["203.0.113.7", "203.0.113.8"]
