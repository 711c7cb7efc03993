"""Characters that a reader does not see and a program does: zero width, turned direction, tags, variation, controls."""

from __future__ import annotations

import re

ZERO_WIDTH = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0"
)
DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
TAGS = "\U000e0000-\U000e0fff"  # the whole block: tags, and the variation selectors that can carry bytes
VARIATION = "\ufe00-\ufe0f"
CONTROLS = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufff0-\ufffb\ufffe\uffff"  # lone surrogates too

_INVISIBLE = re.compile(f"[{ZERO_WIDTH}{DIRECTION}{TAGS}{VARIATION}{CONTROLS}]+")


def without_invisible(text: str) -> str:
    """`text` without characters that show nothing; line breaks and blanks stay."""
    return _INVISIBLE.sub("", text)
