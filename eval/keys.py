"""What texts are compared by: two keys, for judging whether one holds the other."""

from __future__ import annotations

import re

from rag.text.script import fold


def key(text: str) -> str:
    """Letters and digits of `text`, folded: what containment is judged on where punctuation does not count."""
    return re.sub(r"\W", "", fold(text))


def solid(text: str) -> str:
    """`text` folded (simplified script, half width, lower case) and without white space; punctuation stays."""
    return re.sub(r"\s", "", fold(text))
