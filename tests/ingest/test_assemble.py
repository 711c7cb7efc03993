"""One document becomes one article whose every character leads back to the page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import UnreadableError
from rag.ingest.assemble import article_id_of, assemble, revision_of
from rag.text.sentences import sentences
from rag.types import Article, Media, RawDocument

FIRST = "青山县今年新建、改扩建中小学十二所，新增学位五千四百个，其中城区学校占七所。"
SECOND = "县教育局局长周岚介绍，新校舍将在九月一日前全部交付，城乡学校的差距会进一步缩小。"
THIRD = "家长代表在座谈会上说，孩子上学的路近了，接送也方便多了。"
PAGE = f"""<html><head><title>青山县新增学位五千四百个_青山新闻网</title>
<meta name="publishdate" content="2024-09-03 08:15"><meta name="source" content="青山日报"></head><body>
<div class="nav"><a href="/">首页</a> <a href="/a">新闻</a> <a href="/b">专题</a> <a href="/c">视频</a></div>
<h1>青山县新增学位五千四百个</h1><div class="content"><p>　　{FIRST}</p>
<p>{SECOND.replace("九月一日", "九&#26376;一日")}</p>
<h3>家长怎么说</h3><p>{THIRD}</p></div>
<div class="footer"><a href="/d">关于我们</a> <a href="/e">联系我们</a> <a href="/f">网站地图</a></div></body></html>"""


def document(text: str, media: Media = Media.TEXT, *, encoding: str = "utf-8", name: str = "a.txt") -> RawDocument:
    return RawDocument(name=name, data=text.encode(encoding), media=media)


def require_maps(article: Article, page: str) -> None:
    """Copied characters are the same in text, source and page, and every sentence can be quoted."""
    for segment in article.source_map.segments:
        if segment.is_copy and not article.repairs:
            copied = article.source_text[segment.origin_start : segment.origin_end]
            assert copied == article.text[segment.start : segment.end]
    for at, character in enumerate(article.source_text):
        pieces = [(a, b) for a, b in article.page_map.origin_pieces(at, at + 1) if b - a == 1]
        if pieces and not character.isspace():
            assert page[pieces[0][0]] == character
    for span in sentences(article.text):
        assert article.quote(span.start, span.end) is not None


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_html_page(encoding: str) -> None:
    """A page gives its story, title, publisher and date, and the way back to its own characters."""
    article = assemble(document(PAGE, Media.HTML, encoding=encoding, name="a.html"))
    assert article.text.split("\n") == [FIRST, SECOND, "家长怎么说", THIRD]
    assert (article.title, article.publisher) == ("青山县新增学位五千四百个", "青山日报")
    assert article.published is not None
    assert (article.published.day, article.published.origin) == (date(2024, 9, 3), "metadata")
    assert [article.text[span.start : span.end] for span in article.headings] == ["家长怎么说"]
    assert (article.encoding, article.language, article.media) == (encoding, "zh-Hans", Media.HTML)
    assert article.page.decode(encoding) == PAGE
    require_maps(article, PAGE)
    removed = [article.source_text[span.start : span.end] for span in article.removed]
    assert any("首页" in words for words in removed)
    assert all(span.reason for span in article.removed)


def test_quote_reaches_the_page() -> None:
    """A sentence of the text is found word for word in the source, and through it in the page."""
    article = assemble(document(PAGE, Media.HTML))
    start = article.text.index(FIRST)
    span = article.quote(start, start + len(FIRST))
    assert span is not None
    assert article.source_text[span[0] : span[1]] == FIRST
    place = article.page_map.origin_span(*span)
    assert place is not None
    assert PAGE[place[0] : place[1]] == FIRST


def test_pinyin_left_behind_is_repaired_and_quoted_as_published() -> None:
    """The cleaned text lacks the pinyin, the repair is on record, and the quote is the publisher's own text."""
    source = "近年來，全縣積極實現(xiàn)義務(wù)教育優(yōu)質(zhì)均衡發(fā)展，學(xué)校面貌有了很大改變。"
    article = assemble(document(source))
    assert article.text == "近年來，全縣積極實現義務教育優質均衡發展，學校面貌有了很大改變。"
    start = article.text.index("實現義務教育")
    span = article.quote(start, start + 6)
    assert span is not None
    assert article.source_text[span[0] : span[1]].startswith("實現(xiàn)義務(wù)教育")
    assert {one.kind for one in article.repairs} == {"pinyin"}
    assert article.language == "zh-Hant"


