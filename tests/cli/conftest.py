"""Articles of our own in a real store, and commands in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rag.cli import main

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 240  # the first command may have to unpack the model

BRIDGE = """松溪县云岭大桥建成通车
发布时间：2024年3月18日 来源：松溪县融媒体中心

3月18日上午，松溪县云岭大桥正式建成通车。大桥全长1280米，主跨420米，双向四车道，设计时速60公里。
大桥总投资6.5亿元，自2021年5月开工以来，建设者先后克服了水流急、山体陡等困难，比计划工期提前两个月完工。
大桥通车后，云岭镇群众到县城的车程由原来的50分钟缩短到15分钟，沿线2.3万名群众出行更加方便。
县交通运输局负责人表示，下一步将抓紧实施连接线工程，预计2025年6月底前全线贯通。
"""
LIBRARY = {
    "id": "library",
    "url": "https://news.example/tuohe/library",
    "title": "沱河区图书馆新馆开放",
    "publisher": "沱河日报",
    "published": "2023-10-08",
    "text": "10月8日，沱河区图书馆新馆正式向市民免费开放。新馆建筑面积1.8万平方米，藏书62万册，设阅览座席1500个。"
    "\n新馆每周二至周日开放，开放时间为上午9时至晚上9时，周一闭馆进行设备维护。\n"
    "据了解，新馆还设置了少儿阅览区和视障阅览室，全年计划举办各类读书活动200场以上。",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The JSON object on stdout."""
        return json.loads(self.out)


def _environment(**extra: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JUSHI_")}
    return {**kept, "PYTHONPATH": str(ROOT), "JUSHI_LOCAL_MODEL": "none", **extra}


def _heeds_interrupts() -> None:
    """As from a terminal: what a shell runs in the background, the tests among it, is told to ignore them."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _run(*arguments: str, stdin: str | bytes = b"", **environment: str) -> Done:
    done = subprocess.run(
        [sys.executable, "-m", "rag.cli", *arguments],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        env=_environment(**environment),
        timeout=TIMEOUT,
        check=False,
    )
    return Done(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())


@pytest.fixture(scope="session")
def jushi() -> Callable[..., Done]:
    """Run one command to its end."""
    return _run


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """Run one command to its end in this process: the same, but for the second that a process takes to start."""
    for name in [name for name in os.environ if name.startswith("JUSHI_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("JUSHI_LOCAL_MODEL", "none")

    def run(*arguments: str, **environment: str) -> Done:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main(arguments)
        out, err = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return Done(code=left.value.code, out=out, err=err)

    return run


@pytest.fixture(scope="session")
def start() -> Callable[..., subprocess.Popen[str]]:
    """Start a command and leave it running."""

    def popen(
        *arguments: str, program: tuple[str, ...] = ("-m", "rag.cli"), **environment: str
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *program, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=_environment(**environment),
            preexec_fn=_heeds_interrupts,  # noqa: PLW1509 - these tests start no threads
        )

    return popen


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a text page, a file of JSON lines of which one is broken, and a file of another kind."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "云岭大桥.txt").write_text(BRIDGE, encoding="gb18030")
    lines = [json.dumps(LIBRARY, ensure_ascii=False), '{"title": "没有正文"}']
    (folder / "news.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "notes.rst").write_text("not an article", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def ingested(jushi: Callable[..., Done], pages: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    """A data folder with both articles in it, and how the ingest went; tests must not write to it."""
    data = tmp_path_factory.mktemp("data") / "store"
    return data, jushi("ingest", str(pages), "--data", str(data), "--json")


@pytest.fixture(scope="session")
def data(ingested: tuple[Path, Done]) -> str:
    return str(ingested[0])
