"""Counts characters and character pairs of a news collection into `rag/ingest/data/char_model.npz`.

    python -m eval.make_char_stats data/crud_news.jsonl.xz --skip 10

Reads JSON lines with a `text` field (plain, .gz or .xz). Characters are counted twice, as they stand (simplified) and
after OpenCC's s2t, s2tw and s2hk (traditional); pairs are counted over classes, where both scripts share one class per
character, so that one table serves both. Only statistics are written, no text; the file carries its provenance.
"""

from __future__ import annotations

import argparse
import gzip
import json
import lzma
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt
import opencc

from rag.ingest.charmodel import (
    FIRST_CLASS,
    MODEL_FILE,
    blank_classes,
    is_han,
    punctuation_class_of,
)

CLASSES = 5200  # the most frequent simplified characters get a class of their own; the rest share RARE_HAN
PAIRS = 330_000  # the most frequent pairs that are kept
STEP = 8.0  # bits are stored in eighths
BACKOFF_BITS = -2.5  # what an unseen pair is worth, against its second character alone
TRADITIONAL = ("s2t", "s2tw", "s2hk")  # OpenCC's own standard, Taiwan's and Hong Kong's choice of forms
BATCH = 4_000_000  # characters per counting pass


def open_text(path: Path) -> IO[str]:
    """The file as text, unpacked when its name says so."""
    if path.suffix == ".xz":
        return lzma.open(path, "rt", encoding="utf-8")
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def texts(path: Path, *, skip: int) -> Iterator[str]:
    """The `text` field of each line but every `skip`-th, which are left for measuring."""
    with open_text(path) as stream:
        for number, line in enumerate(stream):
            if not skip or number % skip:
                yield json.loads(line)["text"]


def batches(path: Path, *, skip: int) -> Iterator[str]:
    """The same texts, joined by newlines into batches of about BATCH characters."""
    parts: list[str] = []
    size = 0
    for text in texts(path, skip=skip):
        parts.append(text)
        size += len(text)
        if size >= BATCH:
            yield "\n".join(parts)
            parts, size = [], 0
    if parts:
        yield "\n".join(parts)


def count_characters(path: Path, *, skip: int) -> tuple[Counter[str], Counter[str]]:
    """Character counts as they stand and, over every third batch, in traditional script, scaled to the same total."""
    converters = [opencc.OpenCC(name) for name in TRADITIONAL]
    simplified: Counter[str] = Counter()
    traditional: Counter[str] = Counter()
    for number, batch in enumerate(batches(path, skip=skip)):
        simplified.update(batch)
        if number % 3 == 0:
            for converter in converters:
                traditional.update(converter.convert(batch))
    scale = simplified.total() / traditional.total()
    return simplified, Counter({char: max(1, round(count * scale)) for char, count in traditional.items()})


def fold_table(characters: set[str]) -> dict[str, str]:
    """Each Han character's simplified form, for those that have another one."""
    converter = opencc.OpenCC("t2s")
    folded = {char: converter.convert(char) for char in characters if is_han(char)}  # one character each
    return {char: other for char, other in folded.items() if char != other and max(char + other) <= "\uffff"}


def class_table(simplified: Counter[str], traditional: Counter[str]) -> tuple[list[str], dict[str, int]]:
    """The characters that head a class, in class order, and the class of every character that has one."""
    gbk = {chr(code) for code in range(0x4E00, 0x9FA6)}
    folded = fold_table(gbk | set(simplified) | set(traditional))
    totals: Counter[str] = Counter()
    for char, count in simplified.items():
        if is_han(char) and ord(char) <= 0xFFFF:
            totals[folded.get(char, char)] += count
        elif (head := punctuation_class_of(char)) is not None:
            totals[head] += count
    heads = sorted(char for char, _ in totals.most_common(CLASSES))
    number = {char: FIRST_CLASS + at for at, char in enumerate(heads)}
    members = {char: number[other] for char, other in folded.items() if other in number} | number
    return heads, members


def class_lookup(members: dict[str, int]) -> npt.NDArray[np.uint16]:
    """Class of every code point of the basic plane; half-width signs count as full-width ones."""
    table = blank_classes()
    for code in range(0x3000):
        if (head := punctuation_class_of(chr(code))) in members:
            table[code] = members[str(head)]
    for char, number in members.items():
        table[ord(char)] = number
    return table


def count_pairs(path: Path, lookup: npt.NDArray[np.uint16], *, skip: int) -> npt.NDArray[np.int64]:
    """Counts of neighbouring classes, shape (classes, classes)."""
    size = int(lookup.max()) + 1
    counts = np.zeros(size * size, dtype=np.int64)
    for batch in batches(path, skip=skip):
        codes = np.frombuffer(batch.encode("utf-32-le"), dtype=np.uint32)
        classes = lookup[np.minimum(codes, 0xFFFF)].astype(np.int64)
        counts += np.bincount(classes[:-1] * size + classes[1:], minlength=size * size)
    return counts.reshape(size, size)


def character_bits(counts: Counter[str], characters: list[str]) -> npt.NDArray[np.uint8]:
    """-log2 of each character's share, in steps of 1/STEP bits; an unseen one counts half."""
    total = counts.total()
    bits = [-math.log2(max(counts[char], 0.5) / total) for char in characters]
    return np.minimum(np.round(np.array(bits) * STEP), 255).astype(np.uint8)


def pair_table(counts: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int8]]:
    """The PAIRS most frequent pairs: their sorted keys, as differences, and what they gain over an unseen pair."""
    size = counts.shape[0]
    flat = counts.ravel()
    keep = np.sort(np.argpartition(flat, -PAIRS)[-PAIRS:])
    left, right = counts.sum(axis=1), counts.sum(axis=0)
    first, second = keep // size, keep % size
    total = counts.sum()
    information = np.log2(flat[keep] * float(total) / (left[first].astype(float) * right[second]))
    gain = np.clip(np.round((information - BACKOFF_BITS) * STEP), -128, 127).astype(np.int8)
    return np.diff(keep, prepend=0).astype(np.uint32), gain


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--skip", type=int, default=10, help="leave out every n-th article, to measure on")
    arguments = parser.parse_args()
    simplified, traditional = count_characters(arguments.path, skip=arguments.skip)
    heads, members = class_table(simplified, traditional)
    counts = count_pairs(arguments.path, class_lookup(members), skip=arguments.skip)
    keys, gains = pair_table(counts)
    characters = sorted(members)
    totals = counts.sum(axis=0)
    provenance = {
        "source": "news articles of CRUD-RAG (IAAR-Shanghai/CRUD_RAG), Apache-2.0",
        "traditional": f"the same texts through OpenCC {', '.join(TRADITIONAL)}",
        "script": "eval/make_char_stats.py",
        "characters": simplified.total(),
        "held out": f"every {arguments.skip}th article",
        "pairs kept": PAIRS,
        "pair share kept": round(float(np.sort(counts.ravel())[-PAIRS:].sum() / counts.sum()), 4),
    }
    np.savez_compressed(
        MODEL_FILE,
        provenance=np.array(json.dumps(provenance, ensure_ascii=False)),
        characters=np.array("".join(characters)),
        classes=np.array([members[char] for char in characters], dtype=np.uint16),
        simplified_bits=character_bits(simplified, characters),
        traditional_bits=character_bits(traditional, characters),
        special_bits=np.round(-np.log2(np.maximum(totals[:FIRST_CLASS], 1) / totals.sum()) * STEP).astype(np.uint8),
        pair_keys=keys,
        pair_gains=gains,
        class_count=np.array(len(heads) + FIRST_CLASS),
    )


if __name__ == "__main__":
    main()
