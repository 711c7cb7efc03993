"""Offset maps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.offsets import OffsetMap, Rewriter, Segment

_TEXT = st.text(alphabet="教育學位ab。，1 \n", max_size=30)


@st.composite
def _rewritten(draw: st.DrawFn, origin: str | None = None) -> tuple[str, str, OffsetMap]:
    """An origin, a text made from it by random edits, and the map between them."""
    source = draw(_TEXT) if origin is None else origin
    rewriter, at = Rewriter(source), 0
    while at < len(source):
        size = draw(st.integers(1, 5))
        end = min(len(source), at + size)
        match draw(st.sampled_from(["keep", "keep", "drop", "replace", "insert"])):
            case "keep":
                rewriter.keep(at, end)
            case "replace":
                rewriter.replace(at, end, draw(st.text(alphabet="改正", min_size=1, max_size=4)))
            case "insert":
                rewriter.insert("\n", at)
                rewriter.keep(at, end)
            case _:
                pass
        at = end
    text, offsets = rewriter.finish()
    return source, text, offsets


@given(_rewritten())
def test_copied_characters_map_to_themselves(made: tuple[str, str, OffsetMap]) -> None:
    """Every code point inside a copied run leads to the same code point of the origin."""
    source, text, offsets = made
    assert offsets.length == len(text)
    for segment in offsets.segments:
        if segment.is_copy and source[segment.origin_start : segment.origin_end] == text[segment.start : segment.end]:
            for i in range(segment.start, segment.end):
                span = offsets.origin_span(i, i + 1)
                assert span is not None
                assert source[span[0] : span[1]] == text[i]


@given(st.data())
def test_maps_compose(data: st.DataObject) -> None:
    """Text -> middle -> origin in one step gives the same origin as in two, wherever both exist."""
    source, middle, inner = data.draw(_rewritten())
    _, text, outer = data.draw(_rewritten(middle))
    both = outer.after(inner)
    assert both.length == len(text)
    for i in range(len(text)):
        step = outer.origin_span(i, i + 1)
        twice = inner.origin_span(*step) if step else None
        once = both.origin_span(i, i + 1)
        if twice and once and middle[step[0] : step[1]] == text[i] and source[twice[0] : twice[1]] == text[i]:
            assert once == twice


@given(_rewritten())
def test_rows_round_trip(made: tuple[str, str, OffsetMap]) -> None:
    """A stored map reads back equal."""
    offsets = made[2]
    assert OffsetMap.from_rows(offsets.to_rows()) == offsets


def test_dropped_text_lies_inside_the_span() -> None:
    """The quote of a repaired word is the publisher's own text, leftovers included."""
    source = "義務(wù)教育"
    rewriter = Rewriter(source)
    rewriter.keep(0, 2)
    rewriter.replace(2, 6, "")
    rewriter.keep(6, 8)
    text, offsets = rewriter.finish()
    assert text == "義務教育"
    assert offsets.origin_span(0, 4) == (0, 8)
    assert offsets.origin_span(0, 2) == (0, 2)


def test_pieces_out_of_order_have_no_single_span() -> None:
    """Text put together from two places of the origin, the later first, cannot be one quote."""
    rewriter = Rewriter("甲乙丙丁")
    rewriter.keep(2, 4)
    rewriter.keep(0, 2)
    _, offsets = rewriter.finish()
    assert offsets.origin_span(0, 4) is None
    assert offsets.origin_span(0, 2) == (2, 4)


def test_inserted_text_has_no_origin() -> None:
    """A line break that we put in stands nowhere in the origin."""
    rewriter = Rewriter("甲乙")
    rewriter.keep(0, 1)
    rewriter.insert("\n", 1)
    rewriter.keep(1, 2)
    text, offsets = rewriter.finish()
    assert (text, offsets.origin_span(1, 2), offsets.origin_span(0, 3)) == ("甲\n乙", None, (0, 2))


def test_a_map_with_a_gap_is_refused() -> None:
    """Segments must tile the text."""
    with pytest.raises(ValueError, match="not a tiling"):
        OffsetMap((Segment(start=1, end=2, origin_start=0, origin_end=1),))


def test_spans_outside_the_text_are_refused() -> None:
    """Offsets beyond the text are an error, not an empty answer."""
    with pytest.raises(ValueError, match=r"outside a text of 3"):
        OffsetMap.identity(3).origin_span(2, 4)
