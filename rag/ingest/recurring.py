"""Sentences that recur over many articles: footers, disclaimers, slogans. They are told by counting, not by wording.

`Recurring` is the store's policy: the store counts, and the pipeline cuts passages anew when a sentence recurs.
Figures are part of a sentence: the same words around other figures are a fact reported anew, not a footer.
"""

from __future__ import annotations

import hashlib
import re

from rag.text.script import fold
from rag.text.sentences import sentences
from rag.types import Article

HEAD, TAIL = 2, 5  # sentences from either end among which a footer must stand to be counted
SHORTEST = 4  # letters; shorter sentences (`他说。`) recur everywhere and are not worth a count
LEAST = 5  # articles; a fact that several articles tell in the same words is rarely told by more
SMALL_SHARE, ENOUGH, LARGE_SHARE = 0.05, 20, 0.005  # of a small corpus; articles; of a large corpus

_IGNORED = re.compile(r"[\W_]+")


def sentence_hash(text: str) -> int:
    """63-bit hash of a sentence, equal for either script and for any spacing and punctuation."""
    return _hash(_key(text))


def sentence_hashes(article: Article) -> tuple[int, ...]:
    """The distinct hashes, in order, of the sentences at both ends of an article, where footers and slogans stand.

    What only stands in the middle is never counted: there, set phrases (`移送检察机关依法审查起诉`) recur as facts.
    """
    spans = sentences(article.text)
    edges = spans[:HEAD] + spans[max(HEAD, len(spans) - TAIL) :]
    keys = dict.fromkeys(_key(article.text[span.start : span.end]) for span in edges)
    return tuple(_hash(key) for key in keys if len(key) >= SHORTEST)


class Recurring:
    """The store's policy for sentences that recur (`rag.store.protocol.RecurringPolicy`)."""

    def is_recurring(self, articles_with: int, articles_total: int) -> bool:
        """True when a sentence that stands in so many different stories of so many belongs to none of them.

        `articles_total` counts the stories of a corpus or of one publisher, each reprinted one once. The sentence must
        stand in `LEAST` of them, in 5 % of a small corpus, in 20 of a middling one (400 to 4,000) and in 0.5 % of a
        large one.
        """
        small = min(SMALL_SHARE * articles_total, ENOUGH)
        return articles_with >= max(LEAST, small, LARGE_SHARE * articles_total)


def _key(text: str) -> str:
    return _IGNORED.sub("", fold(text))


def _hash(key: str) -> int:
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big") >> 1
