"""A language model's answers: checked sentence by sentence, and never trusted with whether there is one."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import pytest

from rag.answer.answerer import QuotesAnswerer
from rag.answer.events import Finished, Found, Said
from rag.answer.prompt import NOT_FOUND, PROMPT_VERSION
from rag.answer.writer import LlmAnswerer
from rag.check.verify import Checker
from rag.engine import Engine
from rag.errors import ModelError
from rag.llm.fakes import ScriptedModel
from rag.llm.model import ModelSpec, Prompt
from rag.types import Answer, Question, RefusalReason, Status, Strictness, Verdict

SMALL = ModelSpec(name="small", small=True, prompt_budget=600)
SURE = {"true": math.log(0.98), "false": math.log(0.02)}
UNSURE = {"true": math.log(0.02), "false": math.log(0.98)}
TITLE = """### Task:
Generate a concise, 3-5 word title.
### Output:
JSON format: { "title": "…" }
<chat_history>
USER: 临河区新建了多少所幼儿园？
</chat_history>"""
COVERAGE = "临河区普惠性幼儿园覆盖率是多少？"

Asking = Callable[..., tuple[Answer, list[str], ScriptedModel]]


@pytest.fixture
def ask(engine: Engine) -> Asking:
    """Ask with a model that replies as it is told; gives the answer, the pieces that were sent, and the model."""

    def asking(
        question: str, *replies: str | ModelError, spec: ModelSpec | None = None, sure: bool = True, **options: object
    ) -> tuple[Answer, list[str], ScriptedModel]:
        model = ScriptedModel(
            replies, spec=spec, piece=4, alternatives={" tru": SURE if sure else UNSURE}, **options.pop("model", {})
        )
        quotes = engine.answerers["quotes"]
        assert isinstance(quotes, QuotesAnswerer)
        answerer = LlmAnswerer(engine.store, quotes, model, Checker(), max_tokens=200)
        events = list(answerer.events(Question(text=question, **options)))
        assert isinstance(events[0], Found)
        assert isinstance(events[-1], Finished)
        said = [event.text for event in events if isinstance(event, Said)]
        return events[-1].answer, said, model

    return asking


def reply(answer: str, *, found: bool = True, source: int = 1) -> str:
    return json.dumps({"found": found, "source": source, "answer": answer}, ensure_ascii=False)


def test_a_true_sentence_is_kept_with_its_quote(ask: Asking, engine: Engine) -> None:
    """What the article says stays, its marker behind it, its quote cut from the source."""
    answer, said, model = ask(COVERAGE, "截至2023年年底，临河区普惠性幼儿园覆盖率为91.5%。[1]")
    assert (answer.status, answer.text) == (Status.ANSWERED, "截至2023年年底，临河区普惠性幼儿园覆盖率为91.5%。[1]")
    assert "".join(said) == answer.text
    (claim,) = answer.claims
    assert answer.text[claim.start : claim.end] == claim.text == "截至2023年年底，临河区普惠性幼儿园覆盖率为91.5%。"
    (citation,) = answer.citations
    assert "覆盖率达到91.5%" in citation.quote
    with engine.store.snapshot() as snapshot:
        source = snapshot.article(citation.article_id).source_text
    assert source[citation.source_start : citation.source_end] == citation.quote
    assert (answer.trace.answerer, answer.trace.model) == ("llm", "scripted")
    assert answer.trace.prompt_version == PROMPT_VERSION
    assert answer.trace.completion_tokens > 0
    assert len(model.prompts) == 1


def test_an_invented_figure_falls_and_the_quotes_answer(ask: Asking) -> None:
    """A wrong number never reaches the reader; the article's own sentence takes its place."""
    answer, said, _ = ask(COVERAGE, "临河区普惠性幼儿园覆盖率为97.3%。[1]")
    assert "97.3" not in "".join(said)
    assert "91.5%" in answer.text
    assert answer.trace.answerer == "quotes"
    (dropped,) = answer.trace.dropped
    assert "97.3%" in dropped.text
    assert dropped.verdict is Verdict.UNSUPPORTED
    assert dropped.reason


