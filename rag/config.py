"""Settings: frozen, read from the environment (`JUSHI_…`) and one TOML file, without behaviour."""

from __future__ import annotations

import difflib
import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from rag.errors import ConfigError

_OPENAI = "https://api.openai.com/v1"
T = TypeVar("T")


def _listed(given: object) -> object:
    """The items of a list as the environment has it: between commas, spaces or line ends."""
    return given.replace(",", " ").split() if isinstance(given, str) else given


Listed = Annotated[tuple[T, ...], NoDecode, BeforeValidator(_listed)]


class Settings(BaseSettings):
    """Everything that can be chosen: `JUSHI_<NAME>` in the environment, or `name` in `jushi.toml`."""

    model_config = SettingsConfigDict(env_prefix="JUSHI_", frozen=True, extra="forbid")

    data: Path = Field(default=Path(".jushi"), description="folder that holds the articles and their indexes")
    cache: Path | None = Field(default=None, description="folder for unpacked models; the user's cache by default")

    encoder: str = Field(
        default="bundled", description='"bundled", "remote", or a sentence-transformers model name or folder'
    )
    encoder_backend: Literal["auto", "onnx", "torch"] = Field(
        default="auto", description="auto: ONNX for the bundled model, sentence-transformers for every other"
    )
    encoder_query_prefix: str | None = Field(default=None, description="put before questions; the model's own if unset")
    encoder_passage_prefix: str | None = Field(
        default=None, description="put before passages; the model's own if unset"
    )
    embeddings_base_url: str | None = Field(default=None, description="OpenAI-compatible server, for encoder = remote")
    embeddings_api_key: SecretStr | None = Field(default=None, description="key of that server")
    embeddings_model: str | None = Field(default=None, description="model name on that server")
    reranker: str | None = Field(default=None, description="cross-encoder model name or folder; off when unset")

    entailment: str | None = Field(
        default=None,
        description="cross-encoder for natural language inference, name or folder; it checks sentences once more, off "
        "when unset",
    )

    passage_min: int = Field(
        default=120, ge=20, le=2000, description="shortest passage in characters, where text allows"
    )
    passage_max: int = Field(default=350, ge=60, le=4000, description="longest passage in characters")
    passage_overlap: int = Field(default=1, ge=0, le=5, description="sentences repeated from one passage to the next")

    dense_kind: Literal["auto", "flat", "hnsw"] = Field(
        default="auto", description="kind of dense index; auto: by size"
    )
    candidates: int = Field(default=150, ge=5, le=1000, description="hits taken from each index before fusing")
    top_k: int = Field(default=8, ge=1, le=100, description="passages that an answer may draw on")
    per_article: int = Field(default=4, ge=1, le=100, description="passages of one article among them, at most")
    neighbours: int = Field(
        default=0, ge=0, le=10, description="passages on each side of the best one that an answer may draw on as well"
    )
    dense_weight: float = Field(default=0.45, ge=0.0, le=1.0, description="share of the dense score in the fused one")

    answerer: Literal["auto", "llm", "quotes"] = Field(
        default="auto", description="who answers when the request does not say"
    )
    answer_threshold: float | None = Field(
        default=None,
        ge=0.0,
        le=1.0,
        description="probability that the evidence must reach to be answered from; unset: as fitted on the "
        "development sets (jushi eval tune fits it to your own questions)",
    )
    second_sentence: float | None = Field(
        default=None,
        ge=0.0,
        le=1.0,
        description="share of the best sentence's probability that a further sentence must reach to be quoted beside "
        "it; unset: as fitted on the development sets",
    )
    llm_base_url: str | None = Field(
        default=None,
        description="OpenAI-compatible server that writes answers; none: no server. Unset: OPENAI_BASE_URL from the "
        "environment, else OpenAI's own where a key and a model are set; a key alone configures nothing",
    )
    llm_api_key: SecretStr | None = Field(
        default=None,
        description="key of that server. Unset: OPENAI_API_KEY from the environment, but never for a server that "
        "llm_base_url names and OPENAI_BASE_URL does not",
    )
    llm_model: str | None = Field(
        default=None,
        description="model name on that server. Unset: OPENAI_MODEL from the environment, else the only one it has",
    )
    llm_small: bool | None = Field(
        default=None, description="hold the model to a schema and place its markers for it; unset: not for a server"
    )
    llm_prompt_budget: int = Field(
        default=3000, ge=100, le=1_000_000, description="tokens of evidence sent to a server's model"
    )
    llm_max_tokens: int = Field(default=600, ge=16, le=100_000, description="tokens that a model may write")
    llm_concurrency: int = Field(default=4, ge=1, le=1000, description="questions put to a model at the same time")
    llm_timeout_connect: float = Field(default=5.0, gt=0, description="seconds to reach the server")
    llm_timeout_first_token: float = Field(
        default=60.0, gt=0, description="seconds for its turn, then to a first token"
    )
    llm_timeout_between: float = Field(default=30.0, gt=0, description="seconds from one token to the next")
    llm_timeout_whole: float = Field(default=180.0, gt=0, description="seconds for a whole reply, retries included")
    llm_retries: int = Field(default=2, ge=0, le=10, description="further attempts where a fault may pass")
    local_model: str = Field(
        default="qwen2.5-coder-1.5b", description="model to run here when no server is set; none: never run one"
    )

    host: str = Field(default="127.0.0.1", description="address to serve on")
    port: int = Field(default=8000, ge=0, le=65535, description="port to serve on; 0 picks a free one")
    api_keys: Listed[SecretStr] = Field(
        default=(),
        description="entries that jushi key new prints, name:scope[+scope]:sha256; none: no key is asked for",
    )
    allow_open: bool = Field(
        default=False, description="serve without keys to other machines, and under other names than localhost"
    )
    allowed_hosts: Listed[str] = Field(
        default=(),
        description="names besides localhost that a server without keys answers to; none: all, if allow_open",
    )
    cors_origins: Listed[str] = Field(
        default=(), description="origins of other sites' pages that may ask, such as https://chat.example"
    )
    trusted_proxies: str = Field(
        default="127.0.0.1", description="addresses of proxies whose X-Forwarded-* headers are believed, between commas"
    )
    requests_per_minute: int = Field(
        default=0, ge=0, le=1_000_000, description="requests of one key, else of one address; 0: no limit"
    )
    concurrent_requests: int = Field(
        default=0, ge=0, le=100_000, description="the same, under way at the same time; 0: no limit"
    )
    kept_answers: int = Field(
        default=10_000,
        ge=0,
        le=10_000_000,
        description="answers of the server that stay readable at /v1/answers/{id}, with their questions, and those of "
        "/v1/responses with the conversation before; 0: none",
    )
    remembered_answers: int = Field(
        default=1000,
        ge=0,
        le=100_000,
        description="answers by quotes that are given again to the same question until articles change; 0: none",
    )
    shutdown_seconds: int = Field(
        default=30, ge=1, le=3600, description="seconds that running answers get to end when the server is stopped"
    )
    max_body_bytes: int = Field(default=1_000_000, ge=1024, description="largest request body")
    max_document_bytes: int = Field(default=20_000_000, ge=1024, description="largest document, after decompression")
    max_upload_bytes: int = Field(
        default=100_000_000, ge=1024, description="largest upload of files; also one file of it after decompression"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="least severe log line")
    log_questions: bool = Field(default=False, description="put the text of questions into the log, and into traces")
    otel_endpoint: str | None = Field(
        default=None,
        description="OpenTelemetry collector that gets a trace of each request, such as http://localhost:4318 (OTLP "
        "over HTTP; needs jushi[otel]); none: no traces. Unset: OTEL_EXPORTER_OTLP_ENDPOINT from the environment",
    )

    @model_validator(mode="before")
    @classmethod
    def _plain_names(cls, given: Mapping[str, Any]) -> dict[str, Any]:
        """The names that every client of such servers reads, for what nothing of ours says."""
        return {**given, **_server(given, os.environ)}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is the library's; .env is not read
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Command line before environment before file."""
        path = Path(os.environ.get("JUSHI_CONFIG", "jushi.toml"))
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=path)

    @property
    def fingerprint(self) -> str:
        """Short hash of everything that can change an answer; keys, folders and addresses are left out."""
        later = ("answer_threshold", "second_sentence", "entailment", "neighbours")
        chosen = {name for name in later if getattr(self, name) != type(self).model_fields[name].default}
        answer_fields = self.model_dump_json(
            include={
                *chosen,  # left out while unset: stores and baselines of before these settings keep their names
                "encoder", "encoder_backend", "encoder_query_prefix", "encoder_passage_prefix", "embeddings_model",
                "reranker", "passage_min", "passage_max", "passage_overlap", "dense_kind", "candidates", "top_k",
                "per_article", "dense_weight", "llm_model", "llm_small", "llm_prompt_budget", "llm_max_tokens",
                "local_model",
            }
        )  # fmt: skip
        return hashlib.blake2b(answer_fields.encode(), digest_size=6).hexdigest()


def load_settings(**overrides: Any) -> Settings:  # noqa: ANN401 - values of any field; pydantic checks them
    """Settings from the environment and the file, with `overrides` (None is not one) on top.

    Raises:
        ConfigError: a value is malformed, or a name is unknown; the message names it.
    """
    if (named := os.environ.get("JUSHI_CONFIG")) and not Path(named).is_file():
        raise ConfigError(f"JUSHI_CONFIG names {named}, but there is no such file")
    _check_names(os.environ)
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "settings"
        silent = first["type"] == "missing" or "_key" in name
        found = "" if silent else f" (found {first['input']!r})"
        raise ConfigError(f"setting {name}: {first['msg']}{found}", field=name) from error
    except (ValueError, OSError) as error:  # a file that is not TOML, or may not be read
        raise ConfigError(f"{named or 'jushi.toml'} cannot be read: {error}") from error


def _server(given: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """Address, key and model of the language model's server. An empty value is none.

    A key goes only to the server that it was meant for: OPENAI_API_KEY stays away from an address of ours.
    """
    url, key, model = (given.get(f"llm_{name}") or None for name in ("base_url", "api_key", "model"))
    if url == "none":
        return {"llm_base_url": None, "llm_api_key": None, "llm_model": model}
    plain = environment.get("OPENAI_BASE_URL") or None
    if url is None or str(url).rstrip("/") == (plain or _OPENAI).rstrip("/"):
        key = key or environment.get("OPENAI_API_KEY") or None
    model = model or environment.get("OPENAI_MODEL") or None
    url = url or plain or (_OPENAI if key and model else None)
    return {"llm_base_url": url, "llm_api_key": key, "llm_model": model}


def _check_names(environment: Iterable[str]) -> None:
    """A misspelt variable would otherwise be passed over, while the same name in the file is refused.

    Raises:
        ConfigError: a name begins with `JUSHI_` and is no setting.
    """
    known = ["JUSHI_CONFIG", *(f"JUSHI_{name.upper()}" for name in Settings.model_fields)]
    for name in environment:
        if name.upper().startswith("JUSHI_") and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ConfigError(f"the environment variable {name} is no setting{hint}", field=name)
