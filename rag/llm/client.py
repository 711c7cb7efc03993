"""The one client for language models: any server that speaks OpenAI's chat completions, far away or on this machine."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import weakref
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import CancelledError
from dataclasses import replace
from typing import cast

import openai
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

from rag.errors import ModelError, ModelMissingError
from rag.llm.address import read_address
from rag.llm.background import Background, Giver, relay
from rag.llm.failures import Failure, Peer, failure_of
from rag.llm.features import blamed, body
from rag.llm.model import Delta, ModelSpec, Prompt, Reply, Usage
from rag.llm.options import ClientOptions
from rag.llm.pieces import Piece, read_piece
from rag.llm.thoughts import Thoughts

_LONGEST_WAIT = 15.0  # seconds before another attempt; who asks for more is not asked again
_NO_KEY = "none"  # the client insists on one; servers without keys do not look at it
_NAMES_SHOWN = 5
_LOOK = 2.0  # seconds for a look at whether a server answers
_log = logging.getLogger(__name__)


class _Progress:
    """How far one reply has come. `refused` are the features that the server is asked without."""

    def __init__(self, give: Giver[Delta], *, ends: float, refused: frozenset[str]) -> None:
        self._give = give
        self._thoughts = Thoughts()
        self.ends = ends  # on the event loop's clock
        self.refused = refused
        self.begun = False
        self.usage = Usage(prompt_tokens=0, completion_tokens=0, finish_reason="")

    def take(self, piece: Piece) -> None:
        """Hand on what a piece holds."""
        self.begun = self.begun or piece.is_token
        self.usage = Usage(
            prompt_tokens=self.usage.prompt_tokens if piece.prompt_tokens is None else piece.prompt_tokens,
            completion_tokens=self.usage.completion_tokens
            if piece.completion_tokens is None
            else piece.completion_tokens,
            finish_reason=piece.finish_reason or self.usage.finish_reason,
        )
        for delta in piece.deltas:
            self._hand_on(self._thoughts.drop(delta))

    def end(self) -> None:
        """Nothing more comes."""
        self._hand_on(self._thoughts.rest())

    def _hand_on(self, deltas: Iterable[Delta]) -> None:
        for delta in deltas:
            self._give(delta)


class OpenAIModel:
    """A model behind OpenAI's chat completions; implements `LanguageModel`.

    Replies are always streamed, at temperature 0 with a fixed seed. What a server refuses (a schema, likelihoods, …) it
    is asked without, and not asked for again.

    Args:
        base_url: as for OpenAI's clients, "https://host/v1"; "/v1" is added when there is no path.
        api_key: sent as a bearer token; never shown.
        model: the name the server knows it by; None for the only one that it has.
        spec: what callers are told of it.
        options: timeouts, attempts and concurrency.

    Raises:
        ConfigError: `base_url` is not an address.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str | None,
        model: str | None,
        *,
        spec: ModelSpec,
        options: ClientOptions | None = None,
    ) -> None:
        address = read_address(base_url)
        self._spec = spec
        self._options = options or ClientOptions()
        self._peer = Peer(server=address.shown, model=model or "", key=api_key)
        self._refused: frozenset[str] = frozenset()
        self._turns = asyncio.Semaphore(self._options.concurrency)
        self._client = openai.AsyncOpenAI(
            base_url=address.url,
            api_key=api_key or _NO_KEY,
            max_retries=0,
            timeout=openai.Timeout(None, connect=self._options.connect),  # the other stages are timed here
            http_client=openai.DefaultAsyncHttpxClient(trust_env=not address.is_here),  # no proxy to this machine
        )
        self._background = Background(f"llm {address.shown}")
        self._closing = weakref.finalize(self, self._background.stop, self._client.close)

    def __repr__(self) -> str:
        return f"OpenAIModel({self._peer.server!r}, model={self._peer.model!r})"

    @property
    def spec(self) -> ModelSpec:
        """What a caller must know of it."""
        return self._spec

    def write(self, prompt: Prompt) -> Reply:
        """The text that follows `prompt`, piece by piece; see `LanguageModel`.

        Raises:
            ModelError: the server does not answer, or not in time, or breaks off.
            ModelMissingError: the server has no such model, or refuses the key.
        """

        async def work(give: Giver[Delta]) -> Usage:
            return await self._reply(prompt, give)

        return relay(self._background, work)

    def is_up(self) -> bool:
        """True if the server answers at all, be it that it lists no models or has too much to do.

        Raises:
            ModelError: it does not answer within two seconds, or only with failures.
            ModelMissingError: it refuses the key.
        """
        looking = self._background.submit(self._look())
        try:
            return looking.result()
        except CancelledError:
            raise ModelError("the language model was closed") from None

    def close(self) -> None:
        """Break off what is being written, and let go of the connections."""
        self._closing()

    async def _look(self) -> bool:
        try:
            async with asyncio.timeout(_LOOK):
                await self._client.models.with_raw_response.list()
        except TimeoutError:
            raise ModelError(
                f"the language model server {self._peer.server} did not answer within {_LOOK:g} s"
            ) from None
        except openai.APIStatusError as error:
            if error.status_code >= 500 or error.status_code in {401, 403}:
                failure = failure_of(error, self._peer)
            else:
                return True
        except Exception as error:  # noqa: BLE001 - as for a reply: none may escape
            failure = failure_of(error, self._peer)
        else:
            return True
        raise failure.error  # outside of the handler: the SDK's error, which may hold the key, is no context

    async def _reply(self, prompt: Prompt, give: Giver[Delta]) -> Usage:
        try:
            async with asyncio.timeout(self._options.first_token):
                await self._turns.acquire()
        except TimeoutError:
            raise ModelError(
                f"all {self._options.concurrency} places at {self._peer.server} were taken for "
                f"{self._options.first_token:g} s"
            ) from None
        try:
            progress = _Progress(give, ends=_now() + self._options.whole, refused=self._refused)
            await self._attempts(prompt, progress)
        finally:
            self._turns.release()
        return progress.usage

    async def _attempts(self, prompt: Prompt, progress: _Progress) -> None:
        """Ask until there is a reply; after its first token, a failure is final."""
        attempt = 0
        while True:
            asked = body(prompt, progress.refused)
            try:
                await self._attempt(prompt, asked, progress)
            except Exception as error:  # noqa: BLE001 - the client lets through more than its own errors; none may escape
                failure = failure_of(error, self._peer)
            else:
                return
            without = frozenset() if progress.begun else blamed(failure.refusal, asked)
            if without:
                progress.refused |= without
                _log.info("%s is asked without %s", self._peer.server, ", ".join(sorted(without)))
                continue
            pause = self._pause(failure, attempt)
            if progress.begun or pause is None or _now() + pause >= progress.ends:
                raise failure.error  # outside of the handler: the SDK's error, which may hold the key, is no context
            attempt += 1
            _log.info("attempt %d failed, the next in %.1f s: %s", attempt, pause, failure.error)
            await asyncio.sleep(pause)

    def _pause(self, failure: Failure, attempt: int) -> float | None:
        """Seconds before the next attempt; None for no more attempts."""
        if not failure.passing or attempt >= self._options.retries:
            return None
        if failure.wait is not None:
            return failure.wait if failure.wait <= _LONGEST_WAIT else None
        pause = self._options.backoff * 2.0**attempt * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret
        return min(pause, _LONGEST_WAIT)

    async def _attempt(self, prompt: Prompt, asked: dict[str, object], progress: _Progress) -> None:
        """One request and its reply, stage by stage within its time.

        Raises:
            Exception: whatever the client lets through.
        """
        messages = [{"role": message.role, "content": message.content} for message in prompt.messages]
        try:
            async with asyncio.timeout_at(min(_now() + self._options.first_token, progress.ends)) as limit:
                await self._find_model()
                stream = await self._client.chat.completions.create(
                    model=self._peer.model,
                    messages=cast("list[ChatCompletionMessageParam]", messages),
                    stream=True,
                    extra_body=asked,
                )
                async with stream:
                    async for piece in self._pieces(stream):
                        progress.take(piece)
                        if progress.begun:
                            self._refused |= progress.refused
                            limit.reschedule(min(_now() + self._options.between, progress.ends))
        except TimeoutError:
            raise ModelError(self._late(progress)) from None
        if not progress.usage.finish_reason:
            raise ConnectionResetError("the reply has no end")
        progress.end()

    async def _pieces(self, stream: openai.AsyncStream[ChatCompletionChunk]) -> AsyncIterator[Piece]:
        """The pieces of a reply; one that is sent whole, against what was asked, is one piece."""
        kind = stream.response.headers.get("content-type", "")
        if "html" in kind:
            raise ModelError(
                f"the language model server {self._peer.server} answered with a web page; check JUSHI_LLM_BASE_URL"
            )
        if "json" in kind:
            whole = json.loads(await stream.response.aread())
            if error := whole.get("error"):
                said = str(error.get("message", error) if isinstance(error, dict) else error)
                raise openai.APIError(said, stream.response.request, body=error)
            yield read_piece(whole, "message")
            return
        async for chunk in stream:
            yield read_piece(chunk.to_dict(warnings=False), "delta")

    def _late(self, progress: _Progress) -> str:
        options = self._options
        if _now() >= progress.ends:
            stage = f"did not finish its reply within {options.whole:g} s"
        elif progress.begun:
            stage = f"stopped within the reply for {options.between:g} s"
        else:
            stage = f"did not begin a reply within {options.first_token:g} s"
        return f"the language model server {self._peer.server} {stage}"

    async def _find_model(self) -> None:
        """Where no model was named, the server's only one is it."""
        if self._peer.model:
            return
        names = [model.id for model in (await self._client.models.list()).data]
        if len(names) != 1:
            some = ", ".join(names[:_NAMES_SHOWN]) or "none"
            raise ModelMissingError(
                f"the language model server {self._peer.server} has {len(names)} models ({some}); "
                "set JUSHI_LLM_MODEL to one of them"
            )
        self._peer = replace(self._peer, model=names[0])
        self._spec = replace(self._spec, name=names[0])


def _now() -> float:
    return asyncio.get_running_loop().time()
