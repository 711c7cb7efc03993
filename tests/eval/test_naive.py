"""The baseline: what it asks, what it makes of what the model wrote, and that it can take an answerer's place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from embeddings.fakes import HashingEncoder
from eval.citing import from_answer
from eval.naive import gives_up, with_naive
from rag.config import load_settings
from rag.engine import Engine
from rag.ingest.pipeline import Pipeline
from rag.llm.fakes import ScriptedModel
from rag.store.fakes import MemoryStore
from rag.types import Answer, Media, Question, RawDocument, RefusalReason, Status
from rag.wiring import assemble

TEXTS = {
    "bridge": "滨河大桥于2019年通车，全长1200米，由林海生设计。",
    "museum": "临河博物馆新馆收藏文物6.8万件，其中青铜器1200余件。",
}


def engine(tmp_path: Path, replies: Sequence[str], texts: dict[str, str] = TEXTS) -> tuple[Engine, ScriptedModel]:
    """An engine in memory whose model writes `replies`."""
    encoder, model = HashingEncoder(), ScriptedModel(replies)
    store = MemoryStore(encoder=encoder.spec)
    Pipeline(store=store, encoder=encoder).ingest(
        [RawDocument(name=name, data=text.encode(), media=Media.TEXT, article_id=name) for name, text in texts.items()]
    )
    return with_naive(assemble(load_settings(data=tmp_path), store, encoder, model=model)), model


def asked(tmp_path: Path, reply: str, question: str = "滨河大桥哪一年通车？") -> Answer:
    """The baseline's answer when the model writes `reply`; the bridge is passage 1."""
    return engine(tmp_path, [reply])[0].answer(Question(text=question), "naive")


def test_the_prompt_is_plain(tmp_path: Path) -> None:
    """One message: instructions, numbered passages as they are, the question."""
    built, model = engine(tmp_path, ["2019年。[1]"])
    built.answer(Question(text="滨河大桥哪一年通车？"), "naive")
    (message,) = model.prompts[0].messages
    assert model.prompts[0].schema is None
    assert f"[1] {TEXTS['bridge']}" in message.content
    assert message.content.endswith("问题：滨河大桥哪一年通车？\n回答：")


def test_the_answer_is_what_the_model_wrote(tmp_path: Path) -> None:
    """Sentences, their markers and their passages; what is wrong stays, and unknown numbers are counted."""
    answer = asked(tmp_path, "大桥于2018年通车【1】。它很美。[7]\n由林海生设计。")
    assert answer.status is Status.ANSWERED
    assert answer.text == "大桥于2018年通车。[1]它很美。[7]\n由林海生设计。"
    assert [(claim.text, claim.numbers) for claim in answer.claims] == [
        ("大桥于2018年通车。", (1,)), ("它很美。", (7,)), ("由林海生设计。", ()),
    ]  # fmt: skip
    assert answer.citations[0].text == TEXTS["bridge"]
    assert answer.citations[0].quote == TEXTS["bridge"]
    assert answer.trace.unknown_numbers == 1
    assert answer.trace.completion_tokens > 0
    first, second, third = from_answer(answer)
    assert TEXTS["bridge"] in first.quotes[0]
    assert (second.quotes, second.unknown) == ((), 1)
    assert (third.quotes, third.unknown) == ((), 0)


def test_passages_that_nothing_cites_are_listed(tmp_path: Path) -> None:
    """An answer without markers lists what the model was shown; no sentence cites it."""
    answer = asked(tmp_path, "2019年")
    assert [citation.number for citation in answer.citations] == [1, 2]
    assert from_answer(answer)[0].quotes == ()


@pytest.mark.parametrize("reply", ["资料中没有相关信息。", "根据提供的资料，並未提及通車時間。", ""])
def test_the_model_is_taken_at_its_word(tmp_path: Path, reply: str) -> None:
    """What says that there is no answer is a refusal."""
    assert asked(tmp_path, reply).status is Status.REFUSED


@pytest.mark.parametrize("text", ["大桥没有收费站。", "资料显示，大桥于2019年通车。此外没有相关信息。", "2019年"])
def test_what_only_sounds_like_giving_up(text: str) -> None:
    """A negative fact, and a remark behind an answer, are answers."""
    assert not gives_up(text)


def test_nothing_found_is_refused_without_the_model(tmp_path: Path) -> None:
    """Over an empty store the model is not asked."""
    built, model = engine(tmp_path, [], {})
    answer = built.answer(Question(text="大桥哪一年通车？"), "naive")
    assert answer.refusal is not None
    assert answer.refusal.reason is RefusalReason.EMPTY_STORE
    assert model.prompts == []


def test_without_a_model_there_is_no_baseline(tmp_path: Path) -> None:
    """An engine of quotes stays as it is."""
    encoder = HashingEncoder()
    built = assemble(load_settings(data=tmp_path), MemoryStore(encoder=encoder.spec), encoder)
    assert with_naive(built) is built
