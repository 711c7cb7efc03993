"""Questions and answers in the browser: evidence first, sentences with markers, refusals, conflicts, stop, retry."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from playwright.sync_api import Page, Route, expect

if TYPE_CHECKING:
    from conftest import Site

COVERAGE = "焦作的普惠性幼儿园覆盖率是多少？"
CONFLICT = "成都东部新区四年新开办了多少所学校、幼儿园？"
NOBODY = "安源区教育局局长是谁？"

Ask = Callable[[Page, str], None]


def test_an_empty_conversation_offers_questions_out_of_titles(page: Page, site: Site) -> None:
    """The welcome counts the articles, and an example is a question about a title of the store."""
    titles = [row["title"] for row in httpx.get(f"{site.url}/v1/documents?limit=100").json()["data"]]
    expect(page.locator(".welcome")).to_contain_text(f"已收录 {len(titles)} 篇文章")
    examples = page.locator(".examples button").all_inner_texts()
    assert len(examples) == 4
    assert all(any(title in example or example in title for title in titles) for example in examples)
    page.locator(".examples button").first.click()
    expect(page.locator(".turn .question")).to_have_text(examples[0])
    expect(page.locator(".turn .foot")).to_be_visible()


def test_an_answer_names_its_sources_and_who_spoke(page: Page, ask: Ask) -> None:
    """A verbatim answer has a marker for each sentence, says that quotes spoke, and its evidence says what is cited."""
    ask(page, COVERAGE)
    answer = page.locator(".answer")
    expect(answer).to_contain_text("焦作市的普惠性幼儿园覆盖率为92.8%")
    assert answer.locator("button.marker").count() == answer.locator(".claim").count() >= 1
    expect(page.locator(".speaker")).to_have_text("原文摘引，未用语言模型")
    expect(page.locator(".panel")).to_be_visible()
    expect(page.locator(".panel .passage")).to_have_count(8)
    expect(page.locator(".panel .passage").first.locator(".chip")).to_have_text("引用 [1]")
    expect(page.locator("[role=status].unseen")).to_contain_text("回答完毕。焦作网刊发的报道")


def test_evidence_is_there_before_the_answer_and_stop_ends_it(
    page: Page, site: Site, choose: Callable[..., None]
) -> None:
    """While the model writes, the evidence is listed and the first sentence shown; stopping ends the model's work."""
    site.model.left.clear()
    choose(page, answerer="llm")
    page.locator("textarea").fill(f"慢慢说：{COVERAGE}")
    page.locator("textarea").press("Enter")
    expect(page.locator(".panel .passage").first).to_be_visible()
    expect(page.locator(".turn")).to_have_attribute("aria-busy", "true")
    expect(page.locator(".answer")).to_contain_text(site.model.true)
    expect(page.locator(".answer .marker.waiting")).to_have_text(["1"])
    page.get_by_role("button", name="停止").click()
    expect(page.locator(".turn .notice")).to_have_text("回答已按你的要求停下。")
    expect(page.locator(".turn")).to_have_attribute("aria-busy", "false")
    expect(page.get_by_role("button", name="提问")).to_be_visible()
    assert site.model.left.wait(10), "the model went on writing"


def test_a_model_answers_and_unproven_sentences_are_left_out_or_marked(
    page: Page, site: Site, ask: Ask, choose: Callable[..., None]
) -> None:
    """The model's name is shown; what no quote carries is dropped and counted, or stays and is labelled when asked."""
    choose(page, answerer="llm")
    ask(page, COVERAGE)
    expect(page.locator(".answer")).to_contain_text(site.model.true)
    expect(page.locator(".answer")).not_to_contain_text("78所大学")
    expect(page.locator(".speaker")).to_have_text("测试模型 撰写，逐句核对")
    page.locator(".timings summary").click()
    expect(page.locator(".timings")).to_contain_text("另有 1 句因没有依据而略去")
    page.get_by_label("显示未获证实的句子").check()
    page.get_by_role("button", name="重新回答").click()
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator(".claim.unsupported")).to_have_text(site.model.false)
    expect(page.locator(".answer .chip.unsupported")).to_have_text("未证实")


def test_a_refusal_gives_its_reason_and_what_comes_nearest(page: Page, ask: Ask) -> None:
    """No sentence is made up; the reason is shown, and a nearest passage opens lit up in its source."""
    ask(page, NOBODY)
    expect(page.locator(".refusal")).to_contain_text("没有写到所问的内容")
    expect(page.locator(".refusal")).to_contain_text("没有说到“局长”")
    expect(page.locator(".answer")).to_have_count(0)
    near = page.locator(".nearest .passage").first
    words = near.locator(".words").inner_text()
    near.click()
    expect(page.locator("mark#quote")).to_be_in_viewport()
    assert page.locator("mark#quote").inner_text() in words


def test_values_that_disagree_stand_side_by_side(page: Page, ask: Ask) -> None:
    """Both values are shown with day, publisher and a marker of their own, the older one first."""
    ask(page, CONFLICT)
    sides = page.locator(".conflict li")
    expect(sides.locator(".value")).to_have_text(["20所", "23所"])
    expect(sides.nth(0)).to_contain_text("2024-12-11")
    expect(sides.nth(1)).to_contain_text("2024-12-13")
    left, right = sides.nth(0).bounding_box(), sides.nth(1).bounding_box()
    assert left
    assert right
    assert (left["y"], left["x"] < right["x"]) == (right["y"], True)
    sides.nth(1).locator(".marker").click()
    expect(page.locator("mark#quote")).to_contain_text("23所")


