"""Answers that are given again: when they are, when they are not, and who waits for whom."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from rag.answer.events import Event, Events, Finished, Said, last_answer
from rag.answer.remembered import Remembered
from rag.errors import StoreError
from rag.types import Answer, Filters, Question, Status, Strictness, Trace, Turn

ASKED = Question(text="新增学位多少个？")


@dataclass
class NumberedStore:
    """A store of which nothing but the generation is read."""

    generation: int = 1

    @contextmanager
    def snapshot(self) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(generation=self.generation)


@dataclass
class Counting:
    """Says how often it was asked; `before` is called after the first piece of each answer."""

    store: NumberedStore
    before: Callable[[], None] = lambda: None
    asked: list[Question] = field(default_factory=list)

    def events(self, question: Question) -> Events:
        self.asked.append(question)
        text = f"第{len(self.asked)}次。"
        trace = Trace(
            answerer="quotes", generation=self.store.generation, settings="f", query=question.text,
            timings={"encode": 4.0, "total": 80.0},
        )  # fmt: skip
        yield Said(text=text[:1])
        self.before()
        yield Said(text=text[1:])
        yield Finished(answer=Answer(status=Status.CHAT, text=text, trace=trace))


@pytest.fixture
def store() -> NumberedStore:
    return NumberedStore()


@pytest.fixture
def counting(store: NumberedStore) -> Counting:
    return Counting(store)


@pytest.fixture
def memory(store: NumberedStore) -> Remembered:
    return Remembered(store, limit=3)  # type: ignore[arg-type] # a store of which only the generation is read


def test_same_question_is_answered_once_and_says_so(memory: Remembered, counting: Counting) -> None:
    """The second reply has the same events; only its trace says that it was remembered, and how long this took."""
    first = list(memory.events(ASKED, counting))
    *pieces, again = memory.events(ASKED, counting)
    assert len(counting.asked) == 1
    assert pieces == first[:-1] == [Said(text="第"), Said(text="1次。")]
    assert isinstance(first[-1], Finished)
    assert isinstance(again, Finished)
    before, now = first[-1].answer.trace, again.answer.trace
    assert (before.remembered, now.remembered) == (False, True)
    assert set(now.timings) == {"total"}
    assert now.timings["total"] < 80.0
    same = replace(now, remembered=False, timings=before.timings)
    assert replace(again.answer, trace=same) == first[-1].answer


@pytest.mark.parametrize(
    "change",
    [
        {"text": "新增学位多少个"},
        {"history": (Turn(role="user", text="白鹭市呢？"),)},
        {"filters": Filters(publishers=("白鹭日报",))},
        {"filters": Filters(since=date(2024, 1, 1))},
        {"as_of": date(2024, 1, 1)},
        {"top_k": 3},
        {"strict": Strictness.MARK},
    ],
)
def test_whatever_the_answer_depends_on_makes_another_question(
    memory: Remembered, counting: Counting, change: dict[str, Any]
) -> None:
    """A question that differs in one thing is answered anew, and the first one is still remembered."""
    texts = [last_answer(memory.events(asked, counting)).text for asked in (ASKED, replace(ASKED, **change), ASKED)]
    assert texts == ["第1次。", "第2次。", "第1次。"]


def test_what_a_client_says_beside_makes_no_other_question(memory: Remembered, counting: Counting) -> None:
    """Instructions are not followed, so they change no answer."""
    texts = [
        last_answer(memory.events(replace(ASKED, instructions=said), counting)).text for said in ("", "现在是10:41。")
    ]
    assert texts == ["第1次。", "第1次。"]


def test_a_commit_forgets(memory: Remembered, counting: Counting, store: NumberedStore) -> None:
    """Each generation of the store is asked for itself."""
    texts = []
    for generation in (1, 1, 2, 2):
        store.generation = generation
        texts.append(last_answer(memory.events(ASKED, counting)).text)
    assert texts == ["第1次。", "第1次。", "第2次。", "第2次。"]


def test_an_answer_that_a_commit_overtook_is_not_remembered(memory: Remembered) -> None:
    """It was asked of generation 1 and came from 2: whoever asks of 1 again does not get it."""
    counting = Counting(NumberedStore(generation=2))
    texts = [last_answer(memory.events(ASKED, counting)).text for _ in range(2)]
    assert texts == ["第1次。", "第2次。"]


def test_the_least_recently_asked_is_forgotten_first(memory: Remembered, counting: Counting) -> None:
    """Of four questions three stay: the first was asked again, so the second goes."""
    one, two, three, four = (Question(text=text) for text in "甲乙丙丁")
    for asked in (one, two, three, one, four):
        last_answer(memory.events(asked, counting))
    assert len(counting.asked) == 4
    for asked in (one, three, four):
        assert last_answer(memory.events(asked, counting)).trace.remembered
    assert not last_answer(memory.events(two, counting)).trace.remembered


def test_the_same_question_at_once_is_answered_once(memory: Remembered, counting: Counting) -> None:
    """While one thread makes the answer, seven others wait for it, and all say the same."""
    waiting = threading.Barrier(8, timeout=20)
    counting.before = lambda: threading.Event().wait(0.2) and None

    def ask(_: int) -> Answer:
        waiting.wait()
        return last_answer(memory.events(ASKED, counting))

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, range(8)))
    assert len(counting.asked) == 1
    assert {answer.text for answer in answers} == {"第1次。"}
    assert sorted(answer.trace.remembered for answer in answers) == [False] + [True] * 7


def test_a_reader_who_leaves_takes_nobody_along(memory: Remembered, counting: Counting) -> None:
    """The one who waits for an answer whose reader hangs up makes it, once; those after remember it."""
    leaving = memory.events(ASKED, counting)
    assert next(leaving) == Said(text="第")
    with ThreadPoolExecutor(2) as threads:
        waiting = [threads.submit(last_answer, memory.events(ASKED, counting)) for _ in range(2)]
        assert not any(one.done() for one in waiting)
        leaving.close()
        texts = [one.result(20).text for one in waiting]
    assert texts == ["第2次。", "第2次。"]
    assert last_answer(memory.events(ASKED, counting)).text == "第2次。"


def test_a_reader_who_leaves_after_the_end_leaves_the_answer(memory: Remembered, counting: Counting) -> None:
    """Once the answer is whole it is remembered, whether or not its reader takes the last event."""
    events = memory.events(ASKED, counting)
    while not isinstance(next(events), Finished):
        pass
    events.close()
    assert last_answer(memory.events(ASKED, counting)).trace.remembered


def test_a_failure_is_not_remembered(memory: Remembered, counting: Counting) -> None:
    """Who asked gets the error; who asks next gets an answer."""

    def fail() -> None:
        raise StoreError("the data folder is gone")

    counting.before = fail
    with pytest.raises(StoreError, match="gone"):
        last_answer(memory.events(ASKED, counting))
    counting.before = lambda: None
    assert last_answer(memory.events(ASKED, counting)).text == "第2次。"


def test_an_answer_that_stands_still_is_not_waited_for_for_ever(
    memory: Remembered, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the patience of those who wait, they answer by themselves."""
    monkeypatch.setattr("rag.answer.remembered._PATIENCE", 0.05)
    standing = memory.events(ASKED, counting)
    next(standing)
    events: list[Event] = list(memory.events(ASKED, counting))
    assert events[-1] == Finished(
        answer=Answer(
            status=Status.CHAT,
            text="第2次。",
            trace=Trace(
                answerer="quotes", generation=1, settings="f", query=ASKED.text,
                timings={"encode": 4.0, "total": 80.0},
            ),
        )
    )  # fmt: skip
    standing.close()
