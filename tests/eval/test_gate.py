"""The gate passes the product as it is, and fails for changes that are broken on purpose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from eval.baseline import baseline_run, load_baseline, write_baseline
from eval.gate import Comparison, compare
from eval.gate_tables import comparison_object, comparison_text
from eval.scores import Scores
from rag.answer.events import Answerer, Event, Events, Finished
from rag.answer.writer import LlmAnswerer
from rag.check.sources import Source
from rag.check.verify import Checked, Checker
from rag.engine import Engine
from rag.errors import InputError
from rag.llm.fakes import ScriptedModel
from rag.llm.model import Prompt
from rag.types import Article, Question, Verdict

INVENTED = {
    "云岭大桥全长多少米？": "云岭大桥全长9128米。[1]",
    "云岭大桥总投资是多少？": "云岭大桥总投资91.5亿元。[1]",
    "沱河区图书馆新馆藏书多少册？": "沱河区图书馆新馆藏书918万册。[1]",
    "宁川市新投入的纯电动公交车有多少辆？": "宁川市新投入的纯电动公交车有9156辆。[1]",
    "桐城山区今年柑橘总产量是多少？": "桐城山区今年柑橘总产量是94.7万吨。[1]",
    "青平县人民医院新院区设置多少张床位？": "青平县人民医院新院区设置9800张床位。[1]",
}


class Believing(Checker):
    """A checker that is off: it finds every sentence supported by the first source."""

    def check(self, claim: str, sources: list[Source], **_: object) -> Checked:  # type: ignore[override]  # as called
        first = sources[0]
        return Checked(verdict=Verdict.SUPPORTED, reason="", source=first, start=first.start, end=first.end, score=1.0)


class Displaced:
    """An answerer whose offsets are one too high."""

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer

    def events(self, question: Question) -> Events:
        for event in self._answerer.events(question):
            yield self._displaced(event)

    def _displaced(self, event: Event) -> Event:
        if not isinstance(event, Finished):
            return event
        moved = [
            replace(one, source_start=one.source_start + 1, source_end=one.source_end + 1)
            for one in event.answer.citations
        ]
        return Finished(answer=replace(event.answer, citations=tuple(moved)))


def held(scores: Scores, against: Scores) -> Comparison:
    return compare(scores, {"quotes": baseline_run(against)})


def failing(scores: Scores, against: Scores) -> set[str]:
    return {change.measure.name for change in held(scores, against).worse}


def invention(prompt: Prompt) -> str:
    asked = "\n".join(message.content for message in prompt.messages)
    return next((invented for question, invented in INVENTED.items() if question in asked), "文中没有提到。")


def writing(checker: Checker) -> Callable[[Engine], Engine]:
    """Answers by a model that invents every figure, with its sentences checked by `checker`."""

    def change(engine: Engine) -> Engine:
        quotes = engine.answerers["quotes"]
        model = ScriptedModel(invention)
        return replace(engine, answerers={"llm": LlmAnswerer(engine.store, quotes, model, checker, max_tokens=200)})

    return change


def test_sound_product_finds_and_cites(sound: Scores) -> None:
    """On the small set the real product finds, answers and quotes exactly, so that there is something to lose."""
    values = {name: figure.interval.value for name, figure in sound.overall.items()}
    assert values["failed"] == 0.0
    assert values["quotes exact"] == 1.0
    assert values["MRR"] > 0.9
    assert values["fact recall"] >= 0.45  # questions in English are often refused, those in Chinese never
    assert values["citation precision"] == 1.0
    assert values["refused"] == 1.0


def test_same_product_passes(measured: Callable[..., Scores], sound: Scores) -> None:
    """A second run of the same product changes nothing, in no case."""
    comparison = held(measured(), sound)
    assert comparison.worse == ()
    assert comparison.turns == ()
    assert comparison.notes == ()
    assert comparison_text(comparison).endswith("nothing is worse than the baseline beyond chance")


def test_fusion_weight_of_zero_fails(measured: Callable[..., Scores], sound: Scores) -> None:
    """Without the vectors, questions in another language find nothing; that the settings differ is said."""
    broken = measured(dense_weight=0.0)
    comparison = held(broken, sound)
    assert "MRR" in {change.measure.name for change in comparison.worse}
    assert comparison.notes[0].startswith("the settings are not those of the baseline")


def test_offsets_off_by_one_fail(measured: Callable[..., Scores], sound: Scores) -> None:
    """Offsets that do not name their quote fail the gate."""
    broken = measured(lambda engine: replace(engine, answerers={"quotes": Displaced(engine.answerers["quotes"])}))
    assert failing(broken, sound) == {"quotes exact"}


def test_quotes_cut_off_by_one_fail(
    measured: Callable[..., Scores], sound: Scores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Quotes that stand where they are said to stand, but begin and end one character late, fail the gate too."""
    cut = Article.quote

    def late(self: Article, start: int, end: int) -> tuple[int, int] | None:
        span = cut(self, start, end)
        return span and (span[0] + 1, min(span[1] + 1, len(self.source_text)))

    monkeypatch.setattr(Article, "quote", late)
    assert "quotes as read" in failing(measured(), sound)


