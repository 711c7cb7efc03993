"""Lines broken where the paper's line ended, and line ends that mean something."""

from __future__ import annotations

from itertools import pairwise

import pytest

from rag.ingest.extract import extract
from rag.ingest.plain import parse_text

TITLE = "云溪县第二实验学校落成 新增学位2160个"
OPENING = "3月2日，云溪县第二实验学校举行落成典礼，县教育局、施工单位和师生代表共三百余人参加。"
CLOSING = "校长叶青说，新校区将于今年9月投入使用，首批招收一年级和七年级学生。"
LONG = (
    "学校占地86亩，总投资1.9亿元，可提供学位2160个，将缓解城西片区入学难的问题，校园内建有教学楼4栋、宿舍楼2栋和一座"
    "能坐800人的报告厅，全部按照绿色建筑二星级的标准来设计和施工，运动场的跑道长400米，向周边的居民免费开放。"
)


def blocks(*lines: str) -> list[str]:
    """The blocks of a page of these lines, none of which may have become a heading by being joined."""
    text = "\n".join((TITLE, *lines))
    source = text.split("\n")
    found = extract(parse_text(text), source, damage=lambda _: 0.0)
    joined = {before.line for before, piece in pairwise(found.kept) if piece.joins}
    assert not joined & found.headings
    return found.text(source).split("\n")


@pytest.mark.parametrize(("before", "behind"), [
    ("学校占地86亩，总投资1.9亿元，可提供学位21", "60个，将缓解城西片区入学难的问题。"),
    ("学校占地86亩，可提供学位2160个，总投资1.", "9亿元，将缓解城西片区入学难的问题。"),
    ("学校占地86亩，总投资1.9亿元，运动场全部改造完成，", "可提供学位2160个，将缓解城西片区入学难的问题。"),
    ("学校占地86亩，总投资1.9亿元，可提供学位2160个", "，将缓解城西片区入学难的问题。"),
    ("学校占地86亩，总投资1.9亿元，将由云溪县教", "育局派出教师，缓解城西片区入学难的问题。"),
])  # fmt: skip
def test_a_sentence_goes_on_in_the_next_line(before: str, behind: str) -> None:
    """In the middle of a figure, behind a comma, before one, in the middle of a word."""
    assert blocks(OPENING, before, behind, CLOSING) == [OPENING, before + behind, CLOSING]


@pytest.mark.parametrize(("before", "behind"), [
    ("由优质学校牵头帮扶，全县被带动起来的乡镇学校有", "较大进步，帮扶已经做到全覆盖。"),
    ("最佳影片由县教育局颁奖，这部片子同时拿到最佳导演和", "最佳摄影，导演是一名教师。"),
    ("館長說，五天假期接待觀眾5.2萬人次，比", "去年同期增長18%，週末還要延長開放。"),
])  # fmt: skip
def test_a_pair_of_characters_goes_on(before: str, behind: str) -> None:
    """No word is cut, but hardly a sentence ends so, or hardly a line begins so."""
    assert blocks(OPENING, before, behind, CLOSING) == [OPENING, before + behind, CLOSING]


def test_less_will_do_where_another_line_is_broken() -> None:
    """`发出` may begin a line; on a page of which another line breaks off in a figure it does not."""
    before, behind = "班次方面，赶集的日子每条线加开4班，平日里最早一班车从县城", "发出，末班车傍晚6点40分返回。"
    plain = ("学校占地86亩，总投资1.9亿元，可提供学位21", "60个，将缓解城西片区入学难的问题。")
    assert blocks(OPENING, before, behind, CLOSING) == [OPENING, before, behind, CLOSING]
    assert blocks(OPENING, *plain, before, behind, CLOSING) == [OPENING, "".join(plain), before + behind, CLOSING]


