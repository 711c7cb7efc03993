"""A real engine (store, encoder, calibration; quotes answer) behind a real server, over a folder of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest

from embeddings.encoder import Encoder
from rag.api.app import create_app
from rag.config import Settings, load_settings
from rag.wiring import open_engine

LINHE = """临河区发布学前教育年度通报

本报讯（记者 王建国）临河区教育局3月5日发布通报。2023年，临河区新建幼儿园12所，新增学位3600个。
截至2023年年底，临河区普惠性幼儿园覆盖率达到91.5%，公办园在园幼儿占比为55.2%。
临河区教育局局长陈思远表示，下一步将为乡村教师建设周转房。
"""
DONGGANG = """东港市推进义务教育集团化办学

东港市教育局介绍，全市已组建义务教育集团21个，带动46所薄弱学校提升办学水平。
由于施工图纸调整，原定于2022年9月启用的东港市第三实验小学推迟到2023年2月开学。
"""


@pytest.fixture(scope="session")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """The bundled encoder, loaded once for all servers."""
    engine = open_engine(load_settings(data=tmp_path_factory.mktemp("encoder"), answerer="quotes"))
    engine.close()
    return engine.encoder


@pytest.fixture
def limits() -> dict[str, Any]:
    """Settings of the server; a test may override them."""
    return {}


@pytest.fixture
def settings(tmp_path: Path, limits: dict[str, Any]) -> Settings:
    return load_settings(data=tmp_path / "data", answerer="quotes", **limits)


@pytest.fixture
def address(
    settings: Settings,
    bundled: Encoder,
    running: Callable[[Any], AbstractContextManager[str]],
    wait: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[str]:
    """A server over an empty store, ready."""
    monkeypatch.setattr("rag.wiring._open_encoder", lambda _settings, _progress: bundled)
    with running(create_app(settings, lambda _progress: open_engine(settings))) as url:
        wait(lambda: httpx.get(f"{url}/readyz").status_code == 200)
        yield url


@pytest.fixture
def http(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.fixture
def linhe() -> str:
    return LINHE


@pytest.fixture
def donggang() -> str:
    return DONGGANG


@pytest.fixture
def finish(http: httpx.Client, wait: Callable[..., None]) -> Callable[[str], dict[str, Any]]:
    """The job at an address, once it is over."""

    def finished(location: str) -> dict[str, Any]:
        wait(lambda: http.get(location).json()["status"] in {"done", "failed"}, 60)
        job: dict[str, Any] = http.get(location).json()
        return job

    return finished
