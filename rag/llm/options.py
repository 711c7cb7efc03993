"""How patient a client of a language model is; apart from the client, whose SDK takes long to import."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientOptions:
    """How patient a client is. Times are seconds.

    `connect` is for reaching the server; `first_token` for waiting for one's turn, and again from each request to its
    first token; `between` from one token to the next; `whole` for all of it from one's turn on, further attempts
    included. `retries` are attempts after the first, `backoff` the wait before the first of them, doubled each time.
    """

    connect: float = 5.0
    first_token: float = 60.0
    between: float = 30.0
    whole: float = 180.0
    retries: int = 2
    concurrency: int = 4
    backoff: float = 0.5
