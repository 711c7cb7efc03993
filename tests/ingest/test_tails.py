"""A dump of a page: what stands above the headline and behind the story's end is not its text."""

from __future__ import annotations

import pytest

from rag.ingest.extract import Extraction, Reason, extract
from rag.ingest.html import parse_html
from rag.ingest.layout import Layout
from rag.ingest.plain import parse_text

TITLE = "云溪县第二实验学校落成 新增学位2160个"
STORY = [
    "3月2日，云溪县第二实验学校举行落成典礼，县教育局、施工单位和师生代表共三百余人参加。",
    "学校占地86亩，总投资1.9亿元，可提供学位2160个，将缓解城西片区入学难的问题。",
    "校长叶青说，新校区将于今年9月投入使用，首批招收一年级和七年级学生。",
]
DATELINE = "2023-03-03 09:12 来源：云溪日报"


def run(layout: Layout) -> tuple[Extraction, list[str]]:
    lines = layout.source_text.split("\n")
    found = extract(layout, lines, damage=lambda text: float(text.count("\ufffd")))
    return found, found.text(lines).split("\n")


def dump(*tail: str, head: tuple[str, ...] = (TITLE, DATELINE)) -> tuple[Extraction, list[str]]:
    return run(parse_text("\n".join([*head, *STORY, *tail])))


@pytest.mark.parametrize(
    "tail",
    [
        ("标签", "学校 学位", "县医院引进新设备惠及群众", "山村小路通了客车"),
        ("县医院引进新设备惠及群众2023-02-11", "山村小路终于通车了！2023-02-09", "观察员"),
        ("版权所有 云溪县教育局 Copyright © 2023", "地址：云溪县文化路8号 电话：0000-1234567", "传真：0000-7654321"),
        ("作者：沈竹     责任编辑：苏曼", "打开客户端看更多", "小编带你看云溪！"),
        ("（来源：云溪日报；配图由读者陶喆提供）",),
        ("(作者 闻达 来源：云溪日报)",),
        ("【责任编辑：苏曼】", "热门评论", "山里人家：终于等到了！"),
    ],
)
def test_the_story_ends_where_the_page_goes_on(tail: tuple[str, ...]) -> None:
    """Labels, dated headlines, the foot and credits end a story without a heading that says so."""
    assert dump(*tail)[1] == STORY


@pytest.mark.parametrize(
    "tail",
    [
        ("关键词不是速度，而是质量。",),
        ("咨询时间为2023-03-10", "评审结果将于2023-03-20公布，地点在县教育局一楼大厅。"),
        ("学校的主办单位是县教育局，技术支持来自省教科院。",),
    ],
)
def test_a_line_that_only_looks_like_an_end_stays(tail: tuple[str, ...]) -> None:
    """One line with a date, or a sentence about keywords or organisers, is the story's own."""
    assert dump(*tail)[1] == [*STORY, *tail]


def test_the_headline_stands_above_the_dateline() -> None:
    """Menus above it, a question in them and the account's name below it are not the headline, nor text."""
    found, text = dump(head=("首页", "忘记密码？", "手机客户端", TITLE, "云溪发布", "发布时间：03-0309:12云溪县融媒体"))
    assert found.title == TITLE
    assert text == STORY


def test_a_title_element_that_names_the_site_is_not_the_headline() -> None:
    """The line above the dateline is, although no heading is marked up."""
    body = "".join(f"<p>{line}</p>" for line in STORY)
    page = (
        f"<title>云溪热线</title><body><div class=t><a href=/>新闻</a> <a href=/l>论坛</a></div><table><tr><td>"
        f"<font size=5>{TITLE}</font></td></tr><tr><td>{DATELINE}</td></tr><tr><td>{body}</td></tr></table></body>"
    )
    found, text = run(parse_html(page))
    assert (found.title, text) == (TITLE, STORY)


def test_an_advertisement_goes_with_its_box() -> None:
    """What stands in a small box that begins with the label is advertised; a label between paragraphs is one line."""
    advert = "<div><span>广告</span><p>限时特惠！全屋定制家具699元起，点击立即咨询</p></div>"
    first, second, third = (f"<p>{line}</p>" for line in STORY)
    page = f"<body><h1>{TITLE}</h1><div>{first}{advert}{second}<p>—— 广告 ——</p>{third}</div></body>"
    assert run(parse_html(page))[1] == STORY


def test_buttons_below_one_comment_do_not_end_the_story() -> None:
    """Comments put between paragraphs go, the paragraphs behind them stay."""
    comment = "<div><h3>网友评论</h3><div><p>希望能够真正落实到位。</p><span>回复</span> <span>赞(3)</span></div></div>"
    first, second, third = (f"<p>{line}</p>" for line in STORY)
    found, text = run(parse_html(f"<body><h1>{TITLE}</h1><div>{first}{second}{comment}{third}</div></body>"))
    assert text == STORY
    assert Reason.COMMENT in {gone.reason for gone in found.removed}


def test_a_line_that_points_at_its_picture_is_a_caption() -> None:
    """`▲…（图／…）` is a caption where the picture is gone; an arrow in a sentence is not."""
    arrow = "▲新校区的教学楼已经完工。（圖／縣府提供）"
    rising = "↑今年学位数较去年增加2160个，增幅为三成。"
    assert run(parse_text("\n".join([TITLE, DATELINE, STORY[0], arrow, rising, *STORY[1:]])))[1] == [
        STORY[0],
        rising,
        *STORY[1:],
    ]
