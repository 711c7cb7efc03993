"""The API's documentation in a real browser: nothing comes from elsewhere, and endpoints can be tried out."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, Request, expect

Visit = Callable[..., Page]


def test_the_reference_loads_nothing_from_elsewhere(visit: Visit) -> None:
    """Every endpoint is listed, one is tried out, and the browser asks this server alone, and complains of nothing."""
    page = visit("/docs")
    asked: list[str] = []
    home = page.url.removesuffix("/docs")

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    page.reload()
    expect(page.locator(".opblock")).to_have_count(_operations(page, home))
    health = page.locator(".opblock", has_text="/healthz")
    health.locator(".opblock-summary-control").click()
    health.get_by_role("button", name="Try it out").click()
    health.get_by_role("button", name="Execute").click()
    expect(health.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
    sent = [url for url in asked if not url.startswith("data:")]
    assert {url.removeprefix(home) for url in sent} >= {"/docs", "/docs/swagger-ui-bundle.js", "/openapi.json"}
    assert [url for url in sent if not url.startswith(f"{home}/")] == []


def _operations(page: Page, home: str) -> int:
    paths = page.request.get(f"{home}/openapi.json").json()["paths"]
    return sum(len(operations) for operations in paths.values())
