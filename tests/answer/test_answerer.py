"""Questions answered and refused, over the real encoder, store and calibration."""

from __future__ import annotations

import pytest

from rag.engine import Engine
from rag.errors import InputError
from rag.types import Answer, Filters, Question, RefusalReason, Status, Turn, Verdict
from rag.wiring import assemble


@pytest.mark.parametrize(
    ("question", "article", "fact"),
    [
        ("临河区普惠性幼儿园覆盖率是多少？", "linhe", "91.5%"),
        ("臨河區普惠性幼兒園覆蓋率是多少？", "linhe", "91.5%"),
        ("2023年临河区新建了多少所幼儿园？", "linhe", "12所"),
        ("东港市第三实验小学为什么推迟开学？", "donggang", "施工图纸调整"),
        ("东港市组建了多少个义务教育集团？", "donggang", "21个"),
        ("临河博物馆新馆由谁设计？", "museum", "周明"),
        ("临河博物馆新馆收藏了多少件文物", "museum", "6.8万件"),
    ],
)
def test_a_fact_is_answered_with_its_own_words(engine: Engine, question: str, article: str, fact: str) -> None:
    """The answer holds the fact, ends in a marker, and its quote is cut from the stored source."""
    answer = engine.answer(Question(text=question))
    assert answer.status is Status.ANSWERED
    holding = [citation for citation in answer.citations if fact in citation.quote]
    assert [citation.article_id for citation in holding] == [article]
    with engine.store.snapshot() as snapshot:
        for citation in answer.citations:
            source = snapshot.article(citation.article_id, citation.revision).source_text
            assert source[citation.source_start : citation.source_end] == citation.quote
            assert citation.verdict is Verdict.EXACT
            assert f"[{citation.number}]" in answer.text


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("清源区普惠性幼儿园覆盖率是多少？", RefusalReason.OTHER_PLACE),
        ("东港市普惠性幼儿园覆盖率是多少？", None),
        ("2016年临河区新建了多少所幼儿园？", RefusalReason.OTHER_TIME),
        ("临河博物馆的馆长是谁？", None),
        ("怎样做红烧肉才不腻？", RefusalReason.NO_EVIDENCE),
        ("国际足联世界杯的决赛在哪座城市举行？", None),
    ],
)
def test_what_the_articles_do_not_say_is_refused(engine: Engine, question: str, reason: RefusalReason | None) -> None:
    """Another place, another year, an attribute that is not given, another subject: no answer, but a reason."""
    answer = engine.answer(Question(text=question))
    assert answer.status is Status.REFUSED, answer.text
    assert answer.refusal is not None
    assert answer.citations == ()
    assert answer.refusal.message
    if reason is not None:
        assert answer.refusal.reason is reason


def test_the_figure_of_one_place_is_never_that_of_another(engine: Engine) -> None:
    """東港's question about a measure that only 临河 reports does not get 临河's figure."""
    answer = engine.answer(Question(text="东港市公办园在园幼儿占比是多少？"))
    assert "55.2%" not in answer.text


def test_a_list_comes_with_its_items(engine: Engine) -> None:
    """A sentence that announces a list is quoted with the list, in one piece of the source."""
    answer = engine.answer(Question(text="通报要求各幼儿园做好哪些工作？"))
    quote = next(c.quote for c in answer.citations if "以下工作" in c.quote)
    assert "消防演练" in quote
    assert "公示一次食谱" in quote
    assert "陈思远" not in quote


def test_a_follow_up_is_answered_about_its_own_place(engine: Engine) -> None:
    """`那东港市呢` asks the earlier question of another place."""
    history = (Turn(role="user", text="临河区组建了多少个义务教育集团？"), Turn(role="assistant", text="没有说到。"))
    answer = engine.answer(Question(text="那东港市呢？", history=history))
    assert "21个" in answer.text
    assert answer.trace.query == "东港市组建了多少个义务教育集团？"


def test_filters_limit_what_may_answer(engine: Engine) -> None:
    """With the article that answers filtered out, there is no answer; with nothing left, the reason says so."""
    asked = "临河博物馆新馆由谁设计？"
    without = engine.answer(Question(text=asked, filters=Filters(article_ids=("linhe", "donggang"))))
    assert without.status is Status.REFUSED
    nothing = engine.answer(Question(text=asked, filters=Filters(publishers=("没有这家报社",))))
    assert nothing.refusal is not None
    assert nothing.refusal.reason is RefusalReason.EMPTY_STORE


def test_a_refusal_speaks_the_script_of_the_question(engine: Engine) -> None:
    """A question in traditional script gets its reason in traditional script, and the nearest passages as they are."""
    answer = engine.answer(Question(text="清源區普惠性幼兒園覆蓋率是多少？"))
    assert answer.refusal is not None
    assert "沒有關於" in answer.refusal.message
    assert any("91.5%" in near.quote for near in answer.refusal.nearest)


