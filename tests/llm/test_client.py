"""The client against a real HTTP server: what it asks, and what it makes of what comes."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest

from rag.errors import ModelError, ModelMissingError
from rag.llm.model import Delta, ModelSpec, Usage

if TYPE_CHECKING:
    from conftest import Ask, ChatServer, Connect, Exchange, Read, TextOf

_KEY = "sk-geheim-1234567890"
_REPLY = "全县现有幼儿园四十二所[1]，毛入园率为91.3%[2]。"
_SCHEMA = {"type": "object", "properties": {"found": {"type": "boolean"}}, "required": ["found"]}


def test_the_request_is_repeatable_and_asks_for_counts(
    chat_server: ChatServer, connect: Connect, text_of: TextOf
) -> None:
    """Temperature 0, a seed, a stream with usage; a schema and likelihoods only where the prompt has them."""
    model = connect(key=_KEY)
    assert text_of(model) == _REPLY
    assert text_of(model, schema=_SCHEMA, likelihoods=True) == _REPLY
    plain, full = chat_server.requests
    assert plain == {
        "model": "some-model",
        "messages": [{"role": "user", "content": "毛入园率是多少？"}],
        "max_tokens": 100,
        "temperature": 0,
        "seed": 20,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert full["response_format"]["type"] == "json_schema"
    assert full["response_format"]["json_schema"] == {"name": "reply", "schema": _SCHEMA, "strict": True}
    assert (full["logprobs"], full["top_logprobs"]) == (True, 5)
    assert chat_server.keys == [f"Bearer {_KEY}"] * 2
    assert chat_server.connections == 1


def test_the_key_of_the_environment_is_not_sent(
    chat_server: ChatServer, connect: Connect, monkeypatch: pytest.MonkeyPatch, text_of: TextOf
) -> None:
    """The SDK's own variables do not slip in where no key was given, and no proxy stands before this machine."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-eines-anderen")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert text_of(connect()) == _REPLY
    assert chat_server.keys == ["Bearer none"]


def test_likelihoods_are_those_of_the_server(connect: Connect, ask: Ask, read: Read) -> None:
    """Each delta carries the alternatives of its token."""
    (first, *_), _ = read(connect().write(ask(likelihoods=True)))
    assert first == Delta(text="全县现有", alternatives={"全县现有": -0.1, "别的": -2.5})


def test_a_chunk_of_several_tokens_becomes_several_deltas(
    chat_server: ChatServer, connect: Connect, ask: Ask, read: Read
) -> None:
    """Tokens that make up the text are told apart; half a character has no text of its own."""

    def act(x: Exchange) -> None:
        def token(text: str) -> dict[str, object]:
            return {"token": text, "logprob": -0.2, "top_logprobs": [{"token": text, "logprob": -0.2}]}

        x.begin()
        x.delta(content='{"found": true', logprobs={"content": [token('{"found":'), token(" true")]})
        x.delta(content="", logprobs={"content": [token("\\xe5")]})
        x.delta(content="园", logprobs={"content": [token("\\x9b"), token("\\xad")]})
        x.delta(finish="stop")
        x.end()

    chat_server.script = [act]
    deltas, usage = read(connect().write(ask(likelihoods=True)))
    assert deltas == [
        Delta(text='{"found":', alternatives={'{"found":': -0.2}),
        Delta(text=" true", alternatives={" true": -0.2}),
        Delta(text="园", alternatives={"\\x9b": -0.2}),
    ]
    assert usage == Usage(prompt_tokens=0, completion_tokens=0, finish_reason="stop")  # nothing counted, nothing said


@pytest.mark.parametrize(
    ("feature", "message", "param"),
    [
        ("response_format", "This response_format type is unavailable now", ""),
        ("logprobs", "You are not allowed to request logprobs from this model", ""),
        ("stream_options", "Unrecognized request argument supplied: stream_options", ""),
        ("temperature", "Unsupported value: does not support 0 with this model.", "temperature"),
        ("seed", "1 validation error: body.seed: Extra inputs are not permitted", ""),
    ],
)
@pytest.mark.parametrize("status", [400, 422, 501])
def test_what_a_server_refuses_it_is_not_asked_again(
    chat_server: ChatServer, connect: Connect, status: int, feature: str, message: str, param: str, text_of: TextOf
) -> None:
    """The same request goes out without that feature only, and so do all later ones."""
    chat_server.script = [lambda x: x.error(status, message, param=param)]
    model = connect()
    for _ in range(2):
        assert text_of(model, schema=_SCHEMA, likelihoods=True) == _REPLY
    assert [feature in request for request in chat_server.requests] == [True, False, False]
    others = {"response_format", "logprobs", "stream_options", "temperature", "seed"} - {feature}
    assert all(others <= request.keys() for request in chat_server.requests)


def test_the_newer_name_of_the_limit_is_used_where_it_is_wanted(
    chat_server: ChatServer, connect: Connect, ask: Ask, read: Read
) -> None:
    """Models that refuse max_tokens get max_completion_tokens."""
    message = (
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    )
    chat_server.script = [lambda x: x.error(400, message, param="max_tokens", code="unsupported_parameter")]
    assert len(read(connect().write(ask(max_tokens=2)))[0]) == 2
    assert "max_tokens" not in chat_server.requests[1]
    assert chat_server.requests[1]["max_completion_tokens"] == 2


