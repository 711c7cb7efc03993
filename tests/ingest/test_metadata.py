"""Publisher, writers, editor and date candidates of a page."""

from __future__ import annotations

import pytest

from rag.ingest.extract import extract
from rag.ingest.html import parse_html
from rag.ingest.metadata import DateCandidate, Metadata
from rag.ingest.plain import parse_text

STORY = (
    "昨天上午，市人民医院新院区开诊，首日接诊病人一千三百余人次。\n"
    "新院区设床位八百张，急诊和儿科实行二十四小时值班。院长表示，老院区门诊保留到年底。"
)
TITLE = "市人民医院新院区开诊 首日接诊一千三百人次"


def of_text(text: str) -> Metadata:
    layout = parse_text(text)
    return extract(layout, layout.source_text.split("\n"), damage=lambda _: 0.0).metadata


def of_html(head: str, below: str = "", behind: str = "") -> Metadata:
    body = "".join(f"<p>{line}</p>" for line in STORY.split("\n"))
    page = (
        f"<html><head>{head}</head><body><h1>{TITLE}</h1>{below}<div class=content>{body}</div>{behind}</body></html>"
    )
    layout = parse_html(page)
    return extract(layout, layout.source_text.split("\n"), damage=lambda _: 0.0).metadata


@pytest.mark.parametrize(
    ("line", "publisher", "author", "editor", "published"),
    [
        ("2024-12-11 10:20 来源：河湾日报 作者：沈竹", "河湾日报", "沈竹", "", "2024-12-11 10:20"),
        ("2024-12-11 10:20来源：河湾日报作者：沈竹责任编辑：秦朗", "河湾日报", "沈竹", "秦朗", "2024-12-11 10:20"),
        ("发布时间：2024年12月11日　来源：河湾日报　浏览：35次", "河湾日报", "", "", "2024年12月11日"),
        ("來源：河灣日報　記者：沈竹　2024/12/11", "河灣日報", "沈竹", "", "2024/12/11"),
        ("文/沈竹 图/秦朗", "", "沈竹", "", ""),
        ("河湾日报记者 沈竹 秦朗", "河湾日报", "沈竹 秦朗", "", ""),
        ("来源：本站 作者：未知", "", "", "", ""),
        ("沈竹/河湾日报", "河湾日报", "沈竹", "", ""),
        ("2024.12.11 09:00 | 河湾日报", "河湾日报", "", "", "2024.12.11 09:00"),
    ],
)
def test_the_line_below_the_headline_tells(line: str, publisher: str, author: str, editor: str, published: str) -> None:
    """Datelines are read whatever divides their parts, and words that name nobody are no names."""
    for told in (of_text(f"{TITLE}\n{line}\n{STORY}"), of_html("", f"<div>{line}</div>")):
        assert (told.publisher, told.author, told.editor) == (publisher, author, editor)
        assert [one.text for one in told.published if one.origin == "dateline"] == ([published] if published else [])


def test_credits_behind_the_story_tell() -> None:
    """The editor's line and a writer in brackets stand at the end."""
    told = of_text(f"{TITLE}\n{STORY}（记者 沈竹）\n来源：河湾日报\n编辑：秦朗　校对：白露")
    assert (told.publisher, told.author, told.editor) == ("河湾日报", "沈竹", "秦朗")


def test_a_writer_named_in_the_first_sentence_is_the_author() -> None:
    """`本报讯（记者 …）` opens the story and names its writer."""
    assert of_text(f"{TITLE}\n本报讯（记者 沈竹 通讯员 秦朗）{STORY}").author == "沈竹"


def test_dates_come_in_order_of_trust() -> None:
    """The head's date stands before the dateline's, the address's and the text's, each with its origin and line."""
    told = of_html(
        '<meta property="article:published_time" content="2024-12-11T10:20:00+08:00">'
        '<link rel="canonical" href="https://example.org/2024/12/11/88.html">',
        "<p>2024-12-11 10:20</p>",
    )
    assert told.published == (
        DateCandidate(text="2024-12-11T10:20:00+08:00", origin="metadata"),
        DateCandidate(text="2024-12-11 10:20", origin="dateline", line=1),
        DateCandidate(text="https://example.org/2024/12/11/88.html", origin="url"),
        DateCandidate(text="昨天", origin="text", line=2),
    )
    assert told.url == "https://example.org/2024/12/11/88.html"


