"""Whatever goes wrong between us and a language model's server -> our errors, and whether another attempt may help.

| the client raises | becomes | tried again |
|---|---|---|
| AuthenticationError, PermissionDeniedError, NotFoundError, or any error with the code `model_not_found` | ModelMissingError | no |
| RateLimitError, but for a used-up quota; statuses 408, 409, 425 and from 500 up, but for 501 | ModelError | yes |
| APIConnectionError, APITimeoutError; an error that is sent within a reply; a reply without an end | ModelError | yes |
| BadRequestError, UnprocessableEntityError and every other status | ModelError | no |
| every other OpenAIError, and everything that is not one (broken JSON, chunks of another shape, …) | ModelError | no |

"Tried again" holds only before the first token. No message holds the key, nor does an error's cause: there is none.
"""  # noqa: E501 - rows of a table

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import openai

from rag.errors import JushiError, ModelError, ModelMissingError

_PASSING = frozenset({408, 409, 425, 429})
_REFUSING = frozenset({400, 422, 501})
_TAG = re.compile(r"<[^>]*>")
_SHOWN = 200  # characters of a server's own message
_SHORTEST_KEY = 4  # shorter ones are placeholders, and would be found in ordinary words


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Who is asked: address (without a password in it), model, and the key that must not be shown."""

    server: str
    model: str
    key: str | None

    def __repr__(self) -> str:
        return f"Peer(server={self.server!r}, model={self.model!r})"

    def clean(self, said: str) -> str:
        """One line of what was said, shortened and without the key."""
        if self.key and len(self.key) >= _SHORTEST_KEY:
            said = said.replace(self.key, "***")
        line = " ".join(said.split())
        return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An error of ours, whether another attempt may help, and the seconds that the server asks to wait first.

    `refusal` is what the server said of a request that it does not accept as it stands, else empty.
    """

    error: JushiError
    passing: bool = False
    wait: float | None = None
    refusal: str = field(default="", repr=False)


def failure_of(error: BaseException, peer: Peer) -> Failure:
    """What `error` means to the rest of the program."""
    server = f"the language model server {peer.server}"
    match error:
        case JushiError():
            return Failure(error=error)
        case openai.APIStatusError():
            return _status(error, server, peer)
        case openai.APITimeoutError():
            return Failure(error=ModelError(f"{server} cannot be reached in time"), passing=True)
        case openai.APIConnectionError():
            reason = peer.clean(str(error.__cause__ or error)) or type(error.__cause__).__name__
            return Failure(error=ModelError(f"{server} cannot be reached, or broke off: {reason}"), passing=True)
        case OSError():
            return Failure(error=ModelError(f"{server} broke off: {peer.clean(str(error))}"), passing=True)
        case openai.APIError() if type(error) is openai.APIError:
            return _within_reply(error, server, peer)
        case _:
            reason = peer.clean(f"{type(error).__name__}: {error}")
            return Failure(error=ModelError(f"{server} gave no chat completion ({reason})"))


def _status(error: openai.APIStatusError, server: str, peer: Peer) -> Failure:
    if error.code == "model_not_found" or isinstance(error, openai.NotFoundError):
        return Failure(
            error=ModelMissingError(
                f"{server} has no model {peer.model!r} there; check JUSHI_LLM_MODEL and JUSHI_LLM_BASE_URL"
            )
        )
    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        refused = "refuses the key" if peer.key else "asks for a key"
        return Failure(error=ModelMissingError(f"{server} {refused} for model {peer.model!r}; set JUSHI_LLM_API_KEY"))
    status = error.status_code
    said = peer.clean(_said(error))
    passing = (status in _PASSING or (status >= 500 and status != 501)) and error.code != "insufficient_quota"
    return Failure(
        error=ModelError(f"{server} answered with status {status}: {said}"),
        passing=passing,
        wait=retry_after(error.response.headers.get("retry-after", "")) if passing else None,
        refusal=f"{error.param or ''} {_said(error)}" if status in _REFUSING else "",
    )


def _within_reply(error: openai.APIError, server: str, peer: Peer) -> Failure:
    """An error in the place of a piece of the reply; some gateways put the status that they got into its code."""
    code = error.code or ""
    status = int(code) if code.isdecimal() else 500
    return Failure(
        error=ModelError(f"{server} failed: {peer.clean(error.message)}"), passing=status in _PASSING or status >= 500
    )


def _said(error: openai.APIStatusError) -> str:
    """The server's own words: its message where it has one, else the body."""
    body = error.body
    if isinstance(body, dict):
        inner = body.get("message") or body.get("detail") or body.get("error") or body
        return str(inner)
    text = str(body or error.message)
    return _TAG.sub(" ", text) if text.lstrip().startswith("<") else text  # a page for people, from a gateway


def retry_after(given: str) -> float | None:
    """Seconds that a server asks to wait, given as a number or as a date (RFC 9110, 10.2.3); None if it does not."""
    with contextlib.suppress(ValueError):
        return max(0.0, float(given))
    with contextlib.suppress(ValueError, TypeError):
        return max(0.0, (parsedate_to_datetime(given) - datetime.now(UTC)).total_seconds())
    return None
