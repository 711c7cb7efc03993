"""Damage is made by its mechanism, the same for the same seed."""

from __future__ import annotations

import pytest

from eval.damage import damages, fold_marks, leave_pinyin, lose_bytes, misread, read_gbk, strip_high_bits

TEXT = "县里新建两座桥梁，工期一年。居民出行更加方便！“真好”，大家说。"


@pytest.mark.parametrize("kind", sorted(damages()))
def test_damage_is_repeatable_and_changes_the_text(kind: str) -> None:
    """The same seed gives the same damage."""
    damage = damages()[kind]
    assert damage(TEXT, 3) == damage(TEXT, 3)
    assert damage(TEXT, 3) != TEXT


def test_a_lenient_reader_of_gbk() -> None:
    """Pairs are read, lone bytes become the given sign, unassigned pairs vanish, ASCII resumes."""
    assert read_gbk("桥梁abc".encode("gbk")) == "桥梁abc"
    assert read_gbk("桥".encode("gbk")[:1] + b",ok", lost="?") == "?,ok"
    assert read_gbk(b"\xae\xcb\xb0\xca") == "笆"


def test_a_lost_byte_pairs_the_rest_wrongly() -> None:
    """What follows the lost byte is read one byte off."""
    damaged = lose_bytes("甲桥梁工程建设", seed=1)
    assert damaged != "甲桥梁工程建设"
    assert len(damaged) <= 7


def test_folding_marks_in_bytes_hits_neighbours() -> None:
    """The bytes of a full-width mark are found across two characters as well."""
    assert fold_marks("好！") == "好!"
    assert fold_marks("结束。“新") == read_gbk("结束".encode("gbk") + b"\xa1!" + b"\xb0" + "新".encode("gbk"))


def test_a_stripped_high_bit_leaves_an_ascii_sign() -> None:
    """The lead byte of a full stop becomes an exclamation mark."""
    assert strip_high_bits("完。", seed=0) == read_gbk("完".encode("gbk") + b"!\xa3")


def test_pinyin_is_written_behind_characters_also_across_bytes() -> None:
    """The reading is written where the bytes match, inside characters too."""
    assert leave_pinyin("語學", "學") == "語學(xué)"
    assert leave_pinyin("堅持擴大", "謹") == "堅持?jǐn)U大"


def test_misreading_replaces_what_does_not_decode() -> None:
    """The wrong encoding gives other characters, and U+FFFD where it has none."""
    assert misread("关于", written="utf-8", read="gb18030") == "鍏充簬"
    assert "\ufffd" in misread("的", written="utf-8", read="gb18030")