def test_only_the_sentence_that_fails_is_dropped(ask: Asking) -> None:
    """The true one stays, and the answer says that it is only a part."""
    answer, _, _ = ask(COVERAGE, "临河区普惠性幼儿园覆盖率达到91.5%。[1]全区共有幼儿园870所。[1]")
    assert answer.text == "临河区普惠性幼儿园覆盖率达到91.5%。[1]"
    assert answer.status is Status.PARTIAL


def test_what_a_model_writes_again_is_said_once(ask: Asking) -> None:
    """The same sentence, or a part of it, behind others."""
    share, homes = "截至2023年年底，临河区普惠性幼儿园覆盖率为91.5%。[1]", "2023年，临河区新建幼儿园12所。[1]"
    answer, _, _ = ask(COVERAGE, share + homes + share + "临河区普惠性幼儿园覆盖率为91.5%。[1]")
    assert answer.text == share + homes
    assert answer.trace.dropped == ()


def test_a_marked_sentence_stays_without_a_number(ask: Asking) -> None:
    """With `strict` = mark, what no quote carries is shown, marked, and cites nothing."""
    answer, _, _ = ask(
        COVERAGE, "临河区普惠性幼儿园覆盖率达到91.5%。[1]全区共有幼儿园870所。[1]", strict=Strictness.MARK
    )
    assert answer.text.endswith("[1]全区共有幼儿园870所。［未证实］")
    assert [claim.verdict is Verdict.UNSUPPORTED for claim in answer.claims] == [False, True]
    assert answer.claims[1].numbers == ()


def test_a_small_model_is_held_to_a_schema(ask: Asking) -> None:
    """The answer is read out of the object, and the program places the marker."""
    answer, _, model = ask("东港市组建了多少个义务教育集团？", reply("东港市组建了义务教育集团21个。"), spec=SMALL)
    assert answer.text == "东港市组建了义务教育集团21个。[1]"
    prompt = model.prompts[0]
    assert prompt.schema is not None
    assert prompt.messages[-1].content.endswith("问题：东港市组建了多少个义务教育集团？")
    assert "义务教育集团21个" in prompt.messages[-1].content


def test_what_a_small_model_passes_over_is_quoted(ask: Asking) -> None:
    """A true sentence that is beside the point stays, and the sentence that the evidence ranks first comes with it."""
    answer, said, _ = ask("临河博物馆新馆由谁设计？", reply("新馆收藏文物6.8万件。"), spec=SMALL)
    first, second = answer.text.split("\n")
    assert first == "新馆收藏文物6.8万件。[1]"
    assert "周明" in second
    assert second.endswith("[1]")
    assert "".join(said) == answer.text
    assert [citation.claim for citation in answer.citations] == [0, 1]


def test_what_a_model_doubts_is_refused(ask: Asking) -> None:
    """Weak evidence and a model that does not find the answer make a refusal, whatever it wrote."""
    answer, said, _ = ask(
        "临河区的乡村教师周转房有多少套？", reply("临河区将建设周转房。", found=True), spec=SMALL, sure=False
    )
    assert answer.status is Status.REFUSED
    assert said == []


def test_a_model_that_finds_nothing_is_believed_only_so_far(ask: Asking) -> None:
    """Where the evidence is strong, a model's `not found` does not make a refusal: the quotes answer."""
    answer, _, _ = ask(COVERAGE, NOT_FOUND)
    assert answer.status is Status.ANSWERED
    assert "91.5%" in answer.text
    assert answer.trace.answerer == "quotes"


def test_another_place_is_refused_without_asking(ask: Asking) -> None:
    """A question about a place that no article speaks of costs no token."""
    answer, _, model = ask("清源区普惠性幼儿园覆盖率是多少？", "清源区普惠性幼儿园覆盖率为91.5%。[1]")
    assert answer.refusal is not None
    assert answer.refusal.reason is RefusalReason.OTHER_PLACE
    assert model.prompts == []


