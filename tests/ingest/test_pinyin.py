"""Leftover pinyin goes, an author's own gloss stays."""

from __future__ import annotations

import pytest

from rag.ingest.edits import apply_edits
from rag.ingest.pinyin import pinyin_edits
from rag.text.readings import characters_read, has_tone, normal_reading, readings_of


def cleaned(text: str) -> str:
    return apply_edits(text, pinyin_edits(text))[0]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("鄉(xiāng)村醫(yī)生服務(wù)站建設(shè)提速", "鄉村醫生服務站建設提速"),
        ("鐵（tiě）路運（yùn）輸計劃調（diào）整", "鐵路運輸計劃調整"),
        ("責(zé) 編：王 強", "責 編：王 強"),
        ("標(biāo)準(zhǔn)（GB/T 1）與導(dǎo)則(draft)", "標準（GB/T 1）與導則(draft)"),
        ("不斷擴大、支持?jǐn)?shù)據(jù)中心，創(chuàng)新發(fā)展", "不斷擴大、支持數據中心，創新發展"),
        ("堅持?jǐn)U大開放，應(yīng)對風險，學(xué)習(xí)經(jīng)驗", "堅持擴大開放，應對風險，學習經驗"),
    ],
)
def test_leftovers_go(before: str, after: str) -> None:
    """Single syllables behind common traditional characters are taken out, cut characters restored."""
    assert cleaned(before) == after


@pytest.mark.parametrize(
    "text",
    [
        "饕餮(tāo tiè)是传说中的神兽，龘(dá)字有四十八画，犇(bēn)字有十二画，羴(shān)、鱻(xiān)亦然",
        "歌手谭维维(tán wéi wéi)与龚琳娜(gōng)同台",
        "学(xué)而(ér)时(shí)习(xí)之(zhī)，不(bù)亦(yì)说(yuè)乎(hū)",
        "重(chóng)庆人说的“行”读xíng",
        "咖啡馆(café)提供早餐（breakfast），价格面议(negotiable)",
        "研究所(zhì)、學校(jīng)、醫院(tū)的讀音標錯了",
    ],
)
def test_glosses_stay(text: str) -> None:
    """Glosses of rare characters, names, words and teaching texts are the author's own."""
    assert cleaned(text) == text


def test_a_simplified_page_full_of_leftovers_is_cleaned_too() -> None:
    """Many repeated annotations of common characters are a program's, in any script."""
    text = "发(fā)展、发(fā)布、发(fā)现、学(xué)校、学(xué)生、学(xué)习，都是常用词，开发(fā)与科学(xué)也是。"
    text += "这一段没有注音，只是让注音在全文里只占很小的一部分，因为程序留下的注音总是这样。"
    assert cleaned(text) == text.replace("(fā)", "").replace("(xué)", "")


def test_a_cut_character_without_a_clear_answer_becomes_a_replacement() -> None:
    """Where the lost byte leaves a choice, nothing is guessed."""
    assert "\ufffd" in cleaned("務(wù)必學(xué)會應(yīng)變，阿?bā)，")


def test_readings_are_spelled_in_one_way() -> None:
    """Breve, script a and case do not matter; the table answers both ways."""
    assert normal_reading("JĬN") == normal_reading("jǐn") == "jǐn"
    assert normal_reading("gɑ̀o") == "gào"
    assert has_tone("lǜ")
    assert not has_tone("the")
    assert "謹" in characters_read("jǐn")
    assert set(readings_of("行")) >= {"xíng", "háng"}
    assert readings_of("a") == ()
