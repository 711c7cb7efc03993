"""Whether one date may be told as another: the same days, or less precisely."""

from __future__ import annotations

import re

from rag.check.pieces import Piece

_EDGES = ("初", "中", "底", "末")
_SPACES = re.compile(r"\s+")


def fits(claim: Piece, quote: Piece) -> bool:
    """Whether the date `quote` carries the date `claim`: same days, or days that lie in those of the claim."""
    one, other = claim.date, quote.date
    if one is None or other is None:
        return False
    said, written = _SPACES.sub("", claim.text), _SPACES.sub("", quote.text)
    if said == written:
        return True
    if (one.first, one.last) == (other.first, other.last):
        return True
    if one.first <= other.first and other.last <= one.last:
        return one.precision != "range" or said.endswith(_EDGES)
    # `8月` for `2022年8月16日`: what is left out is no other day
    return one.relative and re.search(rf"(?:^|[年月]){re.escape(said)}(?:$|\d)", written) is not None
