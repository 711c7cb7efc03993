"""GBK seen as bytes: which character two bytes make, which pairs leave nothing behind, and how each sign is written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

FIRST_BYTE, LAST_BYTE = 0x81, 0xFE
FULL_WIDTH_ROW = 0xA3  # lead byte of the full-width forms of ASCII; the trail byte is the ASCII code with its high bit


@dataclass(frozen=True, slots=True, kw_only=True)
class PairTable:
    """Code points by lead and trail byte, and the pairs that decoders drop (private use and unassigned).

    codes: shape (256, 256), 0 where a pair is no public character.
    dropped: shape (256, 256), true for byte pairs that may vanish in decoding.
    """

    codes: npt.NDArray[np.int32]
    dropped: npt.NDArray[np.bool_]


@cache
def pair_table() -> PairTable:
    """The table, built once from Python's GB18030 codec."""
    codes = np.zeros((256, 256), dtype=np.int32)
    dropped = np.zeros((256, 256), dtype=bool)
    for lead in range(FIRST_BYTE, LAST_BYTE + 1):
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFF)):
            char = bytes((lead, trail)).decode("gb18030", errors="replace")
            if len(char) == 1 and char != "\ufffd" and not "\ue000" <= char <= "\uf8ff":
                codes[lead, trail] = ord(char)
            elif trail >= FIRST_BYTE:
                dropped[lead, trail] = True
    return PairTable(codes=codes, dropped=dropped)


def gbk_bytes(char: str) -> bytes:
    """One byte for ASCII, two for a character of GBK, four for any other; empty for what GB18030 cannot write."""
    return char.encode("gb18030", errors="ignore")
