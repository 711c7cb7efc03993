"""Whose figure it is, and of when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rag.answer.sentences import Sentence
from rag.answer.subject import (
    belongs,
    counts_what_is_asked,
    gives_what_is_asked,
    has_fitting_unit,
    is_answered_by,
    is_of_the_year,
    missing_dates,
    missing_places,
    missing_titles,
    speaks_of,
)
from rag.answer.view import QuestionView, view
from rag.offsets import OffsetMap
from rag.text.words import content_words
from rag.types import Article, ArticleInfo, Evidence, Media, Passage, Published, Signals, Span

_TEXT = (
    "临河区新增学位3600个。全市公办园占比为55.2%。\n"
    "永昌镇入选示范区。同时，全市新建幼儿园12所。\n"
    "2021年，全区投入2亿元。今年上半年投入1亿元。教育局局长陈思远说，第18届运动会1至7月筹备。"
)


def _article(*, title: str = "", publisher: str | None = None, removed: tuple[Span, ...] = ()) -> Article:
    return Article(
        article_id="a",
        revision="r",
        title=title,
        text=_TEXT,
        source_text=_TEXT,
        source_map=OffsetMap.identity(len(_TEXT)),
        page_map=OffsetMap.identity(len(_TEXT)),
        page=_TEXT.encode(),
        name="a.txt",
        media=Media.TEXT,
        encoding="utf-8",
        publisher=publisher,
        published=Published(day=date(2023, 8, 17), confidence=1.0, origin="given"),
        removed=removed,
    )


def _sentence(text: str) -> Sentence:
    start = _TEXT.index(text)
    passage = Passage(
        passage_id=1, article_id="a", revision="r", ordinal=0, start=0, end=len(_TEXT), text=_TEXT, title=""
    )
    info = ArticleInfo(
        article_id="a",
        revision="r",
        title="",
        name="a.txt",
        url=None,
        publisher=None,
        published=None,
        passages=1,
        reprints=0,
    )
    evidence = Evidence(number=1, passage=passage, article=info, score=1.0, signals=Signals())
    return Sentence(evidence=evidence, start=start, end=start + len(text), text=text)


def _view(question: str) -> QuestionView:
    return view(question, dict.fromkeys(content_words(question), 1.0))


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("临河区新增学位多少？", []),
        ("河西省临河区新增学位多少？", []),
        ("清源区新增学位多少？", ["清源区"]),
        ("临河区和清源区各新增学位多少？", []),
        ("全国新增学位多少？", []),
    ],
)
def test_missing_places(question: str, missing: list[str]) -> None:
    """A place that the article does not name is missing; what only says where a place lies, or the country, is not."""
    assert [name.word for name in missing_places(_view(question), _article())] == missing


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("2021年谁出任局长？", "教育局局长陈思远说，第18届运动会1至7月筹备。", False),  # of the year it came out
        ("2021年谁主持投入？", "2021年，全区投入2亿元。", True),
        ("2021年谁主持投入？", "永昌镇入选示范区。", True),
        ("谁主持投入？", "2021年，全区投入2亿元。", True),
    ],
)
def test_a_sentence_of_another_year_is_told(question: str, sentence: str, *, expected: bool) -> None:
    """Only where both name a time, whatever is asked for."""
    assert is_of_the_year(_view(question), _sentence(sentence), _article()) is expected


def test_a_joined_conjunction_is_no_part_of_a_place() -> None:
    """`临河区和永昌镇` are two places, and the first does not only say where the second lies."""
    assert [name.word for name in missing_places(_view("清源区和永昌镇有多少人？"), _article(title="东港"))] == []
    assert [name.word for name in missing_places(_view("新疆和田市有多少人？"), _article())] == ["和田市"]


def test_the_publisher_vouches_for_its_own_town() -> None:
    """A town that stands only in the publisher's name, or its signature line, is not missing."""
    asked = _view("青禾市新建幼儿园多少所？")
    assert missing_places(asked, _article())
    assert not missing_places(asked, _article(publisher="青禾市教育局"))
    assert belongs(asked, _sentence("同时，全市新建幼儿园12所。"), _article(publisher="青禾市教育局"))


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("2021年投入多少？", []),
        ("2023年投入多少？", []),
        ("2016年投入多少？", ["2016年"]),
        ("第18届运动会何时筹备？", []),
        ("第17届运动会何时筹备？", ["第17届"]),
        ("1—7月筹备了什么？", []),
        ("1—5月筹备了什么？", ["1-5月"]),
    ],
)
def test_missing_dates(question: str, missing: list[str]) -> None:
    """Years, editions and periods must be those of the article, in any notation, or the day it came out."""
    assert missing_dates(_view(question), _article()) == missing


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("永昌镇新建幼儿园多少所？", "全市公办园占比为55.2%。", False),
        ("永昌镇入选了几个示范区？", "永昌镇入选示范区。", True),
        ("临河区投入多少？", "2021年，全区投入2亿元。", True),
        ("临河区和永昌镇各新增多少学位？", "临河区新增学位3600个。", True),
        ("永昌镇和清源区各新建幼儿园多少所？", "同时，全市新建幼儿园12所。", True),
        ("清源区和永昌镇各新增多少学位？", "临河区新增学位3600个。", False),
        ("河西省永昌镇新增多少学位？", "临河区新增学位3600个。", False),
        ("2021年投入多少？", "2021年，全区投入2亿元。", True),
        ("2021年投入多少？", "今年上半年投入1亿元。", False),
        ("2023年投入多少？", "今年上半年投入1亿元。", True),
    ],
)
def test_a_figure_belongs_to_its_place_and_year(question: str, sentence: str, *, expected: bool) -> None:
    """A figure that stands before its place is first named, or is of another year, belongs to something else."""
    assert belongs(_view(question), _sentence(sentence), _article()) is expected


