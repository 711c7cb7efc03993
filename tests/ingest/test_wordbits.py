"""Words rank readings that pairs of characters do not tell apart."""

from __future__ import annotations

import pytest

from rag.ingest.wordbits import word_bits


@pytest.mark.parametrize(
    ("natural", "other"),
    [("违法犯罪行为", "违法犯罪行卫"), ("工程局。施工高峰时", "工程局常施工高峰时"), ("學校科學規劃", "學校科學規畫")],
)
def test_the_natural_reading_has_fewer_bits(natural: str, other: str) -> None:
    """In either script."""
    assert word_bits(natural) < word_bits(other)


def test_only_chinese_words_count() -> None:
    """Figures, letters and marks are the same in all readings; a word that is in no dictionary costs by character."""
    assert word_bits("2027, AI?") == 0.0
    assert word_bits("骉龘") == 28.0
