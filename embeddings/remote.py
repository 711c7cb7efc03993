"""An embedding model behind any server that speaks OpenAI's `POST /v1/embeddings`."""

from __future__ import annotations

import logging
import random
import threading
import time
import weakref
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import numpy as np

from embeddings.encoder import EncoderSpec, Vectors
from embeddings.errors import EncoderError

_RETRIED = frozenset({408, 409, 429})
_LONGEST_WAIT = 30.0  # seconds, also when the server asks for more
_LOOK = 2.0  # seconds for a look at whether the server answers
_SHOWN = 200  # characters of a server's own error message
_PROBE = "维度"
_log = logging.getLogger(__name__)


class RemoteEncoder:
    """Sends texts in batches and gives back unit vectors. May be used by several threads at once.

    Timeouts, lost connections and the statuses 408, 409, 429 and 5xx are tried again, each time waiting twice as long
    (with jitter), or as long as `Retry-After` says, at most 30 s.

    Args:
        base_url: as for OpenAI's clients, "https://host/v1"; "/v1" is added when there is no path.
        model: the name the server knows it by.
        api_key: sent as a bearer token; never shown in messages.
        dim: length of the vectors; found out by the first request when not given.
        batch_size: texts in one request.
        timeout: seconds for one request.
        retries: further attempts after the first.
        query_prefix, passage_prefix: put before each text.
        backoff: seconds to wait before the first further attempt.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str | None = None,
        *,
        dim: int | None = None,
        batch_size: int = 64,
        timeout: float = 60.0,
        retries: int = 4,
        query_prefix: str = "",
        passage_prefix: str = "",
        backoff: float = 0.5,
    ) -> None:
        try:
            self._url = _endpoint(base_url)
        except httpx.InvalidURL as error:
            raise EncoderError(f"the address of the embedding server is not a URL: {error}") from error
        if self._url.scheme not in {"http", "https"} or not self._url.host:
            raise EncoderError(
                f"the address of the embedding server must begin with http:// or https://, not {self._url.scheme!r}"
            )
        self._server = f"{self._url.host}:{self._url.port}" if self._url.port else self._url.host
        self._model = model
        self._key = api_key
        self._dim = dim
        self._batch_size, self._retries, self._backoff = batch_size, retries, backoff
        self._prefixes = (query_prefix, passage_prefix)
        self._probing = threading.Lock()
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = httpx.Client(timeout=timeout, headers=headers)
        self._closing = weakref.finalize(self, self._client.close)

    @property
    def spec(self) -> EncoderSpec:
        """What this encoder is; asks the server once when the dimension was not given.

        Raises:
            EncoderError: the server does not answer.
        """
        with self._probing:
            if self._dim is None:
                self._dim = self._request([_PROBE])[0].shape[1]
        query_prefix, passage_prefix = self._prefixes
        return EncoderSpec(
            name=self._model,
            revision=self._server,
            dim=self._dim,
            query_prefix=query_prefix,
            passage_prefix=passage_prefix,
        )

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Float32 array of shape (len(texts), dim), rows of length 1, for questions.

        Raises:
            EncoderError: the server does not answer, or answers something else.
        """
        return self._encode(self._prefixes[0], texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Float32 array of shape (len(texts), dim), rows of length 1, for passages.

        Raises:
            EncoderError: the server does not answer, or answers something else.
        """
        return self._encode(self._prefixes[1], texts)

    def encode_counted(self, texts: Sequence[str], *, as_queries: bool) -> tuple[Vectors, int]:
        """Vectors as above, and the tokens read as the server counts them; 0 where it does not say.

        Raises:
            EncoderError: the server does not answer, or answers something else.
        """
        return self._encode_counted(self._prefixes[0 if as_queries else 1], texts)

    def check_server(self) -> None:
        """Ask for the list of models, once; any answer but a failure of the server or a refused key is good.

        Raises:
            EncoderError: there is no answer within two seconds, or only such a one.
        """
        url = self._url.copy_with(path=self._url.path.removesuffix("/embeddings") + "/models")
        try:
            response = self._client.get(url, timeout=_LOOK)
        except httpx.TransportError as error:
            raise EncoderError(
                f"the embedding server {self._server} cannot be reached: {type(error).__name__} {error}"
            ) from error
        if response.status_code >= 500 or response.status_code in {401, 403}:
            raise EncoderError(f"the embedding server {self._server} {self._refusal(response)}")

    def close(self) -> None:
        """Let go of the connections."""
        self._closing()

    def _encode(self, prefix: str, texts: Sequence[str]) -> Vectors:
        return self._encode_counted(prefix, texts)[0]

    def _encode_counted(self, prefix: str, texts: Sequence[str]) -> tuple[Vectors, int]:
        vectors = np.empty((len(texts), self.spec.dim), np.float32)
        tokens = 0
        for start in range(0, len(texts), self._batch_size):
            part = [prefix + text or " " for text in texts[start : start + self._batch_size]]  # empty input is refused
            vectors[start : start + len(part)], read = self._request(part)
            tokens += read
        return vectors, tokens

    def _request(self, texts: Sequence[str]) -> tuple[Vectors, int]:
        body = {"model": self._model, "input": list(texts), "encoding_format": "float"}
        for attempt in range(self._retries + 1):
            try:
                response = self._client.post(self._url, json=body)
            except httpx.TransportError as error:
                problem, asked = f"cannot be reached: {type(error).__name__} {error}", None
                cause: Exception | None = error
            else:
                if response.is_success:
                    return self._vectors(response, len(texts)), _tokens(response)
                problem, asked, cause = self._refusal(response), _retry_after(response), None
                if response.status_code not in _RETRIED and response.status_code < 500:
                    break
            if attempt < self._retries:
                _log.info("embedding server %s %s; attempt %d", self._server, problem, attempt + 1)
                time.sleep(min(_LONGEST_WAIT, self._wait(attempt) if asked is None else asked))
        raise EncoderError(f"the embedding server {self._server} {problem}") from cause

    def _wait(self, attempt: int) -> float:
        return self._backoff * 2.0**attempt * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret

    def _refusal(self, response: httpx.Response) -> str:
        said = " ".join(response.text.split())[:_SHOWN]
        if self._key:
            said = said.replace(self._key, "***")
        return f"answered with status {response.status_code}: {said}"

    def _vectors(self, response: httpx.Response, count: int) -> Vectors:
        try:
            rows = {int(row["index"]): row["embedding"] for row in response.json()["data"]}
            vectors = np.array([rows[number] for number in range(count)], np.float32)
        except (ValueError, KeyError, TypeError) as error:
            raise EncoderError(
                f"the embedding server {self._server} did not answer with {count} numbered embeddings: {error!r}"
            ) from error
        if vectors.ndim != 2 or (self._dim is not None and vectors.shape[1] != self._dim):
            raise EncoderError(
                f"the model {self._model} on {self._server} gave vectors of shape {vectors.shape[1:]}, "
                f"but ({self._dim},) is expected"
            )
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or not lengths.all():
            raise EncoderError(f"the model {self._model} on {self._server} gave a vector without a direction")
        unit: Vectors = vectors / lengths
        return unit


def _endpoint(base_url: str) -> httpx.URL:
    url = httpx.URL(base_url)
    path = url.path.rstrip("/") or "/v1"
    return url.copy_with(path=path if path.endswith("/embeddings") else f"{path}/embeddings")


def _tokens(response: httpx.Response) -> int:
    usage = response.json().get("usage")
    read = usage.get("prompt_tokens") if isinstance(usage, dict) else None
    return read if isinstance(read, int) else 0


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds that the server asks to wait, given as a number or as a date (RFC 9110, 10.2.3)."""
    given = response.headers.get("Retry-After", "")
    try:
        return max(0.0, float(given))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(given) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
