# ruff: noqa: INP001 - a script beside .ci/run, no package
"""Uses the installed wheel as a newcomer would: index the starter articles, ask, check the quotes, serve, read a page.

Run by .ci/run with the checkout's path as its argument; `jushi` is on the PATH and JUSHI_DATA names an empty folder.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

import rag
from rag.starter import starter_folder

QUESTION = "焦作的普惠性幼儿园覆盖率是多少？"
PATIENCE = 120  # seconds until the server must be ready


def say(line: str) -> None:
    """One line of progress."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def jushi(*arguments: str) -> Any:  # noqa: ANN401 - whatever JSON the command prints
    """The JSON that a command prints; it must succeed."""
    command = ["jushi", *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)  # noqa: S603 - our own words
    assert done.returncode == 0, f"jushi {arguments[0]} left with {done.returncode}: {done.stderr}\n{done.stdout}"
    return json.loads(done.stdout)


def check_files(checkout: Path) -> None:
    """Code and starter articles must be those of the wheel."""
    package = Path(rag.__file__).resolve().parent
    assert not package.is_relative_to(checkout), f"the wheel was not used: rag comes from {package}"
    assert starter_folder().is_relative_to(package), f"these are not the wheel's articles: {starter_folder()}"


def check_commands() -> None:
    """Every quote must stand in its source at its offsets."""
    report = jushi("ingest", str(starter_folder()))
    status = jushi("status")
    say(f"{status['articles']} articles, {status['live_passages']} passages, {len(report['rejected'])} rejected")
    answer = jushi("ask", QUESTION)
    assert answer["citations"], f"not answered: {answer}"
    for citation in answer["citations"]:
        article = jushi("show", citation["article_id"], "--revision", citation["revision"])
        found = article["source"][citation["source_start"] : citation["source_end"]]
        assert found == citation["quote"], f"{found!r} is not {citation['quote']!r}"
        say(f"[{citation['number']}] {citation['quote']}")
    assert jushi("check")["problems"] == []


def check_server() -> None:
    """The server must answer, light up the quote on the article's page, and stop when told to."""
    command = ["jushi", "serve", "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as server:  # noqa: S603 - our own words
        assert server.stdout
        url = json.loads(_object(server.stdout))["url"]
        with httpx.Client(base_url=url, timeout=60) as http:
            _wait_until_ready(http)
            body = {"model": "jushi", "messages": [{"role": "user", "content": QUESTION}]}
            answer = http.post("/v1/chat/completions", json=body).json()["choices"][0]["message"]["jushi"]
            cited = answer["citations"][0]
            span = {name: cited[f"source_{name}"] for name in ("start", "end")}
            page = http.get(f"/articles/{cited['article_id']}", params={"revision": cited["revision"], **span})
            assert '<mark id="quote">' in page.text, page.text[:500]
            assert http.get("/page/article.css").status_code == 200
            named = set(re.findall(r'(?:src|href)="(/page/[^"]+)"', http.get("/").text))
            missing = [path for path in named if http.get(path).status_code != 200]
            assert (len(named) > 20, missing) == (True, []), f"of the page's files these are missing: {missing}"
        server.send_signal(signal.SIGINT)
        assert server.wait(30) in {0, 130}, f"the server left with {server.returncode}"
    say("served, and stopped when told to")


def _object(lines: Any) -> str:  # noqa: ANN401 - a text stream
    """The lines of one indented JSON object."""
    kept = []
    for line in lines:
        kept.append(line)
        if line.startswith("}"):
            break
    return "".join(kept)


def _wait_until_ready(http: httpx.Client) -> None:
    end = time.monotonic() + PATIENCE
    while (answer := http.get("/readyz")).status_code != 200:
        assert time.monotonic() < end, f"not ready after {PATIENCE} seconds: {answer.text}"
        time.sleep(0.2)


if __name__ == "__main__":
    check_files(Path(sys.argv[1]).resolve())
    check_commands()
    check_server()
