"""The list of sources as Markdown, read back by a Markdown parser."""

from __future__ import annotations

from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag.answer.sources import escape_markdown, sources_markdown
from rag.types import Answer, Citation, Status, Trace, Verdict

BASE = "http://server.example"
TRACE = Trace(answerer="quotes", generation=1, settings="s", query="q")
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


class _Links(HTMLParser):
    """Where links lead, and which other elements there are."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str | None] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "a":
            self.links.append(dict(attrs)["href"])


def rendered(markdown: str) -> _Links:
    parsed = _Links()
    parsed.feed(MARKDOWN.render(markdown))
    return parsed


def cite(
    number: int, quote: str, *, url: str = "", title: str = "渡口", publisher: str | None = "江汀日报"
) -> Citation:
    return Citation(
        number=number, article_id=f"a{number}", revision="r", title=title, url=url or f"/articles/a{number}",
        published_at="2023-05-09" if publisher else None, publisher=publisher, quote=quote, text=quote, source_start=0,
        source_end=len(quote), verdict=Verdict.EXACT,
    )  # fmt: skip


def answer(*citations: Citation) -> Answer:
    return Answer(status=Status.ANSWERED, text="甲。[1]", citations=citations, trace=TRACE)


def test_sources_are_listed_by_number_with_their_quotes() -> None:
    """Each article once, with publisher and day where they are known, and each of its quotes once."""
    found = answer(
        cite(1, "客流回升。"),
        cite(2, "停航。", url="https://news.example/(a)b", publisher=None),
        cite(1, "客流\n达4.2万。"),
        cite(1, "客流回升。"),
    )
    assert sources_markdown(found, "客流如何？", BASE).splitlines() == [
        "",
        "",
        "**来源**",
        "1. [渡口](http://server.example/articles/a1) — 江汀日报, 2023-05-09",
        "   > 客流回升。",
        "   >",
        "   > 客流 达4.2万。",
        "2. [渡口](https://news.example/%28a%29b)",
        "   > 停航。",
    ]
    html = MARKDOWN.render(sources_markdown(found, "客流如何？", BASE))
    assert html.count("<li>") == 2
    assert html.count("<blockquote>") == 2
    assert html.count("<ol>") == 1


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("渡口客流多少？", "来源"),
        ("渡口客運量幾何？", "來源"),
        ("How many?", "Sources"),
        ("客流はどのくらいですか", "出典"),
    ],
)
def test_heading_speaks_as_the_question_does(question: str, heading: str) -> None:
    """The heading is in the language and script of the question."""
    assert f"**{heading}**" in sources_markdown(answer(cite(1, "停航。")), question, BASE)


def test_nothing_cited_lists_nothing() -> None:
    """Small talk and refusals get no heading."""
    assert sources_markdown(Answer(status=Status.CHAT, text="你好。", trace=TRACE), "你好", BASE) == ""


@pytest.mark.parametrize(
    "hostile",
    [
        "[点这里](http://evil.example)",
        "![图](http://evil.example/x.png)",
        "<img src=x onerror=alert(1)><script>alert(1)</script>",
        "<http://evil.example>",
        "`代码` **粗** _斜_ ~~删~~ $x$ | 表",
        "](http://evil.example) [",
        "# 标题",
        "- 项",
        "1. 项",
        "--- \n***",
        "> 引",
        "\\[甲](http://evil.example)",
        "&lt;b&gt; &#91;",
        "[1]: http://evil.example",
    ],
)
def test_articles_cannot_write_markup(hostile: str) -> None:
    """Titles, publishers and quotes that are Markdown or HTML show as the text they are."""
    found = answer(cite(1, hostile, title=hostile, publisher=hostile))
    parsed = rendered(sources_markdown(found, "渡口？", BASE))
    assert parsed.links == ["http://server.example/articles/a1"]
    assert parsed.tags == {"p", "strong", "ol", "li", "a", "blockquote"}


@pytest.mark.parametrize("text", ["见 http://evil.example/x 或 WWW.evil.example", "写信给 boss@evil.example"])
def test_bare_addresses_do_not_link_themselves(text: str) -> None:
    """Renderers that turn addresses into links find none: an invisible joiner stands inside."""
    shown = escape_markdown(text)
    assert shown.replace("\u2060", "").replace("\\", "") == text
    assert not any(piece in shown.lower() for piece in ("://", "www.", "@e"))


@given(st.text(alphabet="甲乙 \\`*_[](){}#+-.!|~<>&;:/=@1a\n\t$'\"", max_size=40))
def test_any_text_shows_as_itself(text: str) -> None:
    """Whatever an article says, a Markdown parser shows just that, on one line."""
    flat = " ".join(text.split())
    html = MARKDOWN.render(f"> {escape_markdown(text)}").replace("\u2060", "")
    assert unescape(html) == (
        f"<blockquote>\n<p>{flat}</p>\n</blockquote>\n" if flat else "<blockquote></blockquote>\n"
    )
    assert html.count("<") == (4 if flat else 2)
