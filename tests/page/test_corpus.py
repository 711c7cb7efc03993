"""The articles in the browser: listed, filtered, read, added by button and by drop, and removed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from conftest import Site

FERRY = "清河渡口今年运送旅客41万名，比去年多三成。渡口新添了两条船，早上六点开航，晚上八点收船。"
PAGE = f"""<html><head><title>清河渡口今年运送旅客41万名</title></head><body>
<ul><li><a href="/">首页</a></li><li><a href="/n">新闻</a></li><li><a href="/s">图片</a></li></ul>
<h1>清河渡口今年运送旅客41万名</h1><p>2024-11-05 来源：清河日报</p>
<p>{FERRY}</p><p>渡口的负責人說，开船时间以後還會延長，學(xué)生過河不收錢，老人也不收錢。</p>
<p>【责任编辑：林舟】</p></body></html>"""


@pytest.fixture
def corpus(visit: Callable[..., Page]) -> Page:
    """The list of articles."""
    page = visit("/#/articles")
    expect(page.locator(".articles > li").first).to_be_visible()
    return page


@pytest.fixture(autouse=True)
def _as_before(site: Site) -> Iterator[None]:
    """Take out what a test has put in."""
    known = _ids(site)
    yield
    site.engine.store.remove(_ids(site) - known)


def _ids(site: Site) -> set[str]:
    return {row["id"] for row in httpx.get(f"{site.url}/v1/documents?limit=500").json()["data"]}


def test_articles_are_listed_with_what_is_known_of_them(corpus: Page, site: Site) -> None:
    """Every article of the store stands in the list, with publisher, day, length and what was mended in it."""
    rows = httpx.get(f"{site.url}/v1/documents?limit=500").json()["data"]
    expect(corpus.locator(".articles > li")).to_have_count(len(rows))
    expect(corpus.get_by_text(f"共 {len(rows)} 篇", exact=True)).to_be_visible()
    groups = corpus.locator(".articles > li", has_text="焦作集團化辦學")
    expect(groups).to_contain_text("懷川教育筆記")
    expect(groups).to_contain_text("2024-12-19")
    expect(groups).to_contain_text("修复 27 处")
    groups.get_by_role("button", name="焦作集團化辦學", exact=False).first.click()
    expect(corpus.locator(".source")).to_contain_text("學(xué)校有強有弱")


def test_the_list_is_searched_and_filtered(corpus: Page) -> None:
    """Words of the title, a publisher and days narrow the list; what fits nothing says so."""
    corpus.get_by_label("搜索标题").fill("启志导师")
    expect(corpus.locator(".articles > li")).to_have_count(1)
    corpus.get_by_label("搜索标题").fill("没有这样的标题")
    expect(corpus.get_by_text("没有符合条件的文章。")).to_be_visible()
    corpus.get_by_label("搜索标题").fill("")
    corpus.get_by_label("发布者").select_option("学位地图")
    expect(corpus.locator(".articles > li")).to_have_count(2)
    corpus.get_by_label("自").fill("2025-01-07")
    expect(corpus.locator(".articles > li")).to_have_count(1)
    expect(corpus.locator(".articles > li")).to_contain_text("对谈：一个百分点的分量")


def test_files_are_uploaded_and_told_of_one_by_one(corpus: Page, tmp_path: Path) -> None:
    """A page, a line of JSON and a file that cannot be read: each says what became of it, and the good can be asked."""
    (tmp_path / "ferry.html").write_text(PAGE, encoding="utf-8")
    lines = [
        {
            "id": "up-1",
            "title": "山口镇修好了三座桥",
            "text": "山口镇今年修好了三座桥，花了90万元。",
            "published": "2024-10-01",
        }
    ]
    (tmp_path / "lines.jsonl").write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    names = ("ferry.html", "lines.jsonl", "picture.png")
    with corpus.expect_file_chooser() as chooser:
        corpus.get_by_role("button", name="上传文章").click()
    chooser.value.set_files([tmp_path / name for name in names])
    rows = corpus.locator(".uploads > li")
    expect(rows.nth(0)).to_contain_text("已加入 清河渡口今年运送旅客41万名")
    expect(rows.nth(0)).to_contain_text("修复：夹入的拼音 1 处")
    expect(rows.nth(0)).to_contain_text("略去：")
    expect(rows.nth(1)).to_contain_text("已加入 山口镇修好了三座桥")
    expect(rows.nth(2)).to_contain_text("未收录")
    expect(rows.nth(2).locator(".fault")).not_to_be_empty()
    expect(corpus.locator("[role=status].unseen")).to_have_text("上传完毕：收录 2 篇，未收录 1 篇")
    expect(corpus.locator(".articles")).to_contain_text("清河渡口今年运送旅客41万名")
    corpus.get_by_role("link", name="问答").click()
    corpus.locator("textarea").fill("清河渡口今年运送了多少名旅客？")
    corpus.locator("textarea").press("Enter")
    expect(corpus.locator(".answer")).to_contain_text("41万名")


def test_files_can_be_dropped(corpus: Page) -> None:
    """A file that is let go over the list is uploaded like a chosen one."""
    dropped = corpus.evaluate_handle(
        "(text) => { const data = new DataTransfer(); data.items.add(new File([text], 'ferry.txt')); return data; }",
        FERRY,
    )
    view = corpus.locator(".view")
    view.dispatch_event("dragover", {"dataTransfer": dropped})
    expect(corpus.locator(".drop")).to_have_class("drop over")
    view.dispatch_event("drop", {"dataTransfer": dropped})
    expect(corpus.locator(".uploads > li")).to_contain_text("已加入")
    expect(corpus.locator(".drop")).to_have_class("drop")


def test_a_large_upload_is_followed_to_its_end(corpus: Page) -> None:
    """Where the server answers with a job, its progress is shown until the results are there."""
    looks = iter([{"status": "running", "done": 1, "total": 4}, {"status": "done", "done": 4, "total": 4}])
    job = {"object": "job", "id": "job-7", "error": None, "results": None}
    done = [{"name": f"{n}.txt", "status": "added", "title": f"第{n}篇", "passages": 1} for n in range(4)]

    def look(route: object) -> None:
        now = next(looks)
        route.fulfill(json={**job, **now, "results": done if now["status"] == "done" else None})  # type: ignore[attr-defined]

    corpus.route("**/v1/jobs/job-7", look)
    corpus.route(
        "**/v1/documents",
        lambda route: route.fulfill(status=202, json={**job, "status": "queued", "done": 0, "total": 4}),
    )
    corpus.locator("input[type=file]").set_input_files({"name": "many.jsonl", "mimeType": "", "buffer": b"{}"})
    expect(corpus.locator(".uploads > li .chip")).to_have_text(["已加入"] * 4)
    expect(corpus.locator("progress")).to_have_count(0)


def test_removing_asks_first_and_ends_all_answers_from_it(corpus: Page, site: Site) -> None:
    """Cancelled, the article stays; agreed to, it is gone from the list, the store and the answers."""
    body = {"documents": [{"id": "ferry", "title": "清河渡口的旅客", "text": FERRY}]}
    assert httpx.post(f"{site.url}/v1/documents", json=body, timeout=60).status_code == 200
    corpus.reload()
    row = corpus.locator(".articles > li", has_text="清河渡口的旅客")
    row.get_by_role("button", name="移除《清河渡口的旅客》").click()
    dialog = corpus.get_by_role("dialog")
    expect(dialog).to_contain_text("从库中移除《清河渡口的旅客》及其全部版本？")
    expect(dialog.get_by_role("button", name="取消")).to_be_focused()
    corpus.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert "ferry" in _ids(site)
    row.get_by_role("button", name="移除《清河渡口的旅客》").click()
    dialog.get_by_role("button", name="移除").click()
    expect(row).to_have_count(0)
    expect(corpus.locator("[role=status].unseen")).to_have_text("已移除《清河渡口的旅客》")
    assert "ferry" not in _ids(site)
    corpus.get_by_role("link", name="问答").click()
    corpus.locator("textarea").fill("清河渡口今年运送了多少名旅客？")
    corpus.locator("textarea").press("Enter")
    expect(corpus.locator(".refusal")).to_be_visible()


def test_an_empty_store_says_how_to_begin(visit: Callable[..., Page]) -> None:
    """Without articles the conversation leads to where they are added, and the list says that there are none."""
    page = visit("/#/status")
    nothing = {"object": "list", "data": [], "total": 0, "has_more": False, "generation": 0}
    page.route("**/v1/documents?*", lambda route: route.fulfill(json=nothing))
    page.get_by_role("link", name="问答").click()
    expect(page.locator(".welcome h1")).to_have_text("还没有文章")
    page.get_by_role("link", name="添加文章").click()
    expect(page.get_by_text("还没有文章。")).to_be_visible()
