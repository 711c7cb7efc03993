"""Sentences out of a model's reply while it is still coming."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.drafts import Reader, SchemaReader, TextReader, likelihood_of_true, read_string
from rag.llm.model import Delta


def fed(reader: Reader, text: str, *, size: int, cut: bool = False) -> list[tuple[int, str, tuple[int, ...]]]:
    """(delta in which it came, text, numbers) of each sentence, the reply cut into deltas of `size` characters."""
    out = []
    for index, start in enumerate(range(0, len(text), size)):
        out += [(index, d.text, d.numbers) for d in reader.read(Delta(text=text[start : start + size]))]
    return out + [(-1, d.text, d.numbers) for d in reader.rest(cut=cut)]


REPLY = "临河区新建幼儿园12所。[1]新增学位3600个【2】。此外，公办园占比为55.2%[1，2]。"


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_running_text_gives_each_sentence_once(size: int) -> None:
    """However the reply is cut, its sentences come once, in order, with the numbers that were written behind them."""
    found = fed(TextReader(), REPLY, size=size)
    assert [(text, numbers) for _, text, numbers in found] == [
        ("临河区新建幼儿园12所。", (1,)),
        ("新增学位3600个。", (2,)),
        ("此外，公办园占比为55.2%。", (1, 2)),
    ]


def test_a_sentence_comes_before_the_reply_has_ended() -> None:
    """The first sentence is given as soon as something other than a marker follows it."""
    found = fed(TextReader(), REPLY, size=1)
    assert found[0][0] <= REPLY.index("新增") + 1
    assert found[-1][0] == -1


def test_the_agreed_words_for_no_answer_are_no_sentence() -> None:
    """A reply that says that the passages do not answer gives nothing and counts as not found."""
    reader = TextReader()
    assert fed(reader, "资料未提及。", size=3) == []
    assert reader.found == 0.15


def test_a_sentence_that_was_cut_off_is_none() -> None:
    """Where the reply ends for want of tokens, its last sentence counts only if it is finished."""
    assert [text for _, text, _ in fed(TextReader(), REPLY, size=9, cut=True)][-1] == "此外，公办园占比为55.2%。"
    assert [text for _, text, _ in fed(TextReader(), REPLY[:20], size=9, cut=True)] == ["临河区新建幼儿园12所。"]
    assert [text for _, text, _ in fed(TextReader(), REPLY[:20], size=9)][-1] == "新增学位3"


def test_an_answer_as_long_as_it_may_be_was_cut_off() -> None:
    """A model that copies a passage is stopped by the schema in the middle of a sentence, which then is none."""
    long = json.dumps({"found": True, "source": 1, "answer": ("临河区新建幼儿园12所。" * 11)[:120]}, ensure_ascii=False)
    assert {text for _, text, _ in fed(SchemaReader(), long, size=50)} == {"临河区新建幼儿园12所。"}
    short = json.dumps({"found": True, "source": 1, "answer": "临河区新建幼儿园"}, ensure_ascii=False)
    assert [text for _, text, _ in fed(SchemaReader(), short, size=50)] == ["临河区新建幼儿园"]


@pytest.mark.parametrize("size", [1, 3, 7, 200])
def test_an_object_gives_its_answer_with_the_source_as_marker(size: int) -> None:
    """The field `answer` is read while it is written; the number of the source becomes the marker."""
    text = json.dumps({"found": True, "source": 2, "answer": "“海绵校园”启用。年节水1万吨"}, ensure_ascii=False)
    reader = SchemaReader()
    assert [(t, n) for _, t, n in fed(reader, text, size=size)] == [("“海绵校园”启用。", (2,)), ("年节水1万吨", (2,))]
    assert reader.found == 0.95


def test_an_object_without_an_answer_gives_nothing() -> None:
    """`found: false` with an empty answer is no sentence."""
    reader = SchemaReader()
    assert fed(reader, '{"found": false, "source": 0, "answer": ""}', size=4) == []
    assert reader.found == 0.15


def test_the_likelihood_of_found_is_read_where_it_is_decided() -> None:
    """The alternatives count at the value of `found` and nowhere else, `true` with and without a space before it."""
    reader = SchemaReader()
    reader.read(Delta(text='{"', alternatives={"true": 0.0}))
    reader.read(Delta(text='found":'))
    reader.read(
        Delta(text=" true", alternatives={" true": math.log(0.5), "true": math.log(0.1), " false": math.log(0.2)})
    )
    reader.read(Delta(text=', "source": 1', alternatives={"false": 0.0}))
    assert reader.found == pytest.approx(0.75)


def test_a_token_that_is_neither_true_nor_false_decides_nothing() -> None:
    """Without either word among the alternatives there is no likelihood."""
    assert likelihood_of_true(Delta(text="x", alternatives={"null": -0.1})) is None


@given(st.text(), st.integers(min_value=0, max_value=400))
def test_every_beginning_of_a_string_reads_as_a_beginning(text: str, cut: int) -> None:
    """Whatever stands in a JSON string and wherever it is cut, what is read is a prefix of it."""
    whole = text.encode("utf-8", "ignore").decode("utf-8")
    for ascii_only in (True, False):
        raw = json.dumps(whole, ensure_ascii=ascii_only)[1:]
        assert whole.startswith(read_string(raw[:cut]))
        assert read_string(raw + ', "more": "x"') == whole
