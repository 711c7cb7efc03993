"""Judged sentences -> the text of an answer, growing sentence by sentence, with its claims and citations."""

from __future__ import annotations

from collections.abc import Callable

from rag.answer.answerer import Articles
from rag.answer.checking import Judged
from rag.answer.numbering import Numbering, without_lookalikes
from rag.answer.quotes import cite
from rag.types import Citation, Claim, Verdict

UNPROVEN = "［未证实］"


class Composition:
    """Text whose sentences end in markers. Articles are numbered in the order in which they are first cited."""

    def __init__(self, articles: Articles, rewrite: Callable[[str], str]) -> None:
        self._articles = articles
        self._rewrite = rewrite  # into the script of the question
        self._numbers = Numbering()
        self.text = ""
        self.claims: tuple[Claim, ...] = ()
        self.citations: tuple[Citation, ...] = ()

    def add(self, judged: Judged) -> str:
        """Append a sentence and give the piece of text that it adds; one that no quote carries is marked instead."""
        before = "\n" if judged.draft.new_line and self.text else ""
        words = without_lookalikes(self._rewrite(judged.draft.text))
        start = len(self.text) + len(before)
        cited = [self._articles.get(quote.evidence.passage.article_id) for quote in judged.quotes]
        numbers = [self._numbers.of(article) for article in cited]
        self.citations += tuple(
            cite(
                number,
                quote,
                article,
                verdict=judged.verdict,
                reason=judged.reason,
                claim=len(self.claims),
            )
            for number, quote, article in zip(numbers, judged.quotes, cited, strict=True)
        )
        claim = Claim(
            text=words,
            start=start,
            end=start + len(words),
            numbers=tuple(dict.fromkeys(numbers)),
            verdict=judged.verdict,
            reason=judged.reason,
        )
        self.claims += (claim,)
        mark = UNPROVEN if judged.verdict is Verdict.UNSUPPORTED else ""
        piece = before + words + mark + "".join(f"[{number}]" for number in claim.numbers)
        self.text += piece
        return piece
