"""Pictures of the page for the documentation: `python tests/page/screenshots.py` writes docs/img/page-*.png.

Needs Chromium and a Chinese font (Debian: chromium, fonts-noto-cjk). The answers are those of a real server.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "img"
GROUPS = "焦作集团化办学带动了多少所薄弱学校？"
CONFLICT = "成都东部新区四年新开办了多少所学校、幼儿园？"
NOBODY = "安源区教育局局长是谁？"
DESK = {"viewport": {"width": 1200, "height": 760}}
PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}


@contextmanager
def served() -> Iterator[str]:
    """The address of a server over the starter articles, answering by quotes."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "JUSHI_ANSWERER": "quotes", "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "rag.cli", "serve", "--port", "0", "--json", "--seeds", "--data", folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8", env=environment, cwd=ROOT) as server:
            assert server.stdout
            text = ""
            while not text.endswith("}\n"):
                text += server.stdout.readline()
            url = json.loads(text)["url"]
            while httpx.get(f"{url}/readyz", timeout=30).status_code != 200:
                time.sleep(0.2)
            yield url
            server.send_signal(signal.SIGINT)


def opened(browser: Browser, url: str, **options: object) -> Page:
    page = browser.new_context(locale="zh-CN", **options).new_page()
    page.goto(url)
    page.wait_for_selector(".examples button")
    return page


def ask(page: Page, question: str) -> None:
    page.locator("textarea").fill(question)
    page.locator("textarea").press("Enter")
    page.locator(".turn", has_text=question).locator(".acts").wait_for()


def shoot(page: Page, name: str) -> None:
    page.wait_for_timeout(300)
    path = IMAGES / f"page-{name}.png"
    page.screenshot(path=path)
    Image.open(path).convert("RGB").quantize(128).save(path, optimize=True)  # a third of the bytes, and looks the same
    sys.stdout.write(f"{path.relative_to(ROOT)} {path.stat().st_size // 1000} kB\n")


def shoot_all(browser: Browser, url: str) -> None:
    page = opened(browser, url, **DESK)
    ask(page, GROUPS)
    page.locator(".answer .marker").first.click()
    page.wait_for_selector("mark#quote")
    page.mouse.move(600, 600)
    shoot(page, "answer")
    page = opened(browser, url, **DESK, color_scheme="dark")
    ask(page, CONFLICT)
    shoot(page, "conflict")
    page = opened(browser, url, **PHONE)
    ask(page, NOBODY)
    shoot(page, "refusal")
    page = opened(browser, f"{url}/", **DESK)
    page.goto(f"{url}/#/articles")
    page.wait_for_selector(".articles > li")
    shoot(page, "articles")


if __name__ == "__main__":
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not found:
        sys.exit("there is no Chromium here; on Debian: apt-get install chromium fonts-noto-cjk")
    with served() as address, sync_playwright() as playwright:
        shoot_all(playwright.chromium.launch(executable_path=found, args=["--no-sandbox"]), address)