def test_a_follow_up_is_asked_with_the_conversation(page: Page, ask: Ask) -> None:
    """Earlier turns go along; the follow-up is understood, and both turns are kept after a reload."""
    ask(page, COVERAGE)
    with page.expect_request("**/v1/chat/completions") as asked:
        ask(page, "那成都东部新区呢？")
    sent = json.loads(asked.value.post_data or "")["messages"]
    assert [message["role"] for message in sent] == ["user", "assistant", "user"]
    assert "92.8%" in sent[1]["content"]
    expect(page.locator(".answer").last).to_contain_text("88.8%")
    page.reload()
    expect(page.locator(".question")).to_have_text([COVERAGE, "那成都东部新区呢？"])
    page.locator(".answer").first.locator(".marker").first.click()
    expect(page.locator("mark#quote")).to_contain_text("92.8%")


def test_conversations_are_kept_and_deleted(page: Page, ask: Ask) -> None:
    """A new conversation is empty, the old one can be gone back to, and deleting asks first."""
    ask(page, COVERAGE)
    page.get_by_role("button", name="新对话").click()
    expect(page.locator(".welcome")).to_be_visible()
    page.locator(".kept a").click()
    expect(page.locator(".question")).to_have_text(COVERAGE)
    page.locator(".kept li").hover()
    page.get_by_role("button", name=f"删除对话“{COVERAGE}”").click()
    page.get_by_role("dialog").get_by_role("button", name="取消").click()
    expect(page.locator(".kept a")).to_have_count(1)
    page.get_by_role("button", name=f"删除对话“{COVERAGE}”").click()
    page.get_by_role("dialog").get_by_role("button", name="删除").click()
    expect(page.locator(".kept a")).to_have_count(0)
    expect(page.locator(".welcome")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('jushi.talk.'))") == []


def test_a_conversation_is_exported_with_its_sources(page: Page, site: Site, ask: Ask, tmp_path: Path) -> None:
    """The file is Markdown: question, answer with markers, and each source with its quote and its place."""
    ask(page, COVERAGE)
    with page.expect_download() as download:
        page.get_by_role("button", name="导出对话").click()
    download.value.save_as(tmp_path / "talk.md")
    text = (tmp_path / "talk.md").read_text(encoding="utf-8")
    assert download.value.suggested_filename.endswith(".md")
    assert f"## {COVERAGE}" in text
    assert "覆盖率为92.8%，在公办园就读的孩子占全部在园幼儿的52.4%。[1]" in text
    assert r"1. [92\.8%意味着什么？读懂焦作的普惠性幼儿园](http://127.0.0.1:" in text
    assert "   > 焦作网刊发的报道给出了成绩单：截至2023年底" in text
    place = re.search(r"原文原句 · (\S+) @ (\S+) \\\[(\d+):(\d+)\\\]", text)
    assert place
    article, revision, start, end = place.groups()
    source = httpx.get(f"{site.url}/v1/documents/{article}/source", params={"revision": revision}).json()["source"]
    assert source[int(start) : int(end)].startswith("焦作网刊发的报道给出了成绩单")


def test_an_answer_is_copied_with_its_sources(visit: Callable[..., Page], ask: Ask) -> None:
    """The clipboard holds the answer and the titles that its markers name."""
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    ask(page, COVERAGE)
    page.get_by_role("button", name="复制").click()
    expect(page.locator("[role=status].unseen")).to_have_text("已复制")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "92.8%" in copied
    assert r"92\.8%意味着什么？读懂焦作的普惠性幼儿园" in copied


def test_a_failure_is_told_and_can_be_tried_again(visit: Callable[..., Page], ask: Ask) -> None:
    """The server's own sentence is shown; the next try answers."""
    page = visit(excuse="503")
    body = {
        "error": {"message": "the index cannot be read", "type": "server_error", "param": None, "code": "store_error"}
    }
    page.route("**/v1/chat/completions", lambda route: route.fulfill(status=503, json=body), times=1)
    ask(page, COVERAGE)
    expect(page.locator(".failure")).to_have_text("没有成功：the index cannot be read")
    page.get_by_role("button", name="重新回答").click()
    expect(page.locator(".answer")).to_contain_text("92.8%")
    expect(page.locator(".failure")).to_have_count(0)


def test_enter_sends_but_not_while_a_character_is_composed(page: Page) -> None:
    """Enter that ends a composition chooses a word, and Shift+Enter is a new line."""
    box = page.locator("textarea")
    box.fill("焦作")
    box.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    box.dispatch_event("keydown", {"key": "Enter", "keyCode": 229})
    box.press("Shift+Enter")
    expect(page.locator(".turn")).to_have_count(0)
    assert box.input_value() == "焦作\n"
    box.press("Enter")
    expect(page.locator(".turn .question")).to_have_text("焦作")


def test_a_server_that_wants_a_key_is_given_one(visit: Callable[..., Page], ask: Ask) -> None:
    """At 401 the page asks for a key once, sends it as bearer token, and keeps it for the tab alone."""
    page = visit(excuse="401")
    seen: list[str | None] = []

    def guard(route: Route) -> None:
        given = route.request.headers.get("authorization")
        seen.append(given)
        error = {"message": "no key", "type": "invalid_request_error", "param": None, "code": "invalid_api_key"}
        if given == "Bearer geheim":
            route.continue_()
        else:
            route.fulfill(status=401, json={"error": error})

    page.route("**/v1/**", guard)
    page.reload()
    page.get_by_label("密钥", exact=True).fill("geheim")
    page.get_by_role("button", name="使用").click()
    expect(page.locator(".examples button").first).to_be_visible()
    ask(page, COVERAGE)
    assert seen[-1] == "Bearer geheim"
    assert page.evaluate("Object.values(localStorage).join().includes('geheim')") is False
