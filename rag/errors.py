"""Every error this program raises on purpose, in one tree.

JushiError                       status  retry  exit
├── InputError                   400     no     2     a request or an option makes no sense
│   ├── UnreadableError          422     no     1     a document cannot be read (becomes a `Rejected` row at ingest)
│   └── NoEarlierError           400     no     2     a request goes on from a response that is not kept
├── NotFoundError                404     no     1     no article, passage or model of that name
│   └── UnknownModelError        404     no     1     a request names a model that is not served here
├── NoKeyError                   401     no     1     a request shows no key that is known
├── ForbiddenError               403     no     1     the key, or the page it comes from, may not do this
├── OverLimitError               429     yes    1     one request too many
├── NotReadyError                503     yes    1     the server is still opening its data, or is closing
├── ConfigError                  500     no     2     a setting is missing, malformed or contradicts another
├── TooLargeError                413     no     1     a body or a document is over its limit
├── TooSlowError                 408     no     1     a body does not come in time
├── StoreError                   500     no     1     the data folder cannot be used
│   ├── StoreBusyError           503     yes    1     another process is writing
│   └── StoreVersionError        500     no     1     the data folder was made by another version or encoder
└── ModelError                   502     yes    1     an encoder or a language model does not answer
    └── ModelMissingError        503     no     1     no model of that kind is available here
"""

from __future__ import annotations

from typing import ClassVar


class JushiError(Exception):
    """Root of the tree. The message is one sentence: what was found, where, and what was expected."""

    http_status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False
    exit_code: ClassVar[int] = 1
    code: ClassVar[str] = "internal_error"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class InputError(JushiError):
    """A request or an option makes no sense; `field` names it."""

    http_status = 400
    exit_code = 2
    code = "invalid_request"


class UnreadableError(InputError):
    """A document cannot be read."""

    http_status = 422
    exit_code = 1
    code = "unreadable_document"


class NoEarlierError(InputError):
    """A request goes on from a response that is not kept; the code is the one that OpenAI's clients know."""

    code = "previous_response_not_found"


class NotFoundError(JushiError):
    """No article, passage or model of that name."""

    http_status = 404
    code = "not_found"


class UnknownModelError(NotFoundError):
    """A request names a model that is not served here."""

    code = "model_not_found"


class NoKeyError(JushiError):
    """A request shows no key that is known here."""

    http_status = 401
    code = "invalid_api_key"


class ForbiddenError(JushiError):
    """The key of a request, or the page it comes from, may not do this."""

    http_status = 403
    code = "permission_denied"


class OverLimitError(JushiError):
    """One request too many; `limit` is rate or concurrency, `wait` the seconds until another may come."""

    http_status = 429
    retryable = True
    code = "rate_limit_exceeded"

    def __init__(self, message: str, *, limit: str, wait: int = 1) -> None:
        super().__init__(message)
        self.limit = limit
        self.wait = wait


class NotReadyError(JushiError):
    """The server is still opening its data, or is closing."""

    http_status = 503
    retryable = True
    code = "not_ready"


class ConfigError(JushiError):
    """A setting is missing, malformed or contradicts another."""

    exit_code = 2
    code = "configuration_error"


class TooLargeError(JushiError):
    """A body or a document is over its limit."""

    http_status = 413
    code = "too_large"


class TooSlowError(JushiError):
    """The body of a request does not come in time."""

    http_status = 408
    code = "too_slow"


class StoreError(JushiError):
    """The data folder cannot be used."""

    code = "store_error"


class StoreBusyError(StoreError):
    """Another process is writing to the data folder."""

    http_status = 503
    retryable = True
    code = "store_busy"


class StoreVersionError(StoreError):
    """The data folder was made by another version of the program or with another encoder."""

    code = "store_version"


class ModelError(JushiError):
    """An encoder or a language model does not answer."""

    http_status = 502
    retryable = True
    code = "model_error"


class ModelMissingError(ModelError):
    """No model of that kind is available here."""

    http_status = 503
    retryable = False
    code = "model_missing"
