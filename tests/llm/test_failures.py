"""Every error that the SDK and its HTTP library have, and a few more, become ours; none keeps the key."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import anyio
import httpx2
import openai
import pytest

from rag.errors import ModelError, ModelMissingError
from rag.llm.failures import Peer, failure_of, retry_after

if TYPE_CHECKING:
    from conftest import Connect, TextOf

_KEY = "sk-geheim-1234567890"
_PEER = Peer(server="https://llm.example.cn/v1", model="some-model", key=_KEY)
_REQUEST = httpx2.Request("POST", "https://llm.example.cn/v1/chat/completions", headers={"Authorization": _KEY})


def _all_below(kind: type[BaseException]) -> Iterator[type[BaseException]]:
    for child in kind.__subclasses__():
        yield child
        yield from _all_below(child)


def _sdk_errors() -> list[type[BaseException]]:
    """Every subclass of OpenAIError in every module that can be imported here, and every public error."""
    for module in pkgutil.walk_packages(openai.__path__, "openai."):
        if ".types" not in module.name and ".cli" not in module.name:  # data, and a program of its own
            try:
                importlib.import_module(module.name)
            except ImportError:
                continue  # for extras that are not installed
    public = [kind for _, kind in inspect.getmembers(openai, inspect.isclass) if issubclass(kind, BaseException)]
    return sorted({openai.OpenAIError, *_all_below(openai.OpenAIError), *public}, key=lambda kind: kind.__qualname__)


def _transport_errors() -> list[type[BaseException]]:
    kinds = [kind for _, kind in inspect.getmembers(httpx2, inspect.isclass) if issubclass(kind, Exception)]
    return [kind for kind in kinds if not issubclass(kind, Warning)]


def _make(kind: type[BaseException], *, status: int = 418) -> BaseException:
    """An instance of `kind`, whatever it wants to be made of, with the key in all that it says."""
    status = getattr(kind, "status_code", status) if issubclass(kind, openai.APIStatusError) else status
    response = httpx2.Response(status, request=_REQUEST, json={"error": {"message": f"钥匙{_KEY}"}})
    known: dict[str, Any] = {
        "message": f"钥匙 {_KEY}",
        "request": _REQUEST,
        "response": response,
        "body": {"message": f"钥匙 {_KEY}"},
        "completion": openai.types.chat.ChatCompletion.construct(usage=None),
        "unsent_messages": [_KEY],
        "turn": None,
    }
    if not inspect.isfunction(kind.__init__):
        return kind(f"钥匙 {_KEY}")
    wanted = [one for one in inspect.signature(kind).parameters.values() if one.default is one.empty]
    named = {one.name: known.get(one.name, _KEY) for one in wanted if one.kind is one.KEYWORD_ONLY}
    return kind(*(known.get(one.name, _KEY) for one in wanted if one.kind is one.POSITIONAL_OR_KEYWORD), **named)


_ERRORS = [
    *_sdk_errors(),
    *_transport_errors(),
    *(json.JSONDecodeError, UnicodeDecodeError, ssl.SSLError, anyio.EndOfStream, anyio.BrokenResourceError),
    *(ConnectionResetError, BrokenPipeError, OSError, KeyError, AttributeError, TypeError, ValueError, RuntimeError),
]


def _example(kind: type[BaseException]) -> BaseException:
    if kind is json.JSONDecodeError:
        return json.JSONDecodeError("坏", _KEY, 0)
    if kind is UnicodeDecodeError:
        return UnicodeDecodeError("utf-8", _KEY.encode(), 0, 1, "坏")
    return _make(kind)


def test_the_enumeration_finds_what_is_known() -> None:
    """The walk through the package sees the errors that chat completions raise, and those in its corners."""
    names = {kind.__name__ for kind in _ERRORS}
    assert names >= {
        *("OpenAIError", "APIError", "APIStatusError", "APIConnectionError", "APITimeoutError", "BadRequestError"),
        *("AuthenticationError", "PermissionDeniedError", "NotFoundError", "ConflictError", "RateLimitError"),
        *("UnprocessableEntityError", "InternalServerError", "APIResponseValidationError", "StreamAlreadyConsumed"),
        *("LengthFinishReasonError", "MissingDependencyError", "ReadTimeout", "RemoteProtocolError", "InvalidURL"),
    }


@pytest.mark.parametrize("kind", _ERRORS, ids=lambda kind: f"{kind.__module__}.{kind.__qualname__}")
def test_every_error_becomes_one_of_ours(kind: type[BaseException]) -> None:
    """It is a ModelError of one line that names the server and not the key, and keeps nothing of the SDK's error."""
    mapped = failure_of(_example(kind), _PEER)
    assert type(mapped.error) in {ModelError, ModelMissingError}
    said = str(mapped.error)
    assert "https://llm.example.cn/v1" in said
    assert "geheim" not in said + repr(mapped.error) + repr(mapped)
    assert "\n" not in said
    assert len(said) < 320
    assert mapped.error.__cause__ is None
    assert mapped.error.__context__ is None


