"""Articles that disagree, and those that only look as if they did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from eval.conflict_pairs import Pair, Written, pairs
from eval.conflicts import as_article, found_in, is_right
from rag.answer.conflicts import measure
from rag.answer.view import view
from rag.config import load_settings
from rag.engine import Engine
from rag.types import Conflict, Filters, Media, Question, RawDocument, RefusalReason, Status
from rag.wiring import open_engine

_ASKED = "临河区普惠性幼儿园覆盖率是多少？"
_OLDER = Written(
    title="临河区发布学前教育通报", day="2024-03-05", text="截至2023年底，临河区普惠性幼儿园覆盖率达到91.5%。"
)
_NEWER = Written(
    title="临河区教育工作年度回顾",
    day="2024-12-11",
    text="临河区召开教育工作会。截至2023年底，临河区普惠性幼儿园覆盖率为92.8%。",
)


@pytest.mark.parametrize(
    "pair", pairs(conflicting=True), ids=lambda pair: f"{pair.question} {pair.articles[1].text[:12]}"
)
def test_values_that_exclude_each_other_conflict(pair: Pair) -> None:
    """Units, Chinese numerals, scripts, hedges, times and corrections: both values are found."""
    assert is_right(pair)


@pytest.mark.parametrize(
    "pair", pairs(conflicting=False), ids=lambda pair: f"{pair.question} {pair.articles[1].text[:12]}"
)
def test_look_alikes_do_not_conflict(pair: Pair) -> None:
    """Another time, place, part, measure or notation, and values that round to each other, are no conflict."""
    assert is_right(pair)


def test_the_older_article_comes_first_and_undated_ones_last() -> None:
    """Order is that of publication, whichever article answered."""
    undated = Written(title="临河区情", day=None, text="截至2023年底，临河区普惠性幼儿园覆盖率为95.1%。")
    found = found_in(_ASKED, undated, _NEWER, _OLDER)
    assert found is not None
    assert found.values == ("91.5%", "92.8%", "95.1%")
    assert [s.evidence.number for s in found.sentences] == [3, 2, 1]


def test_articles_that_agree_are_shown_once() -> None:
    """Two articles with one value stand against the third together, and only the likelier one of them is shown."""
    same = Written(
        title="临河区教育", day="2024-06-01", text="截至2023年底，临河区普惠性幼儿园覆盖率为百分之九十一点五。"
    )
    found = found_in(_ASKED, _OLDER, same, _NEWER)
    assert found is not None
    assert len(found.values) == 2


def test_only_numbers_and_dates_conflict() -> None:
    """Reasons may differ without excluding each other."""
    one = Written(title="开学推迟", day="2022-08-01", text="由于施工图纸调整3次，第三小学推迟开学。")
    other = Written(title="开学推迟", day="2022-08-02", text="由于连续8天降雨，第三小学推迟开学。")
    assert found_in("第三小学为什么推迟开学？", one, other) is None


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (_ASKED, "临河区普惠性幼儿园覆盖率"),
        ("2023年临河区新建了多少所幼儿园？", "2023年临河区新建幼儿园"),
        ("青禾市第三实验小学何时开学？", "青禾市第三实验小学开学"),
        ("臨河博物館新館建築面積有多大", "臨河博物館新館建築面積"),
        ("公园是什么时候开放的？", "公园开放"),
    ],
)
def test_the_measure_is_the_question_without_its_interrogative(question: str, expected: str) -> None:
    """What is measured, in the words and the script of the question."""
    assert measure(view(question, {})) == expected


def test_a_clean_article_is_its_own_source() -> None:
    """The articles of the pairs can be quoted whole."""
    held = as_article("a", _OLDER)
    assert held.quote(0, len(held.text)) == (0, len(held.text))
    assert held.published is not None
    assert held.published.day == date(2024, 3, 5)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The engine over two articles that disagree."""
    opened = open_engine(load_settings(data=tmp_path_factory.mktemp("disagreeing")))
    opened.pipeline().ingest(
        RawDocument(
            name=f"{name}.txt",
            data=f"{written.title}\n\n{written.text}\n".encode(),
            media=Media.TEXT,
            article_id=name,
            published=written.day,
        )
        for name, written in (("older", _OLDER), ("newer", _NEWER))
    )
    yield opened
    opened.close()


def test_both_articles_are_shown_with_their_dates(engine: Engine) -> None:
    """A line for each, the older first, every sentence cited, and the conflict names the citations."""
    answer = engine.answer(Question(text=_ASKED), "quotes")
    assert answer.status is Status.ANSWERED
    assert answer.text == (
        "《临河区发布学前教育通报》（2024-03-05）：截至2023年底，临河区普惠性幼儿园覆盖率达到91.5%。[1]\n"
        "《临河区教育工作年度回顾》（2024-12-11）：截至2023年底，临河区普惠性幼儿园覆盖率为92.8%。[2]"
    )
    assert answer.conflicts == (
        Conflict(measure="临河区普惠性幼儿园覆盖率", values=("91.5%", "92.8%"), numbers=(1, 2)),
    )
    assert [(c.number, c.article_id, c.published_at, c.claim) for c in answer.citations] == [
        (1, "older", "2024-03-05", 0),
        (2, "newer", "2024-12-11", 1),
    ]


@pytest.mark.parametrize(("day", "value"), [("2024-03-05", "91.5%"), ("2024-12-10", "91.5%")])
def test_as_of_leaves_what_was_published_by_then(engine: Engine, day: str, value: str) -> None:
    """The later article neither answers nor disagrees, up to the day before it came out."""
    answer = engine.answer(Question(text=_ASKED, as_of=date.fromisoformat(day)), "quotes")
    assert [c.article_id for c in answer.citations] == ["older"]
    assert value in answer.text
    assert answer.conflicts == ()


def test_as_of_includes_its_own_day(engine: Engine) -> None:
    """On the day on which the later article came out both are known."""
    answer = engine.answer(Question(text=_ASKED, as_of=date(2024, 12, 11)), "quotes")
    assert answer.conflicts[0].values == ("91.5%", "92.8%")


def test_before_anything_was_published_there_is_no_answer(engine: Engine) -> None:
    """The refusal says that the limits leave nothing; the earlier of the two limits counts."""
    question = Question(text=_ASKED, as_of=date(2024, 3, 4), filters=Filters(until=date(2025, 1, 1)))
    answer = engine.answer(question, "quotes")
    assert answer.refusal is not None
    assert answer.refusal.reason is RefusalReason.EMPTY_STORE