@pytest.mark.parametrize(("above", "below"), [
    ("图为学生在操场上进行百米接力比赛，记者李明摄", "小学部设24个班，初中部设18个班。"),
    ("请问今年秋季入学的新生，报名时要带什么材料", "回答：可以带户口簿和出生证明。"),
    ("主办单位为云溪县教育局，云溪县文化和旅游局", "承办单位：云溪县第二实验学校，云溪县图书馆。"),
    ("（一）坚持教育优先发展，让每个孩子都能上好学", "（二）坚持问题导向，补齐农村学校的短板。"),
    ("学校占地86亩，总投资1.9亿元，可提供学位2160个", "同时，新校区还建有一座能坐800人的报告厅。"),
])  # fmt: skip
def test_other_reasons_to_stand_apart_count_on_a_broken_page_too(above: str, below: str) -> None:
    """A credit, an answer, a label, an item, a new thought."""
    plain = ("学校占地86亩，总投资1.9亿元，可提供学位21", "60个，将缓解城西片区入学难的问题。")
    assert blocks(OPENING, *plain, above, below, CLOSING) == [OPENING, "".join(plain), above, below, CLOSING]


@pytest.mark.parametrize("width", [30, 36])
def test_lines_of_one_length_are_a_column(width: int) -> None:
    """A scan or a mail: all lines that do not end a sentence are equally long."""
    broken = [LONG[at : at + width] for at in range(0, len(LONG), width)]
    assert blocks(OPENING, *broken) == [OPENING, LONG]


def test_every_other_line_end_of_a_column() -> None:
    """Where some of the line ends were mended already, the lengths are multiples of one another."""
    broken = [LONG[:20], LONG[20:60], LONG[60:80], LONG[80:]]
    assert blocks(OPENING, *broken) == [OPENING, LONG]


@pytest.mark.parametrize("lines", [
    ["学校占地86亩，总投资1.9亿元，可提供学位2160个", "将缓解城西片区入学难的问题，校长叶青说。"],
    ["学校占地86亩，总投资1.9亿元，可提供学位2160个。", "校长叶青说，新校区将于今年9月投入使用。"],
    ["学校占地86亩，总投资1.9亿元，有以下三个特点：", "一是教学楼全部抗震，二是运动场向居民开放。"],
    ["学校占地86亩，总投资1.9亿元，各个校区分别新增学位，", "1. 城西校区新增学位2160个，9月投入使用。"],
    ["新校区投入使用", "学校占地86亩，总投资1.9亿元，可提供学位2160个。"],
    [
        "坚持党建引领，推动教育事业高质量发展", "今年以来，全区投入教育经费1.2亿元，新建学校3所。",
        "聚焦民生实事，办好人民群众满意的教育", "截至目前，全区新增学位2160个，惠及家庭1500多户。",
        "强化队伍建设，提升全区教师的专业素养", "去年一年，全区教师参加培训3200人次，交流轮岗180人。",
    ],
    [
        "清晨的风里，我又想起母亲温和的目光和叮嘱", "多年的路上，她的声音一直陪伴着远行的我们",
        "今夜的灯下，我把思念写进这封长长的家书里", "今年以来，全区投入教育经费1.2亿元，新建学校3所。",
    ],
    [
        "一等奖：张三、李四、王五、赵六、钱七、孙八", "二等奖：周九、吴十、郑一、冯二、陈三、褚四",
        "三等奖：卫五、蒋六、沈七、韩八、杨九、朱十", "校长叶青说，新校区将于今年9月投入使用，首批招收两个年级。",
    ],
    ["该县公办幼儿园在园幼儿占比去年已经达到3.2", "2024年，该县还将新建公办幼儿园两所。"],
    ["报名请在工作时间拨打学校招生办电话6661234", "12月1日至12月5日，招生办接受现场报名。"],
])  # fmt: skip
def test_a_line_end_that_means_something_stays(lines: list[str]) -> None:
    """A statement, an end, an announcement, an item, headings, verse, a list of names, a day behind a figure."""
    assert blocks(OPENING, *lines) == [OPENING, *lines]
