"""The answerable questions of a set asked of every noisy twin of its articles, and what each noise costs against clean.

For each kind of noise the articles are rendered anew, in their order (so that a later revision supersedes an earlier
one), and ingested into a store of their own, as a user would do it; then every question is asked of it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from eval.cases import Case
from eval.facts import holds
from eval.intervals import Interval, difference, values_of
from eval.noise.render import CLEAN, render
from rag.config import Settings
from rag.errors import InputError
from rag.types import Answer, Article, Question, RawDocument, Status
from rag.wiring import open_engine

Tell = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one store answered to one case: which of its facts stood in the answer, by position, or that it refused."""

    case: Case
    answer: Answer
    said: frozenset[int]

    @property
    def recall(self) -> float:
        """Share of the case's facts that were said."""
        return len(self.said) / len(self.case.facts)

    @property
    def is_right(self) -> bool:
        """Every fact was said."""
        return len(self.said) == len(self.case.facts)

    @property
    def is_refused(self) -> bool:
        """Nothing was answered."""
        return self.answer.status is Status.REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """One kind of noise: the replies to every case, in the order of the cases, and those of the clean twin."""

    kind: str
    replies: tuple[Reply, ...]
    clean: tuple[Reply, ...]

    @property
    def recall(self) -> float | None:
        """Mean share of facts said."""
        return _mean([reply.recall for reply in self.replies])

    @property
    def right(self) -> float | None:
        """Share of cases with every fact said."""
        return _mean([reply.is_right for reply in self.replies])

    @property
    def refused(self) -> float | None:
        """Share of cases refused, all of which the articles answer."""
        return _mean([reply.is_refused for reply in self.replies])

    @property
    def agreement(self) -> float | None:
        """Share of cases in which the same facts were said as by the clean twin."""
        return _mean([one.said == other.said for one, other in zip(self.replies, self.clean, strict=True)])

    @property
    def change(self) -> Interval | None:
        """Fact recall minus that of the clean twin, in points, with a paired bootstrap interval; below 0 is a loss."""
        found = difference(
            values_of([reply.recall for reply in self.replies]), values_of([reply.recall for reply in self.clean])
        )
        return found and Interval(value=100 * found.value, low=100 * found.low, high=100 * found.high)


def answerable(cases: Iterable[Case]) -> list[Case]:
    """The cases whose facts can be looked for in an answer."""
    return [case for case in cases if case.answerable and case.facts]


def twins(
    articles: Sequence[Article],
    cases: Sequence[Case],
    kinds: Sequence[str],
    *,
    settings: Settings,
    answerer: str = "quotes",
    seed: int = 0,
    tell: Tell = lambda _what, _share: None,
) -> list[Twin]:
    """Ask `cases` of each twin of `articles`; the clean twin comes first, whether or not it is among `kinds`.

    Raises:
        InputError: a kind of noise is not known, or a rendered article cannot be read.
    """
    found: list[Twin] = []
    for kind in dict.fromkeys((CLEAN, *kinds)):
        documents = [document for article in articles for document in render(article, kind, seed)]
        replies = _ask(documents, cases, settings, answerer, partial(tell, kind))
        found.append(Twin(kind=kind, replies=replies, clean=found[0].replies if found else replies))
    return found


def _ask(
    documents: Sequence[RawDocument],
    cases: Sequence[Case],
    settings: Settings,
    answerer: str,
    tell: Callable[[float], None],
) -> tuple[Reply, ...]:
    """Ingest into a new store that is thrown away afterwards, and ask."""
    replies = []
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(settings.model_copy(update={"data": Path(folder)}))
        try:
            report = engine.pipeline().ingest(documents)
            if report.rejected:
                raise InputError(f"{report.rejected[0].name} was not read: {report.rejected[0].reason}")
            for at, case in enumerate(cases):
                question = Question(text=case.question, history=case.history, as_of=case.as_of)
                replies.append(reply_of(case, engine.answer(question, answerer)))
                tell((at + 1) / len(cases))
        finally:
            engine.close()
    return tuple(replies)


def reply_of(case: Case, answer: Answer) -> Reply:
    """An answer with the facts that its sentences say; a refusal says none."""
    text = "" if answer.status is Status.REFUSED else "\n".join(claim.text for claim in answer.claims)
    said = (at for at, fact in enumerate(case.facts) if any(holds(text, wording) for wording in fact))
    return Reply(case=case, answer=answer, said=frozenset(said))


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