def test_undecodable_bytes_are_damaged_spans() -> None:
    """Bytes that no encoding explains stand in the text as a span that cannot be quoted."""
    data = FIRST.encode() + b"\xff\xff" + SECOND.encode()
    article = assemble(RawDocument(name="a.txt", data=data, media=Media.TEXT))
    (span,) = article.damaged
    assert set(article.text[span.start : span.end]) == {"\ufffd"}


def test_markdown() -> None:
    """Headings of Markdown are headings of the article, without their marks."""
    source = f"# 学位增加\n\n{FIRST}\n\n## 家长怎么说\n\n{THIRD}\n"
    article = assemble(document(source, Media.MARKDOWN))
    assert article.title == "学位增加"
    assert "家长怎么说" in [article.text[span.start : span.end] for span in article.headings]
    require_maps(article, source)


def test_a_text_given_as_one_line_is_never_all_navigation() -> None:
    """Verse without punctuation, given as a text of one line, is kept as it stands."""
    verse = " ".join(f"山{ordinal}重水{ordinal}重 风送帆影过江东" for ordinal in "一二三四五六七八九十") * 3
    assert assemble(document(verse)).text == verse


def test_what_is_given_wins() -> None:
    """Title, address, publisher and date that came with a document win over what it says itself."""
    given = replace(
        document(PAGE, Media.HTML),
        title="给定的标题",
        url="https://example.cn/20240101/1.html",
        publisher="给定的报纸",
        published="2024-09-02",
        article_id="a-1",
    )
    article = assemble(given)
    assert (article.article_id, article.title, article.publisher) == ("a-1", "给定的标题", "给定的报纸")
    assert article.url == "https://example.cn/20240101/1.html"
    assert article.published is not None
    assert (article.published.day, article.published.origin, article.published.confidence) == (
        date(2024, 9, 2),
        "given",
        1.0,
    )


@pytest.mark.parametrize("text", ["", " \n\u3000\n", "——\n……"])
def test_nothing_to_read(text: str) -> None:
    """A document without words is unreadable, and says so."""
    with pytest.raises(UnreadableError, match="no article text"):
        assemble(document(text))


def test_revision_depends_on_content_and_what_was_given() -> None:
    """The same bytes and words give the same revision, wherever they stood; any change gives another."""
    base = document(FIRST)
    assert revision_of(base) == revision_of(replace(base, name="b.txt", article_id="x"))
    others = [
        document(SECOND),
        replace(base, title="题"),
        replace(base, publisher="题"),
        replace(base, published="2024"),
        replace(base, media=Media.HTML),
    ]
    assert len({revision_of(one) for one in (base, *others)}) == 6
    assert len(revision_of(base)) == 16


def test_article_id() -> None:
    """A given id is kept; without one the name decides."""
    assert article_id_of(replace(document(FIRST), article_id="x")) == "x"
    assert article_id_of(document(FIRST, name="a")) != article_id_of(document(FIRST, name="b"))


@settings(deadline=None)
@given(st.text(max_size=200) | st.text(alphabet="学校新增位。，\n 　首页<p>&;", max_size=200), st.sampled_from(Media))
def test_any_text_is_survived(text: str, media: Media) -> None:
    """Whatever comes in is an article with sound maps and bare lines, or unreadable."""
    try:
        article = assemble(RawDocument(name="a", data=text.encode(), media=media, encoding="utf-8"))
    except UnreadableError:
        return
    assert all(line == line.strip() for line in article.text.split("\n"))
    for segment in article.source_map.segments:
        assert 0 <= segment.origin_start <= segment.origin_end <= len(article.source_text)
    for span in (*article.headings, *article.damaged):
        assert span.end <= len(article.text)
    for span in article.removed:
        assert span.end <= len(article.source_text)
