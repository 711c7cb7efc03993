"""What every store must do; the same tests run over memory and over files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from embeddings.fakes import HashingEncoder
from rag.errors import NotFoundError
from rag.store.protocol import Prepared, Store
from rag.text.words import words
from rag.types import Filters, Hit

Prepare = Callable[..., Prepared]

ANYUAN = ["安源区今年新增普惠性幼儿园六所。", "普惠性幼儿园覆盖率达到百分之九十二。"]
JIAOZUO = ["焦作市公布了中小学招生方案。", "小学入学年龄为六周岁。", "报名从七月一日开始。"]
FOOTER = "本文仅代表作者观点。"


def found(store: Store, question: str, **limits: object) -> list[str]:
    """Texts found by words, best first."""
    with store.snapshot() as view:
        hits = view.search_lexical(words(question), 10, Filters(**limits))
        passages = view.passages([hit.passage_id for hit in hits])
        return [passages[hit.passage_id].text for hit in hits]


def test_committed_articles_are_found_by_words_and_by_vector(
    store: Store, prepare: Prepare, encoder: HashingEncoder
) -> None:
    """A commit is seen by the next snapshot through both indexes, and reads back as it was given."""
    one = prepare("a", ANYUAN, title="安源区学前教育", publisher="安源区教育局", day=date(2024, 3, 5))
    report = store.commit([one, prepare("b", JIAOZUO)])
    assert (report.generation, report.added, report.passages) == (1, ("a", "b"), 5)
    assert found(store, "入学年龄") == [JIAOZUO[1]]
    with store.snapshot() as view:
        (best,) = view.search_dense(encoder.encode_passages([ANYUAN[1]])[0], 1, Filters())
        assert view.passages([best.passage_id])[best.passage_id] == one.passages[1]
        assert best.score == pytest.approx(1.0, abs=1e-5)
        assert view.article("a") == one.article
        assert view.passages_of("a") == list(one.passages)
        assert view.infos(["a", "none"])["a"].published == one.article.published
        np.testing.assert_allclose(view.vectors([one.passages[1].passage_id]), one.vectors[1:], atol=1e-7)


def test_the_same_content_again_changes_nothing(store: Store, prepare: Prepare) -> None:
    """Committing an unchanged article keeps the generation and says so."""
    store.commit([prepare("a", ANYUAN)])
    report = store.commit([prepare("a", ANYUAN)])
    assert (report.generation, report.unchanged, report.added, report.passages) == (1, ("a",), (), 0)
    assert found(store, "覆盖率") == [ANYUAN[1]]


def test_a_new_revision_replaces_the_old_in_search_and_keeps_it_readable(store: Store, prepare: Prepare) -> None:
    """Old citations still resolve, yet nothing of the old revision is retrieved."""
    old = prepare("a", ANYUAN)
    new = prepare("a", ["安源区今年新增公办小学两所。"])
    store.commit([old])
    assert store.commit([new]).revised == ("a",)
    assert found(store, "普惠性幼儿园") == []
    assert found(store, "公办小学") == ["安源区今年新增公办小学两所。"]
    with store.snapshot() as view:
        assert view.revisions("a") == [old.article.revision, new.article.revision]
        assert view.article("a", old.article.revision) == old.article
        assert view.article("a") == new.article
        assert view.passages([passage.passage_id for passage in old.passages]) == {}


def test_a_revision_that_comes_back_is_the_newest_again(store: Store, prepare: Prepare) -> None:
    """A page that returns to what it said before is retrieved as it is now."""
    first, second = prepare("a", ANYUAN), prepare("a", JIAOZUO)
    for prepared in (first, second, first):
        store.commit([prepared])
    assert found(store, "覆盖率") == [ANYUAN[1]]
    assert found(store, "入学年龄") == []
    with store.snapshot() as view:
        assert view.revisions("a") == [second.article.revision, first.article.revision]


def test_an_article_twice_in_a_batch_is_revised_in_order(store: Store, prepare: Prepare) -> None:
    """The later of two contents of one id wins."""
    report = store.commit([prepare("a", ANYUAN), prepare("b", ["别的事情。"]), prepare("a", JIAOZUO)])
    assert (report.added, report.revised) == (("a", "b"), ("a",))
    assert found(store, "覆盖率") == []
    assert found(store, "入学年龄") == [JIAOZUO[1]]


def test_a_removed_article_is_gone_with_all_its_revisions(
    store: Store, prepare: Prepare, encoder: HashingEncoder
) -> None:
    """After removal there is no hit, no passage, no revision and no info."""
    old = prepare("a", ANYUAN)
    store.commit([old, prepare("b", JIAOZUO)])
    store.commit([prepare("a", ["安源区今年新增公办小学两所。"])])
    assert store.remove(["a", "none", "a"]) == ["a"]
    assert store.remove(["a"]) == []
    assert found(store, "安源区") == []
    with store.snapshot() as view:
        assert view.generation == 3
        assert len(view.search_dense(encoder.encode_passages([ANYUAN[0]])[0], 10, Filters())) == len(JIAOZUO)
        assert (view.revisions("a"), view.infos(["a"]), view.passages_of("a")) == ([], {}, [])
        with pytest.raises(NotFoundError, match="'a'"):
            view.article("a")
        with pytest.raises(NotFoundError):
            view.article("b", old.article.revision)
        with pytest.raises(NotFoundError):
            view.vectors([old.passages[0].passage_id])


def test_filters_limit_both_searches(store: Store, prepare: Prepare, encoder: HashingEncoder) -> None:
    """Articles, publishers and days limit what is found; an unknown day passes no date filter."""
    text = "今年新增幼儿园{}所。"
    store.commit(
        [
            prepare("a", [text.format("一")], publisher="安源区教育局", day=date(2023, 5, 1)),
            prepare("b", [text.format("二")], publisher="焦作日报", day=date(2024, 5, 1)),
            prepare("c", [text.format("三")], publisher="焦作日报"),
        ]
    )
    cases = [
        (Filters(), "abc"), (Filters(article_ids=("a", "c")), "ac"), (Filters(publishers=("焦作日报",)), "bc"),
        (Filters(since=date(2024, 1, 1)), "b"), (Filters(until=date(2024, 5, 1)), "ab"),
        (Filters(since=date(2023, 5, 1), until=date(2023, 5, 1)), "a"), (Filters(publishers=("别处",)), ""),
        (Filters(article_ids=("b", "c"), until=date(2025, 1, 1)), "b"),
    ]  # fmt: skip
    with store.snapshot() as view:
        for filters, expected in cases:
            dense = view.search_dense(encoder.encode_queries(["新增幼儿园"])[0], 10, filters)
            lexical = view.search_lexical(words("新增幼儿园"), 10, filters)
            for hits in (dense, lexical):
                held = view.passages([hit.passage_id for hit in hits])
                assert sorted(passage.article_id for passage in held.values()) == list(expected), filters
            assert sorted(info.article_id for info in view.articles(filters=filters)) == list(expected), filters


def test_k_limits_hits_and_ties_come_in_order_of_id(store: Store, prepare: Prepare, encoder: HashingEncoder) -> None:
    """Equal scores are ordered by passage id, also where k cuts through them."""
    store.commit([prepare(f"a{at}", ["教育局发布通知。"], title="通知") for at in range(40)])
    everything = sorted(
        prepare(f"a{at}", ["教育局发布通知。"], title="通知").passages[0].passage_id for at in range(40)
    )
    with store.snapshot() as view:
        assert view.status().live_passages == 1  # they are reprints of one another
    store.commit([prepare(f"b{at}", ["教育局发布通知。", f"第{at}号。"]) for at in range(40)])
    with store.snapshot() as view:
        status = view.status()
        hits = view.search_lexical(["通知"], 7, Filters())
        dense = view.search_dense(encoder.encode_passages(["教育局发布通知。"])[0], 7, Filters())
        assert view.search_lexical(["通知"], 0, Filters()) == []
        assert view.search_dense(encoder.encode_passages(["通知"])[0], 0, Filters()) == []
    assert status.articles == 80
    assert hits[0].passage_id in everything  # its title says so, too
    for ordered in (hits[1:], dense):
        assert len({hit.score for hit in ordered}) == 1
        assert [hit.passage_id for hit in ordered] == sorted(hit.passage_id for hit in ordered)
    tied = [
        one.passages[0].passage_id
        for one in (prepare(f"b{at}", ["教育局发布通知。", f"第{at}号。"]) for at in range(40))
    ]
    assert [hit.passage_id for hit in hits[1:]] == sorted(tied)[:6]


def test_words_that_stand_nowhere_find_nothing(store: Store, prepare: Prepare) -> None:
    """There are no hits of score zero, and no words mean no hits."""
    store.commit([prepare("a", ANYUAN)])
    with store.snapshot() as view:
        assert view.search_lexical(["航天"], 5, Filters()) == []
        assert view.search_lexical([], 5, Filters()) == []
        assert view.document_frequency(["幼儿园", "航天"]) == {"幼儿园": 2, "航天": 0}


def test_an_empty_store_answers_everything_with_nothing(store: Store, encoder: HashingEncoder) -> None:
    """Nothing has been ingested: every question has an empty answer and no error."""
    with store.snapshot() as view:
        assert view.search_dense(encoder.encode_queries(["什么"])[0], 5, Filters()) == []
        assert view.search_lexical(["什么"], 5, Filters()) == []
        assert view.vectors([]).shape == (0, encoder.spec.dim)
        assert (view.articles(), view.passages([]), view.generation) == ([], {}, 0)
        assert view.status().last_published is None
    assert store.check().problems == ()


def test_the_earliest_reprint_is_searched_and_the_others_are_counted(store: Store, prepare: Prepare) -> None:
    """An earlier twin takes over, a later one and one of unknown day stay behind, and removal promotes the next."""
    later = prepare("late", JIAOZUO, day=date(2024, 7, 2))
    assert store.commit([later]).reprints == ()
    assert store.commit([prepare("unknown", JIAOZUO)]).reprints == ("unknown",)
    assert store.commit([prepare("early", [*JIAOZUO, "来源：新华社。"], day=date(2024, 7, 1))]).reprints == ()
    with store.snapshot() as view:
        infos = view.infos(["late", "unknown", "early"])
        assert {id_: (info.live, info.reprints) for id_, info in infos.items()} == {
            "late": (False, 2), "unknown": (False, 2), "early": (True, 2),
        }  # fmt: skip
        (hit,) = view.search_lexical(words("入学年龄"), 5, Filters())
        assert view.passages([hit.passage_id])[hit.passage_id].article_id == "early"
        assert view.status().reprint_clusters == 1
        assert [twin.article_id for twin in view.reprints("early")] == ["unknown", "late"]
        assert view.reprints("nowhere") == []
        assert view.passages_of("late") == list(later.passages)
        assert view.passages([later.passages[0].passage_id]) == {}
    store.remove(["early"])
    with store.snapshot() as view:
        (hit,) = view.search_lexical(words("入学年龄"), 5, Filters())
        assert view.passages([hit.passage_id])[hit.passage_id].article_id == "late"


def test_a_revised_reprint_leaves_its_cluster(store: Store, prepare: Prepare) -> None:
    """A twin that now tells another story is searched on its own."""
    store.commit([prepare("a", JIAOZUO), prepare("b", JIAOZUO)])
    store.commit([prepare("a", ANYUAN)])
    with store.snapshot() as view:
        assert {id_: (info.live, info.reprints) for id_, info in view.infos(["a", "b"]).items()} == {
            "a": (True, 0), "b": (True, 0),
        }  # fmt: skip
    assert found(store, "入学年龄") == [JIAOZUO[1]]


def test_a_sentence_of_many_articles_becomes_recurring_and_its_articles_stale(
    store: Store, prepare: Prepare, sentence_hash: Callable[..., int]
) -> None:
    """The third article with a footer makes it recur; rechunking takes it out of search for good."""
    stories = {"a": ANYUAN, "b": JIAOZUO, "c": ["市民关注地铁建设。", "工程明年完工。"]}
    for article_id, story in stories.items():
        assert store.recurring() == frozenset()
        store.commit([prepare(article_id, [*story, FOOTER])])
    assert store.recurring() == {sentence_hash(FOOTER)}
    assert store.stale_articles() == ["a", "b", "c"]
    before = [prepare(article_id, [*story, FOOTER], skipped=[FOOTER]) for article_id, story in stories.items()]
    gone = prepare("gone", ANYUAN)
    report = store.rechunk([*before, gone, prepare("a", JIAOZUO)])
    assert (report.revised, report.passages, report.generation) == (("a", "b", "c"), 7, 4)
    assert store.stale_articles() == []
    assert found(store, "作者观点") == []
    assert found(store, "入学年龄") == [JIAOZUO[1]]
    with store.snapshot() as view:
        assert view.infos(["b"])["b"].passages == 3
    store.commit([prepare("d", ["新的一篇报道。", FOOTER], skipped=[FOOTER])])
    assert store.stale_articles() == []
    store.remove(["a", "b"])
    assert store.recurring() == frozenset()
    assert store.stale_articles() == ["c", "d"]


def test_articles_are_listed_newest_ingest_first_in_pages(store: Store, prepare: Prepare) -> None:
    """A revision brings its article to the front; offset and limit cut the list."""
    store.commit([prepare(name, [f"这是{name}的报道。"]) for name in "abcd"])
    store.commit([prepare("b", ["这是更正后的报道。"])])
    with store.snapshot() as view:
        assert [info.article_id for info in view.articles()] == ["b", "d", "c", "a"]
        assert [info.article_id for info in view.articles(offset=1, limit=2)] == ["d", "c"]


def test_status_counts(store: Store, prepare: Prepare, encoder: HashingEncoder) -> None:
    """Counts tell articles from live ones and passages from searched ones."""
    store.commit([prepare("a", JIAOZUO, day=date(2024, 7, 2)), prepare("b", JIAOZUO), prepare("c", ANYUAN)])
    store.commit([prepare("c", ANYUAN[:1])])
    with store.snapshot() as view:
        status = view.status()
    assert (status.articles, status.live_articles, status.revisions) == (3, 2, 4)
    assert (status.passages, status.live_passages, status.reprint_clusters) == (7, 4, 1)
    assert (status.generation, status.encoder, status.dense_kind) == (2, encoder.spec.fingerprint, "flat")
    assert status.last_published == date(2024, 7, 2)


def test_a_snapshot_stays_at_its_generation(store: Store, prepare: Prepare, encoder: HashingEncoder) -> None:
    """What is committed, revised or removed while a question is answered does not reach it."""
    one = prepare("a", ANYUAN)
    store.commit([one, prepare("b", JIAOZUO)])
    query = encoder.encode_passages([ANYUAN[1]])[0]
    with store.snapshot() as view:
        before = (view.search_dense(query, 10, Filters()), view.search_lexical(words("覆盖率"), 10, Filters()))
        store.commit([prepare("a", ["全部改写了。"]), prepare("n", ["覆盖率新报道。"])])
        store.remove(["b"])
        with store.snapshot() as newer:
            assert one.passages[1].passage_id not in {h.passage_id for h in newer.search_dense(query, 10, Filters())}
            assert newer.generation == 3
        assert (view.search_dense(query, 10, Filters()), view.search_lexical(words("覆盖率"), 10, Filters())) == before
        assert view.search_dense(query, 10, Filters(article_ids=("a",))) == [
            hit for hit in before[0] if hit.passage_id in {p.passage_id for p in one.passages}
        ]
        assert view.article("a") == one.article
        assert isinstance(before[0][0], Hit)


def test_a_batch_that_contradicts_itself_is_refused(store: Store, prepare: Prepare) -> None:
    """Vectors of another shape, or passages of another article, are named and nothing is stored."""
    one, other = prepare("a", ANYUAN), prepare("b", JIAOZUO)
    wrong = [
        Prepared(article=one.article, passages=one.passages, vectors=other.vectors, signature=(), sentences=()),
        Prepared(article=one.article, passages=other.passages, vectors=other.vectors, signature=(), sentences=()),
    ]
    for prepared in wrong:
        with pytest.raises(ValueError, match="article 'a'"):
            store.commit([other, prepared])
    with store.snapshot() as view:
        assert view.status().articles == 0


def test_publishers_are_counted_most_first(store: Store, prepare: Prepare) -> None:
    """Each with its current articles; one that publishes nothing any more is left out."""
    store.commit(
        [
            prepare("a", ANYUAN, publisher="甲报"),
            prepare("b", JIAOZUO, publisher="乙报"),
            prepare("c", [FOOTER], publisher="乙报"),
            prepare("d", ["地铁三号线明年完工。"]),
        ]
    )
    with store.snapshot() as view:
        assert list(view.publishers().items()) == [("乙报", 2), ("甲报", 1)]
    store.remove(["a"])
    with store.snapshot() as view:
        assert view.publishers() == {"乙报": 2}


def test_the_list_of_articles_is_ordered_searched_and_counted(store: Store, prepare: Prepare) -> None:
    """The latest day first, none last, then by id; a text is looked for in title, name and id in either script."""
    store.commit(
        [
            prepare("b", ANYUAN, title="安源區學前教育", publisher="甲报", day=date(2024, 3, 5)),
            prepare("a", JIAOZUO, title="招生方案", publisher="乙报", day=date(2024, 3, 5)),
            prepare("c", [FOOTER], title="声明  一则"),
            prepare("d", ["地铁三号线明年完工。"], day=date(2025, 1, 1)),
        ]
    )
    with store.snapshot() as view:

        def ids(text: str = "", **options: object) -> tuple[list[str], int]:
            page = view.listing(text, **options)
            return [row.info.article_id for row in page.rows], page.total

        assert ids() == (["d", "a", "b", "c"], 4)
        assert ids(offset=1, limit=2) == (["a", "b"], 4)
        assert ids(offset=9) == ([], 4)
        assert ids("学前") == (["b"], 1)
        assert ids("學前") == (["b"], 1)
        assert ids(" 声明 一则") == (["c"], 1)
        assert ids("D.TXT") == (["d"], 1)
        assert ids(".txt", limit=1, offset=1) == (["a"], 4)
        assert ids("招生", filters=Filters(publishers=("甲报",))) == ([], 0)
        assert ids(filters=Filters(until=date(2024, 12, 31))) == (["a", "b"], 2)
        row = view.listing("学前").rows[0]
        assert (row.info, row.author, row.repaired, row.damaged) == (view.infos(["b"])["b"], None, 0, 0)
