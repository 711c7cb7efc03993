"""The client against a real HTTP server that answers with something else than a reply, or not at all."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from rag.errors import ModelError, ModelMissingError
from rag.llm.client import OpenAIModel
from rag.llm.model import ModelSpec
from rag.llm.options import ClientOptions

if TYPE_CHECKING:
    from conftest import ChatServer, Connect, Exchange, TextOf

_KEY = "sk-geheim-1234567890"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("text/html", "<html><body>登录</body></html>"),
        ("application/json", "[]"),
        ("application/json", "{"),
        ("application/json", '{"choices": [{"message": "没有"}]}'),
        ("application/json", '{"error": {"message": "没有"}}'),
        ("application/json", '{"error": "没有"}'),
        ("application/json", '{"choices": []}'),
        ("text/event-stream", 'data: {"choices": "没有"}\n\n'),
        ("text/event-stream", 'data: "没有"\n\n'),
        ("text/event-stream", "data: [1]\n\n"),
        ("text/event-stream", "data: null\n\n"),
        ("text/event-stream", "data: {\n\n"),
        ("text/event-stream", 'data: {"choices": [{"delta": {"content": 5}}]}\n\n'),
        ("text/event-stream", 'data: {"choices": [{"delta": {"content": "a"}, "logprobs": {"content": [7]}}]}\n\n'),
        ("text/event-stream", "data: [DONE]\n\n"),
        ("text/event-stream", ""),
        ("text/plain", "没有"),
    ],
)
def test_whatever_is_no_reply_is_an_error_of_ours(
    chat_server: ChatServer, connect: Connect, kind: str, text: str, text_of: TextOf
) -> None:
    """A status 200 with something else than a completion is a ModelError that names the server."""
    chat_server.otherwise = lambda x: x.whole(200, text, kind)
    with pytest.raises(ModelError, match=r"the language model server http://127\.0\.0\.1"):
        text_of(connect(retries=1))


def test_bytes_that_are_no_text_are_an_error_of_ours(
    chat_server: ChatServer, connect: Connect, text_of: TextOf
) -> None:
    """A stream that is not UTF-8 is a ModelError."""

    def act(x: Exchange) -> None:
        x.begin()
        x.raw(b"data: \xb9\xfa\xff\n\n")
        x.end()

    chat_server.otherwise = act
    with pytest.raises(ModelError, match="UnicodeDecodeError"):
        text_of(connect())


def test_an_error_page_is_shown_without_its_tags(chat_server: ChatServer, connect: Connect, text_of: TextOf) -> None:
    """A gateway's page for people becomes one short line."""
    page = "<html><head><title>502</title></head><body><h1>网关错误</h1>\n</body></html>"
    chat_server.otherwise = lambda x: x.whole(502, page, "text/html; charset=utf-8")
    with pytest.raises(ModelError, match=r"answered with status 502: 502 网关错误$"):
        text_of(connect(retries=0))


@pytest.mark.parametrize(
    ("status", "key", "message"),
    [
        (401, _KEY, r"/v1 refuses the key for model 'some-model'; set JUSHI_LLM_API_KEY$"),
        (403, _KEY, r"/v1 refuses the key for model 'some-model'; set JUSHI_LLM_API_KEY$"),
        (401, None, r"/v1 asks for a key for model 'some-model'; set JUSHI_LLM_API_KEY$"),
        (404, _KEY, r"/v1 has no model 'some-model' there; check JUSHI_LLM_MODEL and JUSHI_LLM_BASE_URL$"),
    ],
)
def test_what_is_missing_is_told_with_what_to_set(
    chat_server: ChatServer, connect: Connect, status: int, key: str | None, message: str, text_of: TextOf
) -> None:
    """A refused key and an unknown model are told once, with server, model and setting, and without the key."""
    chat_server.otherwise = lambda x: x.error(status, f"Incorrect API key provided: {_KEY[:8]}***")
    with pytest.raises(ModelMissingError, match=message) as caught:
        text_of(connect(key=key))
    assert "geheim" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert len(chat_server.requests) == 1


def test_a_server_that_is_not_there(text_of: TextOf) -> None:
    """A refused connection is tried again and then told with the address."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        spec = ModelSpec(name="m", small=False, prompt_budget=100)
        model = OpenAIModel(f"http://127.0.0.1:{port}", _KEY, "m", spec=spec, options=ClientOptions(backoff=0.01))
        with pytest.raises(ModelError, match=rf"http://127\.0\.0\.1:{port}/v1 cannot be reached"):
            text_of(model)
        model.close()
