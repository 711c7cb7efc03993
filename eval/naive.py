"""The baseline that ships for comparison: the first passages in a plain prompt, and the answer as the model wrote it.

Nothing is decided beforehand and nothing is checked afterwards. The model is told to say so when the passages do not
answer, and is taken at its word. Markers are brought into the form `[n]`, but none is placed, moved to another sentence
or taken away; they count passages, not articles.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace

from rag.answer.answerer import check_question
from rag.answer.events import Events, Found, whole
from rag.answer.markers import numbers_in, repair
from rag.engine import Engine
from rag.llm.model import LanguageModel, Message, Prompt, Usage
from rag.search.retriever import Retrieval, Retriever
from rag.store.protocol import Snapshot, Store
from rag.text.script import fold
from rag.text.sentences import sentences
from rag.types import (
    Answer,
    Citation,
    Claim,
    Evidence,
    Question,
    Refusal,
    RefusalReason,
    Status,
    Trace,
    Verdict,
)

NAME = "naive"
PASSAGES = 5
MAX_TOKENS = 300

_INSTRUCTIONS = (
    "请根据下面的资料回答问题，并在句末用[编号]注明所依据的资料。如果资料中没有答案，请回答“资料中没有相关信息”。"
)
_GIVES_UP = re.compile(  # in the first sentence, folded
    r"(?:资料|文档|文中|材料|上述|以上|提供的?)[^。]{0,12}"
    r"(?:没有|未|并未|无)[^。]{0,6}(?:相关|提及|提到|说明|给出|提供|包含|涉及|答案|信息|记载)"
    r"|信息不足|没有相关信息|无法(?:回答|确定|得知|判断)|不知道"
)
_LEADING = re.compile(r"^(?:\[\d{1,3}\]\s*)+")
_TRAILING = re.compile(r"(?:\s*\[\d{1,3}\])+$")
_UNCHECKED = "not checked"
_NOTHING = Usage(prompt_tokens=0, completion_tokens=0, finish_reason="stop")


class NaiveAnswerer:
    """Retrieves, asks the model once, and gives what it wrote."""

    def __init__(self, store: Store, retriever: Retriever, model: LanguageModel, *, settings: str) -> None:
        self._store = store
        self._retriever = retriever
        self._model = model
        self._settings = settings

    def events(self, question: Question) -> Events:
        """What was found, then the answer in one piece.

        Raises:
            InputError: the question is empty or too long.
            ModelError: the model does not answer.
        """
        check_question(question)
        with self._store.snapshot() as snapshot:
            yield from self.events_from(snapshot, question)

    def events_from(self, snapshot: Snapshot, question: Question) -> Events:
        """As `events`, from one snapshot that the caller goes on using."""
        began = time.perf_counter()
        retrieval = self._retriever.retrieve_from(snapshot, replace(question, top_k=PASSAGES))
        yield Found(retrieval=retrieval)
        asked = time.perf_counter()
        text, usage = self._write(question, retrieval) if retrieval.evidence else ("", _NOTHING)
        now = time.perf_counter()
        trace = Trace(
            answerer=NAME,
            generation=retrieval.generation,
            settings=self._settings,
            query=retrieval.query,
            timings={
                **retrieval.timings,
                "write": round(1000 * (now - asked), 3),
                "total": round(1000 * (now - began), 3),
            },
            model=self._model.spec.name,
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
        )
        yield from whole(answer_of(repair(text.strip()), retrieval.evidence, snapshot, trace))

    def _write(self, question: Question, retrieval: Retrieval) -> tuple[str, Usage]:
        reply = self._model.write(naive_prompt(question.text, retrieval.evidence))
        pieces = []
        while True:
            try:
                pieces.append(next(reply).text)
            except StopIteration as end:
                usage: Usage = end.value
                return "".join(pieces), usage


def with_naive(engine: Engine) -> Engine:
    """The engine with the baseline among its answerers; as it is when there is no language model."""
    if engine.model is None:
        return engine
    answerer = NaiveAnswerer(engine.store, engine.retriever, engine.model, settings=engine.settings.fingerprint)
    return replace(engine, answerers={**engine.answerers, NAME: answerer})


def naive_prompt(question: str, evidence: Sequence[Evidence]) -> Prompt:
    """Instructions, passages and question in one message, as tutorials have it."""
    passages = "\n".join(f"[{item.number}] {item.passage.text}" for item in evidence)
    content = f"{_INSTRUCTIONS}\n\n资料：\n{passages}\n\n问题：{question}\n回答："
    return Prompt(messages=(Message(role="user", content=content),), max_tokens=MAX_TOKENS)


def answer_of(text: str, evidence: Sequence[Evidence], snapshot: Snapshot, trace: Trace) -> Answer:
    """The written text as an `Answer`: each sentence a claim, each number that it bears a citation of that passage.

    An answer that shows its reader nothing is none, so passages that no sentence cites are listed as well, without a
    claim that bears their number. Text that says that there is no answer, or no text, is a refusal.
    """
    if not evidence or gives_up(text):
        reason = RefusalReason.NO_EVIDENCE if evidence else RefusalReason.EMPTY_STORE
        return Answer(
            status=Status.REFUSED, text="", refusal=Refusal(reason=reason, message=text or "没有回答。"), trace=trace
        )
    claims = _claims(text)
    shown = {item.number: item for item in evidence}
    pairs = [(at, number) for at, claim in enumerate(claims) for number in claim.numbers]
    cited = {number for _, number in pairs}
    pairs += [(0, number) for number in shown if number not in cited]
    return Answer(
        status=Status.ANSWERED,
        text=text,
        claims=claims,
        citations=tuple(_cite(shown[number], at, snapshot) for at, number in pairs if number in shown),
        trace=replace(trace, unknown_numbers=len(cited - set(shown))),
    )


def gives_up(text: str) -> bool:
    """Whether the first sentence says that the passages do not answer, or there is none."""
    spans = sentences(text)
    return not spans or bool(_GIVES_UP.search(fold(text[spans[0].start : spans[0].end])))


def _claims(text: str) -> tuple[Claim, ...]:
    """The sentences with the numbers in and behind them; markers at either end are no part of a claim."""
    claims: list[Claim] = []
    for span in sentences(text):
        piece = text[span.start : span.end]
        if (leading := _LEADING.match(piece)) and claims:
            numbers = dict.fromkeys((*claims[-1].numbers, *numbers_in(leading.group())))
            claims[-1] = replace(claims[-1], numbers=tuple(numbers))
        start = leading.end() if leading else 0
        words = _TRAILING.sub("", piece[start:])
        if not words:
            continue
        begin = span.start + start
        claims.append(
            Claim(
                text=words,
                start=begin,
                end=begin + len(words),
                numbers=numbers_in(piece[start:]),
                verdict=Verdict.UNSUPPORTED,
                reason=_UNCHECKED,
            )
        )
    return tuple(claims)


def _cite(item: Evidence, claim: int, snapshot: Snapshot) -> Citation:
    """A whole passage, cut out of its source."""
    article = snapshot.article(item.passage.article_id)
    start, end = article.quote(item.passage.start, item.passage.end) or (0, 0)
    return Citation(
        number=item.number,
        article_id=article.article_id,
        revision=article.revision,
        title=article.title,
        url=article.url or f"/articles/{article.article_id}",
        published_at=article.published.day.isoformat() if article.published else None,
        publisher=article.publisher,
        quote=article.source_text[start:end],
        text=item.passage.text,
        source_start=start,
        source_end=end,
        verdict=Verdict.UNSUPPORTED,
        reason=_UNCHECKED,
        claim=claim,
    )
