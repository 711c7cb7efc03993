"""A text of any origin -> its sentences, each checked against given sources or against what the store holds of it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from rag.answer.assessing import Articles
from rag.answer.composing import UNPROVEN
from rag.check.claims import Draft, clauses, split_claims
from rag.check.sources import Source, source_of
from rag.check.verify import RANK, Checked, Checker
from rag.search.retriever import Retriever
from rag.store.protocol import Snapshot, Store
from rag.types import Article, Filters, Question, Strictness, Verdict

_ALL = Filters()
_LONGEST_QUERY = 500  # characters of a sentence that are searched for


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenSource:
    """A text that sentences may rest on; `[n]` in the checked text names the n-th."""

    text: str
    title: str = ""
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Words that carry or deny a sentence: `quote == source[source_start:source_end]`, in code points.

    The source is the `index`-th given one, from 0, or a revision of an article.
    """

    quote: str
    source_start: int
    source_end: int
    index: int | None = None
    article: Article | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """One sentence of the text, which stands at `[start, end)` with its markers, and what carries it.

    `quotes` are several where each of its clauses rests on another; for an unsupported sentence they hold what is
    nearest to it, if anything is. `score` in [0, 1] is the share of its words that the worst quote holds.
    """

    text: str
    start: int
    end: int
    numbers: tuple[int, ...]
    verdict: Verdict
    reason: str
    score: float
    quotes: tuple[Quote, ...] = ()


class Verifier:
    """Checks texts, sentence by sentence."""

    def __init__(self, store: Store, retriever: Retriever, checker: Checker) -> None:
        self._store = store
        self._retriever = retriever
        self._checker = checker

    def verify(
        self, text: str, given: Sequence[GivenSource] = (), filters: Filters = _ALL
    ) -> Generator[Verified, None, None]:
        """Each sentence as soon as it is checked; without `given`, against passages found for it in one snapshot."""
        known = [_given(number, source) for number, source in enumerate(given, start=1)]
        with nullcontext() if given else self._store.snapshot() as snapshot:
            articles = Articles(snapshot) if snapshot else None
            for draft in split_claims(text):
                sources = known if articles is None else self._found(draft.text, snapshot, articles, filters)
                yield self._verified(draft, sources, articles)

    def against(self, claim: str, sources: Sequence[Source], *, question: str = "") -> Verified:
        """One claim of an answer to `question` as a whole, against stretches that are known.

        The quotes are of their cleaned text. The sources must be numbered from 1 in their order.
        """
        draft = Draft(text=claim, start=0, end=len(claim), numbers=())
        return self._verified(draft, sources, None, question)

    def _found(self, claim: str, snapshot: Snapshot | None, articles: Articles, filters: Filters) -> list[Source]:
        """The stretches of articles that a search for the sentence finds."""
        assert snapshot is not None
        query = Question(text=claim[:_LONGEST_QUERY], filters=filters)
        found = self._retriever.retrieve_from(snapshot, query).evidence
        return [
            source_of(item.number, articles.get(item.passage.article_id), item.passage.start, item.passage.end)
            for item in found
        ]

    def _verified(
        self, draft: Draft, sources: Sequence[Source], articles: Articles | None, question: str = ""
    ) -> Verified:
        if draft.is_question:
            return _result(draft, Verdict.UNSUPPORTED, "question: nothing is said", 0.0)
        cited = draft.numbers if articles is None else ()
        whole = self._checker.check(draft.text, sources, cited=cited, question=question)
        if whole.verdict is Verdict.UNSUPPORTED and len(parts := clauses(draft.text)) > 1:
            apart = [self._checker.check(part, sources, cited=cited, question=question) for part in parts]
            if all(checked.verdict is not Verdict.UNSUPPORTED for checked in apart):
                return _judged(draft, apart, articles)
        return _judged(draft, [whole], articles)


def apply_strictness(text: str, verified: Sequence[Verified], strict: Strictness) -> str:
    """`text` without its unsupported sentences, or with each of them marked."""
    if strict is Strictness.MARK:
        marked, at = "", 0
        for one in verified:
            marked += text[at : one.end] + (UNPROVEN if one.verdict is Verdict.UNSUPPORTED else "")
            at = one.end
        return marked + text[at:]
    kept, at, broken = "", 0, False
    for one in verified:
        before = text[at : one.start]
        at = one.end
        broken = broken or "\n" in before
        if one.verdict is Verdict.UNSUPPORTED:
            continue  # the sign of its list item goes with it
        kept += before if "\n" in before or not (broken and kept) else "\n" + before
        kept += text[one.start : one.end]
        broken = False
    return kept.strip("\n")


def _given(number: int, source: GivenSource) -> Source:
    return Source(key=str(number), number=number, text=source.text, start=0, end=len(source.text), title=source.title)


def _judged(draft: Draft, found: Sequence[Checked], articles: Articles | None) -> Verified:
    worst = min(found, key=lambda checked: RANK[checked.verdict])
    quotes = [_quote(checked, articles) for checked in found if checked.source is not None]
    kept = tuple(dict.fromkeys(quote for quote in quotes if quote is not None))
    if worst.verdict is not Verdict.UNSUPPORTED and len(kept) < len(set(quotes)):
        return _result(draft, Verdict.UNSUPPORTED, "damaged: what carries it is not in one piece in the original", 0.0)
    score = min(checked.score for checked in found)
    return _result(draft, worst.verdict, worst.reason, score, kept)


def _quote(checked: Checked, articles: Articles | None) -> Quote | None:
    """The quote of a verdict in the original of its source; None where it is not one span there."""
    assert checked.source is not None
    if articles is None:
        text = checked.source.text[checked.start : checked.end]
        return Quote(quote=text, source_start=checked.start, source_end=checked.end, index=checked.source.number - 1)
    article = articles.get(checked.source.key)
    span = article.quote(checked.start, checked.end)
    if span is None:
        return None
    return Quote(
        quote=article.source_text[span[0] : span[1]], source_start=span[0], source_end=span[1], article=article
    )


def _result(draft: Draft, verdict: Verdict, reason: str, score: float, quotes: tuple[Quote, ...] = ()) -> Verified:
    return Verified(
        text=draft.text,
        start=draft.start,
        end=draft.end,
        numbers=draft.numbers,
        verdict=verdict,
        reason=reason,
        score=score,
        quotes=quotes,
    )