def test_a_model_that_fails_leaves_the_quotes_and_a_line(ask: Asking) -> None:
    """The reader gets the article's sentences and is told; the trace says what went wrong."""
    answer, said, _ = ask(COVERAGE, ModelError("no answer within 60 s"))
    assert "91.5%" in answer.text
    assert said == [answer.text]
    assert answer.notice.startswith("语言模型没有回应")
    assert any("no answer within 60 s" in note for note in answer.trace.notes)


def test_a_model_that_breaks_off_keeps_what_was_checked(ask: Asking) -> None:
    """Sentences that were complete and true stay, with a line that says that the model stopped."""
    text = "临河区普惠性幼儿园覆盖率达到91.5%。[1]公办园在园幼儿占比为55.2%。[1]"
    answer, _, _ = ask(COVERAGE, text, model={"fails_after": 7})
    assert answer.text == "临河区普惠性幼儿园覆盖率达到91.5%。[1]"
    assert answer.notice.startswith("语言模型中途停止")


def test_numbers_that_name_no_passage_are_counted(ask: Asking) -> None:
    """A marker out of range is reported; the sentence is held to what carries it."""
    answer, _, _ = ask(COVERAGE, "临河区普惠性幼儿园覆盖率达到91.5%。[9]")
    assert answer.trace.unknown_numbers == 1
    assert answer.text.endswith("[1]")


def test_the_script_is_that_of_the_question(ask: Asking) -> None:
    """An answer to a question in traditional script is in traditional script, its quote in the publisher's."""
    for written in ("临河区普惠性幼儿园覆盖率达到91.5%。[1]", "臨河區普惠性幼兒園覆蓋率达到91.5%。[1]"):
        answer, _, _ = ask("臨河區普惠性幼兒園覆蓋率是多少？", written)
        assert answer.text == "臨河區普惠性幼兒園覆蓋率達到91.5%。[1]"
    assert "覆盖率达到91.5%" in answer.citations[0].quote


def test_an_english_question_reaches_the_model_as_it_was_asked(ask: Asking) -> None:
    """The model sees the user's words, not the Chinese that was searched; what it writes is checked as ever."""
    question = "What is the inclusive kindergarten coverage rate in Linhe District?"
    answer, _, model = ask(question, "临河区普惠性幼儿园覆盖率达到91.5%。[1]")
    assert answer.text == "临河区普惠性幼儿园覆盖率达到91.5%。[1]"
    assert answer.trace.answerer == "llm"
    assert question in model.prompts[0].messages[-1].content


def test_a_reader_who_leaves_stops_the_model(engine: Engine) -> None:
    """Closing the events closes the reply."""
    model = ScriptedModel(["临河区普惠性幼儿园覆盖率达到91.5%。[1]" * 9], piece=2)
    quotes = engine.answerers["quotes"]
    assert isinstance(quotes, QuotesAnswerer)
    events = LlmAnswerer(engine.store, quotes, model, Checker(), max_tokens=500).events(Question(text=COVERAGE))
    assert isinstance(next(events), Found)
    assert isinstance(next(events), Said)
    events.close()
    assert model.stopped == 1


def test_the_prompt_begins_the_same_for_every_question(ask: Asking) -> None:
    """All but the last message is fixed, so that a server that caches reads it once."""
    prompts: list[Prompt] = []
    for question in (COVERAGE, "临河博物馆新馆由谁设计？"):
        prompts += ask(question, reply("x"), spec=SMALL)[2].prompts
    assert prompts[0].messages[:-1] == prompts[1].messages[:-1]
    assert prompts[0].messages[-1] != prompts[1].messages[-1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("你好！", "据实"),
        ("謝謝", ""),
        (TITLE, '"title"'),
    ],
)
def test_what_is_no_question_is_answered_without_a_search(engine: Engine, text: str, said: str) -> None:
    """Small talk and the chores of chat front ends come back at once, without evidence and without citations."""
    events = list(engine.events(Question(text=text), "quotes"))
    assert not any(isinstance(event, Found) for event in events)
    answer = events[-1].answer if isinstance(events[-1], Finished) else None
    assert answer is not None
    assert (answer.status, answer.citations) == (Status.CHAT, ())
    assert said in answer.text
    assert answer.text
