"""A model's sentence -> a claim with the quotes that carry it, or the reason why none does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rag.answer.assessing import Articles
from rag.answer.expect import Kind
from rag.answer.material import Excerpt
from rag.answer.quotable import quotable
from rag.answer.sentences import Sentence
from rag.answer.subject import belongs, missing_places
from rag.answer.view import QuestionView
from rag.check.claims import Draft, clauses
from rag.check.lexicon import is_light
from rag.check.sources import source_of
from rag.check.verify import RANK, Checked, Checker
from rag.text.words import nouns
from rag.types import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A draft with what the checker found: `quotes` carry it, none when the verdict is `unsupported`."""

    draft: Draft
    verdict: Verdict
    reason: str
    quotes: tuple[Sentence, ...] = ()


class Judge:
    """Judges the sentences of one answer against the articles that the model was shown.

    With `wholly`, a quote that carries only a part of a sentence does not carry it.
    """

    def __init__(
        self,
        checker: Checker,
        view: QuestionView,
        ranked: Sequence[Sentence],
        excerpts: Sequence[Excerpt],
        articles: Articles,
        *,
        wholly: bool,
    ) -> None:
        self._checker = checker
        self._view = view
        self._articles = articles
        self._wholly = wholly
        self._sources = [source_of(each.number, each.article, each.start, each.end) for each in excerpts]
        first: dict[str, Sentence] = {}
        for sentence in ranked:
            first.setdefault(sentence.evidence.passage.article_id, sentence)
        self._first: Mapping[str, Sentence] = first

    def judge(self, draft: Draft) -> Judged:
        """The verdict on one sentence. One that no single quote carries is tried clause by clause."""
        if draft.is_question:
            return Judged(draft=draft, verdict=Verdict.UNSUPPORTED, reason="question: nothing is said")
        checked = self._check(draft.text, draft.numbers)
        judged = self._judged(draft, [checked])
        if judged.verdict is not Verdict.UNSUPPORTED:
            return judged
        parts = clauses(draft.text)
        if len(parts) < 2:
            return judged
        apart = self._judged(draft, [self._check(part, draft.numbers) for part in parts])
        return apart if apart.verdict is not Verdict.UNSUPPORTED else judged

    def _check(self, text: str, numbers: tuple[int, ...]) -> Checked:
        return self._checker.check(text, self._sources, cited=numbers, question=self._view.text)

    def _judged(self, draft: Draft, found: Sequence[Checked]) -> Judged:
        worst = min(found, key=lambda checked: RANK[checked.verdict])
        if worst.verdict is Verdict.UNSUPPORTED or (self._wholly and worst.verdict is Verdict.PARTIAL):
            return Judged(draft=draft, verdict=Verdict.UNSUPPORTED, reason=worst.reason)
        quotes = [self._quote(checked) for checked in found]
        for quote in quotes:
            if reason := self._astray(draft.text, quote):
                return Judged(draft=draft, verdict=Verdict.UNSUPPORTED, reason=reason)
        return Judged(draft=draft, verdict=worst.verdict, reason=worst.reason, quotes=tuple(dict.fromkeys(quotes)))

    def _quote(self, checked: Checked) -> Sentence:
        """The quote that carries a claim, as a sentence of its article."""
        assert checked.source is not None
        first = self._first[checked.source.key]
        text = checked.source.text[checked.start : checked.end]
        return replace(first, start=checked.start, end=checked.end, text=text)

    def _astray(self, claim: str, quote: Sentence) -> str:
        """Why a quote is not about what was asked; empty when it is, or may be.

        A noun that the claim took over from the question must stand somewhere in the article: a small model likes to
        say of the question's subject what the article says of another.
        """
        article = self._articles.get(quote.evidence.passage.article_id)
        if quotable(quote, article) is None:
            return "damaged"
        if missing_places(self._view, article):
            return "other place"
        known = self._articles.key(article.article_id)
        taken = (noun for noun in nouns(claim) if noun in self._view.key and noun not in known and not is_light(noun))
        if foreign := next(taken, ""):
            return f"absent: {foreign} is not in the article"
        if self._view.expected.kind is Kind.NUMBER and not belongs(self._view, quote, article):
            return "other place or time"
        return ""
