"""Passages: whole sentences, exact offsets, sizes, headings, and what is left out."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.ingest.chunk import chunk
from rag.ingest.recurring import sentence_hash
from rag.offsets import OffsetMap
from rag.text.sentences import begins_badly, sentences
from rag.types import Article, Media, Passage, Span

FOOTER = "本网文章未经授权不得转载。"


def sentence(number: int, length: int = 40) -> str:
    """A sentence of exactly `length` characters that no other number gives."""
    head = f"第{number}项工作今年已经完成"
    return head + "好" * (length - len(head) - 1) + "。"


def texts(passages: list[Passage]) -> list[str]:
    return [passage.text for passage in passages]


def test_short_article_is_one_passage(article_of: Callable[..., Article]) -> None:
    """An article below the minimum is one passage, with all that retrieval needs."""
    article = article_of("  新校舍交付使用。\n新增学位三百个。 ", title="校舍")
    (passage,) = chunk(article, minimum=120, maximum=350, overlap=1)
    assert passage.text == "新校舍交付使用。\n新增学位三百个。"
    assert (passage.start, passage.end, passage.ordinal) == (2, 19, 0)
    assert (passage.article_id, passage.revision, passage.title) == ("a1", "r1", "校舍")
    assert 0 <= passage.passage_id < 2**63


def test_passages_end_with_lines_and_repeat_a_sentence(article_of: Callable[..., Article]) -> None:
    """Once long enough a passage ends with its line, and its last sentence opens the next passage."""
    lines = ["".join(sentence(5 * row + at) for at in range(5)) for row in range(3)]
    passages = chunk(article_of("\n".join(lines)), minimum=120, maximum=350, overlap=1)
    assert texts(passages) == [lines[0], sentence(4) + "\n" + lines[1], sentence(9) + "\n" + lines[2]]


def test_without_overlap_passages_tile(article_of: Callable[..., Article]) -> None:
    """With no overlap every sentence stands in exactly one passage."""
    text = "".join(sentence(number) for number in range(30))
    passages = chunk(article_of(text), minimum=120, maximum=350, overlap=0)
    assert "".join(texts(passages)) == text
    assert [len(passage.text) for passage in passages] == [320, 320, 320, 240]


def test_short_rest_takes_in_what_stands_before(article_of: Callable[..., Article]) -> None:
    """A last passage below the minimum is widened backwards to reach it."""
    text = "".join(sentence(number) for number in range(9))
    passages = chunk(article_of(text), minimum=120, maximum=350, overlap=0)
    assert texts(passages) == [text[:320], text[240:]]


def test_long_sentence_is_cut_behind_commas(article_of: Callable[..., Article]) -> None:
    """A sentence over the maximum is cut into even parts that end with a comma."""
    text = "，".join(f"第{number}所学校新增学位三百个" for number in range(60)) + "。"
    passages = chunk(article_of(text), minimum=120, maximum=350, overlap=0)
    assert "".join(texts(passages)) == text
    assert all(passage.text[-1] in "，。" and len(passage.text) <= 350 for passage in passages)
    assert min(len(passage.text) for passage in passages) >= 120


def test_text_without_any_mark_is_cut_at_the_maximum(article_of: Callable[..., Article]) -> None:
    """A thousand characters without punctuation still become passages of allowed size."""
    passages = chunk(article_of("学" * 1000), minimum=120, maximum=350, overlap=1)
    assert all(len(passage.text) <= 350 for passage in passages)
    assert passages[-1].end == 1000


def test_headings_are_carried_and_never_stand_alone(article_of: Callable[..., Article]) -> None:
    """A passage knows the nearest heading above; a heading opens a passage and is none by itself."""
    first, second = "一、基本情况", "二、下一步打算"
    body = ["".join(sentence(4 * row + at) for at in range(4)) for row in range(2)]
    text = "\n".join([first, body[0], second, body[1]])
    marks = tuple((text.index(words), text.index(words) + len(words)) for words in (first, second))
    passages = chunk(article_of(text, headings=marks), minimum=120, maximum=350, overlap=1)
    assert texts(passages) == [f"{first}\n{body[0]}", f"{second}\n{body[1]}"]
    assert [passage.heading for passage in passages] == [first, second]


def test_heading_of_a_later_passage_of_the_section(article_of: Callable[..., Article]) -> None:
    """The heading also goes with passages of its section that do not hold it."""
    text = "一、基本情况\n" + "".join(sentence(number) for number in range(20))
    passages = chunk(article_of(text, headings=((0, 6),)), minimum=120, maximum=350, overlap=0)
    assert [passage.heading for passage in passages] == ["一、基本情况"] * len(passages)
    assert len(passages) == 3


def test_heading_without_a_body_goes_with_the_passage_before(article_of: Callable[..., Article]) -> None:
    """A last heading with nothing below it joins what stands before, and a text of headings alone is kept."""
    text = sentence(1, 130) + "\n附件名单"
    (passage,) = chunk(article_of(text, headings=((131, 135),)), minimum=120, maximum=350, overlap=1)
    assert passage.text == text
    (passage,) = chunk(article_of("放假通知\n照常值班", headings=((0, 4), (5, 9))), minimum=120, maximum=350, overlap=1)
    assert passage.text == "放假通知\n照常值班"


def test_recurring_sentences_are_left_out(article_of: Callable[..., Article]) -> None:
    """A skipped sentence stands in no passage, and what stands around it does."""
    before, after = sentence(1, 150), sentence(2, 150)
    article = article_of(before + FOOTER + after + FOOTER)
    passages = chunk(article, minimum=120, maximum=350, overlap=1, skip={sentence_hash("本网文章未经授权不得转载！")})
    assert texts(passages) == [before, after]
    assert chunk(article_of(FOOTER), minimum=120, maximum=350, overlap=1, skip={sentence_hash(FOOTER)}) == []


def test_mostly_damaged_passages_are_dropped(article_of: Callable[..., Article]) -> None:
    """A passage with some damage stays, one of mostly damage goes."""
    text = sentence(1, 150) + "\n" + "锟斤拷" * 50 + "。\n" + sentence(2, 150)
    passages = chunk(article_of(text, damaged=((140, 150), (151, 302))), minimum=120, maximum=250, overlap=0)
    assert texts(passages) == [sentence(1, 150), sentence(2, 150)]


def test_ids_depend_on_revision_and_place(article_of: Callable[..., Article]) -> None:
    """Equal articles give equal passages; another article, revision or place gives other ids."""
    text = sentence(1) * 12
    ids = [passage.passage_id for passage in chunk(article_of(text), minimum=40, maximum=40, overlap=0)]
    assert len(set(ids)) == 12
    assert ids == [passage.passage_id for passage in chunk(article_of(text), minimum=40, maximum=40, overlap=0)]
    other = chunk(article_of(text, article_id="a2"), minimum=40, maximum=40, overlap=0)
    assert not set(ids) & {passage.passage_id for passage in other}


@pytest.mark.parametrize(("minimum", "maximum", "overlap"), [(0, 10, 1), (20, 10, 1), (10, 20, -1)])
def test_senseless_sizes_are_refused(
    article_of: Callable[..., Article], minimum: int, maximum: int, overlap: int
) -> None:
    """Sizes that contradict each other are an error that names them."""
    with pytest.raises(ValueError, match=f"{minimum} to {maximum}"):
        chunk(article_of(FOOTER), minimum=minimum, maximum=maximum, overlap=overlap)


@st.composite
def articles(draw: st.DrawFn) -> Article:
    """Articles of odd lines, some of them headings, some text cut out of the middle of the source."""
    lines = draw(
        st.lists(st.text(alphabet="学校扩建1a。！？；，、”」）“「（. …", max_size=80), min_size=1, max_size=12)
    )
    text = "\n".join(lines)
    headings, at = [], 0
    for line in lines:
        if 0 < len(line) < 15 and line.strip() == line and draw(st.booleans()):
            headings.append(Span(start=at, end=at + len(line)))
        at += len(line) + 1
    prefix = draw(st.text(alphabet="导航 \n", max_size=5))
    rows = [[len(text), len(prefix), len(prefix) + len(text)]] if text else []
    return Article(
        article_id="p1",
        revision="r1",
        title="题",
        text=text,
        source_text=prefix + text,
        source_map=OffsetMap.from_rows(rows),
        page_map=OffsetMap.identity(len(prefix + text)),
        page=(prefix + text).encode(),
        name="p1.txt",
        media=Media.TEXT,
        encoding="utf-8",
        headings=tuple(headings),
    )


@given(articles(), st.integers(5, 60), st.integers(0, 60), st.integers(0, 3))
def test_passages_are_pieces_of_the_text(article: Article, minimum: int, extra: int, overlap: int) -> None:
    """Offsets are exact and ordered, sizes hold, nothing begins with a closing mark, and the source says the same."""
    maximum = minimum + extra
    passages = chunk(article, minimum=minimum, maximum=maximum, overlap=overlap)
    for ordinal, passage in enumerate(passages):
        assert article.text[passage.start : passage.end] == passage.text
        assert passage.text.strip() == passage.text
        assert 0 < len(passage.text) <= maximum
        assert passage.ordinal == ordinal
        assert not begins_badly(passage.text)
        for span in sentences(passage.text):
            quoted = article.quote(passage.start + span.start, passage.start + span.end)
            assert quoted is not None
            assert article.source_text[quoted[0] : quoted[1]] == passage.text[span.start : span.end]
    for one, following in pairwise(passages):
        assert one.start < following.start
        assert one.end < following.end


@given(articles(), st.integers(5, 60), st.integers(0, 60), st.integers(0, 3))
def test_every_word_is_in_a_passage(article: Article, minimum: int, extra: int, overlap: int) -> None:
    """Each letter of the text stands in some passage, and a sentence that fits stands in one as a whole."""
    maximum = minimum + extra
    passages = chunk(article, minimum=minimum, maximum=maximum, overlap=overlap)
    covered = {at for passage in passages for at in range(passage.start, passage.end)}
    assert all(at in covered for at, character in enumerate(article.text) if character.isalnum())
    for span in sentences(article.text):
        words = article.text[span.start : span.end].lstrip("。！？；”」） .…")
        if any(character.isalnum() for character in words) and len(words) <= maximum // 2:
            assert any(words in passage.text for passage in passages)


@given(articles(), st.integers(5, 60), st.integers(0, 60))
def test_sizes_reach_the_minimum(article: Article, minimum: int, extra: int) -> None:
    """A passage below the minimum could not have taken in the sentence before it."""
    maximum = minimum + extra
    passages = chunk(article, minimum=minimum, maximum=maximum, overlap=0)
    longest = max((span.end - span.start for span in sentences(article.text)), default=0)
    if longest + minimum + 20 <= maximum and passages[-1:] and passages[-1].end - passages[0].start >= minimum:
        assert all(len(passage.text) >= minimum for passage in passages[1:])
