"""How natural the words of a reading are: what pairs of characters do not tell (`办证` against `办中`).

Words are weighed by the share of news articles that hold them (`rag.text.frequency`), so that the measure ranks
readings of one place and is no probability of a text.
"""

from __future__ import annotations

import math

import rjieba

from rag.ingest.charmodel import is_han
from rag.text.frequency import background
from rag.text.script import fold

_UNKNOWN = 14.0  # bits of a word that hardly any article holds; the rarest that are counted have 12


def word_bits(text: str) -> float:
    """Bits of the Chinese words of a text, in either script; words that no dictionary has are read by character."""
    known = background()
    bits = 0.0
    for word in rjieba.cut(fold(text), hmm=False):
        if any(map(is_han, word)):
            articles = known.counts.get(word, 0)
            bits += math.log2(known.articles / articles) if articles else _UNKNOWN
    return bits