def test_the_role_asked_for_must_be_there() -> None:
    """局长 is in the article, 校长 is not."""
    assert speaks_of(_view("教育局局长是谁？"), _article())
    assert not speaks_of(_view("第一小学校长是谁？"), _article())


def _told(text: str) -> Sentence:
    """A sentence of the article that says `text` instead."""
    return replace(_sentence("临河区新增学位3600个。"), text=text)


def test_a_body_before_the_role_is_no_part_of_it() -> None:
    """`教育局局长` and `单位局长` are both a 局长; which body it is the names tell."""
    assert _view("单位局长叫什么名字？").role == "局长"
    assert _view("教育局局长是谁？").role in {"局长", "教育局局长"}


def test_what_is_quoted_in_the_question_must_be_there() -> None:
    """A title that the article has in no wording is another matter; one of two is enough, and few words may differ."""
    assert missing_titles(_view("“家门口的好学校”有多少所？"), _article()) == ["家门口的好学校"]
    assert missing_titles(_view("“入选示范区”的是哪里？"), _article()) == []
    assert missing_titles(_view("“永昌镇入选的示范区”在哪里？"), _article()) == []
    assert missing_titles(_view("“入选示范区”和“家门口的好学校”是什么？"), _article()) == []
    assert not speaks_of(_view("“家门口的好学校”有多少所？"), _article())


def test_the_rate_that_is_named_must_be_given() -> None:
    """The figure of another rate is no answer, though its unit fits."""
    told = [_told("全市公办园占比为55.2%，入园率为91%。")]
    assert gives_what_is_asked(_view("全市入园率是多少？"), told)
    assert not gives_what_is_asked(_view("全市升学率是多少？"), told)


def test_a_body_that_is_asked_for_must_be_named() -> None:
    """`哪家公司` is answered by a name of one."""
    assert gives_what_is_asked(_view("新学校是哪家公司施工的？"), [_told("新学校由宏远建设公司施工。")])
    assert not gives_what_is_asked(_view("新学校是哪家公司施工的？"), [_told("新学校已经开始施工。")])


def test_nearly_certain_sentences_give_it_together() -> None:
    """One names the matter, the other of the same article the figure in the unit that is asked for."""
    seen = _view("白沙渡口坐一次渡船多少钱？")
    both = [_told("白沙渡口的两艘柴油渡船退役。"), _told("票价没有变，还是每人1元。")]
    assert is_answered_by(seen, both, 0.95)
    assert not is_answered_by(seen, both, 0.5)
    assert not is_answered_by(seen, both[:1], 0.95)


def test_numbers_and_what_they_count() -> None:
    """A number must be there, in a fitting unit, of the thing that is counted."""
    places = [_sentence("临河区新增学位3600个。")]
    assert gives_what_is_asked(_view("新增多少个学位？"), places)
    assert counts_what_is_asked(_view("新增多少个学位？"), places)
    assert not counts_what_is_asked(_view("新增多少名教师？"), places)
    assert not has_fitting_unit(_view("公办园占比是多少？"), places)
    assert not gives_what_is_asked(_view("哪一年新增学位？"), places)


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("离石区有多少所学校？", ["离石区"]),
        ("给鹭湾院区做介绍的医院院长叫什么？", ["鹭湾"]),
        ("学生坐汀兰乡村公交有额外的优惠吗？", ["汀兰"]),
        ("沅川下一届中学生运动会什么时候办？", ["沅川"]),
    ],
)
def test_a_verb_before_a_place_is_no_part_of_it(question: str, missing: list[str]) -> None:
    """What the tagger joins to an unknown name is taken off; a place that the article lacks stays missing."""
    assert [name.word for name in missing_places(_view(question), _article())] == missing


def test_a_place_in_the_article_is_met_with_a_verb_before_it() -> None:
    """The name behind the verb is what the article must have."""
    article = replace(_article(), title="鹭湾新院区开建")
    assert missing_places(_view("给鹭湾院区做介绍的医院院长叫什么？"), article) == []
    assert [name.word for name in missing_places(_view("坐汀兰乡村公交有额外的优惠吗？"), article)] == ["汀兰"]
