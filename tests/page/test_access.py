"""For everybody: axe on every view in both themes, the keyboard alone, two languages, and a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

COVERAGE = "焦作的普惠性幼儿园覆盖率是多少？"
CONFLICT = "成都东部新区四年新开办了多少所学校、幼儿园？"
NOBODY = "安源区教育局局长是谁？"
PHONE = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}

Ask = Callable[[Page, str], None]
Visit = Callable[..., Page]


def _check(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_axe_finds_nothing(visit: Visit, ask: Ask, scheme: str, size: str) -> None:
    """Welcome, answer, card, conflict, refusal, source, articles, a dialog and status have no violation."""
    options = PHONE if size == "phone" else {}
    page = visit(color_scheme=scheme, **options)
    expect(page.locator(".examples button").first).to_be_visible()
    _check(page)
    for question in (COVERAGE, CONFLICT, NOBODY):
        ask(page, question)
    page.locator(".timings summary").first.click()
    page.locator(".answer .marker").first.focus()
    expect(page.locator("#card")).to_be_visible()
    _check(page)
    page.keyboard.press("Enter")
    expect(page.locator("mark#quote")).to_be_visible()
    _check(page)
    page.keyboard.press("Escape")
    page.goto(page.url.split("#", maxsplit=1)[0] + "#/articles")
    expect(page.locator(".articles > li").first).to_be_visible()
    page.locator(".articles > li button").nth(1).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    _check(page)
    page.keyboard.press("Escape")
    _check(page)
    page.goto(page.url.split("#", maxsplit=1)[0] + "#/status")
    expect(page.locator(".tiles")).to_be_visible()
    for summary in page.locator(".plot summary").all():
        summary.click()
    _check(page)


def test_the_keyboard_is_enough(page: Page, ask: Ask) -> None:
    """Ask, go to a marker, open its source and come back to the marker, without a mouse."""
    expect(page.locator("textarea")).to_be_focused()
    ask(page, COVERAGE)
    expect(page.locator("textarea")).to_be_focused()
    marker = page.locator(".answer .marker").first
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        if marker.evaluate("(node) => node === document.activeElement"):
            break
    expect(marker).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(page.locator("mark#quote")).to_be_in_viewport()
    expect(page.locator("#panel-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_be_hidden()
    expect(marker).to_be_focused()


def test_the_language_follows_the_browser_and_can_be_chosen(visit: Visit, ask: Ask) -> None:
    """English for an English browser; the choice of Chinese holds after a reload, and the conversation stays."""
    page = visit(locale="en-GB")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("button", name="New conversation").first).to_be_visible()
    ask(page, COVERAGE)
    expect(page.locator(".speaker")).to_have_text("Quotes, without a language model")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator(".speaker")).to_have_text("原文摘引，未用语言模型")
    page.reload()
    expect(page.locator(".question")).to_have_text(COVERAGE)
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_the_theme_follows_the_system_and_can_be_chosen(visit: Visit) -> None:
    """Dark in a dark system; a chosen light theme holds after a reload."""
    page = visit(color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(23, 22, 20)"
    page.get_by_role("button", name="外观：随系统").click()
    assert page.evaluate(ground) == "rgb(250, 248, 243)"
    page.reload()
    assert page.evaluate(ground) == "rgb(250, 248, 243)"
    expect(page.get_by_role("button", name="外观：浅色")).to_be_visible()


def test_a_phone_has_all_of_it(visit: Visit, ask: Ask) -> None:
    """Nothing is wider than the screen; a tap shows the card, its button the source, and the menu leads on."""
    page = visit(**PHONE)
    ask(page, CONFLICT)
    expect(page.locator(".panel")).to_be_hidden()
    page.locator(".answer .marker").first.tap()
    expect(page.locator("#card")).to_be_visible()
    page.locator("#card button").first.tap()
    expect(page.locator("mark#quote")).to_be_in_viewport()
    page.get_by_role("button", name="关闭面板").tap()
    for route in ("#/articles", "#/status", "#/"):
        page.get_by_role("button", name="菜单").tap()
        page.locator(f".side .go[href='{route}']").tap()
        expect(page.locator(".side")).not_to_be_in_viewport()
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{route} is {wide} pixels too wide"


def test_an_answer_at_work_goes_on_while_the_articles_are_looked_at(
    page: Page, choose: Callable[..., None], site: object
) -> None:
    """Leaving the conversation does not stop its answer; it is there when the reader comes back."""
    choose(page, answerer="llm")
    page.locator("textarea").fill(f"慢慢说：{COVERAGE}")
    page.locator("textarea").press("Enter")
    expect(page.locator(".answer")).to_contain_text("92.8%")
    page.get_by_role("link", name="文章").click()
    expect(page.locator(".articles > li").first).to_be_visible()
    site.model.gate.set()  # type: ignore[attr-defined]
    page.get_by_role("link", name="问答").click()
    expect(page.locator(".speaker")).to_have_text("测试模型 撰写，逐句核对")
    site.model.gate.clear()  # type: ignore[attr-defined]
