"""Sentences chosen and cited."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rag.answer.conflicts import Disagreement
from rag.answer.quotable import quotable
from rag.answer.quotes import choose, cite, compose_disagreements
from rag.answer.sentences import Sentence
from rag.answer.view import view
from rag.answer.widen import whole_period, with_answer, with_list
from rag.offsets import Rewriter
from rag.types import Article, ArticleInfo, Conflict, Evidence, Media, Passage, Published, Signals, Span

_PUBLISHED = Published(day=date(2024, 3, 5), confidence=1.0, origin="given")


def _article(source: str, *, drop: tuple[int, int] | None = None, damaged: tuple[Span, ...] = ()) -> Article:
    rewriter = Rewriter(source)
    if drop:
        rewriter.keep(0, drop[0])
        rewriter.keep(drop[1], len(source))
    else:
        rewriter.keep(0, len(source))
    text, offsets = rewriter.finish()
    page = Rewriter(source)
    page.keep(0, len(source))
    return Article(
        article_id="a",
        revision="r",
        title="",
        text=text,
        source_text=source,
        source_map=offsets,
        page_map=page.finish()[1],
        page=source.encode(),
        name="a.txt",
        media=Media.TEXT,
        encoding="utf-8",
        damaged=damaged,
    )


def _sentence(article: Article, start: int, end: int, score: float = 0.5) -> Sentence:
    passage = Passage(
        passage_id=1,
        article_id=article.article_id,
        revision="r",
        ordinal=0,
        start=0,
        end=len(article.text),
        text=article.text,
        title="",
    )
    info = ArticleInfo(
        article_id=article.article_id,
        revision="r",
        title="",
        name="a.txt",
        url=None,
        publisher=None,
        published=None,
        passages=1,
        reprints=2,
    )
    evidence = Evidence(number=1, passage=passage, article=info, score=1.0, signals=Signals())
    return Sentence(evidence=evidence, start=start, end=end, text=article.text[start:end], score=score)


def test_a_quote_is_the_publishers_own_text() -> None:
    """What was repaired away stands in the quote, and not in its reading."""
    article = _article("實現(xiàn)義務教育優質均衡。", drop=(2, 8))
    citation = cite(1, _sentence(article, 0, len(article.text)), article)
    assert citation.quote == "實現(xiàn)義務教育優質均衡。"
    assert citation.text == "實現義務教育優質均衡。"
    assert (citation.source_start, citation.source_end) == (0, 17)
    assert (citation.url, citation.reprints) == ("/articles/a", 2)


def test_damaged_text_is_not_quoted() -> None:
    """A sentence that overlaps a damaged span has no quote."""
    article = _article("全市新增学位锟斤拷个。其他照旧。", damaged=(Span(start=6, end=9, reason="lost"),))
    assert quotable(_sentence(article, 0, 11), article) is None
    assert quotable(_sentence(article, 11, 16), article) == (11, 16)
    with pytest.raises(ValueError, match="cannot be quoted"):
        cite(1, _sentence(article, 0, 11), article)


def test_further_sentences_must_be_likely() -> None:
    """A second sentence is quoted when it reaches the given share of the best one's probability, in reading order."""
    article = _article("新增学位12个。新增教师5名。天气晴。")
    first, second, third = (
        _sentence(article, 8, 15, 0.8),
        _sentence(article, 0, 8, 0.2),
        _sentence(article, 15, 19, 0.1),
    )
    seen = view("新增了多少？", {"新增": 1.0})
    assert choose(seen, [first, second, third], {"a": article}, second=0.2) == [second, first]
    assert choose(seen, [first, second, third], {"a": article}, second=0.4) == [first]


def test_a_further_sentence_tells_what_is_left_to_tell() -> None:
    """The further sentence is the one that holds the word which the opening lacks, though another is likelier."""
    article = _article("昨天，滨河马拉松鸣枪。滨河马拉松收官，万人参赛。终点改到码头。")
    opening, end, rest = (
        _sentence(article, 0, 11, 0.6),
        _sentence(article, 24, 31, 0.1),
        _sentence(article, 11, 24, 0.3),
    )
    seen = view("滨河马拉松的终点在哪里？", {"滨河": 2.0, "马拉松": 2.0, "终点": 2.0})
    assert choose(seen, [opening, rest, end], {"a": article}, second=0.12) == [opening, end]


def test_what_announces_a_list_is_the_answer_to_a_question_for_one() -> None:
    """The heading over a numbered list comes before a sentence that is a little likelier, and alone."""
    article = _article("三项措施没有公布时间。\n三项措施\n1. 增加投入。\n2. 培训教师。\n3. 严格督导。\n说明。")
    heading = article.text.index("三项措施\n")
    likelier, announcing = _sentence(article, 0, 11, 0.5), _sentence(article, heading, heading + 4, 0.4)
    chosen = choose(view("三项措施是哪些？", {"措施": 2.0}), [likelier, announcing], {"a": article}, second=0.1)
    assert [sentence.text for sentence in chosen] == ["三项措施\n1. 增加投入。\n2. 培训教师。\n3. 严格督导。"]


