"""The answer that needs no model: the best sentences, verbatim, in reading order, each cited."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.answer.conflicts import Disagreement
from rag.answer.expect import Kind
from rag.answer.numbering import Numbering, without_lookalikes
from rag.answer.present import article_path
from rag.answer.quotable import quotable
from rag.answer.sentences import Sentence
from rag.answer.subject import topic
from rag.answer.view import QuestionView
from rag.answer.widen import overlap, widen, with_list
from rag.search.copies import says_the_same
from rag.text.script import fold, language, to_traditional
from rag.types import Article, Citation, Claim, Conflict, Verdict

_NEW_WORDS = 8.0  # how much a sentence gains by holding all the question words that the chosen ones lack
_MOST = 2
_MOST_OF_A_LIST = 5
_ABOUT_AS_LIKELY = 0.5
_UNDATED = "日期不详"
_MARKER = re.compile(r"\[\d+\]")


def choose(
    view: QuestionView, ranked: Sequence[Sentence], articles: Mapping[str, Article], *, second: float
) -> list[Sentence]:
    """The sentences to quote, in reading order: the best one, and further ones that reach `second` of its probability.

    Words of the question that no chosen sentence holds, nor its article's opening, count in favour of a further one: a
    question about two things is answered by a sentence about each, one about a detail not by the opening alone. Each is
    widened to what it cannot be read without.
    """
    chosen = [_first(view, ranked, articles)]
    most = _MOST_OF_A_LIST if view.expected.kind is Kind.LIST else _MOST
    if _announces(chosen[0], articles):
        most = 1
    while len(chosen) < most:
        said = " ".join(_said(sentence, articles[_article_id(sentence)]) for sentence in chosen)
        rest = [
            sentence for sentence in ranked if not any(says_the_same(sentence.text, other.text) for other in chosen)
        ]
        gains = [(s.score * (1 + _NEW_WORDS * _new_share(view, said, fold(s.text))), -i) for i, s in enumerate(rest)]
        if not gains or max(gains)[0] < second * ranked[0].score:
            break
        chosen.append(rest[-max(gains)[1]])
    order = {article: i for i, article in reversed(list(enumerate(s.evidence.passage.article_id for s in chosen)))}
    return sorted(widen(chosen, articles), key=lambda s: (order[s.evidence.passage.article_id], s.start))


def _first(view: QuestionView, ranked: Sequence[Sentence], articles: Mapping[str, Article]) -> Sentence:
    """The likeliest sentence; where a list is asked for, one about as likely that announces a list before others."""
    if view.expected.kind is Kind.LIST:
        for sentence in ranked:
            if sentence.score < _ABOUT_AS_LIKELY * ranked[0].score:
                break
            if _announces(sentence, articles):
                return sentence
    return ranked[0]


def _announces(sentence: Sentence, articles: Mapping[str, Article]) -> bool:
    """True for a sentence behind which a list stands that belongs to it."""
    return with_list(sentence, articles[_article_id(sentence)]) is not sentence


def _said(sentence: Sentence, article: Article) -> str:
    """What a reader of the quote knows: the sentence, and what its article and section are about; folded."""
    return fold(f"{topic(article)} {sentence.evidence.passage.heading} {sentence.text}")


def _new_share(view: QuestionView, said: str, key: str) -> float:
    missing = view.missing(said)
    total = sum(missing.values())
    return sum(weight for word, weight in missing.items() if word in key) / total if total > 0 else 0.0


def cite(
    number: int,
    sentence: Sentence,
    article: Article,
    *,
    verdict: Verdict = Verdict.EXACT,
    reason: str = "",
    claim: int = 0,
) -> Citation:
    """Citation `number` for `sentence`, which carries claim number `claim`, its quote cut from the stored source.

    Raises:
        ValueError: the sentence cannot be quoted; ask `quotable` first.
    """
    span = quotable(sentence, article)
    if span is None:
        raise ValueError(f"code points {sentence.start}-{sentence.end} of {article.article_id} cannot be quoted")
    info = sentence.evidence.article
    return Citation(
        number=number,
        article_id=article.article_id,
        revision=article.revision,
        title=article.title,
        url=article.url or article_path(article.article_id),
        published_at=article.published.day.isoformat() if article.published else None,
        publisher=article.publisher,
        quote=article.source_text[span[0] : span[1]],
        text=article.text[sentence.start : sentence.end],
        source_start=span[0],
        source_end=span[1],
        verdict=verdict,
        reason=reason,
        reprints=info.reprints,
        claim=claim,
    )


def compose(
    chosen: Sequence[Sentence], articles: Mapping[str, Article]
) -> tuple[str, tuple[Claim, ...], tuple[Citation, ...]]:
    """Text with a marker behind every sentence, its claims and their citations, numbered by article."""
    return _compose([("", sentence) for sentence in chosen], articles)


def compose_disagreements(
    found: Sequence[Disagreement], chosen: Sequence[Sentence], articles: Mapping[str, Article], *, question: str
) -> tuple[str, tuple[Claim, ...], tuple[Citation, ...], tuple[Conflict, ...]]:
    """Text that puts disagreeing articles side by side, a line for each, and what `Answer.conflicts` says of them.

    A line is `《title》（day）：` and the article's sentences, each with its marker. What else was chosen follows in
    the line of its article. `articles` holds those of `found` and `chosen`; `question` tells the script of
    what is added.
    """
    shown = [sentence for disagreement in found for sentence in disagreement.sentences]
    shown += [sentence for sentence in chosen if not any(overlap(sentence, other) for other in shown)]
    lines: dict[str, list[Sentence]] = {}
    for sentence in shown:
        lines.setdefault(_article_id(sentence), []).append(sentence)
    pieces: list[tuple[str, Sentence]] = []
    for article_id, said in lines.items():
        name = ("\n" if pieces else "") + _named(articles[article_id], question)
        pieces += [(name, said[0]), *(("", sentence) for sentence in said[1:])]
    text, claims, citations = _compose(pieces, articles)
    numbers = {citation.article_id: citation.number for citation in citations}
    conflicts = tuple(
        Conflict(
            measure=each.measure,
            values=each.values,
            numbers=tuple(numbers[_article_id(sentence)] for sentence in each.sentences),
        )
        for each in found
    )
    return text, claims, citations, conflicts


def _compose(
    pieces: Sequence[tuple[str, Sentence]], articles: Mapping[str, Article]
) -> tuple[str, tuple[Claim, ...], tuple[Citation, ...]]:
    """Each sentence behind what introduces it, and its marker."""
    numbers = Numbering()
    text, claims, citations = "", [], []
    for index, (before, sentence) in enumerate(pieces):
        article = articles[_article_id(sentence)]
        number = numbers.of(article)
        citation = cite(number, sentence, article, claim=index)
        words = without_lookalikes(citation.text)
        start = len(text) + len(before)
        end = start + len(words)
        claims.append(Claim(text=words, start=start, end=end, numbers=(number,), verdict=citation.verdict))
        citations.append(citation)
        text += f"{before}{words}[{number}]"
    return text, tuple(claims), tuple(citations)


def _named(article: Article, question: str) -> str:
    """`《title》（2024-03-05）：`, without what looks like a marker; no title where the article has none."""
    title = " ".join(_MARKER.sub("", article.title).split())
    undated = to_traditional(_UNDATED) if language(question) == "zh-Hant" else _UNDATED
    day = article.published.day.isoformat() if article.published else undated
    return (f"《{title}》" if title else "") + f"（{day}）："


def _article_id(sentence: Sentence) -> str:
    return sentence.evidence.passage.article_id