def test_the_trace_explains_the_answer(engine: Engine) -> None:
    """Timings, scores and the probability are there to look at."""
    trace = engine.answer(Question(text="临河区普惠性幼儿园覆盖率是多少？")).trace
    assert trace.answerer == "quotes"
    assert trace.answerability is not None
    assert 0 < trace.answerability <= 1
    assert trace.hits[0]["article_id"] == "linhe"
    assert {"encode", "dense", "lexical", "total"} <= set(trace.timings)
    assert trace.settings == engine.settings.fingerprint


@pytest.mark.parametrize("text", ["", "  \n", "问" * 3000])
def test_what_is_no_question_is_refused_as_input(engine: Engine, text: str) -> None:
    """An empty or endless question is the asker's error, and the message says which."""
    with pytest.raises(InputError, match=r"empty|3000 characters"):
        engine.answer(Question(text=text))


def test_an_unknown_answerer_is_named(engine: Engine) -> None:
    """The error names the field and what is known."""
    with pytest.raises(InputError, match="quotes") as caught:
        engine.answer(Question(text="什么？"), "oracle")
    assert caught.value.field == "answerer"


def test_a_name_typed_by_its_sound_is_answered_and_the_reader_told(engine: Engine) -> None:
    """`临禾区` sounds like 临河区: its figure is given, with a line on how the question was understood."""
    answer = engine.answer(Question(text="临禾区普惠性幼儿园覆盖率是多少？"))
    assert answer.status is Status.ANSWERED
    assert any("91.5%" in citation.quote for citation in answer.citations)
    assert answer.notice == "问题中的“临禾区”按“临河区”理解。"
    asked = engine.answer(Question(text="臨禾區普惠性幼兒園覆蓋率是多少？"))
    assert asked.notice == "問題中的“臨禾區”按“臨河區”理解。"
    assert engine.answer(Question(text="临河区普惠性幼儿园覆盖率是多少？")).notice == ""


def test_the_settings_say_from_when_on_it_answers_and_how_much_it_quotes(engine: Engine) -> None:
    """No probability reaches a threshold of 1; with a share of 1 one sentence is quoted, with 0 a second beside it."""
    question = Question(text="临河区普惠性幼儿园覆盖率是多少？")

    def said(**changed: float) -> Answer:
        settings = engine.settings.model_copy(update=changed)
        return assemble(settings, engine.store, engine.encoder).answer(question, "quotes")

    assert said(answer_threshold=1.0).status is Status.REFUSED
    assert len(said(second_sentence=1.0).claims) == 1
    assert len(said(second_sentence=0.0).claims) == 2


@pytest.mark.parametrize(
    ("question", "article", "fact"),
    [
        ("How many new kindergartens did Linhe District build in 2023?", "linhe", "12所"),
        ("What is the inclusive kindergarten coverage rate in Linhe District?", "linhe", "91.5%"),
        ("Who designed the new building of the Linhe Museum (临河博物馆)?", "museum", "周明"),
        ("When will the Donggang Third Experimental Primary School open?", "donggang", "2023年2月"),
        ("How large is 临河博物馆新馆?", "museum", "2.4万平方米"),
    ],
)
def test_an_english_question_is_answered_from_chinese_articles(
    engine: Engine, question: str, article: str, fact: str
) -> None:
    """The quotes are the publisher's; the trace shows the Chinese that was searched."""
    answer = engine.answer(Question(text=question), "quotes")
    assert answer.status is Status.ANSWERED
    assert [citation.article_id for citation in answer.citations if fact in citation.quote] == [article]
    assert answer.trace.query != question


@pytest.mark.parametrize(
    ("question", "reason", "said"),
    [
        ("How much does a ticket for the Linhe Museum cost?", RefusalReason.ABSENT_ATTRIBUTE, "“ticket”"),
        ("How many kindergartens did Yongchang County build in 2023?", RefusalReason.OTHER_PLACE, "“Yongchang"),
        ("How many kindergartens did Linhe District build in 2016?", RefusalReason.OTHER_TIME, "“2016"),
        ("What is the best recipe for pizza dough?", RefusalReason.NO_EVIDENCE, "say nothing about this"),
    ],
)
def test_what_the_articles_do_not_say_is_refused_in_english(
    engine: Engine, question: str, reason: RefusalReason, said: str
) -> None:
    """An absent attribute, another place or year, another subject: as in Chinese, in the words of the question."""
    answer = engine.answer(Question(text=question), "quotes")
    assert answer.status is Status.REFUSED, answer.text
    assert answer.refusal is not None
    assert (answer.refusal.reason, said in answer.refusal.message) == (reason, True), answer.refusal.message


def test_an_english_follow_up_is_answered_about_its_own_place(engine: Engine) -> None:
    """Another place is asked about what the question before asked of the first."""
    history = (Turn(role="user", text="How many education groups does Linhe have?"),)
    answer = engine.answer(Question(text="What about Donggang?", history=history), "quotes")
    assert "21个" in answer.text
