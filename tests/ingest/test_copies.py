"""Two copies of a story become one."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.ingest.copies import Piece, merge_copies, pasted_lines

LONG = "全市新建改建幼儿园八十六所，新增学位一点四万个。公办园在园幼儿占比达到百分之五十二，提前完成目标。"
OTHER = "特殊教育学校高中班建设加快推进，全市残疾儿童入学率保持在百分之九十八以上，送教上门覆盖所有县区。"


def damage(text: str) -> float:
    return float(text.count("?"))


def whole(lines: list[str]) -> list[Piece]:
    return [Piece(line=number, start=0, end=len(line)) for number, line in enumerate(lines)]


def merged(lines: list[str]) -> str:
    out = merge_copies(whole(lines), lines, damage)
    return "".join(("" if p.joins else "\n") + lines[p.line][p.start : p.end] for p in out.pieces).lstrip("\n")


def test_each_sentence_comes_from_its_better_copy() -> None:
    """Damage in one half of each copy leaves a clean whole, in one block."""
    first = LONG.replace("学位", "?位")
    second = LONG.replace("目标", "??")
    assert merged([first, OTHER, second, OTHER]) == f"{LONG}\n{OTHER}"


def test_equal_copies_keep_the_first() -> None:
    """Without a difference the second copy is the duplicate."""
    lines = [LONG, OTHER, LONG, OTHER]
    out = merge_copies(whole(lines), lines, damage)
    assert out.pieces == tuple(whole(lines)[:2])
    assert out.duplicates == tuple(whole(lines)[2:])
    assert pasted_lines(whole(lines), lines) == {2: 0, 3: 1}


def test_a_sentence_only_one_copy_holds_stays_in_its_place() -> None:
    """What the second copy says more is put in where it stands there."""
    extra = "其中城区四十一所。"
    at = LONG.index("。") + 1
    head, tail = LONG[:at], LONG[at:]
    assert merged([LONG, OTHER, head + extra + tail, OTHER]) == f"{head}{extra}{tail}\n{OTHER}"


def test_a_torn_sentence_is_replaced_whole() -> None:
    """A question mark in the middle of a word is not a sentence's end where the other copy reads on."""
    torn = LONG.replace("新增学位一点", "新?位一点")
    assert merged([torn, OTHER, LONG, OTHER]) == f"{LONG}\n{OTHER}"


def test_a_summary_that_says_it_first_is_no_copy() -> None:
    """One line that a later one says again in other words leaves both where they are."""
    summary = "划重点：全市新建改建幼儿园八十六所，新增学位一点四万个，提前完成了全年的各项目标任务。"
    lines = [summary, OTHER, LONG]
    assert merged(lines) == "\n".join(lines)


def test_refrains_are_no_copies() -> None:
    """Short lines may recur as often as they like."""
    song = ["月亮走，我也走，", "我送阿哥到桥头，", "月亮走，我也走，", "我送阿哥到桥头，"]
    assert merged(song) == "\n".join(song)


@given(st.lists(st.sampled_from([LONG, OTHER, LONG[:30], "短句。", LONG.replace("学", "?"), ""]), max_size=8))
@settings(max_examples=200, deadline=None)
def test_pieces_and_duplicates_tile_what_was_given(lines: list[str]) -> None:
    """No character is lost and none is kept twice, but for white space between sentences."""
    given_pieces = [piece for piece in whole(lines) if piece.end]
    out = merge_copies(given_pieces, lines, damage)
    covered = sorted((p.line, p.start, p.end) for p in (*out.pieces, *out.duplicates))
    assert sum(end - start for _, start, end in covered) == sum(map(len, lines))
    assert all(a[0] != b[0] or a[2] <= b[1] for a, b in pairwise(covered))
