"""Answering every case under every threshold and every share of a second sentence, from one look at the evidence."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from eval.cases import Case
from eval.judges import QuoteJudge
from eval.measures import parts
from eval.replies import Reply
from eval.tune.fit import Trial
from eval.tune.objective import Bound, Objective, Parts, Setting, measure
from rag.answer.answerer import Looked, QuotesAnswerer
from rag.answer.calibration import Calibration, calibration
from rag.engine import Engine
from rag.store.protocol import Snapshot
from rag.types import Answer, Question, Turn

NAMES = ("answer_threshold", "second_sentence")
THRESHOLDS = tuple(at / 50 for at in range(1, 50))
SECONDS = (0.05, 0.08, 0.12, 0.18, 0.25, 0.35, 0.5, 1.0)

_SHOWN = ("right", "fact recall", "refused", "over-refusal")
_BALANCE = Objective(
    name="balance",
    terms=(("right", 0.5), ("refused", 0.5)),
    says="the mean of right answers and of refused unanswerable questions (greatest where Youden's J is)",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceilings:
    """Shares that must not be passed: of answerable questions refused, of unanswerable ones answered. None: any."""

    over_refusal: float | None = None
    unfounded: float | None = None

    @property
    def bounds(self) -> tuple[Bound, ...]:
        """The same as bounds of measures."""
        found = []
        if self.over_refusal is not None:
            found.append(Bound(measure="over-refusal", limit=self.over_refusal))
        if self.unfounded is not None:
            found.append(Bound(measure="refused", limit=1 - self.unfounded, at_most=False))
        return tuple(found)

    @property
    def objective(self) -> Objective:
        """What to have most of below them.

        Right answers below a ceiling of unfounded ones; below one of over-refusal alone, which a threshold of 0 would
        keep best, refused unanswerable questions; both in balance where there is no ceiling.
        """
        if self.unfounded is not None:
            return measure("right")
        return measure("refused") if self.over_refusal is not None else _BALANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What a case gives under all thresholds up to `upto`, itself among them."""

    upto: float
    parts: Parts


def pieces(ask: Callable[[float], tuple[Parts, Collection[float]]]) -> tuple[Piece, ...]:
    """What a case gives under every threshold, in rising order; the last piece has no end.

    `ask` answers under one threshold and tells the probabilities that were held against it. The answer can only change
    where one of them is passed, so that each stretch between two is asked for once.
    """
    found: list[Piece] = []
    threshold = 0.0
    while not found or found[-1].upto < math.inf:
        given, probabilities = ask(threshold)
        upto = min((probability for probability in probabilities if probability >= threshold), default=math.inf)
        found.append(Piece(upto=upto, parts=given))
        threshold = math.nextafter(upto, math.inf)
    return tuple(found)


def under(threshold: float, found: Sequence[Piece]) -> Parts:
    """What a case gives under `threshold`."""
    return next(piece.parts for piece in found if threshold <= piece.upto)


def limit_trial(
    engine: Engine,
    cases: Sequence[Case],
    ceilings: Ceilings,
    *,
    thresholds: Sequence[float] = THRESHOLDS,
    seconds: Sequence[float] = SECONDS,
    tell: Callable[[float], None] = lambda _share: None,
) -> Trial:
    """What every case gives, answered by quotes, under all pairs of `thresholds` and `seconds`, and the present pair.

    The evidence of a question is looked at once. `tell` hears which share is done.
    """
    fitted = calibration().limited(engine.settings.answer_threshold, engine.settings.second_sentence)
    found: dict[float, dict[str, tuple[Piece, ...]]] = {second: {} for second in sorted({*seconds, fitted.second})}
    with engine.store.snapshot() as snapshot:
        for at, case in enumerate(cases):
            look = _LookedOnce(_answerer(engine, fitted))
            for second, of_cases in found.items():
                of_cases[case.case_id] = pieces(_asking(engine, snapshot, case, fitted, second, look))
            tell((at + 1) / len(cases))
    rows: dict[Setting, dict[str, Parts]] = {
        (threshold, second): {case_id: under(threshold, each) for case_id, each in of_cases.items()}
        for threshold in sorted({*thresholds, fitted.threshold})
        for second, of_cases in found.items()
    }
    return Trial(
        names=NAMES,
        present=(fitted.threshold, fitted.second),
        rows=rows,
        objective=ceilings.objective,
        bounds=ceilings.bounds,
        measures=_SHOWN,
    )


class _LookedOnce:
    """Looks at the evidence of each question once, and keeps the probabilities of what was asked for since `start`."""

    def __init__(self, answerer: QuotesAnswerer) -> None:
        self._answerer = answerer
        self._known: dict[tuple[str, tuple[Turn, ...]], Looked] = {}
        self.probabilities: list[float] = []

    def start(self) -> None:
        """Forget the probabilities."""
        self.probabilities = []

    def __call__(self, snapshot: Snapshot, question: Question) -> Looked:
        """As `QuotesAnswerer.look`."""
        key = (question.text, question.history)
        if key not in self._known:
            self._known[key] = self._answerer.look(snapshot, question)
        self.probabilities.append(self._known[key].assessment.probability)
        return self._known[key]


def _asking(
    engine: Engine, snapshot: Snapshot, case: Case, fitted: Calibration, second: float, look: _LookedOnce
) -> Callable[[float], tuple[Parts, Collection[float]]]:
    question = Question(text=case.question, history=case.history, as_of=case.as_of)

    def ask(threshold: float) -> tuple[Parts, Collection[float]]:
        look.start()
        answerer = _answerer(engine, fitted.limited(threshold, second))
        looked = look(snapshot, question)
        quoted = answerer.decide(looked)
        answer = answerer.compare(snapshot, question, looked, quoted, look=look) or quoted
        return _given(case, answer), look.probabilities

    return ask


def _answerer(engine: Engine, limits: Calibration) -> QuotesAnswerer:
    return QuotesAnswerer(engine.store, engine.retriever, engine.encoder, limits, settings=engine.settings.fingerprint)


def _given(case: Case, answer: Answer) -> Parts:
    given = parts(case, Reply(status=answer.status, text=answer.text), QuoteJudge())
    return {name: given[name] for name in _SHOWN if name in given}
