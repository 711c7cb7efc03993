"""What holds for all tests: property tests repeat where CI is set, and a developer's own settings are not seen."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from rag.llm.known_models import DEFAULT_MODEL
from rag.llm.weights import LocalModel, find_model

for name in [name for name in os.environ if name.startswith(("OPENAI_", "JUSHI_")) and name != "JUSHI_CACHE"]:
    del os.environ[name]
os.environ["JUSHI_LOCAL_MODEL"] = "none"  # a model that happens to be fetched here would answer; tests name theirs

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("here", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")

ROOT = Path(__file__).resolve().parents[1]
FETCHING = 900  # seconds for a gigabyte; CI is bounded to that


@pytest.fixture(scope="session")
def real_model() -> LocalModel:
    """The default model out of the cache, fetched in a bounded time if it is not there."""
    pytest.importorskip("xllamacpp", reason="the extra [local] is not installed")
    named = os.environ.get("JUSHI_CACHE")
    cache = Path(named) if named else None
    found = find_model(cache, DEFAULT_MODEL)
    if found is None:
        command = [sys.executable, "-m", "rag.cli", "model", "fetch", DEFAULT_MODEL]
        try:
            done = subprocess.run(
                command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=FETCHING, check=False
            )
        except subprocess.TimeoutExpired:
            pytest.skip(f"{DEFAULT_MODEL} could not be fetched in {FETCHING} s; the next run goes on from there")
        if done.returncode:
            pytest.skip(f"{DEFAULT_MODEL} cannot be fetched: {done.stderr.strip()}")
        found = find_model(cache, DEFAULT_MODEL)
    assert found is not None
    return found


@pytest.fixture(autouse=True)
def own_log_level() -> Iterator[None]:
    """Commands set the level of the log for their process; the tests that follow want theirs back."""
    root = logging.getLogger()
    level = root.level
    yield
    root.setLevel(level)
