"""Answers on their way to the disk: those that come while it is busy go together, and none takes another along."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import structlog

from rag.api.asking import Head
from rag.api.keeping import Keeper
from rag.errors import StoreError
from rag.types import Answer, Status, Trace


class SlowDisk:
    """Keeps nothing before `gate` is open, and notes what came together."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.bodies: dict[str, Any] = {}
        self.begun = threading.Event()
        self.gate = threading.Event()
        self.broken = False

    def keep_all(self, bodies: Mapping[str, str]) -> None:
        self.batches.append(list(bodies))
        self.begun.set()
        assert self.gate.wait(20)
        if self.broken:
            raise StoreError("the disk is full")
        self.bodies |= {answer_id: json.loads(body) for answer_id, body in bodies.items()}

    def get(self, answer_id: str) -> str:
        return json.dumps(self.bodies[answer_id])


class Service:
    """Has the disk, and runs what is to be run."""

    def __init__(self, disk: SlowDisk) -> None:
        self.engine = SimpleNamespace(kept=disk)

    async def run(self, _request: object, work: Any) -> Any:
        return work(self.engine)


def head(answer_id: str) -> Head:
    return Head(reply_id=answer_id, created=1, model="jushi", fingerprint="f", base="http://x/", question="问")


def answer(text: str, **features: Any) -> Answer:
    trace = Trace(answerer="chat", generation=1, settings="f", query="问", features=features)
    return Answer(status=Status.CHAT, text=text, trace=trace)


async def _begun(disk: SlowDisk) -> None:
    while not disk.begun.is_set():
        await asyncio.sleep(0.002)


def test_what_comes_while_the_disk_is_busy_goes_together() -> None:
    """The first goes alone, the next three in one transaction; a reader waits for what is not there yet."""
    disk = SlowDisk()

    async def main() -> None:
        keeper = Keeper(Service(disk))  # type: ignore[arg-type] # all of a service that it uses
        keeper.keep(head("1"), answer("一"))
        await _begun(disk)
        for name, text in (("2", "二"), ("3", "三"), ("2", "两"), ("4", "四")):
            keeper.keep(head(name), answer(text))
        finding = asyncio.create_task(keeper.find(None, "2"))  # type: ignore[arg-type] # the request is passed on
        await asyncio.sleep(0.02)
        assert not finding.done()
        disk.gate.set()
        assert json.loads(await finding)["content"] == "两"
        await keeper.close()

    asyncio.run(main())
    assert disk.batches == [["1"], ["2", "3", "4"]]
    assert {name: body["content"] for name, body in disk.bodies.items()} == {"1": "一", "2": "两", "3": "三", "4": "四"}


def test_one_that_cannot_be_written_takes_no_other_along() -> None:
    """It is logged by its id, and the others are kept."""
    disk = SlowDisk()
    disk.gate.set()

    async def main() -> None:
        keeper = Keeper(Service(disk))  # type: ignore[arg-type] # as above
        keeper.keep(head("good"), answer("好"))
        keeper.keep(head("bad"), answer("坏", x=object()))
        await keeper.close()

    with structlog.testing.capture_logs() as events:
        asyncio.run(main())
    assert list(disk.bodies) == ["good"]
    assert [(event["event"], event["answer"]) for event in events] == [("answer not kept", "bad")]


def test_a_disk_that_fails_breaks_nothing_after_it() -> None:
    """What was lost is logged, and later answers are kept."""
    disk = SlowDisk()
    disk.broken = True
    disk.gate.set()

    async def main() -> None:
        keeper = Keeper(Service(disk))  # type: ignore[arg-type] # as above
        keeper.keep(head("1"), answer("一"))
        await keeper.close()
        disk.broken = False
        keeper.keep(head("2"), answer("二"))
        await keeper.close()

    with structlog.testing.capture_logs() as events:
        asyncio.run(main())
    assert [(event["answer"], event["error"]) for event in events] == [("1", "the disk is full")]
    assert list(disk.bodies) == ["2"]
