"""The remote encoder against a real HTTP server: batches, order, retries, and errors that name server and status."""

from __future__ import annotations

import json
import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import httpx
import numpy as np
import pytest

from embeddings.errors import EncoderError
from embeddings.fakes import HashingEncoder
from embeddings.remote import RemoteEncoder

if TYPE_CHECKING:
    from conftest import EmbeddingServer

_KEY = "sk-very-secret"


def _encoder(server: EmbeddingServer, *, dim: int | None = 64, retries: int = 3, batch_size: int = 4) -> RemoteEncoder:
    return RemoteEncoder(
        server.url,
        "some-model",
        _KEY,
        dim=dim,
        batch_size=batch_size,
        retries=retries,
        timeout=5.0,
        query_prefix="問：",
        passage_prefix="文：",
        backoff=0.001,
    )


def test_order_prefix_and_length(embedding_server: EmbeddingServer, texts: tuple[str, ...]) -> None:
    """Rows come in the order of the texts although the server answers in reverse, and have length 1."""
    found = _encoder(embedding_server).encode_queries(texts)
    expected = HashingEncoder(dim=64).encode_passages(["問：" + text for text in texts])
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert [len(request["input"]) for request in embedding_server.requests] == [4, 4, 4, 4]
    assert {request["model"] for request in embedding_server.requests} == {"some-model"}
    assert set(embedding_server.keys) == {f"Bearer {_KEY}"}


def test_the_dimension_is_found_out_once(embedding_server: EmbeddingServer) -> None:
    """Without a given dimension the first use asks the server, later ones do not."""
    encoder = _encoder(embedding_server, dim=None)
    assert encoder.spec.dim == 64
    assert encoder.spec.dim == 64
    assert len(embedding_server.requests) == 1


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503])
def test_passing_faults_are_tried_again(embedding_server: EmbeddingServer, status: int) -> None:
    """After two passing faults the third attempt is taken."""
    embedding_server.script = [(status, {}, "busy")] * 2
    assert _encoder(embedding_server).encode_passages(["覆盖率"]).shape == (1, 64)
    assert len(embedding_server.requests) == 3


def test_attempts_are_bounded(embedding_server: EmbeddingServer) -> None:
    """When the fault does not pass, the error names server and status, and not the key that the server echoes."""
    embedding_server.script = [(503, {}, f"overloaded, {_KEY}")] * 9
    with pytest.raises(EncoderError, match=r"127\.0\.0\.1:\d+ answered with status 503: overloaded, \*\*\*$"):
        _encoder(embedding_server).encode_passages(["覆盖率"])
    assert len(embedding_server.requests) == 4


@pytest.mark.parametrize("status", [400, 401, 404, 302])
def test_lasting_faults_are_not_tried_again(embedding_server: EmbeddingServer, status: int) -> None:
    """A refusal that will not change is told at once."""
    embedding_server.script = [(status, {}, json.dumps({"error": {"message": "no such model"}}))]
    with pytest.raises(EncoderError, match=rf"status {status}: .*no such model"):
        _encoder(embedding_server).encode_passages(["覆盖率"])
    assert len(embedding_server.requests) == 1


def test_retry_after_is_honoured(embedding_server: EmbeddingServer) -> None:
    """The wait that the server asks for is kept."""
    embedding_server.script = [(429, {"Retry-After": "0.3"}, "slow down")]
    before = time.monotonic()
    _encoder(embedding_server).encode_passages(["覆盖率"])
    assert 0.3 <= time.monotonic() - before < 5.0


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("3600", 30.0),
        (format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True), 30.0),
        (format_datetime(datetime.now(UTC) - timedelta(hours=2), usegmt=True), 0.0),
    ],
)
def test_retry_after_is_bounded(
    embedding_server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch, given: str, expected: float
) -> None:
    """However long the server asks, at most 30 seconds are waited; a date is understood."""
    slept: list[float] = []
    monkeypatch.setattr("embeddings.remote.time.sleep", slept.append)
    embedding_server.script = [(503, {"Retry-After": given}, "")]
    _encoder(embedding_server).encode_passages(["覆盖率"])
    assert slept == [expected]