@pytest.mark.parametrize("kind", _ERRORS, ids=lambda kind: f"{kind.__module__}.{kind.__qualname__}")
def test_no_error_escapes_the_client(
    connect: Connect, text_of: TextOf, monkeypatch: pytest.MonkeyPatch, kind: type[BaseException]
) -> None:
    """Whatever the SDK raises when it is asked, the caller gets a ModelError without a trace of the SDK's."""
    model = connect(key=_KEY, retries=0)
    raised = _example(kind)

    async def fail(**_: object) -> None:
        raise raised

    monkeypatch.setattr(model._client.chat.completions, "create", fail)
    with pytest.raises(ModelError) as caught:
        text_of(model)
    chain: BaseException | None = caught.value
    while chain is not None:
        assert isinstance(chain, ModelError)
        assert "geheim" not in str(chain)
        chain = chain.__cause__ or chain.__context__


@pytest.mark.parametrize(
    ("kind", "missing", "passing"),
    [
        (openai.BadRequestError, False, False),
        (openai.AuthenticationError, True, False),
        (openai.PermissionDeniedError, True, False),
        (openai.NotFoundError, True, False),
        (openai.ConflictError, False, True),
        (openai.UnprocessableEntityError, False, False),
        (openai.RateLimitError, False, True),
        (openai.APIConnectionError, False, True),
        (openai.APITimeoutError, False, True),
        (openai.APIError, False, True),
        (openai.APIStatusError, False, False),
        (openai.APIResponseValidationError, False, False),
        (openai.LengthFinishReasonError, False, False),
        (ConnectionResetError, False, True),
        (ValueError, False, False),
    ],
)
def test_what_each_error_means(kind: type[BaseException], missing: bool, passing: bool) -> None:  # noqa: FBT001 - a row of the table
    """What is missing is told apart from what fails, and what may pass from what will not."""
    mapped = failure_of(_example(kind), _PEER)
    assert (isinstance(mapped.error, ModelMissingError), mapped.passing) == (missing, passing)


@pytest.mark.parametrize(("status", "passing"), [(500, True), (501, False), (502, True), (503, True), (529, True)])
def test_a_server_that_cannot_is_not_asked_again(status: int, passing: bool) -> None:  # noqa: FBT001 - a row of the table
    """Of the server's faults, only 501 says that it never will."""
    assert failure_of(_make(openai.InternalServerError, status=status), _PEER).passing is passing


def test_an_unknown_model_is_missing_whatever_the_status() -> None:
    """The code `model_not_found` is believed also where the status is another than 404."""
    response = httpx2.Response(400, request=_REQUEST)
    error = openai.BadRequestError("不存在", response=response, body={"message": "不存在", "code": "model_not_found"})
    assert isinstance(failure_of(error, _PEER).error, ModelMissingError)


@pytest.mark.parametrize(
    ("given", "least", "most"),
    [
        ("2.5", 2.5, 2.5),
        ("-3", 0.0, 0.0),
        (timedelta(hours=2), 7000.0, 7200.0),
        (timedelta(hours=-2), 0.0, 0.0),
    ],
)
def test_retry_after_is_read_in_both_forms(given: str | timedelta, least: float, most: float) -> None:
    """A number of seconds and a date, here so far from now, are understood, and neither leads into the past."""
    text = given if isinstance(given, str) else format_datetime(datetime.now(UTC) + given, usegmt=True)
    wait = retry_after(text)
    assert wait is not None
    assert least <= wait <= most


@pytest.mark.parametrize("given", ["", "soon", "Mon, 99 Foo"])
def test_a_retry_after_that_says_nothing_is_passed_over(given: str) -> None:
    """What is neither is as if it were not there."""
    assert retry_after(given) is None


def test_short_placeholders_are_no_keys() -> None:
    """A key of a letter or two is a placeholder; taking it out would make nonsense of ordinary words."""
    assert Peer(server="s", model="m", key="x").clean("max_tokens") == "max_tokens"
