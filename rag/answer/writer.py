"""The answer that a language model writes: each sentence is checked before it is shown, and what fails is dropped.

Whether the articles answer at all is not left to the model. Calibrated evidence decides before it is asked, the checker
after; what the model thinks of it counts as one sign among others. Where nothing of what it wrote is left, the quotes
answer if they can.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

from rag.answer.answerer import Looked, QuotesAnswerer, check_question
from rag.answer.checking import Judge
from rag.answer.composing import Composition
from rag.answer.drafts import Reader, SchemaReader, TextReader
from rag.answer.events import Events, Finished, Found, Said, whole
from rag.answer.material import Excerpt, select
from rag.answer.notices import respelt_notice
from rag.answer.prompt import PROMPT_VERSION, evidence_budget, write_prompt
from rag.answer.refusal import refuse_after_writing
from rag.answer.writing import Writing, gives_it, has_figures_of, is_believed, is_worth_asking, says_enough
from rag.check.claims import Draft
from rag.check.verify import Checker
from rag.errors import ModelError
from rag.llm.model import LanguageModel, Prompt
from rag.store.protocol import Snapshot, Store
from rag.text.script import language, to_simplified, to_traditional
from rag.types import Answer, Question, Status, Trace

_FAILED = "语言模型没有回应，以上是文章原句。"
_CUT_SHORT = "语言模型中途停止，以上是已经核对的部分。"


class LlmAnswerer:
    """Answers in a language model's words, of which only those stay that the articles carry."""

    def __init__(
        self, store: Store, quotes: QuotesAnswerer, model: LanguageModel, checker: Checker, *, max_tokens: int
    ) -> None:
        self._store = store
        self._quotes = quotes
        self._model = model
        self._checker = checker
        self._max_tokens = max_tokens

    @property
    def model_name(self) -> str:
        """Name of the model that writes."""
        return self._model.spec.name

    def events(self, question: Question) -> Events:
        """What was found, then each sentence as soon as it is checked, or a refusal.

        Raises:
            InputError: the question is empty or too long.
        """
        check_question(question)
        with self._store.snapshot() as snapshot:
            yield from self.events_from(snapshot, question)

    def events_from(self, snapshot: Snapshot, question: Question) -> Events:
        """As `events`, from one snapshot that the caller goes on using."""
        looked = self._quotes.look(snapshot, question)
        yield Found(retrieval=looked.retrieval)
        quoted = self._quotes.decide(looked)
        if compared := self._quotes.compare(snapshot, question, looked, quoted):
            yield from whole(compared)
            return
        if quoted.conflicts or not is_worth_asking(looked, quoted):
            yield from whole(quoted)
            return
        budget = evidence_budget(_put(looked), self._model.spec)
        excerpts = select(looked.assessment.ranked, looked.articles, budget=budget)
        script = _into_script_of(looked.retrieval.plan.asked)
        writing = Writing(
            composition=Composition(looked.articles, script),
            strict=question.strict,
            on_trial=quoted.status is Status.REFUSED,
        )
        yield from self._write(looked, excerpts, writing)
        yield from self._second_opinion(looked, quoted, writing)
        answer = self._conclude(looked, quoted, writing)
        if answer.text and not writing.shown:
            yield Said(text=answer.text)
        yield Finished(answer=answer)

    def _write(self, looked: Looked, excerpts: tuple[Excerpt, ...], writing: Writing) -> Iterator[Said]:
        """Let the model write; each sentence that is kept is given out once those so far give what is asked."""
        seen = looked.assessment.view
        ranked, articles = looked.assessment.ranked, looked.articles
        judge = Judge(self._checker, seen, ranked, excerpts, articles, wholly=writing.on_trial)
        prompt = write_prompt(_put(looked), excerpts, self._model.spec, max_tokens=self._max_tokens)
        reader: Reader = SchemaReader() if prompt.schema else TextReader()
        began = time.perf_counter()
        held = ""
        try:
            for draft in self._drafts(prompt, reader, writing):
                if writing.repeats(draft) or not is_believed(looked, reader.found):
                    continue  # to the end, which is near, since only there the server tells what it read and wrote
                held += writing.take(judge.judge(draft), known=len(excerpts))
                if held and gives_it(looked, writing):
                    writing.timings.setdefault("first_sentence", _since(began))
                    writing.shown = True
                    yield Said(text=held)
                    held = ""
        except ModelError as error:
            writing.failure = str(error)
        writing.found = reader.found
        writing.timings["write"] = _since(began)

    def _second_opinion(self, looked: Looked, quoted: Answer, writing: Writing) -> Iterator[Said]:
        """The best sentences of the evidence behind a small model's words, where these may not be what was asked.

        What such a model says is true, being checked, but it likes to say something else that is true too.
        """
        if not (writing.shown and self._model.spec.small and quoted.citations):
            return
        best, *others = quoted.citations
        known = writing.composition.cites(best) or has_figures_of(writing, best.text)
        if known and says_enough(looked, writing, best.text):
            return
        for citation in (best, *(other for other in others if not writing.composition.cites(other))):
            yield Said(text=writing.composition.quote(citation))

    def _drafts(self, prompt: Prompt, reader: Reader, writing: Writing) -> Iterator[Draft]:
        """The sentences of the model's reply; leaving off early stops the model."""
        began = time.perf_counter()
        reply = self._model.write(prompt)
        with closing(reply):
            while True:
                try:
                    delta = next(reply)
                except StopIteration as end:
                    writing.usage = end.value
                    break
                writing.timings.setdefault("first_token", _since(began))
                yield from reader.read(delta)
        yield from reader.rest(cut=writing.usage.finish_reason == "length")

    def _conclude(self, looked: Looked, quoted: Answer, writing: Writing) -> Answer:
        """The answer that is left after checking, else the quotes, else a refusal."""
        if writing.shown:
            text = writing.composition
            return Answer(
                status=Status.PARTIAL if writing.lost_a_part else Status.ANSWERED,
                text=text.text,
                claims=text.claims,
                citations=text.citations,
                notice=_notice(looked, writing),
                trace=self._trace(quoted.trace, writing, answerer="llm"),
            )
        trace = self._trace(quoted.trace, writing, answerer="quotes")
        if quoted.status is not Status.REFUSED and (writing.failure or is_believed(looked, writing.found)):
            return replace(quoted, notice=_notice(looked, writing), trace=trace)
        if quoted.refusal:
            return replace(quoted, trace=trace)
        refusal = refuse_after_writing(looked.retrieval.plan, looked.assessment.ranked, wrote=bool(writing.dropped))
        return Answer(status=Status.REFUSED, text="", refusal=refusal, trace=trace)

    def _trace(self, trace: Trace, writing: Writing, *, answerer: str) -> Trace:
        before = {name: taken for name, taken in trace.timings.items() if name != "total"}
        notes = [f"the model failed: {writing.failure}"] if writing.failure else []
        if writing.found is not None:
            notes.append(f"the model holds it {writing.found:.3f} likely that the passages answer")
        return replace(
            trace,
            answerer=answerer,
            model=self._model.spec.name,
            prompt_version=PROMPT_VERSION,
            prompt_tokens=writing.usage.prompt_tokens,
            completion_tokens=writing.usage.completion_tokens,
            timings={**before, **writing.timings, "total": round(trace.timings["total"] + writing.timings["write"], 3)},
            notes=(*trace.notes, *notes),
            dropped=tuple(writing.dropped),
            unknown_numbers=writing.unknown,
        )


def _into_script_of(question: str) -> Callable[[str], str]:
    """A function that puts a sentence into the script of the question, where both are Chinese.

    Small models mix scripts within a sentence, so that one which looks right is rewritten too.
    """
    wanted = language(question)

    def rewrite(text: str) -> str:
        if not {wanted, language(text)} <= {"zh-Hans", "zh-Hant"}:
            return text
        return to_traditional(text) if wanted == "zh-Hant" else to_simplified(text)

    return rewrite


def _put(looked: Looked) -> str:
    """The question that the model is asked: an English one as it was asked, which is clearer than a gloss."""
    made = looked.retrieval.plan
    return made.asked if made.english else made.text


def _notice(looked: Looked, writing: Writing) -> str:
    """What the reader must know: words taken for others, a model that failed; mostly empty."""
    respelt = respelt_notice(looked.retrieval.plan)
    if not writing.failure:
        return respelt
    line = _CUT_SHORT if writing.shown else _FAILED
    return respelt + (to_traditional(line) if language(looked.retrieval.plan.asked) == "zh-Hant" else line)


def _since(began: float) -> float:
    return round(1000 * (time.perf_counter() - began), 3)
