"""A kept answer -> whether its quotes still stand in the revisions they name, and whether they still carry it."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rag.answer.verifying import Verifier
from rag.check.sources import Source, source_of
from rag.errors import NotFoundError
from rag.store.protocol import Snapshot
from rag.types import Article, Citation, Claim, Verdict


class QuoteState(StrEnum):
    """What became of a quote since the answer was given."""

    SAME = "same"  # it stands where it stood
    CHANGED = "changed"  # something else stands there
    GONE = "gone"  # the revision is not kept any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Recut:
    """A citation and what its place holds today; `found` and `article` are None when the revision is gone.

    `current` is the article's current revision, None where there is no such article any more.
    """

    citation: Citation
    state: QuoteState
    message: str
    current: str | None
    found: str | None = None
    article: Article | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rechecked:
    """A claim with today's verdict; None where all its quotes are gone, so that nothing can be said."""

    claim: Claim
    verdict: Verdict | None
    reason: str


def recut(snapshot: Snapshot, citations: Iterable[Citation]) -> Iterator[Recut]:
    """Each quote cut again from the revision that it names."""
    for citation in citations:
        yield _recut(snapshot, citation)


def recheck(
    verifier: Verifier, claims: Sequence[Claim], cuts: Sequence[Recut], *, question: str
) -> Generator[Rechecked, None, None]:
    """Each claim of an answer to `question` checked again, against its own quotes and nothing else."""
    for index, claim in enumerate(claims):
        own = [cut for cut in cuts if cut.citation.claim == index]
        whole = [cut for cut in own if cut.state is QuoteState.SAME]
        if own and not whole:
            yield Rechecked(claim=claim, verdict=None, reason="gone: none of its quotes can be cut again")
            continue
        sources = [_source(number, cut) for number, cut in enumerate(whole, start=1)]
        found = verifier.against(claim.text, sources, question=question)
        yield Rechecked(claim=claim, verdict=found.verdict, reason=found.reason)


def _recut(snapshot: Snapshot, citation: Citation) -> Recut:
    article_id, revision = citation.article_id, citation.revision
    info = snapshot.infos([article_id]).get(article_id)
    current = info.revision if info else None
    try:
        article = snapshot.article(article_id, revision)
    except NotFoundError:
        what = f"revision {revision} is no longer kept" if current else "the article was removed"
        message = f"{what}, so the quote cannot be cut again"
        return Recut(citation=citation, state=QuoteState.GONE, message=message, current=current)
    found = article.source_text[citation.source_start : citation.source_end]
    state = QuoteState.SAME if found == citation.quote else QuoteState.CHANGED
    message = "" if current == revision else f"the article has a newer revision, {current}; the quote is of {revision}"
    if state is QuoteState.CHANGED:
        message = "the revision holds other words at this place than were quoted"
    return Recut(citation=citation, state=state, message=message, current=current, found=found, article=article)


def _source(number: int, cut: Recut) -> Source:
    """The stretch of the cleaned text that the quote was cut for."""
    assert cut.article is not None
    article, citation = cut.article, cut.citation
    at = article.text.find(citation.text) if citation.text else -1
    while at >= 0:
        end = at + len(citation.text)
        if article.quote(at, end) == (citation.source_start, citation.source_end):
            return source_of(number, article, at, end)
        at = article.text.find(citation.text, at + 1)
    text = citation.text
    return Source(key=article.article_id, number=number, text=text, start=0, end=len(text), title=article.title)
