"""What of a sentence can be quoted whose other part cannot be read."""

from __future__ import annotations

import pytest

from rag.text.clauses import sound_parts

LOST = "\ufffd"


def parts(text: str) -> list[str]:
    def is_sound(start: int, end: int) -> bool:
        return LOST not in text[start:end]

    return [text[start:end] for start, end in sound_parts(text, 0, len(text), is_sound)]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("省级基地已建成5个，市级20个。", ["省级基地已建成5个，市级20个。"]),
        ("项目用��多少土地、享受哪些补贴,协议没有公开。", ["协议没有公开。"]),
        ("施工用了38个月，由��局承建，工期三年，质量优良。", ["施工用了38个月，", "质量优良。"]),
        ("受订单��影响,全年进出口总额712.4亿元,下降3.2%。", ["全年进出口总额712.4亿元,下降3.2%。"]),
    ],
)
def test_beginning_and_end(text: str, quoted: list[str]) -> None:
    """Each as long as it can be, in whole clauses."""
    found = parts(text)
    assert found[: len(quoted) - 1] == quoted[:-1]
    assert found[-1].endswith(quoted[-1])


@pytest.mark.parametrize(
    "text",
    [
        "张先���,警方对妹妹的死亡负有责任。",  # who says so may be lost
        "张先生表示，��的时候，警方负有责任。",
        "如果��没有完成施工，大桥将推迟到明年通车。",
        "据��媒体消息，大桥已经提前通车。",
        "��年以来学校新建了，其中多数在安源区内。",  # goes with what is missing
        "“这座��大桥已经建成，全长有5公里多。",  # in an open quotation
        "局长回应说��:大桥已经建成，全长有5公里多。",
        "大桥由��局承建，很好。",  # says nothing
    ],
)
def test_no_end_whose_terms_may_be_lost(text: str) -> None:
    """Said by somebody, on a condition, leaning on what is missing, or too short."""
    assert parts(text) == []
