"""Bytes become the text that was written, whatever was declared."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.errors import UnreadableError
from rag.ingest.decode import decode

PLAIN = "市图书馆新馆昨日开放，首日接待读者两千余人。馆长说，周末还将延长开放时间。\n"
OTHER = "气象台发布消息，未来三天有小到中雨，请市民注意出行安全。\n"
TRADITIONAL = "縣立圖書館新館昨日開放，首日接待讀者兩千餘人。館長說，週末還將延長開放時間。\n"
# no character twice: a rare one that repeats ("碍碍碍碍碍") is, byte for byte, a likelier Big5 line ("鬼鬼鬼鬼鬼")
HAN = st.lists(st.integers(0x4E00, 0x9FA5).map(chr), min_size=1, max_size=40, unique=True).map("".join)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb2312", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("declared", [None, "utf-8", "gb2312", "big5", "no-such-charset"])
def test_simplified_text_comes_back_whatever_is_declared(encoding: str, declared: str | None) -> None:
    """Content beats declaration in every encoding."""
    decoded = decode(PLAIN.encode(encoding), declared=declared)
    assert decoded.text == PLAIN
    assert not decoded.damaged
    assert not decoded.mixed


@pytest.mark.parametrize("encoding", ["big5", "big5hkscs", "utf-8", "gbk", "utf-16-be"])
def test_traditional_text_comes_back(encoding: str) -> None:
    """Big5 and GBK are told apart by what reads as Chinese."""
    assert decode(TRADITIONAL.encode(encoding)).text == TRADITIONAL


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("utf-8", "utf-8"), ("gb2312", "gb18030"), ("big5", "big5hkscs"), ("utf-16", "utf-16-le")],
)
def test_the_encoding_is_named(encoding: str, name: str) -> None:
    """The wider set that contains a legacy one is reported."""
    text = TRADITIONAL if encoding == "big5" else PLAIN
    assert decode(text.encode(encoding)).encoding == name


@settings(max_examples=60, deadline=None)
@given(extra=HAN, cut=st.integers(0, 30))
@example(extra="联通", cut=0)
@example(extra="乖丕丗", cut=0)
@example(extra="弑绡穢", cut=0)
@example(extra="爭浟藋", cut=0)
@example(extra="恍恍恍恍", cut=0)
def test_any_characters_survive_in_gb18030_beside_plain_text(extra: str, cut: int) -> None:
    """Rare characters do not change what the rest of the content decides."""
    text = PLAIN[cut:] + OTHER + extra + "。\n"
    assert decode(text.encode("gb18030")).text == text


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=200))
def test_utf8_is_never_taken_for_anything_else_when_chinese(text: str) -> None:
    """Valid UTF-8 with a Chinese sentence in it is UTF-8."""
    assert decode((text + PLAIN).encode("utf-8"), declared="gb2312").text == (text + PLAIN).removeprefix("\ufeff")


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=400))
def test_random_bytes_are_read_or_refused(data: bytes) -> None:
    """Nothing but UnreadableError ever escapes, and damaged spans are replacement characters."""
    try:
        decoded = decode(data)
    except UnreadableError:
        return
    assert all(set(decoded.text[span.start : span.end]) == {"\ufffd"} for span in decoded.damaged)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_the_whole_content_decides_not_its_beginning(encoding: str) -> None:
    """A page whose first hundred kilobytes are ASCII is read by its Chinese end."""
    page = "<p>" + "x = 1;\n" * 15_000 + PLAIN
    assert decode(page.encode(encoding)).text == page


def test_a_declaration_in_markup_tips_the_scales_for_short_text() -> None:
    """Two characters alone may be anything; the page's own declaration settles it."""
    page = '<meta charset="big5"><p>年月</p>'
    assert decode(page.encode("big5")).text == page


@pytest.mark.parametrize(
    ("main", "other"), [("utf-8", "gb18030"), ("gb18030", "utf-8"), ("gb18030", "big5hkscs"), ("big5hkscs", "utf-8")]
)
def test_lines_in_another_encoding_are_read_on_their_own(main: str, other: str) -> None:
    """One pasted line does not spoil the page, nor the page the line."""
    before = TRADITIONAL if main.startswith("big5") else PLAIN
    pasted = TRADITIONAL if other.startswith("big5") or main.startswith("big5") else OTHER
    decoded = decode(before.encode(main) * 5 + pasted.encode(other) + before.encode(main) * 5)
    assert decoded.text == before * 5 + pasted + before * 5
    assert decoded.mixed
    assert not decoded.damaged


@pytest.mark.parametrize(("main", "other"), [("utf-8", "gb18030"), ("gb18030", "utf-8")])
def test_a_fragment_in_another_encoding_is_read_inside_its_line(main: str, other: str) -> None:
    """A fragment pasted into the middle of a line, without any sign between, is found."""
    decoded = decode(
        PLAIN.encode(main) + b"<p>" + "编辑部启事：".encode(main) + OTHER.encode(other) + PLAIN.encode(main)
    )
    assert decoded.text == PLAIN + "<p>编辑部启事：" + OTHER + PLAIN
    assert decoded.mixed


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_one_truncated_character_is_one_damaged_place(encoding: str) -> None:
    """A character cut at the end of a line is marked, and the page is not turned into another encoding."""
    decoded = decode(PLAIN.encode(encoding) + "会议".encode(encoding)[:-1] + b"\n" + OTHER.encode(encoding) * 3)
    assert decoded.text == PLAIN + "会\ufffd\n" + OTHER * 3
    assert [(span.start, span.end) for span in decoded.damaged] == [(len(PLAIN) + 1, len(PLAIN) + 2)]
    assert not decoded.mixed


def test_line_endings_stay() -> None:
    """Code points are not translated."""
    assert decode("一行\r\n二行\r三行\n".encode("gbk"), declared="gbk").text == "一行\r\n二行\r三行\n"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"PK\x03\x04rest", "ZIP"),
        (b"%PDF-1.7", "PDF"),
        ("正文".encode() + b"\0" + "正文".encode(), "NUL"),
        (bytes(range(1, 32)) * 20, "control"),
    ],
)
def test_what_is_no_text_is_refused_with_a_reason(data: bytes, what: str) -> None:
    """The message says what was found."""
    with pytest.raises(UnreadableError, match=what):
        decode(data)


def test_an_empty_document_is_empty_text() -> None:
    """Nothing in, nothing out."""
    assert decode(b"").text == ""


def test_another_declared_encoding_is_used_when_none_of_ours_fits() -> None:
    """A Western page is read as it declares."""
    page = "Élève à Genève, déjà présent, où l'été fut très long. " * 3
    assert decode(page.encode("cp1252"), declared="windows-1252").text == page


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_megabyte_is_decoded_quickly(encoding: str) -> None:
    """The best of three runs stays under a generous second (0.1 s on an idle machine)."""
    data = ((PLAIN + OTHER) * 20_000).encode(encoding)[:1_000_000]
    best = min(_seconds(data) for _ in range(3))
    assert best < 1.0


def _seconds(data: bytes) -> float:
    start = time.perf_counter()
    decode(data)
    return time.perf_counter() - start
