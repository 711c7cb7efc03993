"""Settings: where they come from, what is refused, and what their fingerprint covers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rag.config import Settings, load_settings
from rag.errors import ConfigError


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of whoever runs the tests."""
    for name in [name for name in os.environ if name.upper().startswith("JUSHI_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each value comes from the nearest place that names it; None on the command line names nothing."""
    Path("jushi.toml").write_text("top_k = 3\nport = 81\ncandidates = 20\n", encoding="utf-8")
    monkeypatch.setenv("JUSHI_TOP_K", "4")
    monkeypatch.setenv("JUSHI_PORT", "82")
    settings = load_settings(top_k=5, port=None)
    assert (settings.top_k, settings.port, settings.candidates) == (5, 82, 20)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"topk = 3", "setting topk: "),
        (b"dense_weight = 2", r"setting dense_weight: .*\(found 2\)"),
        (b"top_k = ", r"other\.toml cannot be read: "),
        (b"\xff\xfe = 3", r"other\.toml cannot be read: "),
    ],
)
def test_a_bad_file_is_named(monkeypatch: pytest.MonkeyPatch, content: bytes, message: str) -> None:
    """An unknown name, a value out of range and what is not TOML are refused, with the name of the setting or file."""
    Path("other.toml").write_bytes(content)
    monkeypatch.setenv("JUSHI_CONFIG", "other.toml")
    with pytest.raises(ConfigError, match=message):
        load_settings()


def test_a_misspelt_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that is no setting is answered with the name that was probably meant."""
    monkeypatch.setenv("JUSHI_TOPK", "3")
    with pytest.raises(ConfigError, match=r"JUSHI_TOPK is no setting; did you mean JUSHI_TOP_K\?"):
        load_settings()


def test_a_file_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that JUSHI_CONFIG names must exist."""
    monkeypatch.setenv("JUSHI_CONFIG", "nowhere.toml")
    with pytest.raises(ConfigError, match=r"names nowhere\.toml"):
        load_settings()


def test_keys_are_masked() -> None:
    """A key shows in no representation."""
    assert "geheim" not in repr(Settings(embeddings_api_key="geheim"))


def test_the_fingerprint_covers_what_can_change_an_answer() -> None:
    """It moves with the passages asked for, not with the port or a key."""
    plain = Settings().fingerprint
    assert Settings(top_k=9).fingerprint != plain
    assert Settings(port=81, embeddings_api_key="geheim").fingerprint == plain