def test_a_refusal_that_names_nothing_is_met_with_the_plainest_request(
    chat_server: ChatServer, connect: Connect, text_of: TextOf
) -> None:
    """Everything optional is left out, once; where that does not help, nothing is remembered."""
    chat_server.script = [lambda x: x.error(400, "参数不支持")] * 2
    model = connect()
    with pytest.raises(ModelError, match="status 400: 参数不支持"):
        text_of(model, schema=_SCHEMA)
    assert chat_server.requests[1].keys() == {"model", "messages", "max_tokens", "stream"}
    assert text_of(model, schema=_SCHEMA) == _REPLY
    assert "response_format" in chat_server.requests[2]


def test_a_bad_request_is_told_at_once_and_shortened(
    chat_server: ChatServer, connect: Connect, text_of: TextOf
) -> None:
    """A refusal of something else is not asked a second time; the server's own words are cut."""
    chat_server.script = [lambda x: x.error(400, "最大长度为4096，" * 100)]
    with pytest.raises(ModelError, match="status 400: 最大长度为4096") as caught:
        text_of(connect())
    assert len(str(caught.value)) < 300
    assert len(chat_server.requests) == 1


def test_a_server_that_does_not_stream_still_answers(
    chat_server: ChatServer, connect: Connect, ask: Ask, read: Read
) -> None:
    """A whole completion in answer to a streaming request is taken as it is, thoughts left out."""
    whole = {
        "id": "c",
        "object": "chat.completion",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": f"<think>想想</think>\n\n{_REPLY}"},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 21, "completion_tokens": 13, "total_tokens": 34},
    }
    chat_server.script = [lambda x: x.whole(200, json.dumps(whole))]
    deltas, usage = read(connect().write(ask()))
    assert deltas == [Delta(text=_REPLY)]
    assert usage == Usage(prompt_tokens=21, completion_tokens=13, finish_reason="stop")


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (["<think>", "先看", "资料</think>", "\n\n", "九成"], "九成"),
        (["\n<th", "ink>想", "</thi", "nk>九成"], "九成"),
        (["<think>没有想完"], ""),
        (["<thi"], "<thi"),
        ([" ", "九成"], " 九成"),
        (["九成<think>不是开头</think>"], "九成<think>不是开头</think>"),
        (["<think></think><think>正文</think>"], "<think>正文</think>"),
    ],
)
def test_thoughts_are_left_out(
    chat_server: ChatServer, connect: Connect, pieces: list[str], expected: str, text_of: TextOf
) -> None:
    """A thought at the beginning is no part of the text, however it is cut; nor is what comes as reasoning."""

    def act(x: Exchange) -> None:
        x.begin()
        x.delta(reasoning_content="资料一说的是毛入园率。")
        x.delta(reasoning="资料二不是。")
        for piece in pieces:
            x.delta(content=piece)
        x.delta(finish="stop")
        x.end()

    chat_server.script = [act]
    assert text_of(connect()) == expected


def test_the_only_model_of_a_server_need_not_be_named(
    chat_server: ChatServer, connect: Connect, text_of: TextOf
) -> None:
    """Without a name the server's one model is asked; among several, the choice is left to the user."""
    chat_server.models = ["qwen-7b"]
    model = connect(model=None)
    assert text_of(model) == _REPLY
    assert chat_server.requests[0]["model"] == "qwen-7b"
    assert model.spec == ModelSpec(name="qwen-7b", small=False, prompt_budget=3000)
    chat_server.models = ["甲", "乙"]
    with pytest.raises(ModelMissingError, match=r"has 2 models \(甲, 乙\); set JUSHI_LLM_MODEL to one of them"):
        text_of(connect(model=None))


def test_the_key_is_nowhere(
    chat_server: ChatServer, connect: Connect, caplog: pytest.LogCaptureFixture, text_of: TextOf
) -> None:
    """Neither in representations nor in any log line, of the SDK and its HTTP library neither."""
    caplog.set_level(logging.DEBUG)
    model = connect(key=_KEY)
    chat_server.script = [lambda x: x.error(500, "请稍后"), lambda x: x.error(400, "unknown field seed")]
    assert text_of(model) == _REPLY
    assert "请稍后" in caplog.text
    assert "without seed" in caplog.text
    assert "geheim" not in caplog.text + repr(model) + repr(model._peer) + repr(vars(model))


@pytest.mark.parametrize(
    ("status", "kind"),
    [(200, None), (404, None), (405, None), (429, None), (401, ModelMissingError), (403, ModelMissingError),
     (500, ModelError), (503, ModelError)],
)  # fmt: skip
def test_a_server_is_up_unless_it_fails_or_refuses_the_key(
    status: int, kind: type[Exception] | None, chat_server: ChatServer, connect: Connect
) -> None:
    """A list of models is asked for, which some servers do not have; the key stands in no message."""
    chat_server.listing = status
    model = connect(key="sk-secret-of-ours")
    if kind is None:
        assert model.is_up() is True
        return
    with pytest.raises(kind) as caught:
        model.is_up()
    assert type(caught.value) is kind
    assert "sk-secret-of-ours" not in f"{caught.value!r} {caught.value.__context__!r}"


def test_a_closed_model_is_not_up(connect: Connect) -> None:
    """Nobody hangs on a model that was let go."""
    model = connect()
    model.close()
    with pytest.raises(ModelError, match="was closed"):
        model.is_up()
