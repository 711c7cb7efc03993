"""Retrieval over the in-memory store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from embeddings.fakes import HashingEncoder
from rag.ingest.pipeline import Pipeline
from rag.search.retriever import Retriever, RetrieverOptions
from rag.store.fakes import MemoryStore
from rag.types import Filters, Media, Question, RawDocument

_TEXTS = {
    "bridge": "滨河大桥主跨长度为480米。大桥由林工设计。大桥于2019年12月通车。",
    "museum": "临河博物馆收藏青铜器1200件。博物馆位于滨水路8号。",
    "school": "东港小学新增学位600个。东港小学位于海棠路。",
}
_OPTIONS = RetrieverOptions(candidates=20, top_k=3, per_article=2, dense_weight=0.5)


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    """Three articles cut into short passages."""
    made = MemoryStore(encoder=HashingEncoder().spec)
    pipeline = Pipeline(store=made, encoder=HashingEncoder(), passage_min=10, passage_max=24, passage_overlap=0)
    pipeline.ingest(
        [
            RawDocument(name=name, data=text.encode(), media=Media.TEXT, article_id=name, publisher=f"{name}日报")
            for name, text in _TEXTS.items()
        ]
    )
    return made


def test_the_best_passage_comes_first(store: MemoryStore) -> None:
    """The passage that says it ranks first, numbered from 1, with the signals of both indexes."""
    found = Retriever(store, HashingEncoder(), _OPTIONS).retrieve(Question(text="大桥2019年12月通车了吗？"))
    assert "2019年12月通车" in found.evidence[0].passage.text
    assert [item.number for item in found.evidence] == list(range(1, len(found.evidence) + 1))
    assert found.evidence[0].signals.dense is not None
    assert found.evidence[0].signals.lexical is not None
    assert found.weights["通车"] > 0


def test_an_article_gives_no_more_than_its_share(store: MemoryStore) -> None:
    """At most `per_article` passages are of one article."""
    options = replace(_OPTIONS, per_article=1, top_k=10)
    found = Retriever(store, HashingEncoder(), options).retrieve(Question(text="大桥"))
    articles = [item.article.article_id for item in found.evidence]
    assert len(articles) == len(set(articles)) == 3


def test_a_copy_of_a_story_takes_no_place() -> None:
    """The same story from another publisher is left out; one with more to say or with another figure is not."""
    story = "滨河大桥主跨长度为480米，由市设计院的林工设计，双向六车道，设计时速60公里，大桥于2019年12月通车。"
    texts = {
        "first": f"{story}市民纷纷前来参观留影。",
        "copy": story.replace("，由", "， 由"),
        "again": story,
        "corrected": story.replace("480", "490"),
        "other": "临河博物馆收藏青铜器1200件，博物馆位于大桥东侧的滨水路8号。",
    }
    made = MemoryStore(encoder=HashingEncoder().spec)
    documents = [
        RawDocument(name=name, data=text.encode(), media=Media.TEXT, article_id=name) for name, text in texts.items()
    ]
    Pipeline(store=made, encoder=HashingEncoder()).ingest(documents)
    found = Retriever(made, HashingEncoder(), replace(_OPTIONS, top_k=5)).retrieve(Question(text="滨河大桥主跨多长？"))
    articles = {item.article.article_id for item in found.evidence}
    assert {"first", "corrected", "other"} < articles
    assert len(articles) == 4


def test_filters_hold_in_both_indexes(store: MemoryStore) -> None:
    """Only the filtered publisher's passages come out, whatever the words."""
    question = Question(text="滨河大桥什么时候通车？", filters=Filters(publishers=("museum日报",)))
    found = Retriever(store, HashingEncoder(), _OPTIONS).retrieve(question)
    assert {item.article.article_id for item in found.evidence} == {"museum"}


class _Backwards:
    """A reranker that likes short passages."""

    name = "backwards"

    def score(self, question: str, passages: Sequence[str]) -> list[float]:
        return [-float(len(passage)) for passage in passages]


def test_a_reranker_has_the_last_word(store: MemoryStore) -> None:
    """With a reranker, its scores order the evidence and are kept as a signal."""
    options = replace(_OPTIONS, top_k=10, per_article=10)
    found = Retriever(store, HashingEncoder(), options, _Backwards()).retrieve(Question(text="滨河大桥"))
    lengths = [len(item.passage.text) for item in found.evidence]
    assert lengths == sorted(lengths)
    assert found.evidence[0].signals.rerank == -lengths[0]


def test_what_stands_beside_the_best_passage_comes_along(store: MemoryStore) -> None:
    """Its neighbours follow the chosen ones, each passage once, all of one article in it."""
    alone = Retriever(store, HashingEncoder(), replace(_OPTIONS, top_k=1)).retrieve(Question(text="滨河大桥主跨"))
    found = Retriever(store, HashingEncoder(), replace(_OPTIONS, top_k=1, neighbours=1)).retrieve(
        Question(text="滨河大桥主跨")
    )
    assert found.evidence[0] == alone.evidence[0]
    best = found.evidence[0].passage
    assert {item.passage.article_id for item in found.evidence} == {best.article_id}
    with store.snapshot() as snapshot:
        beside = [p.ordinal for p in snapshot.passages_of(best.article_id) if abs(p.ordinal - best.ordinal) == 1]
    assert beside
    assert [item.passage.ordinal for item in found.evidence] == [best.ordinal, *beside]
    assert [item.number for item in found.evidence] == list(range(1, len(beside) + 2))


def test_an_empty_store_gives_no_evidence() -> None:
    """Nothing stored, nothing found, no error."""
    empty = MemoryStore(encoder=HashingEncoder().spec)
    assert Retriever(empty, HashingEncoder(), _OPTIONS).retrieve(Question(text="大桥")).evidence == ()


def test_a_name_typed_by_its_sound_is_searched_as_it_is_written(store: MemoryStore) -> None:
    """`宾河大桥` finds the bridge of 滨河; the plan says what was taken for what."""
    retriever = Retriever(store, HashingEncoder(), _OPTIONS)
    found = retriever.retrieve(Question(text="宾河大桥主跨多长？"))
    assert found.plan.respelt == {"宾河大桥": "滨河大桥"}
    assert found.query == "滨河大桥主跨多长？"
    assert found.evidence[0].passage.article_id == "bridge"
    assert retriever.retrieve(Question(text="滨河大桥主跨多长？")).plan.respelt == {}


def test_an_english_question_is_searched_in_chinese(store: MemoryStore) -> None:
    """What is searched are the words of the articles; the question as it was asked is kept beside them."""
    question = Question(text="How long is the main span of the Binhe bridge?")
    found = Retriever(store, HashingEncoder(), replace(_OPTIONS, top_k=10)).retrieve(question)
    assert found.query == "滨河大桥 主跨多长"
    assert found.plan.asked == question.text
    assert ("main span", "主跨") in found.plan.glossed
    assert "480米" in found.evidence[0].passage.text
    assert found.weights["主跨"] > 0


def test_a_chinese_question_with_latin_words_is_not_touched(store: MemoryStore) -> None:
    """`GDP` in a Chinese question is searched for as it stands."""
    found = Retriever(store, HashingEncoder(), _OPTIONS).retrieve(Question(text="滨河大桥的 GDP 是多少？"))
    assert found.query == found.plan.asked == "滨河大桥的 GDP 是多少？"
    assert "gloss" not in found.timings
