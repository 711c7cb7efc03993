"""Values as JSON and as text for people."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from embeddings.errors import BundleError, EncoderError, IndexMismatchError
from rag.answer.present import (
    answer_object,
    answer_text,
    article_object,
    article_path,
    as_jushi_error,
    clean_for_terminal,
    error_object,
    info_object,
    plain,
    published_at,
)
from rag.errors import InputError, ModelError, ModelMissingError, StoreBusyError, StoreVersionError
from rag.offsets import OffsetMap
from rag.types import (
    Answer,
    Article,
    ArticleInfo,
    Citation,
    Claim,
    Conflict,
    Media,
    Nearest,
    Published,
    Refusal,
    RefusalReason,
    Repair,
    Span,
    Status,
    Trace,
    Verdict,
)

PUBLISHED = Published(day=date(2023, 5, 9), confidence=0.8, origin="metadata")
TRACE = Trace(
    answerer="quotes",
    generation=3,
    settings="abc123",
    query="渡口 客流",
    answerability=0.75,
    features=MappingProxyType({"coverage": np.float32(0.5)}),
    hits=({"passage": np.int64(5), "score": float("nan")},),
    timings={"encode": 3.2109},
    notes=("one note",),
)
CITATION = Citation(
    number=1,
    article_id="dukou",
    revision="r1",
    title="渡口客流回升",
    url="/articles/dukou",
    published_at="2023-05-09",
    publisher="江汀日报",
    quote="五月客流\n达到4.2万人次。",
    text="五月客流达到4.2万人次。",
    source_start=10,
    source_end=24,
    verdict=Verdict.SUPPORTED,
    reason="line break",
    reprints=2,
)
ANSWER = Answer(
    status=Status.PARTIAL,
    text="五月客流达到4.2万人次。[1]",
    citations=(CITATION,),
    conflicts=(Conflict(measure="客流", values=("4.2万", "3.9万"), numbers=(1, 2)),),
    trace=TRACE,
)
REFUSED = Answer(
    status=Status.REFUSED,
    text="",
    refusal=Refusal(
        reason=RefusalReason.OTHER_PLACE,
        message="文章说的是别处。",
        nearest=(Nearest(article_id="dukou", title="渡口", url="/articles/dukou", quote="客流回升。", score=0.4),),
    ),
    trace=TRACE,
)


def test_answer_object_has_exactly_the_published_fields() -> None:
    """The fields that clients rely on, in order; the whole survives JSON."""
    found = answer_object(ANSWER)
    assert list(found) == ["status", "text", "claims", "citations", "refusal", "conflicts", "notice", "trace"]
    (citation,) = found["citations"]
    assert list(citation) == [
        "number", "article_id", "revision", "title", "url", "published_at", "publisher", "quote", "text",
        "source_start", "source_end", "verdict", "reason", "reprints", "claim",
    ]  # fmt: skip
    assert (found["status"], citation["verdict"], found["refusal"]) == ("partial", "supported", None)
    assert found["conflicts"] == [{"measure": "客流", "values": ["4.2万", "3.9万"], "numbers": [1, 2]}]
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_refusal_object_has_reason_message_and_nearest() -> None:
    """A refused answer carries no citations but what comes nearest."""
    found = answer_object(REFUSED)
    assert (found["status"], found["text"], found["citations"]) == ("refused", "", [])
    assert found["refusal"] == {
        "reason": "other_place",
        "message": "文章说的是别处。",
        "nearest": [
            {"article_id": "dukou", "title": "渡口", "url": "/articles/dukou", "quote": "客流回升。", "score": 0.4}
        ],
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float64(0.5), 0.5),
        (np.int32(7), 7),
        (np.bool_(True), True),  # noqa: FBT003 - the value under test
        (float("inf"), None),
        (date(2024, 2, 3), "2024-02-03"),
        (datetime(2024, 2, 3, 4, 5, tzinfo=UTC), "2024-02-03T04:05:00+00:00"),
        (Path("甲") / "乙.txt", "甲/乙.txt"),
        (Media.HTML, "html"),
        ((1, [2, None]), [1, [2, None]]),
        ({3: {"a": True}}, {"3": {"a": True}}),
        (Span(start=1, end=2, reason="页脚"), {"start": 1, "end": 2, "reason": "页脚"}),
    ],
)
def test_plain_values(value: object, expected: object) -> None:
    """Each kind of value has one JSON form."""
    assert plain(value) == expected
    assert type(plain(value)) is type(expected)


@pytest.mark.parametrize("value", [b"bytes", object(), Span])
def test_values_without_a_json_form_are_refused(value: object) -> None:
    """Bytes, arbitrary objects and classes do not slip through as their repr."""
    with pytest.raises(TypeError, match="has no JSON form"):
        plain(value)


def test_article_object_lets_anyone_check_a_quote() -> None:
    """Source, text, maps of what was done, and the bytes of the page left out."""
    source = "首页\n渡口(dù)客流回升。"
    article = Article(
        article_id="dukou",
        revision="r2",
        title="渡口",
        text="渡口客流回升。",
        source_text=source,
        source_map=OffsetMap.from_rows([[2, 3, 5], [5, 9, 14]]),
        page_map=OffsetMap.identity(len(source)),
        page=source.encode("gb18030"),
        name="渡口.txt",
        media=Media.TEXT,
        encoding="gb18030",
        published=PUBLISHED,
        repairs=(Repair(kind="pinyin", source_start=5, source_end=9, before="(dù)", after=""),),
        removed=(Span(start=0, end=3, reason="navigation"),),
        damaged=(Span(start=1, end=4, reason="lost characters"),),
    )
    found = article_object(article, ["r1", "r2"])
    assert found["source_map"] == [[2, 3, 5], [5, 9, 14]]
    assert found["damaged"] == [
        {"start": 1, "end": 4, "reason": "lost characters", "source_start": 4, "source_end": 11}
    ]  # fmt: skip
    assert {
        "article_id", "revision", "revisions", "title", "url", "publisher", "published_at", "source", "text", "repairs",
        "removed", "damaged", "suspicious", "name", "encoding",
    } <= set(found)  # fmt: skip
    assert (found["source"], found["text"], found["revisions"]) == (source, "渡口客流回升。", ["r1", "r2"])
    assert found["published_at"] == "2023-05-09"
    assert found["repairs"] == [
        {"kind": "pinyin", "source_start": 5, "source_end": 9, "before": "(dù)", "after": ""}
    ]  # fmt: skip
    json.dumps(found)


def test_info_object_puts_the_day_beside_its_origin() -> None:
    """A row of the list has the day as citations have it, and how it is known."""
    info = ArticleInfo(
        article_id="dukou",
        revision="r1",
        title="渡口",
        name="渡口.txt",
        url=None,
        publisher=None,
        published=PUBLISHED,
        passages=1,
        reprints=0,
    )
    found = info_object(info)
    assert found["published_at"] == "2023-05-09"
    assert found["published"] == {"day": "2023-05-09", "confidence": 0.8, "origin": "metadata", "time": None}
    assert published_at(None) is None


def test_answer_text_shows_answer_sources_and_doubts() -> None:
    """People see the text, the conflict, and for each number the quote on one line, its article and its verdict."""
    assert answer_text(ANSWER).splitlines() == [
        "五月客流达到4.2万人次。[1]",
        "",
        "(Only part of the question is answered by the articles.)",
        "Sources disagree on 客流: 4.2万 / 3.9万 [1][2]",
        "",
        "[1] “五月客流 达到4.2万人次。”",
        "    渡口客流回升 · 2023-05-09 · 江汀日报",
        "    supported (line break), 2 reprints · /articles/dukou",
    ]


def test_notice_follows_the_answer() -> None:
    """How the answer came to be stands in parentheses between the text and the sources."""
    lines = answer_text(replace(ANSWER, status=Status.ANSWERED, notice="模型没有回应。", conflicts=())).splitlines()
    assert lines[:5] == [
        "五月客流达到4.2万人次。[1]",
        "",
        "(模型没有回应。)",
        "",
        "[1] “五月客流 达到4.2万人次。”",
    ]


def test_small_talk_is_text_alone() -> None:
    """What says nothing of the world has no sources to show."""
    assert answer_text(Answer(status=Status.CHAT, text="你好，请提问。", trace=TRACE)) == "你好，请提问。"


def test_trace_shows_what_the_model_wrote_in_vain() -> None:
    """Model and prompt, the sentences that were dropped with their reasons, and markers that name nothing."""
    dropped = Claim(
        text="客流翻倍。", start=0, end=5, numbers=(), verdict=Verdict.UNSUPPORTED, reason="figure not in the quote"
    )
    trace = replace(
        TRACE, model="小模型", prompt_version="p3", prompt_tokens=410, completion_tokens=35, dropped=(dropped,),
        unknown_numbers=2,
    )  # fmt: skip
    assert answer_text(replace(REFUSED, trace=trace), trace=True).splitlines()[-4:] == [
        "model: 小模型, prompt p3, 410 tokens in, 35 out",
        "dropped: 客流翻倍。 (figure not in the quote)",
        "markers that name no passage: 2",
        "note: one note",
    ]


def test_refusal_text_shows_reason_and_nearest() -> None:
    """People see why there is no answer and what comes nearest."""
    assert answer_text(REFUSED).splitlines() == [
        "文章说的是别处。 (other_place)",
        "",
        "Nearest in the articles:",
        "  - “客流回升。”",
        "    渡口 · /articles/dukou",
    ]


def test_trace_is_shown_on_request() -> None:
    """The trace adds scores and timings after an empty line."""
    added = answer_text(REFUSED, trace=True).removeprefix(answer_text(REFUSED)).splitlines()
    assert added == [
        "",
        "",
        "answerer: quotes, generation 3, settings abc123",
        "query: 渡口 客流",
        "answerability: 0.750  coverage=0.5",
        "hit: passage=5 score=nan",
        "milliseconds: encode=3.21",
        "note: one note",
    ]


def test_text_for_a_terminal_cannot_steer_it() -> None:
    """Escape sequences, C1 controls and bidirectional overrides of a page are shown as replacement characters."""
    assert clean_for_terminal("甲\x1b[31m乙\x9b丙\u202e丁\r\n\t戊") == "甲\ufffd[31m乙\ufffd丙\ufffd丁\ufffd\n\t戊"


@pytest.mark.parametrize(
    ("article_id", "path"),
    [("a1", "/articles/a1"), ("新闻/1?x#y", "/articles/%E6%96%B0%E9%97%BB%2F1%3Fx%23y")],
)
def test_article_paths_are_percent_encoded(article_id: str, path: str) -> None:
    """Any id is one segment of a path."""
    assert article_path(article_id) == path


def test_error_objects_have_openai_s_shape() -> None:
    """Client errors and server errors are told apart by their type."""
    assert error_object(InputError("bad", field="top_k")) == {
        "error": {"message": "bad", "type": "invalid_request_error", "param": "top_k", "code": "invalid_request"}
    }
    assert error_object(StoreBusyError("busy")) == {
        "error": {"message": "busy", "type": "server_error", "param": None, "code": "store_busy"}
    }


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (EncoderError("x"), ModelError),
        (BundleError("x"), ModelMissingError),
        (IndexMismatchError("x"), StoreVersionError),
    ],
)
def test_errors_of_embeddings_join_the_tree(error: Exception, expected: type) -> None:
    """Each error of the lower package has its place in ours, with its sentence."""
    found = as_jushi_error(error)  # type: ignore[arg-type]
    assert (type(found), str(found)) == (expected, "x")