def test_checker_that_is_off_fails(measured: Callable[..., Scores]) -> None:
    """Inventions that are checked are dropped and quotes answer; unchecked they are cited, and nothing carries them."""
    checked = measured(writing(Checker()))
    unchecked = measured(writing(Believing()))
    said = [{one.reply.text for one in scores.cases} & set(INVENTED.values()) for scores in (checked, unchecked)]
    assert said[0] == set()
    assert said[1] == set(INVENTED.values())
    assert {"citation precision", "citation recall", "fact recall", "right"} <= failing(unchecked, checked)


def test_another_set_is_not_compared(sound: Scores) -> None:
    """Figures of two sets are not held against each other: the error names both sets and what to do."""
    other = replace(sound, conditions=replace(sound.conditions, set_digest="feedfeedfeedfeed", set_version=2))
    with pytest.raises(
        InputError, match=r"of set small 2 \(feedfeed.* of small 1 .* --write-baseline starts anew"
    ) as told:
        held(sound, other)
    assert told.value.exit_code == 2


def test_answerer_without_a_baseline_is_named(sound: Scores) -> None:
    """A baseline of quotes says nothing of a model."""
    with pytest.raises(InputError, match="no run of answerer 'quotes'"):
        compare(sound, {"llm": baseline_run(sound)})


def test_written_baseline_reads_back_and_turned_cases_are_named(sound: Scores, tmp_path: Path) -> None:
    """The file gives back the run, a case to a line; a case that turned since is told with both answers."""
    path = tmp_path / "baseline.json"
    write_baseline(path, sound, whole=len(sound.cases))
    runs = load_baseline(path)
    assert runs == {"quotes": baseline_run(sound)}
    assert path.read_text(encoding="utf-8").count('"status":') == len(sound.cases)
    first = sound.cases[0]
    lost = replace(first, parts={**first.parts, "right": (0.0, 1.0)}, reply=replace(first.reply, text="无可奉告。"))
    comparison = compare(replace(sound, cases=(lost, *sound.cases[1:])), runs)
    assert [(turn.case_id, turn.measure, turn.worse) for turn in comparison.turns] == [("bridge-zh", "right", True)]
    assert comparison.turns[0].now == "无可奉告。"
    assert comparison.worse == ()  # one case of so many may be chance
    assert comparison_object(comparison)["passed"] is True
    assert "worse: bridge-zh (right) 云岭大桥全长多少米？" in comparison_text(comparison)


def test_baseline_is_a_whole_run(sound: Scores, tmp_path: Path) -> None:
    """A sample does not become the baseline, and neither does a run in which a case failed."""
    with pytest.raises(InputError, match="a run of all 99 cases without a failure, but 14 cases were asked"):
        write_baseline(tmp_path / "baseline.json", sound, whole=99)
    broken = replace(sound.cases[3], reply=replace(sound.cases[3].reply, error="ConnectionError: gone"))
    with pytest.raises(InputError, match=r"1 cases failed \(buses-zh"):
        write_baseline(tmp_path / "baseline.json", replace(sound, cases=(broken, *sound.cases[:3])), whole=4)
    assert not (tmp_path / "baseline.json").exists()
