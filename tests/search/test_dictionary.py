"""CC-CEDICT read backwards."""

from __future__ import annotations

from rag.search.dictionary import dictionary, parse

_LINES = """# CC-CEDICT
窯 窑 [yao2] /kiln/oven/
龍窯 龙窑 [long2 yao2] /dragon kiln/
銀行 银行 [yin2 hang2] /bank/CL:家[jia1],個|个[ge4]/
岸 岸 [an4] /bank; shore; beach; coast/
開放 开放 [kai1 fang4] /to lift (a ban or restriction)/to open up (to the outside world)/to open (to the public)/
五河縣 五河县 [Wu3 he2 xian4] /Wuhe county in Bengbu 蚌埠[Beng4 bu4], Anhui/
社長 社长 [she4 zhang3] /president or director (of an association etc)/
甲狀 甲状 [jia3 zhuang4] /variant of 甲[jia3]/\r
"""


def test_glosses_lead_to_words() -> None:
    """Any gloss of an entry does, without what stands in brackets, articles and `to`; the first gloss is worth more."""
    read = parse(_LINES)
    assert read.exact("kiln") == {"窑": 1.0}
    assert read.exact("oven") == {"窑": 0.8}
    assert read.exact("open") == {"开放": 0.8}
    assert read.exact("director") == {"社长": 0.8}
    assert "variant of" not in read.first


def test_a_homograph_has_all_its_words() -> None:
    """`bank` is one of money and one of a river; which is meant is not told here."""
    assert set(parse(_LINES).exact("bank")) == {"银行", "岸"}


def test_a_place_is_known_without_its_kind() -> None:
    """What behind a place's name says where it lies is left out, the kind of place may be."""
    read = parse(_LINES)
    assert set(read.exact("wuhe county")) == set(read.exact("wuhe")) == {"五河县"}


def test_a_word_may_be_part_of_a_gloss() -> None:
    """Short glosses that begin or end with the word count, at half the worth."""
    assert parse(_LINES).within("dragon") == {"龙窑": 0.5}
    assert parse(_LINES).within("drag") == {}


def test_the_whole_dictionary_is_read() -> None:
    """It ships with its package, and has British words in American spelling."""
    read = dictionary()
    assert len(read.first) > 70_000
    assert "窑" in read.exact("kiln")
    assert "无锡" in read.exact("wuxi")
    assert "南京" in read.exact("nanjing")
    assert next(iter(read.exact("hospital"))) == "医院"
    assert "颜色" in read.exact("colour")
