"""Text decoded in the wrong encoding is taken back; foreign and rare text is left alone."""

from __future__ import annotations

import pytest

from rag.ingest.edits import apply_edits
from rag.ingest.mojibake import latin_edits, wide_edits
from rag.ingest.suspicion import suspicious_runs

SENTENCE = "市政府昨日公布新的公交线路，共有12条，覆盖城东和城北。"
TRADITIONAL = "縣政府昨日公布新的公車路線，共有12條，涵蓋城東和城北。"


def from_latin(text: str) -> str:
    return apply_edits(text, latin_edits(text))[0]


def from_wide(text: str) -> str:
    return apply_edits(text, wide_edits(text, suspicious_runs(text)))[0]


@pytest.mark.parametrize("written", ["utf-8", "gbk"])
@pytest.mark.parametrize("read", ["latin-1", "cp1252"])
def test_chinese_read_as_latin(written: str, read: str) -> None:
    """Whole texts come back from both Western encodings."""
    garbled = SENTENCE.encode(written).decode(read, errors="ignore" if read == "cp1252" else "strict")
    if garbled.encode(read) == SENTENCE.encode(written):
        assert from_latin(garbled) == SENTENCE


def test_big5_read_as_latin() -> None:
    """Traditional text comes back as well."""
    assert from_latin(TRADITIONAL.encode("big5").decode("latin-1")) == TRADITIONAL


def test_twice_misread_and_inside_clean_text() -> None:
    """Double misreading is undone, and the clean text around it stays."""
    once = "关于做好".encode().decode("cp1252", errors="replace").replace("\ufffd", "")
    twice = "关系".encode().decode("latin-1").encode().decode("latin-1")
    assert from_latin(f"通知：{twice}密切") == "通知：关系密切"
    assert from_latin("标题：" + "国家".encode().decode("latin-1") + "标准") == "标题：国家标准"
    assert once != "关于做好"


def test_a_no_break_space_that_became_a_space() -> None:
    """The byte A0 is put back where a cleaner turned it into a space."""
    assert from_latin("加强".encode().decode("latin-1").replace("\xa0", " ") + "管理") == "加强管理"


@pytest.mark.parametrize(
    ("text", "written", "read"),
    [
        (TRADITIONAL, "big5", "gb18030"),
        ("关于加强校园安全管理", "utf-8", "gb18030"),
        ("公交线路明天开通", "gbk", "big5hkscs"),
    ],
)
def test_wide_encodings_read_as_each_other(text: str, written: str, read: str) -> None:
    """Runs come back, also short ones between digits once the page is known to be misread."""
    garbled = text.encode(written).decode(read, errors="replace")
    assert "\ufffd" not in garbled
    assert from_wide(garbled) == text


def test_a_misread_word_beside_clean_words() -> None:
    """Only the misread words change."""
    garbled = "安全管理办法".encode().decode("gb18030")
    assert from_wide(f"公司发布 {garbled} 自明年起施行") == "公司发布 安全管理办法 自明年起施行"


def test_a_character_that_lost_its_end_is_marked() -> None:
    """The last byte that was swallowed by a sign becomes U+FFFD, the rest is kept."""
    garbled = "全体教职工大会决定".encode().decode("gb18030", errors="replace")
    assert garbled.endswith("\ufffd")
    assert from_wide(garbled) == "全体教职工大会决\ufffd"


@pytest.mark.parametrize(
    "text",
    [
        "À Genève, l’été fut très chaud ; où étaient les élèves français ? Déjà là-bas.",
        "Thủ tướng đã phát biểu tại Hà Nội về kinh tế số.",
        "Größe der Straßen, Märchen für Kinder, señor, São Paulo, ação",
        "温度±5℃，面积²，§3，©2024 ®，×÷",
        "Привет, мир! Γειά σου Κόσμε",
        "本日は晴天なり。東京特許許可局の許可局長。",
        "魑魅魍魉，饕餮穷奇，梼杌混沌，貔貅狻猊，囚牛睚眦。",
        "粵語：佢哋嘅嘢喺邊度？唔該晒，冇問題啩。",
        "氘氚氦锂铍硼铯钫锕钍镤，嘧啶嘌呤噻吩",
    ],
)
def test_foreign_and_rare_text_stays(text: str) -> None:
    """What looks odd but was written so is not touched."""
    assert from_latin(text) == text
    assert from_wide(text) == text
