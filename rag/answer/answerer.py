"""The way from a question to an answer: retrieve, rank sentences, decide whether they answer, compose, or refuse."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from embeddings.encoder import Encoder
from embeddings.recent import RecentPassages
from rag.answer.assessing import Articles, Assessment, assess
from rag.answer.calibration import Calibration
from rag.answer.comparing import absent_notice, are_given, is_of_another, parts
from rag.answer.conflicts import Disagreement, disagreements
from rag.answer.events import Events, Found, whole
from rag.answer.expect import Kind
from rag.answer.notices import respelt_notice
from rag.answer.quotes import choose, compose, compose_disagreements
from rag.answer.reader import Reader
from rag.answer.refusal import empty_store, refuse
from rag.answer.sentences import Sentence
from rag.answer.subject import belongs, is_answered_by, is_of_the_year, speaks_of
from rag.answer.widen import overlap
from rag.errors import InputError
from rag.search.retriever import Retrieval, Retriever
from rag.store.protocol import Snapshot, Store
from rag.types import Answer, Evidence, Question, Status, Trace

_LONGEST_QUESTION = 2000  # code points
_KEPT_SENTENCES = 4000  # whose vectors stay in memory, about 7 MB


class QuotesAnswerer:
    """Answers with sentences of the articles, verbatim. Needs no language model."""

    def __init__(
        self,
        store: Store,
        retriever: Retriever,
        encoder: Encoder,
        calibration: Calibration,
        *,
        settings: str,
        reader: Reader | None = None,
    ) -> None:
        self._store = store
        self._retriever = retriever
        self._encoder = encoder
        self._compared = RecentPassages(encoder, limit=_KEPT_SENTENCES)
        self._calibration = calibration
        self._settings = settings
        self._reader = reader

    def events(self, question: Question) -> Events:
        """What was found, then the quoted sentences, or a refusal.

        Raises:
            InputError: the question is empty or too long.
        """
        check_question(question)
        with self._store.snapshot() as snapshot:
            yield from self.events_from(snapshot, question)

    def events_from(self, snapshot: Snapshot, question: Question) -> Events:
        """As `events`, from one snapshot that the caller goes on using."""
        looked = self.look(snapshot, question)
        yield Found(retrieval=looked.retrieval)
        quoted = self.decide(looked)
        yield from whole(self.compare(snapshot, question, looked, quoted) or quoted)

    def look(self, snapshot: Snapshot, question: Question) -> Looked:
        """What there is to answer from, and what it is worth."""
        started = time.perf_counter()
        retrieval = self._retriever.retrieve_from(snapshot, question)
        articles = Articles(snapshot)
        assessment = assess(retrieval, articles, self._encoder, self._compared, self._calibration, self._reader)
        return Looked(retrieval=retrieval, articles=articles, assessment=assessment, started=started)

    def decide(self, looked: Looked) -> Answer:
        """The answer in quotes, or the refusal, that an assessment leads to."""
        return replace(self._decide(looked), notice=respelt_notice(looked.retrieval.plan))

    def _decide(self, looked: Looked) -> Answer:
        retrieval, assessment, articles = looked.retrieval, looked.assessment, looked.articles
        trace = self._trace(retrieval, assessment, looked.started)
        if not assessment.ranked:
            return Answer(status=Status.REFUSED, text="", refusal=empty_store(retrieval.plan), trace=trace)
        chosen = self._choose(assessment, articles)
        if not chosen:
            nearest = articles.get(assessment.ranked[0].evidence.passage.article_id)
            refusal = refuse(assessment.view, retrieval, assessment.ranked, nearest)
            return Answer(status=Status.REFUSED, text="", refusal=refusal, trace=trace)
        found = disagreements(assessment.view, chosen, assessment.ranked, articles.get)
        return _quoted(chosen, found, articles, retrieval.plan.asked, trace)

    def compare(
        self, snapshot: Snapshot, question: Question, looked: Looked, quoted: Answer, *, look: Look | None = None
    ) -> Answer | None:
        """The answer to a question about several subjects, each asked about by itself.

        None for any other question, where `quoted`, the answer to the whole, already tells of each subject, and where
        nothing is found by asking further. `look` takes the place of the method of that name.
        """
        asked = parts(looked.retrieval.query)
        if not asked or (quoted.citations and are_given(asked, quoted.citations)):
            return None
        articles, chosen, found, missing = looked.articles, list[Sentence](), list[Disagreement](), []
        for part in asked:
            seen = (look or self.look)(snapshot, replace(question, text=part.question, history=())).assessment
            said = self._choose(seen, articles) if seen.ranked else []
            said = [sentence for sentence in said if not is_of_another(part, asked, sentence.text)]
            found += disagreements(seen.view, said, seen.ranked, articles.get)
            chosen += [sentence for sentence in said if not any(overlap(sentence, other) for other in chosen)]
            missing += [] if said else [part]
        if not chosen or (missing and quoted.citations and are_given(missing, quoted.citations)):
            return None
        trace = self._trace(looked.retrieval, looked.assessment, looked.started)
        trace = replace(trace, notes=tuple(f"asked by itself: {part.question}" for part in asked))
        answer = _quoted(chosen, found, articles, question.text, trace)
        status = Status.PARTIAL if missing else Status.ANSWERED
        notice = respelt_notice(looked.retrieval.plan) + absent_notice(missing, question.text)
        return replace(answer, status=status, notice=notice)

    def _choose(self, assessment: Assessment, articles: Articles) -> list[Sentence]:
        """The sentences to answer with; none when the question is to be refused."""
        seen, ranked = assessment.view, assessment.ranked
        best = articles.get(ranked[0].evidence.passage.article_id)
        if assessment.probability < self._calibration.threshold or not speaks_of(seen, best):
            return []
        if seen.expected.kind is not Kind.DATE:
            fits = belongs if seen.expected.kind is Kind.NUMBER else is_of_the_year
            ranked = tuple(s for s in ranked if fits(seen, s, articles.get(s.evidence.passage.article_id)))
        if not ranked:
            return []
        chosen = choose(seen, ranked, articles.of(ranked), second=self._calibration.second)
        return chosen if is_answered_by(seen, chosen, assessment.probability) else []

    def _trace(self, retrieval: Retrieval, assessment: Assessment, started: float) -> Trace:
        elapsed = 1000 * (time.perf_counter() - started)
        searched = sum(retrieval.timings.values())
        return Trace(
            answerer="quotes",
            generation=retrieval.generation,
            settings=self._settings,
            query=retrieval.query,
            answerability=round(assessment.probability, 4),
            features=assessment.features,
            hits=tuple(_hit_row(item) for item in retrieval.evidence),
            timings={**retrieval.timings, "assess": round(elapsed - searched, 3), "total": round(elapsed, 3)},
        )


def _quoted(
    chosen: Sequence[Sentence], found: Sequence[Disagreement], articles: Articles, question: str, trace: Trace
) -> Answer:
    """The answer that quotes the chosen sentences, and beside them what disagrees."""
    if found:
        held = articles.of([*chosen, *(sentence for each in found for sentence in each.sentences)])
        text, claims, citations, conflicts = compose_disagreements(found, chosen, held, question=question)
    else:
        text, claims, citations = compose(chosen, articles.of(chosen))
        conflicts = ()
    return Answer(
        status=Status.ANSWERED, text=text, claims=claims, citations=citations, conflicts=conflicts, trace=trace
    )


def check_question(question: Question) -> None:
    """Refuse what is no question.

    Raises:
        InputError: the question is empty or too long.
    """
    if not question.text.strip():
        raise InputError("the question is empty; ask something", field="question")
    if len(question.text) > _LONGEST_QUESTION:
        raise InputError(
            f"the question has {len(question.text)} characters; at most {_LONGEST_QUESTION} are allowed",
            field="question",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """All that is known before anything is said. `started` is a reading of the performance counter, in seconds."""

    retrieval: Retrieval
    articles: Articles
    assessment: Assessment
    started: float


Look: TypeAlias = Callable[[Snapshot, Question], Looked]


def _hit_row(item: Evidence) -> dict[str, object]:
    return {
        "number": item.number,
        "passage_id": f"{item.passage.passage_id:016x}",
        "article_id": item.passage.article_id,
        "start": item.passage.start,
        "end": item.passage.end,
        "score": round(item.score, 4),
        "dense": item.signals.dense,
        "lexical": item.signals.lexical,
        "rerank": item.signals.rerank,
    }
