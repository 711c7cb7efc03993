"""Characters that a scanner takes for one another: 未 and 末, 人 and 入, 问 and 间.

Which look alike was found by drawing them (`eval/make_lookalikes.py`), not from what scanners were seen to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

LOOKALIKES_FILE = Path(__file__).with_name("data") / "lookalikes.tsv"
MOST_ALIKE = 6  # characters kept for one
LIKENESS_FLOOR = 0.85  # correlation of two pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookalikes:
    """others: shape (65536, MOST_ALIKE), code points of the characters most alike, 0 where there are fewer.

    likeness: the same shape, in [LIKENESS_FLOOR, 1).
    """

    others: npt.NDArray[np.intp]
    likeness: npt.NDArray[np.float32]


@cache
def lookalikes() -> Lookalikes:
    """The table that is shipped with the program, loaded once."""
    others = np.zeros((0x10000, MOST_ALIKE), dtype=np.intp)
    likeness = np.zeros((0x10000, MOST_ALIKE), dtype=np.float32)
    for line in LOOKALIKES_FILE.read_text(encoding="utf-8").splitlines():
        char, _, alike = line.partition("\t")
        for rank in range(len(alike) // 3):
            other, hundredths = alike[3 * rank], alike[3 * rank + 1 : 3 * rank + 3]
            others[ord(char), rank], likeness[ord(char), rank] = ord(other), int(hundredths) / 100
    return Lookalikes(others=others, likeness=likeness)
