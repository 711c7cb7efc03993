"""The language model of this machine: its server is started with the first question, or before by who can wait."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from rag.llm.model import ModelSpec, Prompt, Reply
from rag.llm.options import ClientOptions

if TYPE_CHECKING:
    from rag.llm.client import OpenAIModel
    from rag.llm.local import LocalServer


class LocalLanguageModel:
    """Asks a `LocalServer`, which may come back at another address when it had to be started again."""

    def __init__(self, server: LocalServer, spec: ModelSpec, options: ClientOptions) -> None:
        self._server = server
        self._spec = spec
        self._options = options
        self._lock = threading.Lock()
        self._address = ""
        self._client: OpenAIModel | None = None

    @property
    def spec(self) -> ModelSpec:
        """What a caller must know of it."""
        return self._spec

    def write(self, prompt: Prompt) -> Reply:
        """The text that follows `prompt`, piece by piece; see `LanguageModel`.

        Raises:
            ModelError: the model does not start, does not answer, or not in time.
            ModelMissingError: what runs local models is not installed.
        """
        return (yield from self._connected().write(prompt))

    def is_up(self) -> bool:
        """True if it could be asked now, False while it is loaded or was not asked for yet; starts nothing.

        Raises:
            ModelError: its process ended or hangs; the next question starts another.
        """
        return self._server.is_up()

    def close(self) -> None:
        """Stop the server."""
        self._server.close()
        with self._lock:
            if self._client is not None:
                self._client.close()

    def _connected(self) -> OpenAIModel:
        from rag.llm.client import OpenAIModel  # noqa: PLC0415 - the SDK takes most of a second to load

        with self._lock:
            address = self._server.base_url
            if self._client is None or address != self._address:
                if self._client is not None:
                    self._client.close()
                self._client = OpenAIModel(
                    address, self._server.api_key, self._spec.name, spec=self._spec, options=self._options
                )
                self._address = address
            return self._client
