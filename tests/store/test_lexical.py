"""BM25 by value, ties, and an index that is damaged."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from rag.store.lexical import LexicalDamagedError, LexicalEntry, LexicalIndex
from rag.text.words import words
from rag.types import Filters

TEXTS = [
    ("安源区学前教育", "安源区今年新增普惠性幼儿园六所，普惠性幼儿园覆盖率达到百分之九十二。"),
    ("焦作市招生", "焦作市公布了中小学招生方案，小学入学年龄为六周岁。"),
    ("焦作市幼儿园", "报名从七月一日开始，家长可以在网上报名。"),
    ("通知", "幼儿园。"),
]


def entries() -> list[LexicalEntry]:
    """One passage to a text, ids from 1."""
    return [
        LexicalEntry(passage_id=at, article_id=f"a{at}", publisher=None, day=None, title=title, body=body)
        for at, (title, body) in enumerate(TEXTS, 1)
    ]


def expected_scores(query: list[str], boost: float) -> dict[int, float]:
    """BM25 as tantivy defines it; its marker document counts as an empty one, lengths below 40 words are exact."""
    scores: Counter[int] = Counter()
    for field, weight in ((0, boost), (1, 1.0)):
        documents = [words(text[field]) for text in TEXTS]
        total = len(documents) + 1
        average = sum(map(len, documents)) / total
        for word in query:
            n = sum(word in document for document in documents)
            idf = math.log(1 + (total - n + 0.5) / (n + 0.5))
            for at, document in enumerate(documents, 1):
                if tf := document.count(word):
                    scores[at] += weight * idf * 2.2 * tf / (tf + 1.2 * (0.25 + 0.75 * len(document) / average))
    return dict(scores)


@pytest.mark.parametrize("boost", [0.0, 1.0, 2.5])
def test_scores_are_bm25_of_title_and_body(tmp_path: Path, boost: float) -> None:
    """Scores equal the formula, with a weight for titles and repeated query words counted twice."""
    index = LexicalIndex.rebuild(tmp_path / "lexical", entries(), 7, title_boost=boost)
    query = [*words("焦作市的幼儿园什么时候报名"), "报名"]
    hits = index.view.search(query, 10, Filters())
    expected = expected_scores(query, boost)
    assert {hit.passage_id: hit.score for hit in hits} == pytest.approx(expected, rel=1e-5)
    assert [hit.passage_id for hit in hits] == sorted(expected, key=lambda id_: -expected[id_])
    assert (index.view.generation, len(index.view), index.view.ids()) == (7, 4, [1, 2, 3, 4])


def test_a_long_tie_is_cut_in_order_of_id(tmp_path: Path) -> None:
    """Of more equal scores than are fetched at first, the smallest ids are returned."""
    same = [
        LexicalEntry(passage_id=id_, article_id="a", publisher=None, day=None, title="通知", body="幼儿园招生。")
        for id_ in range(500, 0, -1)
    ]
    index = LexicalIndex.rebuild(tmp_path / "lexical", same, 1)
    assert [hit.passage_id for hit in index.view.search(["招生"], 5, Filters())] == [1, 2, 3, 4, 5]


def test_days_and_publishers_limit_the_search(tmp_path: Path) -> None:
    """Both ends of a range of days are inside it, and articles without a day are outside."""
    given = [
        LexicalEntry(passage_id=1, article_id="a", publisher="焦作日报", day=date(2024, 1, 1), title="", body="招生"),
        LexicalEntry(passage_id=2, article_id="b", publisher="安源教育", day=date(2024, 1, 2), title="", body="招生"),
        LexicalEntry(passage_id=3, article_id="c", publisher="焦作日报", day=None, title="", body="招生"),
    ]
    view = LexicalIndex.rebuild(tmp_path / "lexical", given, 1).view
    cases = [
        (Filters(since=date(2024, 1, 2)), [2]), (Filters(until=date(2024, 1, 1)), [1]),
        (Filters(publishers=("焦作日报", "别处")), [1, 3]), (Filters(article_ids=("b", "c")), [2, 3]),
        (Filters(publishers=("焦作日报",), since=date(2000, 1, 1)), [1]),
    ]  # fmt: skip
    for filters, expected in cases:
        assert sorted(hit.passage_id for hit in view.search(["招生"], 9, filters)) == expected


def test_a_view_is_not_reached_by_later_commits(tmp_path: Path) -> None:
    """What is staged is unseen, what is published is seen by the next view only, abandoned changes by none."""
    index = LexicalIndex.rebuild(tmp_path / "lexical", entries(), 1)
    view = index.view
    index.stage([], removed=[1])
    assert index.refresh().ids() == [1, 2, 3, 4]
    index.abandon()
    index.stage([], removed=[2, 99])
    index.publish(2)
    index.release()
    assert (view.ids(), view.generation) == ([1, 2, 3, 4], 1)
    assert (index.view.ids(), index.view.generation) == ([1, 3, 4], 2)


def test_a_change_may_be_applied_twice(tmp_path: Path) -> None:
    """Entries that stand in the index already are replaced, not doubled."""
    index = LexicalIndex.rebuild(tmp_path / "lexical", entries(), 1)
    index.stage(entries()[:2], removed=[4], replaced=[1, 2])
    index.publish(2)
    assert index.view.ids() == [1, 2, 3]


def test_an_index_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    """No folder, garbage and a missing file are damage, with the folder named."""
    with pytest.raises(LexicalDamagedError, match="lexical"):
        LexicalIndex(tmp_path / "lexical")
    LexicalIndex.rebuild(tmp_path / "lexical", entries(), 1)
    (tmp_path / "lexical" / "meta.json").write_text("坏", encoding="utf-8")
    with pytest.raises(LexicalDamagedError, match="cannot be read"):
        LexicalIndex(tmp_path / "lexical")
    (tmp_path / "lexical" / "meta.json").unlink()
    with pytest.raises(LexicalDamagedError, match=r"it has no meta\.json"):
        LexicalIndex(tmp_path / "lexical")
    assert not (tmp_path / "lexical" / "meta.json").exists()


def test_changed_bytes_are_found_by_checksum(tmp_path: Path) -> None:
    """A flipped byte in a postings file is named, though the index still opens."""
    index = LexicalIndex.rebuild(tmp_path / "lexical", entries(), 1)
    assert index.damaged_files() == []
    (postings,) = (tmp_path / "lexical").glob("*.fieldnorm")
    with postings.open("r+b") as file:  # in place: truncating a file that tantivy has mapped kills the process
        first = file.read(1)[0]
        file.seek(0)
        file.write(bytes([first ^ 0xFF]))
    assert index.damaged_files() == [postings.name]
