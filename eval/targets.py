"""Whoever is measured: a server that speaks Jushi's shape, or a plain OpenAI chat server without citations."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import httpx
import httpx2
from openai import DefaultHttpxClient, OpenAI, OpenAIError
from openai.types.chat import ChatCompletionMessageParam
from pydantic import TypeAdapter

from eval.cases import Case
from eval.citing import from_answer, is_exact_quote
from eval.plain_replies import plain_reply
from eval.replies import FoundPassage, Reply, ReplyCitation
from eval.set_store import set_name
from eval.sources import Originals
from eval.streams import Streamed, read_stream
from rag.errors import InputError
from rag.types import Answer

SEARCHED = 10  # passages that a search is asked for
_ANSWERS = TypeAdapter(Answer)
_WHOLE, _CONNECT = 600.0, 10.0  # seconds
_IDLE = 2.0  # seconds that a connection is used again; many servers close theirs after 5, perhaps under a request


class Target(Protocol):
    """Answers a case."""

    def ask(self, case: Case) -> Reply:
        """The reply to one case.

        Raises:
            Exception: whatever goes wrong; the run makes a row of it.
        """
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


class JushiTarget:
    """A server that speaks Jushi's shape. `root` is its address without `/v1`."""

    def __init__(self, root: str, *, answerer: str, key: str | None = None) -> None:
        self._http = http_client(root, key)
        self._chat = _chat_client(root, key)
        self._answerer = answerer
        self._originals = Originals(self._http)

    def ask(self, case: Case) -> Reply:
        """The streamed answer, each quote compared with its original, and what a search for the question finds."""
        began = time.perf_counter()
        extra: dict[str, object] = {"answerer": self._answerer}
        if case.as_of:
            extra["as_of"] = case.as_of.isoformat()
        with _stream(self._chat, "jushi", case, extra) as chunks:
            streamed = read_stream(chunks, began)
        return self._reply(case, streamed)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()
        self._chat.close()

    def _reply(self, case: Case, streamed: Streamed) -> Reply:
        if streamed.answer is None:
            raise ValueError("the stream ended without an object `jushi`; a plain chat server needs --adapter openai")
        answer = streamed.answer
        trace: Mapping[str, Any] = answer["trace"]
        cited = from_answer(_ANSWERS.validate_python(answer))
        return Reply(
            status=answer["status"],
            text=answer["text"],
            cited=cited,
            citations=tuple(self._citation(one) for one in answer["citations"]),
            reason=answer["refusal"]["reason"] if answer["refusal"] else "",
            answerability=trace["answerability"],
            passages=self._search(case, trace["query"]),
            timings={**trace["timings"], **streamed.clock},
            first=streamed.first,
            whole=streamed.whole,
            prompt_tokens=trace["prompt_tokens"],
            completion_tokens=trace["completion_tokens"],
            unknown_numbers=max(0, trace["unknown_numbers"] - sum(one.unknown for one in cited)),
            fingerprint=streamed.fingerprint,
            trace={**trace, "refusal": answer["refusal"], "conflicts": answer["conflicts"], "notice": answer["notice"]},
        )

    def _citation(self, one: Mapping[str, Any]) -> ReplyCitation:
        original = self._originals.get(one["article_id"], one["revision"])
        start, end = one["source_start"], one["source_end"]
        return ReplyCitation(
            number=one["number"],
            article=one["article_id"],
            name=set_name(original.name) if original else "",
            quote=one["quote"],
            text=one["text"],
            title=one["title"],
            start=start,
            end=end,
            verdict=one["verdict"],
            exact=original is not None and is_exact_quote(original.source, one["quote"], start, end),
        )

    def _search(self, case: Case, query: str) -> tuple[FoundPassage, ...] | None:
        """What a search finds for the question as it was searched, which for a follow-up is not as it was asked."""
        body: dict[str, object] = {"query": query or case.question, "top_k": SEARCHED}
        if case.as_of:
            body["filters"] = {"until": case.as_of.isoformat()}
        response = self._http.post("/v1/search", json=body)
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        response.raise_for_status()
        return tuple(self._passage(row) for row in response.json()["data"])

    def _passage(self, row: Mapping[str, Any]) -> FoundPassage:
        original = self._originals.get(row["article_id"], row["revision"])
        return FoundPassage(
            article=row["article_id"], name=set_name(original.name) if original else "", text=row["text"]
        )


class PlainTarget:
    """A plain OpenAI chat server: answer text, with markers and annotations where it gives any. It finds nothing."""

    def __init__(self, root: str, *, model: str | None = None, key: str | None = None) -> None:
        self._chat = _chat_client(root, key)
        try:
            self._model = model or self._only_model(root)
        except InputError:
            self._chat.close()
            raise

    def ask(self, case: Case) -> Reply:
        """The streamed answer."""
        began = time.perf_counter()
        with _stream(self._chat, self._model, case, {}) as chunks:
            return plain_reply(read_stream(chunks, began))

    def close(self) -> None:
        """Let go of the connections."""
        self._chat.close()

    def _only_model(self, root: str) -> str:
        try:
            names = [model.id for model in self._chat.models.list()]
        except OpenAIError as error:
            raise InputError(f"{root} does not list its models: {error}; --model names one", field="model") from error
        if len(names) != 1:
            raise InputError(f"{root} has {len(names)} models; --model names the one to ask", field="model")
        return names[0]


def http_client(root: str, key: str | None) -> httpx.Client:
    """A client that does not use a connection again which the server may be about to close."""
    return httpx.Client(
        base_url=root,
        timeout=httpx.Timeout(_WHOLE, connect=_CONNECT),
        limits=httpx.Limits(keepalive_expiry=_IDLE),
        headers={"authorization": f"Bearer {key}"} if key else {},
    )


def _chat_client(root: str, key: str | None) -> OpenAI:
    """Without retries, which would hide failures and lengthen times."""
    timeout = httpx2.Timeout(_WHOLE, connect=_CONNECT)
    client = DefaultHttpxClient(timeout=timeout, limits=httpx2.Limits(keepalive_expiry=_IDLE))
    return OpenAI(base_url=f"{root}/v1", api_key=key or "none", max_retries=0, timeout=timeout, http_client=client)


@contextmanager
def _stream(client: OpenAI, model: str, case: Case, extra: dict[str, object]) -> Iterator[Any]:
    turns = [{"role": turn.role, "content": turn.text} for turn in case.history]
    messages: list[ChatCompletionMessageParam] = [*turns, {"role": "user", "content": case.question}]  # type: ignore[list-item]  # roles come from the set
    with client.chat.completions.create(
        model=model, messages=messages, stream=True, stream_options={"include_usage": True}, extra_body=extra
    ) as chunks:
        yield chunks
