"""A real Chromium before a real server: the starter articles, quotes, and a scripted model that waits when told to."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from os import environ
from pathlib import Path

import httpx
import pytest
import structlog
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from rag.answer.answerer import QuotesAnswerer
from rag.answer.writer import LlmAnswerer
from rag.api.app import create_app
from rag.api.opening import opener
from rag.api.service import Progress
from rag.cancel import cancelled
from rag.check.verify import Checker
from rag.config import Settings
from rag.engine import Engine
from rag.errors import ModelError
from rag.llm.fakes import ScriptedModel
from rag.llm.model import ModelSpec, Prompt, Reply
from rag.types import Media, RawDocument

MISSING = "there is no Chromium here: apt-get install chromium (Debian), or name one in the environment as CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 10_000  # milliseconds; two cores are shared

expect.set_options(timeout=PATIENCE)


@dataclass
class PacedModel:
    """A scripted model that stops after its first sentence until `gate` is set, where a question asks for that."""

    true = "截至2023年底，焦作市的普惠性幼儿园覆盖率为92.8%。"
    false = "焦作市新建了78所大学。"
    gate: threading.Event = field(default_factory=threading.Event)
    left: threading.Event = field(default_factory=threading.Event)  # set when a reader went away meanwhile

    @property
    def spec(self) -> ModelSpec:
        return ModelSpec(name="测试模型", small=False, prompt_budget=3000)

    def write(self, prompt: Prompt) -> Reply:
        slow = "慢慢" in prompt.messages[-1].content
        written = ScriptedModel([f"{self.true}[1]{self.false}[1]"], piece=6).write(prompt)
        count = 0
        while True:
            try:
                delta = next(written)
            except StopIteration as end:
                return end.value
            count += len(delta.text)
            if slow and count > len(self.true) + 12:
                self._wait()
            yield delta

    def _wait(self) -> None:
        flag = cancelled()
        while not self.gate.wait(0.02):
            if flag and flag.is_set():
                self.left.set()
                raise ModelError("the reply is no longer wanted")

    def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True)
class Site:
    """The server's address, its engine and the model that it may ask."""

    url: str
    engine: Engine
    model: PacedModel


@pytest.fixture(scope="module")
def _silent() -> Iterator[None]:
    """Keep the server's log out of the tests' output."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def _data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter articles are indexed once for all files of tests."""
    return tmp_path_factory.mktemp("page") / "data"


@pytest.fixture(scope="module")
def site(_silent: None, _data: Path) -> Iterator[Site]:
    """The server that the tests of a file share."""
    settings = Settings(data=_data, answerer="quotes")
    model = PacedModel()
    engines: list[Engine] = []

    def open_all(progress: Progress) -> Engine:
        engine = opener(settings, seeds=True)(progress)
        quotes = engine.answerers["quotes"]
        assert isinstance(quotes, QuotesAnswerer)
        written = LlmAnswerer(engine.store, quotes, model, Checker(), max_tokens=400)
        engines.append(replace(engine, answerers={"llm": written, "quotes": quotes}))
        return engines[0]

    config = uvicorn.Config(create_app(settings, open_all), port=0, log_config=None, lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        _wait(lambda: server.started or not thread.is_alive())
        url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        _wait(lambda: httpx.get(f"{url}/readyz", timeout=30).status_code == 200)
        yield Site(url, engines[0], model)
    finally:
        server.should_exit = True
        thread.join(40)


def _wait(until: Callable[[], bool], seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window; ends with the file, since other tests must not find its event loop running."""
    named = environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if named is None or not Path(named).exists():
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=named, args=["--no-sandbox"])
        yield browser
        browser.close()


Opening = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Opening]:
    """Open the page at a route, in a browser of its own; complaints of the browser fail the test at its end."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opening(route: str = "/", *, excuse: str = "-", **options: object) -> Page:
        context = browser.new_context(**{"locale": "zh-CN", "viewport": {"width": 1280, "height": 800}, **options})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda line: complaints.append(line.text) if line.type == "error" and excuse not in line.text else None,
        )
        page.goto(f"{site.url}{route}")
        return page

    yield opening
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(visit: Opening) -> Page:
    """The page as a new reader meets it."""
    return visit()


Asking = Callable[[Page, str], None]


@pytest.fixture
def ask() -> Asking:
    """Type a question, press Enter and wait for the end of the answer."""

    def asking(page: Page, question: str) -> None:
        turns = page.locator(".turn").count()
        box = page.locator("textarea")
        box.fill(question)
        box.press("Enter")
        expect(page.locator(".turn")).to_have_count(turns + 1)
        expect(page.locator(".turn").last.locator(".foot")).to_be_visible()

    return asking


@pytest.fixture
def choose() -> Callable[..., None]:
    """Open the options and set them."""

    def choosing(page: Page, *, answerer: str = "auto", strict: bool = False) -> None:
        page.get_by_text("选项", exact=True).click()
        page.get_by_label("作答方式").select_option(answerer)
        page.get_by_label("显示未获证实的句子").set_checked(strict)

    return choosing


@pytest.fixture
def hostile(site: Site) -> Iterator[str]:
    """The title of a stored article that would take the page over if its text became markup."""
    title = "<b>渡口</b><img src=x onerror=window.taken=1>"
    text = (
        "云梦泽渡口去年运送旅客37万名<img src=x onerror=window.taken=1>，比前年多两成。\n"
        "[点这里](javascript:window.taken=1) <script>window.taken=1</script> **渡口** 今年还要添两条船。\n"
        '<a href="javascript:window.taken=1">渡口</a>的负责人说，开船时间没有变化。'
    )
    document = RawDocument(
        name="渡口.txt", data=text.encode(), media=Media.TEXT, title=title, article_id="hostile",
        url="javascript:window.taken=1",
    )  # fmt: skip
    site.engine.pipeline().ingest([document])
    yield title
    site.engine.store.remove(["hostile"])
