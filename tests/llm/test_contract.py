"""What every language model does, held against the client with a real HTTP server and against the shipped fake."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from rag.cancel import cancellable
from rag.errors import ModelError
from rag.llm.fakes import ScriptedModel
from rag.llm.model import LanguageModel, Reply

if TYPE_CHECKING:
    from conftest import Ask, ChatServer, Connect, Exchange, Read

_REPLY = "全县现有幼儿园四十二所[1]，毛入园率为91.3%[2]。"  # 8 pieces of at most 4 characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A model that answers `_REPLY`, another that breaks off after three deltas, and how many replies were stopped."""

    sound: LanguageModel
    broken: LanguageModel
    stopped: Callable[[], int]


@pytest.fixture(params=["client", "fake"])
def candidate(request: pytest.FixtureRequest, chat_server: ChatServer, connect: Connect) -> Iterator[Candidate]:
    """Each implementation in turn."""
    if request.param == "fake":
        fake = ScriptedModel(lambda _: _REPLY)
        broken = ScriptedModel(lambda _: _REPLY, fails_after=3)
        yield Candidate(sound=fake, broken=broken, stopped=lambda: fake.stopped)
        return

    def act(x: Exchange) -> None:
        if x.body["model"] == "broken":
            x.begin()
            for text in ("全县现有", "幼儿园四", "十二所["):
                x.delta(content=text)
            x.drop()
        elif x.body["messages"][-1]["content"] == "慢":
            x.begin()
            x.delta(content="全县")
            x.wait_until_gone()
        else:
            x.reply()

    chat_server.reply = _REPLY
    chat_server.otherwise = act

    def stopped() -> int:
        count = 0
        while chat_server.gone.acquire(timeout=2.0 if count == 0 else 0.0):
            count += 1
        return count

    yield Candidate(sound=connect(), broken=connect(model="broken"), stopped=stopped)


def _read_slowly(reply: Reply) -> None:
    for _ in reply:
        time.sleep(0.3)


def test_the_reply_comes_in_pieces_with_its_counts(candidate: Candidate, ask: Ask, read: Read) -> None:
    """Joined, the deltas are the reply; the tokens are those that were counted; without being asked, no likelihoods."""
    deltas, usage = read(candidate.sound.write(ask()))
    assert "".join(delta.text for delta in deltas) == _REPLY
    assert [delta.text for delta in deltas][:2] == ["全县现有", "幼儿园四"]
    assert usage.completion_tokens == len(deltas) == 8
    assert usage.prompt_tokens > 0
    assert usage.finish_reason == "stop"
    assert not any(delta.alternatives for delta in deltas)


def test_the_limit_of_tokens_cuts_the_reply(candidate: Candidate, ask: Ask, read: Read) -> None:
    """No more than `max_tokens` are written, and the usage says so."""
    deltas, usage = read(candidate.sound.write(ask(max_tokens=2)))
    assert "".join(delta.text for delta in deltas) == "全县现有幼儿园四"
    assert (usage.completion_tokens, usage.finish_reason) == (2, "length")


def test_likelihoods_come_with_each_token(candidate: Candidate, ask: Ask, read: Read) -> None:
    """Where they are asked for, what was written is among the alternatives, with a log-probability of at most 0."""
    deltas, _ = read(candidate.sound.write(ask(likelihoods=True)))
    assert len(deltas) == 8
    for delta in deltas:
        assert -0.5 < delta.alternatives[delta.text] <= 0.0


def test_closing_stops_the_model(candidate: Candidate, ask: Ask, read: Read) -> None:
    """A reader that leaves stops the reply, and the next reply is whole."""
    reply = candidate.sound.write(ask("慢"))
    assert next(reply).text.startswith("全县")
    reply.close()
    assert candidate.stopped() == 1
    deltas, _ = read(candidate.sound.write(ask()))
    assert "".join(delta.text for delta in deltas) == _REPLY


def test_breaking_off_is_an_error_after_what_came(candidate: Candidate, ask: Ask) -> None:
    """What was written before the fault has been given, then the error comes."""
    reply = candidate.broken.write(ask())
    assert [next(reply).text for _ in range(3)] == ["全县现有", "幼儿园四", "十二所["]
    with pytest.raises(ModelError, match="broke off"):
        next(reply)


def test_what_is_no_longer_wanted_ends(candidate: Candidate, ask: Ask) -> None:
    """A flag that is set by another thread ends a reply that its reader waits for."""
    flag = threading.Event()
    with cancellable(flag):
        reply = candidate.sound.write(ask("慢"))
        next(reply)
        threading.Timer(0.2, flag.set).start()
        began = time.monotonic()
        with pytest.raises(ModelError, match="no longer wanted"):
            _read_slowly(reply)
    assert time.monotonic() - began < 2


def test_several_threads_may_ask_at_once(candidate: Candidate, ask: Ask, read: Read) -> None:
    """Replies do not mix."""
    with ThreadPoolExecutor(6) as threads:
        replies = list(threads.map(lambda _: read(candidate.sound.write(ask())), range(12)))
    for deltas, usage in replies:
        assert "".join(delta.text for delta in deltas) == _REPLY
        assert usage.completion_tokens == 8


def test_nothing_happens_before_the_first_piece_is_wanted(candidate: Candidate, ask: Ask, read: Read) -> None:
    """Asking is free until the reply is read; a reply that is never read may be closed."""
    candidate.sound.write(ask("慢")).close()
    read(candidate.sound.write(ask()))


def test_whether_it_is_up_is_found_out_without_asking_it(candidate: Candidate) -> None:
    """A sound model is up, again and again."""
    assert (candidate.sound.is_up(), candidate.sound.is_up()) == (True, True)
