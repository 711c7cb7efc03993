"""Names in pinyin."""

from __future__ import annotations

from rag.search.romanised import can_be_read, spelled, stretches


def test_a_name_is_cut_into_syllables() -> None:
    """In every way there is; an apostrophe cuts, and what is no pinyin has no way."""
    assert spelled("Chengzhou") == (("cheng", "zhou"),)
    assert set(spelled("Xian")) == {("xian",), ("xi", "an")}
    assert spelled("Xi'an") == (("xi", "an"),)
    assert spelled("Bridge") == ()


def test_a_name_is_found_by_how_it_is_read() -> None:
    """The place of the articles, whatever its tones, the most frequent first; none that cuts a Chinese word."""
    keys = ["澄州地铁2号线开通,澄州市长到场。", "成舟出版了一本书。", "完成周转房建设。"]
    assert stretches("Chengzhou", keys) == ("澄州", "成舟")


def test_a_name_may_stand_before_its_kind_of_place() -> None:
    """`掇刀区` is one word of the cutter's."""
    assert stretches("Duodao", ["湖北荆门市掇刀区检察院检察官以案说法"]) == ("掇刀",)


def test_dots_are_left_out() -> None:
    """`ü` is written `u`, `v` or `yu`."""
    assert all(can_be_read(name, "吕布") for name in ("Lu Bu", "Lv Bu", "Lyu Bu"))
    assert can_be_read("Lu Xun", "鲁迅")
    assert not can_be_read("Wang Bu", "吕布")