def test_waits_double_with_jitter(embedding_server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits lie between half and the whole of a doubling series."""
    slept: list[float] = []
    monkeypatch.setattr("embeddings.remote.time.sleep", slept.append)
    embedding_server.script = [(500, {}, "")] * 3
    _encoder(embedding_server).encode_passages(["覆盖率"])
    assert all(0.5 <= wait / (0.001 * 2**number) <= 1.0 for number, wait in enumerate(slept))
    assert len(slept) == 3


def test_a_server_that_is_not_there() -> None:
    """A refused connection is tried again and then told with the address."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    encoder = RemoteEncoder(f"http://127.0.0.1:{port}/v1", "m", _KEY, dim=4, retries=1, backoff=0.001)
    with pytest.raises(EncoderError, match=rf"127\.0\.0\.1:{port} cannot be reached") as caught:
        encoder.encode_queries(["覆盖率"])
    assert _KEY not in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        "<html>gateway</html>",
        "[]",
        '{"data": []}',
        '{"data": [{"index": 1, "embedding": [1, 2]}]}',
        '{"data": [{"index": 0, "embedding": "AAAA"}]}',
        '{"data": [{"index": 0, "embedding": [1, "x"]}]}',
        '{"data": [{"index": 0, "embedding": [1, 2, 3]}]}',
        '{"data": [{"index": 0, "embedding": [0, 0]}]}',
        '{"data": [{"index": 0, "embedding": [1, NaN]}]}',
    ],
)
def test_wrong_answers_are_told(embedding_server: EmbeddingServer, answer: str) -> None:
    """Whatever the server sends instead of vectors of the right length, it is an EncoderError that names it."""
    embedding_server.script = [(200, {}, answer)]
    with pytest.raises(EncoderError, match=r"127\.0\.0\.1"):
        _encoder(embedding_server, dim=2).encode_passages(["覆盖率"])


@pytest.mark.parametrize(
    ("base", "path"),
    [("", "/v1/embeddings"), ("/", "/v1/embeddings"), ("/v1/", "/v1/embeddings"), ("/api/v3", "/api/v3/embeddings")],
)
def test_the_address_may_be_written_in_several_ways(embedding_server: EmbeddingServer, base: str, path: str) -> None:
    """With or without /v1, the right path is asked."""
    root = embedding_server.url.removesuffix("/v1")
    RemoteEncoder(root + base, "m", dim=64).encode_queries(["覆盖率"])
    assert embedding_server.paths == [path]
    assert embedding_server.keys == [None]


@pytest.mark.parametrize("address", ["localhost:8000", "ftp://host/v1", "http://host:port/v1", "http:///v1"])
def test_what_is_no_address_is_refused(address: str) -> None:
    """An address that cannot work is told when the encoder is made."""
    with pytest.raises(EncoderError, match="address of the embedding server"):
        RemoteEncoder(address, "m")


@pytest.mark.parametrize(
    "error",
    [kind for kind in vars(httpx).values() if isinstance(kind, type) and issubclass(kind, httpx.TransportError)],
)
def test_no_transport_error_escapes(
    embedding_server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch, error: type[httpx.TransportError]
) -> None:
    """Every transport error that httpx has becomes an EncoderError."""
    encoder = _encoder(embedding_server, retries=0)

    def fail(*_: object, **__: object) -> httpx.Response:
        raise error("broken")

    monkeypatch.setattr(encoder._client, "post", fail)
    with pytest.raises(EncoderError, match=error.__name__):
        encoder.encode_queries(["覆盖率"])


def test_a_closed_encoder_says_so(embedding_server: EmbeddingServer) -> None:
    """After closing, the connections are gone."""
    encoder = _encoder(embedding_server)
    encoder.encode_queries(["覆盖率"])
    encoder.close()
    assert encoder._client.is_closed
