"""How well articles that disagree are told from those that only look as if they did, on pairs written for this.

    python -m eval.conflicts

The second article's sentences compete with the first one's, whose best sentence answers.
"""

from __future__ import annotations

from datetime import date

import typer

from eval.conflict_pairs import Pair, Written, pairs
from rag.answer.calibration import calibration
from rag.answer.conflicts import Disagreement, disagreements
from rag.answer.quotes import choose
from rag.answer.sentences import rank
from rag.answer.view import view
from rag.offsets import OffsetMap
from rag.text.words import content_words
from rag.types import Article, ArticleInfo, Evidence, Media, Passage, Published, Signals


def as_article(article_id: str, written: Written) -> Article:
    """A clean article whose text is its source."""
    day, text = written.day, written.text
    return Article(
        article_id=article_id,
        revision="r",
        title=written.title,
        text=text,
        source_text=text,
        source_map=OffsetMap.identity(len(text)),
        page_map=OffsetMap.identity(len(text)),
        page=text.encode(),
        name=f"{article_id}.txt",
        media=Media.TEXT,
        encoding="utf-8",
        published=Published(day=date.fromisoformat(day), confidence=1.0, origin="given") if day else None,
    )


def as_evidence(number: int, held: Article) -> Evidence:
    """The whole article as one passage."""
    passage = Passage(
        passage_id=number,
        article_id=held.article_id,
        revision="r",
        ordinal=0,
        start=0,
        end=len(held.text),
        text=held.text,
        title=held.title,
    )
    info = ArticleInfo(
        article_id=held.article_id,
        revision="r",
        title=held.title,
        name=held.name,
        url=None,
        publisher=None,
        published=held.published,
        passages=1,
        reprints=0,
    )
    return Evidence(number=number, passage=passage, article=info, score=1.0, signals=Signals())


def found_in(question: str, *written: Written) -> Disagreement | None:
    """The disagreement that the articles give, when the best sentence of the first one is chosen."""
    articles = {f"article-{i}": as_article(f"article-{i}", each) for i, each in enumerate(written)}
    seen = view(question, dict.fromkeys(content_words(question), 1.0))
    items = [as_evidence(i, each) for i, each in enumerate(articles.values(), start=1)]
    ranked = rank(seen, items, calibration().sentence)
    first = [sentence for sentence in ranked if sentence.evidence.number == 1]
    found = disagreements(seen, choose(seen, first, articles, second=1.0), ranked, articles.__getitem__)
    return found[0] if found else None


def is_right(pair: Pair) -> bool:
    """The two values were found to conflict, or nothing was where nothing does."""
    found = found_in(pair.question, *pair.articles)
    return (set(found.values) if found else None) == (set(pair.values) if pair.values else None)


def main() -> None:
    """Print the share that is right of both kinds, and the pairs that are wrong."""
    for name, asked in (("conflicts", pairs(conflicting=True)), ("look-alikes", pairs(conflicting=False))):
        wrong = [pair for pair in asked if not is_right(pair)]
        typer.echo(f"{name}: {len(asked) - len(wrong)} of {len(asked)} right")
        for pair in wrong:
            one, other = pair.articles
            typer.echo(f"  {pair.question} | {one.text} | {other.text} | {found_in(pair.question, one, other)}")


if __name__ == "__main__":
    typer.run(main)