def test_disagreeing_articles_stand_side_by_side() -> None:
    """A line for each article, what else was chosen behind its own, and claims that leave the lead-in out."""
    one = replace(_article("新增学位12个。天气晴。"), title="甲[1]报", published=_PUBLISHED)
    other = replace(_article("新增学位15个。"), article_id="b")
    first, rest = _sentence(one, 0, 8), _sentence(one, 8, 12)
    second = _sentence(other, 0, 8)
    found = Disagreement(measure="新增學位", sentences=(first, second), values=("12个", "15个"))
    text, claims, citations, conflicts = compose_disagreements(
        [found], [first, rest], {"a": one, "b": other}, question="新增學位多少？"
    )
    assert text == "《甲报》（2024-03-05）：新增学位12个。[1]天气晴。[1]\n（日期不詳）：新增学位15个。[2]"
    assert [text[c.start : c.end] for c in claims] == ["新增学位12个。", "天气晴。", "新增学位15个。"]
    assert [c.claim for c in citations] == [0, 1, 2]
    assert conflicts == (Conflict(measure="新增學位", values=("12个", "15个"), numbers=(1, 2)),)


def test_nothing_is_said_twice() -> None:
    """A sentence that stands inside a chosen one is left out."""
    article = _article("新增学位12个。新增学位12个")
    chosen = choose(
        view("新增了多少？", {"新增": 1.0}),
        [_sentence(article, 0, 8, 0.8), _sentence(article, 8, 15, 0.8)],
        {"a": article},
        second=0.1,
    )
    assert [(s.start, s.end) for s in chosen] == [(0, 8)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("措施包括：\n1. 增加投入。\n2. 培训教师。\n会议结束。", "措施包括：\n1. 增加投入。\n2. 培训教师。"),
        ("措施包括：\n会议结束。", "措施包括："),
        ("措施很多。\n1. 增加投入。", "措施很多。"),
        ("要点如下:\n• 增加投入\n• 培训教师", "要点如下:\n• 增加投入\n• 培训教师"),
        ("三个难点\n1. 台风。\n2. 淤泥。\n会议结束。", "三个难点\n1. 台风。\n2. 淤泥。"),
        ("共有3200个岗位。\n会议结束。", "共有3200个岗位。"),
    ],
)
def test_what_is_announced_comes_with_it(text: str, expected: str) -> None:
    """The list items right behind a colon or a counted heading belong to it; other lines do not."""
    article = _article(text)
    end = text.index("\n")
    assert with_list(_sentence(article, 0, end), article).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "方案列了几个目标。入学率到93%；学校有43所；高校全部开办。收工。",
            "方案列了几个目标。入学率到93%；学校有43所；高校全部开办。",
        ),
        ("方案列了几个目标。入学率到93%。收工。", "方案列了几个目标。"),
        ("方案定了。入学率到93%；学校有43所。", "方案定了。"),
    ],
)
def test_announced_clauses_come_along(text: str, expected: str) -> None:
    """Clauses that semicolons join behind `几个目标` are its list; a sentence that announces nothing stays alone."""
    article = _article(text)
    assert with_list(_sentence(article, 0, text.index("。") + 1), article).text == expected


@pytest.mark.parametrize(
    ("text", "clause", "expected"),
    [
        (
            "全区开工。建成学校3所；创建特色高中2所；培训教师。收工。",
            "创建特色高中2所；",
            "建成学校3所；创建特色高中2所；培训教师。",
        ),
        ("甲市建成学校3所；\n乙市建成2所。", "乙市建成2所。", "乙市建成2所。"),
        ("建成学校3所。创建特色高中2所。", "创建特色高中2所。", "创建特色高中2所。"),
    ],
)
def test_clauses_keep_their_subject(text: str, clause: str, expected: str) -> None:
    """Clauses joined by semicolons are quoted together, never across lines or full stops."""
    article = _article(text)
    start = text.index(clause)
    assert whole_period(_sentence(article, start, start + len(clause)), article).text == expected


def test_an_endless_period_is_quoted_by_the_clause() -> None:
    """Where the whole would fill a screen, the clause stands alone."""
    text = "；".join(f"第{i}项工程建成学校{i}所并投入使用" for i in range(1, 30)) + "。"
    article = _article(text)
    end = text.index("；") + 1
    assert whole_period(_sentence(article, 0, end), article).text == text[:end]


@pytest.mark.parametrize(
    ("text", "label", "expected"),
    [
        ("学位添在哪儿？主要在城区的公办学校。收工。", "学位添在哪儿？", "学位添在哪儿？主要在城区的公办学校。"),
        ("2. 教师队伍。\n提高教师待遇。", "2. 教师队伍。", "2. 教师队伍。\n提高教师待遇。"),
        ("提高教师待遇，深化课程改革。收工。", "提高教师待遇，深化课程改革。", "提高教师待遇，深化课程改革。"),
    ],
)
def test_a_question_or_a_label_comes_with_what_follows(text: str, label: str, expected: str) -> None:
    """A sentence that says nothing by itself is quoted with the one behind it."""
    article = _article(text)
    assert with_answer(_sentence(article, 0, len(label)), article).text == expected
