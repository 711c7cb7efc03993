"""Settings: where they come from, what is refused, and what their fingerprint covers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from rag.config import Settings, load_settings
from rag.errors import ConfigError


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of whoever runs the tests."""
    for name in [name for name in os.environ if name.upper().startswith(("JUSHI_", "OPENAI_"))]:
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
    """A key shows in no representation, and in no complaint about it."""
    settings = Settings(embeddings_api_key="geheim", llm_api_key="geheim")
    assert "geheim" not in repr(settings) + str(settings.model_dump())
    with pytest.raises(ConfigError, match="setting llm_api_key: ") as caught:
        load_settings(llm_api_key=["geheim"])
    assert "geheim" not in str(caught.value)


_OPENAI = "https://api.openai.com/v1"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, (None, None, None)),
        ({"OPENAI_API_KEY": "k"}, (None, "k", None)),
        ({"OPENAI_API_KEY": "k", "OPENAI_MODEL": "m"}, (_OPENAI, "k", "m")),
        ({"OPENAI_API_KEY": "k", "JUSHI_LLM_MODEL": "m"}, (_OPENAI, "k", "m")),
        ({"JUSHI_LLM_API_KEY": "k", "JUSHI_LLM_MODEL": "m"}, (_OPENAI, "k", "m")),
        ({"OPENAI_MODEL": "m"}, (None, None, "m")),
        ({"OPENAI_BASE_URL": "http://a/v1"}, ("http://a/v1", None, None)),
        (
            {"OPENAI_BASE_URL": "http://a/v1", "OPENAI_API_KEY": "k", "OPENAI_MODEL": "m"},
            ("http://a/v1", "k", "m"),
        ),
        (
            {
                "OPENAI_BASE_URL": "http://a",
                "OPENAI_API_KEY": "k",
                "OPENAI_MODEL": "m",
                "JUSHI_LLM_BASE_URL": "http://b",
                "JUSHI_LLM_API_KEY": "j",
                "JUSHI_LLM_MODEL": "n",
            },
            ("http://b", "j", "n"),
        ),
        ({"JUSHI_LLM_BASE_URL": "http://b", "OPENAI_API_KEY": "k", "OPENAI_MODEL": "m"}, ("http://b", None, "m")),
        ({"JUSHI_LLM_BASE_URL": f"{_OPENAI}/", "OPENAI_API_KEY": "k"}, (f"{_OPENAI}/", "k", None)),
        (
            {"JUSHI_LLM_BASE_URL": "http://a/v1/", "OPENAI_BASE_URL": "http://a/v1", "OPENAI_API_KEY": "k"},
            ("http://a/v1/", "k", None),
        ),
        (
            {"JUSHI_LLM_BASE_URL": "", "OPENAI_BASE_URL": "", "OPENAI_API_KEY": "", "JUSHI_LLM_MODEL": ""},
            (None, None, None),
        ),
        (
            {"JUSHI_LLM_BASE_URL": "none", "OPENAI_BASE_URL": "http://a", "OPENAI_API_KEY": "k", "OPENAI_MODEL": "m"},
            (None, None, None),
        ),
    ],
)
def test_the_server_is_taken_from_our_names_before_the_plain_ones(
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    expected: tuple[str | None, str | None, str | None],
) -> None:
    """Ours win, a key alone configures nothing, and a key goes only to the server that it was set for."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else None
    assert (settings.llm_base_url, key, settings.llm_model) == expected


def test_the_file_wins_over_the_plain_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """What jushi.toml says is ours, too."""
    Path("jushi.toml").write_text('llm_base_url = "http://b/v1"\nllm_model = "n"\n', encoding="utf-8")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://a/v1")
    monkeypatch.setenv("OPENAI_MODEL", "m")
    settings = load_settings()
    assert (settings.llm_base_url, settings.llm_model) == ("http://b/v1", "n")


@pytest.mark.parametrize(
    "changed",
    [
        {"top_k": 9},
        {"llm_model": "m"},
        {"llm_small": True},
        {"llm_prompt_budget": 100},
        {"llm_max_tokens": 100},
        {"local_model": "none"},
        {"answer_threshold": 0.4},
        {"second_sentence": 0.4},
    ],
)
def test_the_fingerprint_covers_what_can_change_an_answer(changed: dict[str, Any]) -> None:
    """It moves with the passages asked for and with the model."""
    assert Settings(**changed).fingerprint != Settings().fingerprint


def test_the_fingerprint_leaves_out_what_cannot_change_an_answer() -> None:
    """It does not move with ports, addresses, keys and patience."""
    same = Settings(
        port=81, embeddings_api_key="geheim", llm_api_key="geheim", llm_base_url="http://b/v1", llm_retries=9,
        llm_concurrency=1, llm_timeout_whole=9.0,
    )  # fmt: skip
    assert same.fingerprint == Settings().fingerprint
