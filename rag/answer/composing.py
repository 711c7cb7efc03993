"""Judged sentences -> the text of an answer, growing sentence by sentence, with its claims and citations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rag.answer.assessing import Articles
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
        cited = [self._articles.get(quote.evidence.passage.article_id) for quote in judged.quotes]
        numbers = [self._numbers.of(article) for article in cited]
        found = zip(numbers, judged.quotes, cited, strict=True)
        self.citations += tuple(
            cite(number, quote, article, verdict=judged.verdict, reason=judged.reason, claim=len(self.claims))
            for number, quote, article in found
        )
        mark = UNPROVEN if judged.verdict is Verdict.UNSUPPORTED else ""
        return self._append(before, words, tuple(dict.fromkeys(numbers)), judged.verdict, judged.reason, mark)

    def quote(self, citation: Citation) -> str:
        """Append a sentence of an article as it stands there, and give the piece of text that it adds."""
        number = self._numbers.of(self._articles.get(citation.article_id))
        self.citations += (replace(citation, number=number, claim=len(self.claims)),)
        return self._append("\n", without_lookalikes(citation.text), (number,), citation.verdict, "", "")

    def cites(self, citation: Citation) -> bool:
        """Whether a quote shares words with one that is cited already."""
        return any(
            known.article_id == citation.article_id
            and known.source_start < citation.source_end
            and citation.source_start < known.source_end
            for known in self.citations
        )

    def _append(
        self, before: str, words: str, numbers: tuple[int, ...], verdict: Verdict, reason: str, mark: str
    ) -> str:
        start = len(self.text) + len(before)
        end = start + len(words)
        self.claims += (Claim(text=words, start=start, end=end, numbers=numbers, verdict=verdict, reason=reason),)
        piece = before + words + mark + "".join(f"[{number}]" for number in numbers)
        self.text += piece
        return piece
