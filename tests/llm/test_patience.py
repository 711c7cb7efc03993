"""The client against a real HTTP server: what it tries again, how long it waits, and how it is stopped."""

from __future__ import annotations

import gc
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from rag.cancel import cancellable
from rag.errors import ModelError
from rag.llm.client import OpenAIModel
from rag.llm.model import ModelSpec

if TYPE_CHECKING:
    from conftest import Ask, ChatServer, Connect, Exchange, TextOf

_KEY = "sk-geheim-1234567890"
_REPLY = "全县现有幼儿园四十二所[1]，毛入园率为91.3%[2]。"


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 529])
def test_passing_faults_are_tried_again(
    chat_server: ChatServer, connect: Connect, status: int, text_of: TextOf
) -> None:
    """After two passing faults the third attempt is taken."""
    chat_server.script = [lambda x: x.error(status, "请稍后再试")] * 2
    assert text_of(connect()) == _REPLY
    assert len(chat_server.requests) == 3


def test_attempts_are_bounded_and_the_key_stays_hidden(
    chat_server: ChatServer, connect: Connect, text_of: TextOf
) -> None:
    """When the fault does not pass, the error names server and status, and not the key that the server echoes."""
    chat_server.otherwise = lambda x: x.error(503, f"过载 {_KEY}")
    with pytest.raises(ModelError, match=r"http://127\.0\.0\.1:\d+/v1 answered with status 503: 过载 \*\*\*$"):
        text_of(connect(key=_KEY, retries=2))
    assert len(chat_server.requests) == 3


def test_a_used_up_quota_does_not_come_back(chat_server: ChatServer, connect: Connect, text_of: TextOf) -> None:
    """A 429 for want of money is not tried again."""
    chat_server.otherwise = lambda x: x.error(429, "余额不足", code="insufficient_quota")
    with pytest.raises(ModelError, match="余额不足"):
        text_of(connect())
    assert len(chat_server.requests) == 1


@pytest.mark.parametrize(("asked", "least", "most", "attempts"), [("0.4", 0.4, 3.0, 2), ("3600", 0.0, 2.0, 1)])
def test_retry_after_is_honoured_and_bounded(
    chat_server: ChatServer, connect: Connect, asked: str, least: float, most: float, attempts: int, text_of: TextOf
) -> None:
    """A short wait is kept; a server that asks for an hour is not waited for."""
    chat_server.script = [lambda x: x.whole(429, "{}", Retry_After=asked)]
    began = time.monotonic()
    if attempts == 1:
        with pytest.raises(ModelError, match="status 429"):
            text_of(connect())
    else:
        assert text_of(connect()) == _REPLY
    assert least <= time.monotonic() - began < most
    assert len(chat_server.requests) == attempts


def test_a_connection_that_drops_before_the_first_token_is_tried_again(
    chat_server: ChatServer, connect: Connect, text_of: TextOf
) -> None:
    """Hanging up before or after the head of the answer is a passing fault, too."""

    def after_the_head(x: Exchange) -> None:
        x.begin()
        x.delta(role="assistant", content="")
        x.drop()

    chat_server.script = [lambda x: x.drop(), after_the_head]
    assert text_of(connect()) == _REPLY
    assert len(chat_server.requests) == 3


def test_after_the_first_token_nothing_is_tried_again(chat_server: ChatServer, connect: Connect, ask: Ask) -> None:
    """A reply that breaks off is an error, however it does; no second reply is glued to it."""

    def drop(x: Exchange) -> None:
        x.begin()
        x.delta(content="全县")
        x.drop()

    def end_without_an_end(x: Exchange) -> None:
        x.begin()
        x.delta(content="全县")
        x.end()

    def fail(x: Exchange) -> None:
        x.begin()
        x.delta(content="全县")
        x.event({"error": {"message": "显存不足", "code": 500}})

    def babble(x: Exchange) -> None:
        x.begin()
        x.delta(content="全县")
        x.raw("data: {这不是\n\n".encode())

    chat_server.script = [drop, end_without_an_end, fail, babble]
    model = connect()
    for message in ("broke off", "broke off", "failed: 显存不足", r"JSONDecodeError"):
        reply = model.write(ask())
        assert next(reply).text == "全县"
        with pytest.raises(ModelError, match=message):
            next(reply)
    assert len(chat_server.requests) == 4


def test_an_error_in_the_place_of_a_reply(chat_server: ChatServer, connect: Connect, text_of: TextOf) -> None:
    """An error event before any token is tried again when its code is a passing one, else told."""

    def fails(code: object) -> Any:
        def act(x: Exchange) -> None:
            x.begin()
            x.event({"error": {"message": "上游出错", "code": code}})

        return act

    chat_server.script = [fails(502), fails(429), fails(400)]
    with pytest.raises(ModelError, match="failed: 上游出错"):
        text_of(connect(retries=5))
    assert len(chat_server.requests) == 3


def test_a_model_that_thinks_has_begun(chat_server: ChatServer, connect: Connect, text_of: TextOf) -> None:
    """Thinking counts as tokens: it may take longer than the first token may, and then nothing is tried again."""

    def act(x: Exchange) -> None:
        x.begin()
        for _ in range(5):
            x.delta(reasoning_content="想")
            time.sleep(0.1)
        x.drop()

    chat_server.script = [act]
    with pytest.raises(ModelError, match="broke off"):
        text_of(connect(first_token=0.3, between=5.0))
    assert len(chat_server.requests) == 1


