"""The cases of a set in two parts: one to fit on, and one that only tells how the fitted values fare."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from eval.cases import Case
from rag.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Both parts, each in the order of the set, and what they were made by."""

    seed: int
    share: float
    development: tuple[Case, ...]
    held_back: tuple[Case, ...]


def parse_split(text: str) -> tuple[int, float]:
    """The seed and the share of `SEED/SHARE`, such as `0/0.5`.

    Raises:
        InputError: it is not of this form, or the share is not between 0 and 1.
    """
    seed, _, share = text.partition("/")
    try:
        found = int(seed), float(share)
    except ValueError:
        found = 0, 0.0
    if not 0 < found[1] < 1:
        raise InputError(
            f"{text!r} is no split; expected SEED/SHARE with a share between 0 and 1, as 0/0.5", field="split"
        )
    return found


def split(cases: Sequence[Case], seed: int, share: float) -> Split:
    """About `share` of `cases` for development, the others held back; whole groups (see `groups`) on one side.

    The side of a group hangs on its name and the seed alone, so that it stays when cases are added elsewhere.

    Raises:
        InputError: a part would be empty.
    """
    names = groups(cases)
    chosen = [_place(names[case.case_id], seed) < share for case in cases]
    if all(chosen) or not any(chosen):
        side = "held-back" if any(chosen) else "development"
        raise InputError(
            f"the {side} part of {len(cases)} cases in {len(set(names.values()))} groups would be empty; "
            "another seed or share may part them",
            field="split",
        )
    return Split(
        seed=seed,
        share=share,
        development=tuple(case for case, ours in zip(cases, chosen, strict=True) if ours),
        held_back=tuple(case for case, ours in zip(cases, chosen, strict=True) if not ours),
    )


def groups(cases: Sequence[Case]) -> dict[str, str]:
    """The name of each case's group, by the case's id.

    Cases whose gold evidence stands in one article are of one group, and so on from article to article: no article is
    asked about on both sides. A group is named after the first of its articles, a case without gold after itself.
    """
    parent: dict[str, str] = {}
    for case in cases:
        roots = sorted({_root(gold.article, parent) for gold in case.gold})
        parent.update((root, roots[0]) for root in roots)
    return {
        case.case_id: _root(case.gold[0].article, parent) if case.gold else f"case {case.case_id}" for case in cases
    }


def _root(article: str, parent: dict[str, str]) -> str:
    while (above := parent.setdefault(article, article)) != article:
        article = above
    return article


def _place(name: str, seed: int) -> float:
    """A number in [0, 1) that looks drawn by chance."""
    return int.from_bytes(hashlib.blake2b(f"{seed}\0{name}".encode(), digest_size=8).digest()) / 2**64
