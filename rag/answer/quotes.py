"""The answer that needs no model: the best one to three sentences, verbatim, in reading order, each cited."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.answer.conflicts import Disagreement
from rag.answer.expect import Kind
from rag.answer.numbering import Numbering, without_lookalikes
from rag.answer.present import article_path
from rag.answer.sentences import Sentence
from rag.answer.view import QuestionView
from rag.answer.widen import overlap, quotable, widen
from rag.text.script import fold, language, to_traditional
from rag.types import Article, Citation, Claim, Conflict, Verdict

_NEW_WORDS = 0.5  # how much a sentence gains by holding question words that the chosen ones lack
_MOST = 2
_MOST_OF_A_LIST = 3
_UNDATED = "日期不详"
_MARKER = re.compile(r"\[\d+\]")


def choose(
    view: QuestionView, ranked: Sequence[Sentence], articles: Mapping[str, Article], *, second: float
) -> list[Sentence]:
    """The sentences to quote, in reading order: the best one, and further ones that reach `second` of its probability.

    Words of the question that no chosen sentence holds count in favour of a further one, so that a question about two
    things is answered by a sentence about each. Each is widened to what it cannot be read without.
    """
    chosen = [ranked[0]]
    most = _MOST_OF_A_LIST if view.expected.kind is Kind.LIST else _MOST
    while len(chosen) < most:
        said = " ".join(fold(sentence.text) for sentence in chosen)
        rest = [sentence for sentence in ranked if not any(_same(sentence, other) for other in chosen)]
        gains = [(s.score * (1 + _NEW_WORDS * _new_share(view, said, fold(s.text))), -i) for i, s in enumerate(rest)]
        if not gains or max(gains)[0] < second * ranked[0].score:
            break
        chosen.append(rest[-max(gains)[1]])
    order = {article: i for i, article in reversed(list(enumerate(s.evidence.passage.article_id for s in chosen)))}
    return sorted(widen(chosen, articles), key=lambda s: (order[s.evidence.passage.article_id], s.start))


def _same(sentence: Sentence, other: Sentence) -> bool:
    """The same words, or the one inside the other: nothing is said twice."""
    one, two = fold(sentence.text).strip(" 。；;!！?？"), fold(other.text).strip(" 。；;!！?？")
    return one in two or two in one


def _new_share(view: QuestionView, said: str, key: str) -> float:
    total = view.total_weight
    if total <= 0:
        return 0.0
    return sum(weight for word, weight in view.missing(said).items() if word in key) / total


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
