"""Normalisation rules in the form that the `tokenizers` library takes: SentencePiece's "precompiled charsmap".

That is the size of a trie (u32), the trie as a double array of u32 units over UTF-8 bytes (darts-clone's layout), and
the replacements, each ended by a zero byte. A unit holds a label (bits 0-7), whether a key ends here (bit 8) and the
XOR distance to its children (bits 10-30); a value has bit 31 set and is the place of the replacement.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

_ENDS = 1 << 8
_VALUE = 1 << 31
_FARTHEST = 1 << 21
_BLOCK = 256  # children of one node differ in one byte, so their places share all higher bits


@dataclass(slots=True)
class _Node:
    children: dict[int, _Node] = field(default_factory=dict)
    value: int | None = None


def precompiled_charsmap(rules: Mapping[int, str]) -> bytes:
    """The charsmap that replaces each code point by its text; code points without a rule stay."""
    root = _Node()
    replacements = bytearray()
    for code_point, replaced in sorted(rules.items()):
        node = root
        for byte in chr(code_point).encode():
            node = node.children.setdefault(byte, _Node())
        node.value = len(replacements)
        replacements += replaced.encode() + b"\0"
    trie = _double_array(root)
    return len(trie).to_bytes(4, "little") + trie + bytes(replacements)


def _double_array(root: _Node) -> bytes:
    units: list[int] = [0] * _BLOCK
    used = {0}
    bases = {0}  # no two nodes share one, or each would see the other's children
    searched_from = 1
    queue = deque([(root, 0)])
    while queue:
        node, place = queue.popleft()
        labels = sorted(node.children) if node.value is None else [0, *sorted(node.children)]
        base = searched_from
        while base in bases or place ^ base >= _FARTHEST or any(base ^ label in used for label in labels):
            base += 1
        bases.add(base)
        if len(used) > 0.9 * len(units):  # nearly full: look beyond it from now on
            searched_from = len(units)
        units.extend([0] * (max(base | (_BLOCK - 1), place) + 1 - len(units)))
        used.update(base ^ label for label in labels)
        units[place] |= (place ^ base) << 10
        if node.value is not None:
            units[place] |= _ENDS
            units[base] = _VALUE | node.value
        for label, child in node.children.items():
            units[base ^ label] = label
            queue.append((child, base ^ label))
    return np.array(units, "<u4").tobytes()
