"""What is told of requests to whoever collects traces: the contract, and nobody who keeps it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, TypeAlias

from rag.types import Answer

Ended: TypeAlias = Callable[[int, str | None], None]  # takes the status of the response and the name of the key


class Traces(Protocol):
    """What is told of requests. Called from many threads; never raises, never waits for a network."""

    def request(
        self, method: str, route: str, request_id: str, headers: Mapping[str, str]
    ) -> AbstractContextManager[Ended]:
        """Around one request; what happens inside belongs to it. The function that it gives is called at its end."""
        ...

    def answered(self, question: str, answer: Answer, timings: Mapping[str, float], whole: float) -> None:
        """An answer was finished just now, `whole` seconds after it was asked for; `timings` in milliseconds."""
        ...

    def unfinished(self, question: str, why: str, whole: float) -> None:
        """An answer was given up just now: it `failed`, or its reader `left`."""
        ...

    def searched(self, timings: Mapping[str, float]) -> None:
        """A search is over just now; milliseconds of its stages."""
        ...

    def close(self) -> None:
        """Send what is not sent yet, for some seconds at most."""
        ...


class Untraced:
    """Traces that nobody collects."""

    @contextmanager
    def request(self, method: str, route: str, request_id: str, headers: Mapping[str, str]) -> Iterator[Ended]:  # noqa: ARG002 - the contract
        """Nothing is told."""
        yield lambda _status, _key: None

    def answered(self, question: str, answer: Answer, timings: Mapping[str, float], whole: float) -> None:
        """Nothing is told."""

    def unfinished(self, question: str, why: str, whole: float) -> None:
        """Nothing is told."""

    def searched(self, timings: Mapping[str, float]) -> None:
        """Nothing is told."""

    def close(self) -> None:
        """Nothing is open."""
