"""A small engine of fakes behind a real server: two articles, one answer, one refusal, one failure."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import structlog
import uvicorn

from embeddings.fakes import HashingEncoder
from rag.answer.events import Events, Finished, Found, Said
from rag.api.app import create_app
from rag.config import Settings
from rag.engine import Engine
from rag.errors import NotFoundError, StoreError
from rag.offsets import OffsetMap
from rag.types import (
    Answer,
    Article,
    ArticleInfo,
    Citation,
    Claim,
    Evidence,
    Media,
    Nearest,
    Passage,
    Published,
    Question,
    Refusal,
    RefusalReason,
    Signals,
    Span,
    Status,
    Trace,
    Verdict,
)

_TEXT = "白鹭市今年新建公办幼儿园12所。新增学位3600个。"
SOURCE = f"首页 > 教育 > <b>动态</b>\n{_TEXT}\n责任编辑：林舟"
START = SOURCE.index(_TEXT)


def article(article_id: str, revision: str, *, url: str | None = None) -> Article:
    return Article(
        article_id=article_id,
        revision=revision,
        title="白鹭市扩充“入园”学位 & 名额",
        text=_TEXT,
        source_text=SOURCE,
        source_map=OffsetMap.from_rows([[len(_TEXT), START, START + len(_TEXT)]]),
        page_map=OffsetMap.identity(len(SOURCE)),
        page=SOURCE.encode(),
        name="白鹭.txt",
        media=Media.TEXT,
        encoding="utf-8",
        url=url,
        publisher="白鹭市教育局",
        published=Published(day=date(2024, 12, 11), confidence=0.9, origin="dateline"),
        removed=(Span(start=0, end=START, reason="navigation"),),
    )


def info(found: Article) -> ArticleInfo:
    same = {name: getattr(found, name) for name in ("article_id", "revision", "title", "name", "url", "publisher")}
    return ArticleInfo(**same, published=found.published, passages=1, reprints=0, characters=len(found.text))


ARTICLES = {
    ("bailu", "r1"): article("bailu", "r1"),
    ("bailu", "r2"): article("bailu", "r2"),
    ("http://bailu.example/新闻?id=1", "r1"): article(
        "http://bailu.example/新闻?id=1", "r1", url="javascript:alert(1)"
    ),
}


@dataclass
class FakeStore:
    """Reads only, and only what the endpoints read."""

    generation: int = 7
    closed: bool = False
    broken: bool = False

    @contextmanager
    def snapshot(self) -> Iterator[FakeStore]:
        if self.broken:
            raise StoreError("the data folder is gone")
        yield self

    def article(self, article_id: str, revision: str | None = None) -> Article:
        found = ARTICLES.get((article_id, revision or (self.revisions(article_id) or ["-"])[-1]))
        if found is None:
            raise NotFoundError(f"there is no article {article_id!r}", field="article_id")
        return found

    def revisions(self, article_id: str) -> list[str]:
        return [revision for known, revision in ARTICLES if known == article_id]

    def reprints(self, article_id: str) -> list[ArticleInfo]:
        return []

    def status(self) -> SimpleNamespace:
        return SimpleNamespace(generation=self.generation, articles=2, live_passages=2, size_bytes=4096)

    def close(self) -> None:
        self.closed = True


class FakeRetriever:
    """Finds the same passage for every question and remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[Question] = []

    def retrieve(self, question: Question) -> SimpleNamespace:
        self.asked.append(question)
        found = ARTICLES["bailu", "r2"]
        passage = Passage(
            passage_id=1, article_id="bailu", revision="r2", ordinal=0, start=0, end=len(_TEXT), text=_TEXT, title=""
        )
        evidence = Evidence(number=1, passage=passage, article=info(found), score=1.5, signals=Signals(dense=0.9))
        return SimpleNamespace(evidence=(evidence,), query=question.text, generation=7, timings={"encode": 3.5})