@pytest.mark.parametrize(
    ("stage", "message"),
    [
        ("head", r"did not begin a reply within 0\.3 s"),
        ("comments", r"did not begin a reply within 0\.3 s"),
        ("between", r"stopped within the reply for 0\.3 s"),
        ("whole", r"did not finish its reply within 0\.6 s"),
    ],
)
def test_each_stage_has_its_time(
    chat_server: ChatServer, connect: Connect, stage: str, message: str, text_of: TextOf
) -> None:
    """No head, a stream of keep-alive comments, a stop in the middle and an endless reply all end in time, once."""

    def act(x: Exchange) -> None:
        if stage == "head":
            x.wait_until_gone()
            return
        x.begin()
        x.delta(role="assistant", content="")
        if stage == "between":
            x.delta(content="全县")
            x.wait_until_gone()
        while True:
            if stage == "comments":
                x.raw(b": PROCESSING\n\n")
            else:
                x.delta(content="好")
            time.sleep(0.05)

    chat_server.otherwise = act
    times = {"first_token": 0.3, "between": 0.3, "whole": 0.6} if stage != "whole" else {"between": 0.3, "whole": 0.6}
    began = time.monotonic()
    with pytest.raises(ModelError, match=message):
        text_of(connect(**times))
    assert time.monotonic() - began < 2.0
    assert len(chat_server.requests) == 1
    assert chat_server.gone.acquire(timeout=5.0)


def test_the_whole_time_bounds_the_attempts(chat_server: ChatServer, connect: Connect, text_of: TextOf) -> None:
    """No further attempt begins that the time for the whole does not leave room for."""
    chat_server.otherwise = lambda x: x.whole(503, "{}", Retry_After="2")
    began = time.monotonic()
    with pytest.raises(ModelError, match="status 503"):
        text_of(connect(whole=1.0, retries=9))
    assert time.monotonic() - began < 1.5
    assert len(chat_server.requests) == 1


@pytest.mark.parametrize("moment", ["head", "middle"])
def test_the_server_sees_the_reader_leave(
    chat_server: ChatServer, connect: Connect, moment: str, ask: Ask, text_of: TextOf
) -> None:
    """Closing a reply, or cancelling one that is still waited for, hangs up within a moment and frees its place."""

    def act(x: Exchange) -> None:
        if moment == "middle":
            x.begin()
            x.delta(content="全县")
        x.wait_until_gone()

    chat_server.script = [act]
    model = connect(concurrency=1)
    flag = threading.Event()
    reply = model.write(ask())
    began = time.monotonic()
    if moment == "middle":
        next(reply)
        reply.close()
    else:
        threading.Timer(0.1, flag.set).start()
        with cancellable(flag), pytest.raises(ModelError, match="no longer wanted"):
            next(reply)
    assert chat_server.gone.acquire(timeout=2.0)
    assert time.monotonic() - began < 1.0
    assert text_of(model) == _REPLY


def test_only_so_many_are_asked_at_once(chat_server: ChatServer, connect: Connect, text_of: TextOf) -> None:
    """Others wait for their turn."""

    def act(x: Exchange) -> None:
        time.sleep(0.05)
        x.reply()

    chat_server.otherwise = act
    model = connect(concurrency=2)
    threads = [threading.Thread(target=text_of, args=(model,)) for _ in range(7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (chat_server.most, len(chat_server.requests)) == (2, 7)


def test_waiting_for_ones_turn_ends(chat_server: ChatServer, connect: Connect, ask: Ask, text_of: TextOf) -> None:
    """Who does not get a place in time is told so, and the server is not asked."""

    def act(x: Exchange) -> None:
        x.begin()
        x.delta(content="全县")
        x.wait_until_gone()

    chat_server.script = [act]
    model = connect(concurrency=1, first_token=0.3)
    taken = model.write(ask())
    next(taken)
    with pytest.raises(ModelError, match=r"all 1 places at http://127\.0\.0\.1:\d+/v1 were taken for 0\.3 s"):
        text_of(model)
    assert len(chat_server.requests) == 1
    taken.close()


def test_closing_ends_what_is_being_written(
    chat_server: ChatServer, connect: Connect, ask: Ask, text_of: TextOf
) -> None:
    """Replies that are waited for end with an error, later ones too, and the thread is gone."""

    def act(x: Exchange) -> None:
        x.begin()
        x.delta(content="全县")
        x.wait_until_gone()

    chat_server.script = [act]
    model = connect()
    reply = model.write(ask())
    next(reply)
    threading.Timer(0.1, model.close).start()
    with pytest.raises(ModelError, match="closed"):
        next(reply)
    with pytest.raises(ModelError, match="closed"):
        text_of(model)
    assert chat_server.gone.acquire(timeout=2.0)
    deadline = time.monotonic() + 5
    while any(thread.name.startswith("llm ") for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_forgotten_client_leaves_nothing_behind(chat_server: ChatServer, text_of: TextOf) -> None:
    """A client that nobody closed ends its thread when it is collected."""
    model = OpenAIModel(chat_server.url, None, "m", spec=ModelSpec(name="m", small=False, prompt_budget=100))
    assert text_of(model) == _REPLY
    del model
    gc.collect()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("llm ")]
