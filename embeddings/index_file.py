"""How an index stands on the disk: one line of JSON that says how it was built, then its arrays."""

from __future__ import annotations

import dataclasses
import json
import os
import tempfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from embeddings.errors import IndexDamagedError

_FORMAT = "jushi dense index 1"
_LONGEST_HEADER = 65_536

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexHeader:
    """How an index was built."""

    fingerprint: str  # of the encoder
    dim: int
    metric: str
    kind: Literal["flat", "hnsw"]
    count: int
    generation: int


def write_index_file(path: Path, header: IndexHeader, sections: Mapping[str, npt.NDArray[np.generic]]) -> None:
    """Write header and arrays; the file at `path` is the old one or the new one, never half of it."""
    raw = {name: np.ascontiguousarray(array).reshape(-1).view(np.uint8) for name, array in sections.items()}
    described = {
        "format": _FORMAT,
        **dataclasses.asdict(header),
        "sections": {name: {"bytes": array.size, "crc32": zlib.crc32(array.data)} for name, array in raw.items()},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(json.dumps(described, ensure_ascii=False).encode() + b"\n")
            for array in raw.values():
                file.write(array.data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_index_file(path: Path) -> tuple[IndexHeader, dict[str, Bytes]]:
    """Header and arrays, as bytes, of what `write_index_file` wrote.

    Raises:
        FileNotFoundError: there is no such file.
        IndexDamagedError: the file is cut short, was changed, or is something else.
    """
    with path.open("rb") as file:
        line = file.readline(_LONGEST_HEADER)
        try:
            described = json.loads(line)
            form = described.pop("format")
            lengths = {name: (entry["bytes"], entry["crc32"]) for name, entry in described.pop("sections").items()}
            header = IndexHeader(**described)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise IndexDamagedError(f"{path} is not a saved index: {error!r}") from error
        if form != _FORMAT:
            raise IndexDamagedError(f"{path} has the format {form!r}, but {_FORMAT!r} is expected")
        sections: dict[str, Bytes] = {}
        for name, (length, checksum) in lengths.items():
            array = np.fromfile(file, np.uint8, length)
            if len(array) != length or zlib.crc32(array.data) != checksum:
                raise IndexDamagedError(f"the part {name!r} of the index {path} is cut short or was changed")
            sections[name] = array
    return header, sections
