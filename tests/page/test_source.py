"""From a marker to the publisher's own words: the card, the source with the quote lit up, and what was done to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from conftest import Site

COVERAGE = "焦作的普惠性幼儿园覆盖率是多少？"
GROUPS = "焦作集团化办学带动了多少所薄弱学校？"

Ask = Callable[[Page, str], None]


def _cited(site: Site, question: str) -> dict[str, Any]:
    body = {"model": "jushi", "messages": [{"role": "user", "content": question}]}
    answer = httpx.post(f"{site.url}/v1/chat/completions", json=body, timeout=30).json()
    return answer["choices"][0]["message"]["jushi"]["citations"][0]


@pytest.mark.parametrize("how", ["hover", "focus"])
def test_a_marker_shows_its_quote(page: Page, site: Site, ask: Ask, how: str) -> None:
    """Pointing at a marker, or reaching it by keyboard, shows quote, title, publisher, day and verdict."""
    citation = _cited(site, COVERAGE)
    ask(page, COVERAGE)
    marker = page.locator(".answer .marker").first
    getattr(marker, how)()
    card = page.locator("#card")
    expect(card.locator("blockquote")).to_have_text(citation["quote"])
    expect(card).to_contain_text(citation["title"])
    expect(card).to_contain_text(f"{citation['publisher']} · {citation['published_at']}")
    expect(card).to_contain_text("原文原句")
    expect(marker).to_have_attribute("aria-expanded", "true")
    expect(marker).to_have_attribute("aria-describedby", "card")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(page.locator(".panel")).to_be_visible()


def test_a_marker_opens_the_source_with_the_quote_lit_up(page: Page, site: Site, ask: Ask) -> None:
    """The lit span is the citation's quote to the letter, is scrolled to, and the page around it is complete."""
    citation = _cited(site, GROUPS)
    source = httpx.get(f"{site.url}/v1/documents/{citation['article_id']}/source").json()
    ask(page, GROUPS)
    page.locator(".answer .marker").first.click()
    expect(page.locator("mark#quote")).to_be_in_viewport()
    assert "".join(page.locator(".source mark").all_text_contents()) == citation["quote"]
    expect(page.locator("#panel-title")).to_be_focused()
    shown = page.locator(".source").evaluate(
        "(node) => { const copy = node.cloneNode(true); copy.querySelectorAll('.tag').forEach((tag) => tag.remove());"
        " return copy.textContent; }"
    )
    assert shown == source["source"]
    expect(page.locator(".about")).to_contain_text("懷川教育筆記")
    expect(page.locator(".about")).to_contain_text(f"{source['revision']}（当前）")


def test_what_was_done_to_a_page_is_marked_with_its_reason(page: Page, ask: Ask) -> None:
    """Repairs stay visible, lines that are left out say why, and both are listed for those who do not see them."""
    ask(page, GROUPS)
    page.locator(".answer .marker").first.click()
    mended = page.locator("mark.repaired").first
    expect(mended).to_have_text("(wù)")
    expect(mended).to_have_attribute("title", "夹入的拼音 → （删去）")
    expect(page.locator(".source .tag").first).to_have_text("所在位置")
    expect(page.locator(".source .removed").first).to_contain_text("新聞中心首頁 > 懷川教育筆記 > 正文")
    page.get_by_text("修复了 27 处").click()
    expect(page.locator(".done-to details").first.locator("li")).to_have_count(27)
    expect(page.locator(".done-to del").first).to_have_text("(xué)")


def test_damaged_places_are_visible(page: Page) -> None:
    """A page that was read one byte off shows which places could not be mended, and why."""
    page.goto(page.url.split("#", maxsplit=1)[0] + "#/articles")
    page.get_by_role("button", name="四年账本：成都东部新区教育的几组数字", exact=True).click()
    damaged = page.locator(".source .damaged").first
    expect(damaged).to_be_attached()
    assert "只修复了一部分" in (damaged.get_attribute("title") or "")
    expect(page.locator(".legend")).to_contain_text("已损坏")


def test_evidence_opens_the_passage_that_was_found(page: Page, ask: Ask) -> None:
    """A passage of the evidence is lit up as a whole in its source, and the way back leads to the evidence."""
    ask(page, COVERAGE)
    passage = page.locator(".panel .passage").nth(2)
    words = passage.locator(".words").inner_text()
    passage.click()
    expect(page.locator("mark#quote")).to_be_in_viewport()
    lit = "".join(page.locator(".source mark").all_text_contents())
    assert "".join(words.split()) == "".join(lit.split())
    page.get_by_role("button", name="返回").click()
    expect(page.locator(".panel .passage")).to_have_count(8)


def test_reprints_and_revisions_can_be_gone_to(page: Page, site: Site) -> None:
    """A reprinted story lists the other article; an older revision says that there is a newer one."""
    articles = httpx.get(f"{site.url}/v1/documents?limit=100").json()["data"]
    twin = next(row for row in articles if row["reprints"])
    page.goto(page.url.split("#", maxsplit=1)[0] + "#/articles")
    page.get_by_role("button", name=twin["title"], exact=True).first.click()
    expect(page.locator(".about")).to_contain_text("转载")
    before = page.locator(".about").inner_text()
    page.locator(".about li button").first.click()
    expect(page.locator(".about")).not_to_have_text(before)


def test_an_article_brings_no_elements_of_its_own(page: Page, site: Site, ask: Ask, hostile: str) -> None:
    """Markup in title and text is shown as text in answer, card, evidence and source; nothing of it runs or loads."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    ask(page, "云梦泽渡口去年运送了多少名旅客？")
    expect(page.locator(".answer")).to_contain_text("<img src=x onerror=")
    page.locator(".answer .marker").first.hover()
    expect(page.locator("#card .title")).to_have_text(hostile)
    expect(page.locator(".panel .passage .title").first).to_have_text(hostile)
    page.locator(".answer .marker").first.click()
    expect(page.locator(".source-title")).to_have_text(hostile)
    expect(page.locator(".source")).to_contain_text("<script>window.taken=1</script>")
    for tag in ("img", "iframe", "b", "style", "base", "object"):
        assert page.locator(f"#app {tag}").count() == 0
    assert page.locator("#app script").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    assert page.evaluate("window.taken") is None
    assert all(url.startswith(site.url) for url in asked)