@dataclass
class FakeAnswerer:
    """Answers by what the question contains; `gate` holds back questions with 等待 until it is set."""

    asked: list[Question] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def events(self, question: Question) -> Events:
        self.asked.append(question)
        if "等待" in question.text:
            self.gate.wait(20)
        if "崩溃" in question.text:
            raise RuntimeError("secret path /var/lib")
        if "故障" in question.text:
            raise StoreError("the index cannot be read")
        yield Found(retrieval=FakeRetriever().retrieve(question))
        answer = self.answer(question)
        for claim in answer.claims:
            yield Said(text=claim.text + "".join(f"[{number}]" for number in claim.numbers))
        yield Finished(answer=answer)

    def answer(self, question: Question) -> Answer:
        trace = Trace(
            answerer="quotes", generation=7, settings="f00d", query=question.text, prompt_tokens=310,
            completion_tokens=42, features={"x": object()} if "坏值" in question.text else {},
        )  # fmt: skip
        if "月亮" in question.text:
            near = Nearest(article_id="bailu", title="学位", url="/articles/bailu", quote="新增学位3600个。", score=0.2)
            refusal = Refusal(reason=RefusalReason.NO_EVIDENCE, message="文章里没有提到。", nearest=(near,))
            return Answer(status=Status.REFUSED, text="", refusal=refusal, trace=trace)
        one, two = "\U00020bb7林区今年新建公办幼儿园12所。", "新增学位3600个。"
        text = f"{one}[1]{two}[2][1]"
        start = text.index(two)
        return Answer(
            status=Status.ANSWERED,
            text=text,
            claims=(
                Claim(text=one, start=0, end=len(one), numbers=(1,), verdict=Verdict.SUPPORTED),
                Claim(text=two, start=start, end=start + len(two), numbers=(2, 1), verdict=Verdict.EXACT),
            ),
            citations=(_citation(1, _TEXT, 0), _citation(2, two, 1), _citation(1, two, 1)),
            notice="语言模型没有回应。" if "断线" in question.text else "",
            trace=trace,
        )


def _citation(number: int, quote: str, claim: int) -> Citation:
    start = SOURCE.index(quote)
    cited = ARTICLES[[("bailu", "r2"), ("http://bailu.example/新闻?id=1", "r1")][number - 1]]
    return Citation(
        number=number,
        article_id=cited.article_id,
        revision=cited.revision,
        title=cited.title,
        url=cited.url or f"/articles/{cited.article_id}",
        published_at="2024-12-11",
        publisher=cited.publisher,
        quote=quote,
        text=quote,
        source_start=start,
        source_end=start + len(quote),
        verdict=Verdict.EXACT,
        claim=claim,
    )


def fake_engine(settings: Settings) -> Engine:
    return Engine(
        settings=settings,
        store=FakeStore(),
        encoder=HashingEncoder(),
        retriever=FakeRetriever(),
        answerers={"quotes": FakeAnswerer()},
    )


@contextmanager
def _running(app: Any) -> Iterator[str]:
    """The address of a real server over `app`, stopped at the end of the block."""
    config = uvicorn.Config(
        app,
        port=0,
        log_config=None,
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=10,  # as `jushi serve` sets one: a client that never reads on keeps no server up
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        _wait(lambda: server.started or not thread.is_alive())
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(40)
        assert not thread.is_alive(), "".join(traceback.format_stack(sys._current_frames()[thread.ident or 0]))


def _wait(until: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end
        time.sleep(0.01)


_SETTINGS = Settings(max_body_bytes=20_000)


@pytest.fixture
def settings() -> Settings:
    return _SETTINGS


@pytest.fixture
def fresh_engine() -> Engine:
    """An engine of the test's own, for tests that open and close it."""
    return fake_engine(_SETTINGS)


@pytest.fixture
def serve() -> Callable[[Callable[..., Engine]], AbstractContextManager[str]]:
    """Start a server whose data is opened by the given function; it may not be ready yet."""
    return lambda opener: _running(create_app(_SETTINGS, opener))


@pytest.fixture
def running() -> Callable[[Any], AbstractContextManager[str]]:
    return _running


@pytest.fixture
def wait() -> Callable[..., None]:
    return _wait


@pytest.fixture(scope="session", autouse=True)
def _silent() -> Iterator[None]:
    """Keep the servers' log out of the tests' output."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def _shared() -> Iterator[tuple[Engine, str]]:
    """One server for all tests that only ask it."""
    engine = fake_engine(_SETTINGS)
    with _running(create_app(_SETTINGS, lambda _progress: engine)) as url:
        _wait(lambda: httpx.get(f"{url}/readyz").status_code == 200)
        yield engine, url


@pytest.fixture
def engine(_shared: tuple[Engine, str]) -> Iterator[Engine]:
    """The engine behind the shared server, as new."""
    engine = _shared[0]
    store, retriever, answerer = engine.store, engine.retriever, engine.answerers["quotes"]
    yield engine
    store.broken = False
    retriever.asked.clear()
    answerer.asked.clear()
    answerer.gate.clear()


@pytest.fixture
def address(_shared: tuple[Engine, str], engine: Engine) -> str:
    """The shared server, ready to answer."""
    return _shared[1]


@pytest.fixture
def http(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=20) as client:
        yield client
