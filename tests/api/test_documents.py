"""The original behind a quote, as JSON and as a page for readers."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from urllib.parse import quote

import httpx
import pytest

QUOTE = "新增学位3600个。"
ODD_ID = "http://bailu.example/新闻?id=1"


class _Text(HTMLParser):
    """The text of <main>, and the tags seen anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.text, self.tags = False, "", set[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.inside = self.inside or tag == "main"

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "main"

    def handle_data(self, data: str) -> None:
        self.text += data if self.inside else ""


def test_source_has_all_that_a_check_needs(http: httpx.Client) -> None:
    """The source, its revision and its revisions come with the article's metadata and its cleaning."""
    article = http.get("/v1/documents/bailu/source").json()
    assert (article["revision"], article["revisions"]) == ("r2", ["r1", "r2"])
    assert article["published_at"] == "2024-12-11"
    assert article["source"].endswith("责任编辑：林舟")
    assert article["removed"] == [{"start": 0, "end": 20, "reason": "navigation"}]
    assert http.get("/v1/documents/bailu/source", params={"revision": "r1"}).json()["revision"] == "r1"


@pytest.mark.parametrize("path", ["/v1/documents/none/source", "/articles/none", "/articles/bailu?revision=r9"])
def test_unknown_articles_and_revisions_are_404(http: httpx.Client, path: str) -> None:
    """What is not kept is not found."""
    response = http.get(path)
    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")


def test_page_lights_up_the_quote_and_changes_nothing(http: httpx.Client) -> None:
    """The mark holds exactly the span, and the page's text is exactly the source."""
    source = http.get("/v1/documents/bailu/source").json()["source"]
    start = source.index(QUOTE)
    page = http.get("/articles/bailu", params={"start": start, "end": start + len(QUOTE)}).text
    marked = re.findall(r'<mark id="quote">(.*?)</mark>', page)
    assert [unescape(text) for text in marked] == [QUOTE]
    parsed = _Text()
    parsed.feed(page)
    assert parsed.text == source
    assert "script" not in parsed.tags
    assert "b" not in parsed.tags  # the source's own <b> is shown as text


def test_mark_across_left_out_lines_stays_one(http: httpx.Client) -> None:
    """A span that begins in a greyed line is one mark with the whole span in it."""
    source = http.get("/v1/documents/bailu/source").json()["source"]
    page = http.get("/articles/bailu", params={"start": 3, "end": len(source)}).text
    (marked,) = re.findall(r'<mark id="quote">(.*?)</mark>', page, re.DOTALL)
    assert unescape(marked) == source[3:]


def test_page_shows_metadata_escaped_and_without_a_mark_when_none_is_asked(http: httpx.Client) -> None:
    """Title and publisher stand on top; without a span there is no mark and no jump to it."""
    page = http.get("/articles/bailu").text
    assert "<h1>白鹭市扩充“入园”学位 &amp; 名额</h1>" in page
    assert "<dt>发布者</dt><dd>白鹭市教育局</dd>" in page
    assert "<mark" not in page
    assert "#quote" not in page


def test_superseded_revision_says_so(http: httpx.Client) -> None:
    """A reader of an old revision is told that there is a newer one."""
    assert "已有更新的版本" in http.get("/articles/bailu", params={"revision": "r1"}).text
    assert "已有更新的版本" not in http.get("/articles/bailu").text


def test_page_may_load_nothing_but_its_style(http: httpx.Client) -> None:
    """The policy forbids scripts, frames and foreign content, and the style is served from here."""
    response = http.get("/articles/bailu")
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'")
    assert "frame-ancestors 'none'" in policy
    style = http.get("/page/article.css")
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")


def test_ids_with_slashes_are_reached_and_their_urls_are_no_links(http: httpx.Client) -> None:
    """An id may be an address, percent-encoded in the path; only web addresses become links."""
    path = quote(ODD_ID, safe="")
    assert http.get(f"/v1/documents/{path}/source").json()["article_id"] == ODD_ID
    page = http.get(f"/articles/{path}").text
    assert "<dd>javascript:alert(1)</dd>" in page
    assert 'href="javascript' not in page


@pytest.mark.parametrize("query", ["start=3", "end=3", "start=5&end=5", "start=9&end=2", "start=0&end=999", "start=-1"])
def test_spans_that_are_none_are_refused(http: httpx.Client, query: str) -> None:
    """A span that the article does not have is a 400, not a page without its mark."""
    response = http.get(f"/articles/bailu?{query}")
    assert (response.status_code, response.json()["error"]["param"] in {"start", "end"}) == (400, True)
