"""The status view: what is indexed, who answers, and how long it takes, as numbers and as a drawing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import httpx
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from conftest import Site


def test_status_shows_what_the_server_says(page: Page, site: Site, ask: Callable[[Page, str], None]) -> None:
    """Counts, generation, encoder and version are the server's; every stage has its bar and its row of numbers."""
    for question in ("焦作的普惠性幼儿园覆盖率是多少？", "安源区教育局局长是谁？"):
        ask(page, question)
    page.get_by_role("link", name="状态").click()
    expect(page.locator(".tiles")).to_be_visible()
    status = httpx.get(f"{site.url}/v1/status").json()
    shown = dict(
        zip(page.locator(".tiles dt").all_inner_texts(), page.locator(".tiles dd").all_inner_texts(), strict=True)
    )
    assert shown["文章"] == str(status["articles"])
    assert shown["段落"] == str(status["passages"])
    assert shown["数据版次"] == str(status["generation"])
    assert shown["向量模型"] == status["encoder"]
    assert shown["程序版本"] == status["version"]
    stages, recent = page.locator(".plot").all()
    assert stages.locator("rect.p50").count() == stages.locator("rect.p95").count() == len(status["latency"]) + 1
    assert recent.locator("polyline").count() == 2
    recent.locator("summary").click()
    expect(recent.locator("tbody tr")).to_have_count(len(status["recent"]))
    expect(recent.locator("tbody tr").first).to_contain_text("未作回答")
