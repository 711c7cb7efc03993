"""A writer that is killed at any moment loses nothing acknowledged and leaves nothing that was removed."""

from __future__ import annotations

import multiprocessing
import random
import runpy
import time
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace

import pytest

from rag.store.local import LocalStore
from rag.types import Filters

KILLS = 36
SCRIPT = Path(__file__).with_name("killed_writer.py")


@pytest.fixture(scope="module")
def child() -> SimpleNamespace:
    """What the killed process defines, for use on this side."""
    return SimpleNamespace(**runpy.run_path(str(SCRIPT), run_name="killed_writer"))


def run_and_kill(folder: Path, seed: int, held: dict[str, int]) -> list[tuple[object, ...]]:
    """Start a writer, kill it at a random moment after it began to write, and return what it had said."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["rag.store.local", "embeddings.fakes"])
    ours, theirs = context.Pipe(duplex=False)
    given = {"folder": folder, "seed": seed, "held": held, "pipe": theirs}
    process = context.Process(target=runpy.run_path, args=(str(SCRIPT), given, "__main__"))
    process.start()
    theirs.close()
    said = [ours.recv()]
    time.sleep(random.Random(seed).uniform(0.0, 0.6))
    process.kill()
    process.join()
    said.extend(rest(ours))
    ours.close()
    process.close()
    return said


def rest(pipe: Connection) -> list[tuple[object, ...]]:
    """What is left in a pipe whose other end is gone."""
    said = []
    while True:
        try:
            said.append(pipe.recv())
        except (EOFError, ConnectionResetError):
            return said


def after(held: dict[str, int], said: list[tuple[object, ...]]) -> tuple[dict[str, int], dict[str, int]]:
    """What must be there, and what may be there instead if the last, unacknowledged write came through whole."""
    possible = held
    for message in said:
        if message[0] == "done":
            held = possible
        else:
            _, writes, removals = message
            possible = {id_: version for id_, version in (held | writes).items() if id_ not in removals}
    return held, possible


def contents(store: LocalStore) -> dict[str, int]:
    """The articles and versions that the store shows."""
    with store.snapshot() as view:
        return {info.article_id: int(info.revision) for info in view.articles(limit=100_000)}


@pytest.mark.slow
def test_killed_at_random_moments(tmp_path: Path, child: SimpleNamespace) -> None:
    """After each of many kills the store holds exactly what was acknowledged, in the catalogue and in both indexes."""
    folder = tmp_path / "store"
    held: dict[str, int] = {}
    ever: dict[str, int] = {}
    operations = 0
    for seed in range(KILLS):
        said = run_and_kill(folder, seed, held)
        operations += sum(message == ("done",) for message in said)
        certain, possible = after(held, said)
        for message in said:
            ever.update(message[1] if message[0] == "try" else {})
        store = LocalStore(folder, encoder=child.ENCODER.spec)
        try:
            held = contents(store)
            assert held in (certain, possible), f"kill {seed}"
            assert store.check().problems == (), f"kill {seed}"
            require_found_once(store, child, held, ever, seed)
        finally:
            store.close()
    assert operations > 0


def require_found_once(
    store: LocalStore, child: SimpleNamespace, held: dict[str, int], ever: dict[str, int], seed: int
) -> None:
    """Both searches find each held version once, and none that was removed or superseded."""
    chance = random.Random(seed)
    with store.snapshot() as view:
        for article_id in chance.sample(sorted(ever), min(len(ever), 12)):
            for version in range(1, ever[article_id] + 1):
                one = child.prepared(article_id, version)
                expected = sorted(p.passage_id for p in one.passages) if held.get(article_id) == version else []
                hits = view.search_lexical([child.token(article_id, version)], 50, Filters())
                assert sorted(hit.passage_id for hit in hits) == expected
                everything = child.SENTENCES * len(held)
                near = [hit.passage_id for hit in view.search_dense(one.vectors[0], everything + 1, Filters())]
                assert len(near) == len(set(near)) == everything
                assert (one.passages[0].passage_id in near) == bool(expected)
