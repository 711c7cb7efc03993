"""Examples in the documents: commands parse or run, requests are answered, programs run, files can be read."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
import yaml

from eval.command import app as eval_app
from rag.cli import main
from rag.cli.run import commands
from rag.config import Settings

_ROOT = Path(__file__).resolve().parents[1]
_PAGES = sorted((*_ROOT.glob("README*.md"), *(_ROOT / "docs").rglob("*.md")))
_FENCE = re.compile(r"^```(?P<kind>\w+)[^\n]*\n(?P<body>.*?)^```", re.MULTILINE | re.DOTALL)
_HERE = "http://127.0.0.1:8000"
_RUN = {"ask", "search", "articles", "status", "check"}  # commands that change nothing
_PATIENCE = 240  # seconds; a first start may have to unpack the model
_ABSENT = {"langchain_openai"}  # packages of examples that are no dependency of the tests


def _blocks(*kinds: str) -> list[Any]:
    """The fenced blocks of some kinds in all documents, named by page and line."""
    found = []
    for page in _PAGES:
        text = page.read_text(encoding="utf-8")
        for block in _FENCE.finditer(text):
            if block["kind"] in kinds:
                line = text.count("\n", 0, block.start()) + 1
                found.append(pytest.param(block["body"], id=f"{page.relative_to(_ROOT)}:{line}"))
    return found


def _lines(body: str, program: str) -> list[list[str]]:
    """The words of each command of a program in a block for the shell, comments and what is piped on left out."""
    joined = re.sub(r"\\\n\s*", " ", body)
    split = [shlex.split(line, comments=True) for line in joined.splitlines()]
    ends = [min((words.index(sign) for sign in ("|", "&", "&&") if sign in words), default=None) for words in split]
    return [words[:end] for words, end in zip(split, ends, strict=True) if words[:1] == [program]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Address and data folder of a server over the starter articles, without a language model."""
    data = str(tmp_path_factory.mktemp("examples") / "store")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JUSHI_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "rag.cli", "serve", "--seeds", "--port", "0", "--json", "--data", data],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env={**kept, "PYTHONPATH": str(_ROOT), "JUSHI_LOCAL_MODEL": "none"},
    )
    try:
        assert process.stdout
        text = ""
        while not text.endswith("}\n"):
            text += process.stdout.readline()
        address = json.loads(text)["url"]
        end = time.monotonic() + _PATIENCE
        while (answer := httpx.get(f"{address}/readyz", timeout=30)).status_code != 200:
            assert time.monotonic() < end, answer.text
            time.sleep(0.1)
        yield address, data
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


@pytest.mark.parametrize("body", [block for block in _blocks("sh") if _lines(block.values[0], "jushi")])
def test_commands_are_those_of_the_program(
    body: str, server: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every command with its options parses, and those that change nothing run over the starter articles."""
    monkeypatch.setenv("JUSHI_DATA", server[1])
    for _, *given in _lines(body, "jushi"):
        command: Any = typer.main.get_command(commands())
        if given[0] == "eval":
            command = typer.main.get_command(eval_app)
            given.pop(0)
        words, name = list(given), "eval"
        while hasattr(command, "commands") and not words[0].startswith("-"):
            name = words.pop(0)
            command = command.commands[name]
        command.make_context(name, list(words))
        if name in _RUN and "--repair" not in words:
            with pytest.raises(SystemExit) as left:
                main([name, *words])
            assert left.value.code == 0, capsys.readouterr().err
            assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("body", [block for block in _blocks("sh") if _lines(block.values[0], "curl")])
def test_requests_are_answered(body: str, server: tuple[str, str]) -> None:
    """What curl would send is answered with success, and an answer cites."""
    for _, *words in _lines(body, "curl"):
        headers, data, address, method = {}, None, "", None
        while words:
            word = words.pop(0)
            if word in {"-H", "--header"}:
                name, _, value = words.pop(0).partition(":")
                headers[name.strip()] = value.strip()
            elif word in {"-d", "--data"}:
                data = words.pop(0)
            elif word in {"-X", "--request"}:
                method = words.pop(0)
            elif not word.startswith("-"):
                address = word
        assert address.startswith(_HERE)
        target = address.replace(_HERE, server[0])
        response = httpx.request(
            method or ("POST" if data else "GET"), target, headers=headers, content=data, timeout=60
        )
        assert response.is_success, response.text
        if address.endswith(("/chat/completions", "/responses")):
            assert response.json()["citations"]


@pytest.mark.parametrize("body", _blocks("python"))
def test_programs_run(body: str, server: tuple[str, str]) -> None:
    """Each program runs to its end and prints something."""
    code = compile(body.replace(_HERE, server[0]), "<example>", "exec")
    used = set(re.findall(r"^(?:from|import) (\w+)", body, re.MULTILINE))
    if absent := {name for name in used if find_spec(name) is None}:
        assert absent <= _ABSENT
        pytest.skip(f"it needs {', '.join(absent)}")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, {"__name__": "__main__"})
    assert "学位" in printed.getvalue()


@pytest.mark.parametrize("body", _blocks("json", "toml", "yaml"))
def test_files_can_be_read(body: str) -> None:
    """JSON and YAML parse; TOML holds settings that the program takes."""
    if body.startswith(("{", "[")):
        assert json.loads(body)
    elif re.search(r"^\w+ = ", body, re.MULTILINE):
        assert Settings(**tomllib.loads(body))
    else:
        assert yaml.safe_load(body)