def test_dates_of_other_articles_are_no_candidates() -> None:
    """Times in a list of other articles say nothing of this one."""
    others = (
        "<div class=list>"
        + "".join(f"<a href={n}>另一条新闻{n}</a><i>2020-01-0{n} 08:00</i>" for n in range(1, 6))
        + "</div>"
    )
    assert [one.origin for one in of_html("", "", others).published] == ["text"]


@pytest.mark.parametrize(
    ("head", "publisher"),
    [
        ('<meta name="source" content="来源：河湾日报">', "河湾日报"),
        ('<meta property="og:site_name" content="河湾网">', "河湾网"),
        (f"<title>{TITLE}_新闻中心_河湾网</title>", "河湾网"),
        (f"<title>{TITLE} - 河湾网</title>", "河湾网"),
        ('<meta name="publisher" content="name, mail@example.org"><meta name="source" content="本站">', ""),
    ],
)
def test_the_head_names_the_publisher_when_the_page_does_not(head: str, publisher: str) -> None:
    """Meta elements, then the site's name behind the headline; template leftovers are not taken."""
    assert of_html(head).publisher == publisher


@pytest.mark.parametrize(
    ("head", "author"),
    [
        ('<meta name="author" content="沈竹">', "沈竹"),
        ('<meta name="author" content="name, mail@example.org">', ""),
        ('<meta name="author" content="104363">', ""),
        (f'<title>{TITLE}_河湾网</title><meta name="author" content="河湾网">', ""),
    ],
)
def test_the_head_names_the_author_when_the_page_does_not(head: str, author: str) -> None:
    """An author that is a number, an address or the site itself is none."""
    assert of_html(head).author == author


def test_who_claims_the_rights_is_the_publisher_of_last_resort() -> None:
    """`…网版权所有` names the site where nothing else does."""
    assert of_text(f"{TITLE}\n{STORY}\n河湾网免责声明：").publisher == "河湾网"


def test_language_is_told_from_the_text() -> None:
    """Simplified, traditional and English text are told apart."""
    assert of_text(STORY).language == "zh-Hans"
    assert of_text("市立醫院新院區開診，首日接診病人一千三百餘人次。").language == "zh-Hant"
    assert of_text("The new hospital opened on Monday. It has 800 beds.").language == "en"


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("(作者 闻达 来源：云溪晚报)", "闻达"),
        ("记者 | 叶舟", "叶舟"),
        ("作者：何苗 阅读 3417", "何苗"),
        ("作者：何苗　举报", "何苗"),
    ],
)
def test_a_writer_ends_where_counts_and_buttons_begin(line: str, author: str) -> None:
    """Names are read from brackets with blanks and bars, without what the page shows behind them."""
    assert of_text(f"{TITLE}\n2024-03-02 10:12\n{line}\n{STORY}").author == author


@pytest.mark.parametrize(
    ("opening", "author"),
    [
        ("〔記者林以晨／瀾江報導〕", "林以晨"),
        ("（華央社記者方品妍瀾江縣3日電）", "方品妍"),
        ("【采信网】（记者 柏松）", "柏松"),
    ],
)
def test_a_byline_in_brackets_opens_a_story(opening: str, author: str) -> None:
    """The writer's name ends at the slash, the bracket or the place with its day."""
    assert of_text(f"{TITLE}\n2024-03-02 10:12\n{opening}{STORY}").author == author


def test_a_source_does_not_swallow_the_place_or_the_buttons_behind_it() -> None:
    """`来源: 田野观察 · 湖北 举报` names a source, a place and a button."""
    assert of_text(f"{TITLE}\n2024-03-02 10:12 来源: 田野观察·湖北　举报\n{STORY}").publisher == "田野观察"
    assert of_text(f"{TITLE}\n2024-03-02 10:12 来源：中讯新闻网大字体小字体\n{STORY}").publisher == "中讯新闻网"
