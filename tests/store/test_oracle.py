"""Any sequence of writes leaves the store on disk as it leaves the one in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embeddings.fakes import HashingEncoder
from rag.store.fakes import MemoryStore
from rag.store.local import LocalStore
from rag.store.protocol import Prepared, Snapshot, Store
from rag.types import Filters

IDS = "abcde"
SENTENCES = [
    "安源区新增幼儿园。",
    "焦作公布招生方案。",
    "小学七月开始报名。",
    "本文由记者整理。",
    "地铁明年完工。",
    "责编张某。",
]
PUBLISHERS = [None, "焦作日报", "安源教育"]
DAYS = [None, date(2023, 5, 1), date(2024, 5, 1)]
FILTERS = [
    Filters(),
    Filters(publishers=("焦作日报",)),
    Filters(since=date(2024, 1, 1)),
    Filters(article_ids=("a", "c")),
]

article = st.tuples(
    st.sampled_from(IDS),
    st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4, unique=True),
    st.sampled_from(PUBLISHERS),
    st.sampled_from(DAYS),
)
step = st.one_of(
    st.tuples(st.just("commit"), st.lists(article, min_size=1, max_size=4)),
    st.tuples(st.just("remove"), st.lists(st.sampled_from(IDS), min_size=1, max_size=2)),
    st.tuples(st.just("rechunk"), st.none()),
    st.tuples(st.just("compact"), st.none()),
    st.tuples(st.just("reopen"), st.none()),
)


class Pair:
    """The two stores, and what was committed last of each article."""

    def __init__(self, prepare: Callable[..., Prepared], memory: MemoryStore, reopen: Callable[[], LocalStore]) -> None:
        self.prepare, self.memory, self.reopen = prepare, memory, reopen
        self.local = reopen()
        self.latest: dict[str, tuple[object, ...]] = {}

    @property
    def both(self) -> tuple[Store, Store]:
        return self.memory, self.local

    def _made(self, one: tuple[object, ...], skipped: list[str]) -> Prepared:
        article_id, sentences, publisher, day = one
        title = f"{publisher}{day}"
        kept = [sentence for sentence in sentences if sentence in skipped]
        return self.prepare(article_id, sentences, title=title, publisher=publisher, day=day, skipped=kept)

    def take(self, action: str, value: object, recurring: list[str]) -> None:
        if action == "commit":
            batch = [self._made(one, recurring) for one in value]
            self.latest.update({one[0]: one for one in value})
            one, other = (store.commit(batch) for store in self.both)
            assert one == other
        elif action == "remove":
            one, other = (store.remove(value) for store in self.both)
            assert one == other
        elif action == "rechunk":
            stale = [self._made(self.latest[article_id], recurring) for article_id in self.memory.stale_articles()]
            one, other = (store.rechunk(stale) for store in self.both)
            assert one == other
            assert self.local.stale_articles() == []
        elif action == "compact":
            self.local.compact()
        else:
            self.local.close()
            self.local = self.reopen()


def views(pair: Pair) -> Iterator[tuple[Snapshot, Snapshot]]:
    with pair.memory.snapshot() as one, pair.local.snapshot() as other:
        yield one, other


def require_same(pair: Pair, encoder: HashingEncoder) -> None:
    """Every reading of the one equals that of the other."""
    assert pair.local.recurring() == pair.memory.recurring()
    assert pair.local.stale_articles() == pair.memory.stale_articles()
    query = encoder.encode_queries(["幼儿园招生报名"])[0]
    for one, other in views(pair):
        assert other.infos(IDS) == one.infos(IDS)
        assert other.articles(offset=1, limit=3, filters=FILTERS[1]) == one.articles(
            offset=1, limit=3, filters=FILTERS[1]
        )
        for article_id in one.infos(IDS):
            assert other.article(article_id) == one.article(article_id)
            assert other.revisions(article_id) == one.revisions(article_id)
            assert other.reprints(article_id) == one.reprints(article_id)
            assert other.passages_of(article_id) == one.passages_of(article_id)
        for filters in FILTERS:
            expected = one.search_dense(query, 100, filters)
            found = other.search_dense(query, 100, filters)
            assert [hit.passage_id for hit in found] == [hit.passage_id for hit in expected]
            np.testing.assert_allclose([h.score for h in found], [h.score for h in expected], atol=1e-5)
            by_words = [
                {hit.passage_id for hit in view.search_lexical(["幼儿园", "招生"], 100, filters)}
                for view in (one, other)
            ]
            assert by_words[0] == by_words[1]
        held = [hit.passage_id for hit in one.search_dense(query, 100, Filters())]
        np.testing.assert_array_equal(other.vectors(held), one.vectors(held))
        assert other.passages(held) == one.passages(held)
        assert other.document_frequency(["幼儿园", "报名", "无"]) == one.document_frequency(["幼儿园", "报名", "无"])
        ours, theirs = one.status(), other.status()
        for field in ("articles", "live_articles", "revisions", "passages", "live_passages", "reprint_clusters",
                      "recurring_sentences", "generation", "last_published"):  # fmt: skip
            assert getattr(theirs, field) == getattr(ours, field), field


@pytest.mark.slow
@settings(max_examples=12, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(step, min_size=3, max_size=9))
def test_any_sequence_of_writes(
    steps: list[tuple[str, object]],
    prepare: Callable[..., Prepared],
    sentence_hash: Callable[..., int],
    encoder: HashingEncoder,
    open_memory: Callable[[], MemoryStore],
    open_local: Callable[..., LocalStore],
) -> None:
    """Commits, removals, rechunks, compactions and reopenings in any order agree with the oracle at every step."""
    with tempfile.TemporaryDirectory() as folder:
        pair = Pair(prepare, open_memory(), lambda: open_local(Path(folder) / "store"))
        for action, value in steps:
            recurring = [text for text in SENTENCES if sentence_hash(text) in pair.memory.recurring()]
            pair.take(action, value, recurring)
            require_same(pair, encoder)
        assert pair.local.check().problems == ()
        pair.local.close()
