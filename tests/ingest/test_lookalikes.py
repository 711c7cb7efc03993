"""The table of look-alikes that is shipped, and how it is made."""

from __future__ import annotations

import numpy as np
import pytest

from eval.make_lookalikes import known_characters, table, variants
from eval.make_scan_weights import misread_by_chance, sampled
from rag.ingest.lookalikes import LIKENESS_FLOOR, lookalikes


@pytest.mark.parametrize(("read", "meant"), ["末未", "未末", "入人", "问间", "曰日", "兔免", "束東", "夭天", "犬大"])
def test_what_looks_alike(read: str, meant: str) -> None:
    """Pairs that every reader of scans has met."""
    assert ord(meant) in lookalikes().others[ord(read)]


def test_the_table_holds_what_it_says() -> None:
    """The likest first, none like itself, none below the floor, none for other signs."""
    found = lookalikes()
    has = found.others > 0
    assert (found.likeness[has] >= LIKENESS_FLOOR).all()
    assert (found.likeness < 1).all()
    assert (np.diff(found.likeness, axis=1) <= 0).all()
    assert not (found.others == np.arange(0x10000)[:, None])[has].any()
    assert not has[:0x4E00].any()
    assert has.any(axis=1).sum() > 5_000


def test_rows_are_written_likest_first() -> None:
    """Two of three are alike; the third is like none and has no row."""
    likeness = np.array([[0, 0.987, 0.86], [0.987, 0, 0.2], [0.3, 0.2, 0]], dtype=np.float32)
    assert list(table("未末口", likeness)) == ["未\t末98口86", "末\t未98"]


def test_forms_of_one_character_are_no_error() -> None:
    """Simplified, traditional, Taiwan's; shape (characters, characters)."""
    found = variants("着著说說未末")
    assert [(row, at) for row in range(6) for at in range(6) if row < at and found[row, at]] == [(0, 1), (2, 3)]
    assert (found == found.T).all()
    table_ = lookalikes()
    assert ord("着") not in table_.others[ord("著")]


def test_characters_with_statistics() -> None:
    """Both scripts, no rare ones, no signs."""
    known = known_characters()
    assert set("未來来間间") < set(known)
    assert not set("，a1龘") & set(known)


def test_samples_say_what_was_misread() -> None:
    """Lengths stay, seeds repeat, and most of what is proposed was misread."""
    text = "全县未来三年将新建学校，项目由市教育局负责，群众反映的问题要在规定的时间内解决。" * 40
    once = misread_by_chance(text, 5)
    assert once == misread_by_chance(text, 5) != misread_by_chance(text, 6)
    changed = sum(one != other for one, other in zip(text, once, strict=True))
    assert 0 < changed < len(text) / 30
    sample = sampled([text], 0)
    assert sample.features.shape == (len(sample.right), 6)
    assert sample.characters == len(text)
    assert sample.right.sum() > len(sample.right) / 2
