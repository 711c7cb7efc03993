"""One answerer asked one question from one view of a store, judged at once: its citations are not kept whole."""

from __future__ import annotations

import time
from typing import cast

from eval.bench.rows import FAILED, Given
from eval.citing import Citing, from_answer, judged
from eval.judges import Judge
from eval.naive import with_naive
from eval.timing import FromSnapshot, timed
from rag.answer.markers import without_markers
from rag.engine import Engine
from rag.errors import InputError, ModelMissingError
from rag.store.protocol import Snapshot
from rag.types import Status


def answerer_of(engine: Engine, name: str) -> FromSnapshot:
    """The answerer of that name, the baseline included.

    Raises:
        InputError: there is none of that name.
        ModelMissingError: it needs a language model, and there is none.
    """
    known = with_naive(engine).answerers
    if name not in known and name in {"llm", "naive"}:
        raise ModelMissingError(f"answerer {name} needs a language model; jushi model fetch brings one")
    if name not in known:
        raise InputError(f"answerer {name!r} is not known; expected one of {', '.join(known)}", field="answerer")
    return cast("FromSnapshot", known[name])


def given(answerer: FromSnapshot, snapshot: Snapshot, question: str, judge: Judge) -> Given:
    """What came back. An error is an answer too, so that one question is not worth a run."""
    began = time.perf_counter()
    try:
        took = timed(answerer, snapshot, question)
        answer = took.answer
        return Given(
            status=answer.status.value,
            text=without_markers(answer.text),
            reason=answer.refusal.reason.value if answer.refusal else "",
            quotes=tuple(citation.text for citation in answer.citations),
            cited=Citing() if answer.status is Status.REFUSED else judged(from_answer(answer), judge),
            answerer=answer.trace.answerer,
            answerability=answer.trace.answerability,
            conflicts=len(answer.conflicts),
            evidence=took.evidence,
            first=took.first,
            whole=took.end,
            prompt_tokens=answer.trace.prompt_tokens,
            completion_tokens=answer.trace.completion_tokens,
        )
    except Exception as error:  # noqa: BLE001 - see above
        taken = 1000 * (time.perf_counter() - began)
        return Given(status=FAILED, error=f"{type(error).__name__}: {error}", whole=taken)
