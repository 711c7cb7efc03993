"""What is remembered and counted of answers."""

from __future__ import annotations

import pytest
import structlog

from rag.answer.events import Events, Finished, Said
from rag.api.watching import Watch, percentile
from rag.errors import StoreError
from rag.types import Answer, Citation, Claim, Refusal, RefusalReason, Status, Trace, Verdict


def _trace(**more: object) -> Trace:
    return Trace(answerer="quotes", generation=3, settings="f", query="学位", timings={"encode": 4.0}, **more)  # type: ignore[arg-type]


def _refused() -> Answer:
    refusal = Refusal(reason=RefusalReason.OTHER_PLACE, message="文章说的是别处。")
    return Answer(status=Status.REFUSED, text="", refusal=refusal, trace=_trace())


def _answered() -> Answer:
    text = "新增学位3600个。"
    claim = Claim(text=text, start=0, end=len(text), numbers=(1,), verdict=Verdict.EXACT)
    lost = Claim(text="新增学位3700个。", start=0, end=10, numbers=(), verdict=Verdict.UNSUPPORTED)
    citation = Citation(
        number=1, article_id="a", revision="r", title="", url="/articles/a", published_at=None, publisher=None,
        quote=text, text=text, source_start=0, source_end=len(text), verdict=Verdict.EXACT,
    )  # fmt: skip
    return Answer(
        status=Status.ANSWERED, text=text, claims=(claim,), citations=(citation,),
        trace=_trace(prompt_tokens=310, completion_tokens=42, dropped=(lost,)),
    )  # fmt: skip


def _events(answer: Answer) -> Events:
    if answer.text:
        yield Said(text=answer.text)
    yield Finished(answer=answer)


def _failing() -> Events:
    yield Said(text="新增")
    raise StoreError("the data folder is gone")


def test_answers_and_refusals_are_counted_by_kind() -> None:
    """Statuses, reasons, verdicts of shown and of dropped sentences, and tokens are in the registry."""
    watch = Watch()
    for answer in (_answered(), _refused(), _refused()):
        assert list(watch.answering("问", lambda answer=answer: _events(answer))()) == list(_events(answer))  # type: ignore[misc]
    value = watch.metrics.registry.get_sample_value
    assert value("jushi_answers_total", {"answerer": "quotes", "status": "answered"}) == 1
    assert value("jushi_refusals_total", {"reason": "other_place"}) == 2
    assert value("jushi_claims_total", {"verdict": "exact", "shown": "yes"}) == 1
    assert value("jushi_claims_total", {"verdict": "unsupported", "shown": "no"}) == 1
    assert value("jushi_tokens_total", {"kind": "prompt"}) == 310
    assert value("jushi_stage_seconds_sum", {"stage": "encode"}) == pytest.approx(0.012)
    assert value("jushi_first_sentence_seconds_count", {"answerer": "quotes"}) == 1


def test_recent_answers_are_newest_first_and_bounded() -> None:
    """A refusal has no first sentence; of many answers the last hundred stay."""
    watch = Watch()
    for answer in [_refused()] * 100 + [_answered()]:
        list(watch.answering("问", lambda answer=answer: _events(answer))())  # type: ignore[misc]
    newest, *others = watch.recent()
    assert (newest.status, newest.answerer, len(others)) == ("answered", "quotes", 99)
    assert newest.first_ms is not None
    assert newest.first_ms <= newest.whole_ms
    assert {other.first_ms for other in others} == {None}


def test_latencies_are_percentiles_of_each_stage() -> None:
    """Of 1 to 100 milliseconds, half are at most 50 and 95 % at most 95."""
    watch = Watch()
    for taken in range(100, 0, -1):
        watch.searched({"encode": float(taken), "dense": 2.0})
    rows = {row.stage: (row.p50, row.p95, row.count) for row in watch.latencies()}
    assert rows == {"encode": (50.0, 95.0, 100), "dense": (2.0, 2.0, 100)}


@pytest.mark.parametrize(
    ("values", "share", "found"), [([7.0], 0.5, 7.0), ([1.0, 2.0], 0.5, 1.0), ([1.0, 2.0], 0.95, 2.0)]
)
def test_percentiles_are_values_that_were_measured(values: list[float], share: float, found: float) -> None:
    """Nearest rank: nothing is interpolated."""
    assert percentile(values, share) == found


def test_answers_that_do_not_end_are_told_apart() -> None:
    """One that failed and one whose reader left are counted, and neither is a recent answer."""
    watch = Watch()
    with pytest.raises(StoreError):
        list(watch.answering("问", _failing)())
    left = watch.answering("问", lambda: _events(_answered()))()
    next(left)
    left.close()
    value = watch.metrics.registry.get_sample_value
    assert value("jushi_answers_unfinished_total", {"why": "failed"}) == 1
    assert value("jushi_answers_unfinished_total", {"why": "left"}) == 1
    assert not watch.recent()


@pytest.mark.parametrize(("wanted", "logged"), [(False, None), (True, "新增多少学位？")])
def test_questions_are_logged_only_when_asked_for(wanted: bool, logged: str | None) -> None:  # noqa: FBT001 - a test's table
    """Each answer is one event of the log; it holds the question only where the setting says so."""
    with structlog.testing.capture_logs() as events:
        list(Watch(questions=wanted).answering("新增多少学位？", lambda: _events(_refused()))())
    (event,) = events
    assert (event["event"], event["status"], event["reason"]) == ("answered", "refused", "other_place")
    assert event.get("question") == logged
