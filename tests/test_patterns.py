"""No pattern of the program can be made to take for ever: each is tried on rows of what it is made of."""

from __future__ import annotations

import importlib
import pkgutil
import random
import re
import signal
import warnings
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import Any

import pytest

import rag

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import re._parser as parser  # the standard library's own reading of patterns

_SKIPPED = ("rag.llm.local_server", "rag.cli.__main__")  # the first is a script of another process
_LONG = 2.0  # seconds; a pattern whose time doubles with each of 40 repetitions needs years, any other a millisecond
_ALWAYS = ("1", "a", " ", "字", "。", ",", "(", "和")
_MOST = 40  # literals of a pattern that are tried


def _patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every compiled pattern that a module holds, with where it stands."""
    for found in pkgutil.walk_packages(rag.__path__, "rag."):
        if found.name in _SKIPPED:
            continue
        for name, value in vars(importlib.import_module(found.name)).items():
            for one in _inside(value):
                yield f"{found.name}.{name}", one


def _inside(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _inside(item)


_FOUND = {pattern: name for name, pattern in _patterns()}


def _literals(tree: Iterable[tuple[Any, Any]]) -> Iterator[str]:
    """Characters and words that a pattern is made of."""
    tree = list(tree)
    word = "".join(chr(value) for kind, value in tree if str(kind) == "LITERAL")
    if 1 < len(word) < 8:
        yield word
    for kind, value in tree:
        match str(kind):
            case "LITERAL" | "NOT_LITERAL":
                yield chr(value)
            case "IN":
                yield from (chr(v if str(k) == "LITERAL" else v[0]) for k, v in value if str(k) in {"LITERAL", "RANGE"})
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                yield from _literals(value[2])
            case "SUBPATTERN":
                yield from _literals(value[3])
            case "BRANCH":
                for branch in value[1]:
                    yield from _literals(branch)
            case "ASSERT" | "ASSERT_NOT":
                yield from _literals(value[1])
            case "ATOMIC_GROUP":
                yield from _literals(value)


def _rows(pattern: re.Pattern[str]) -> Iterator[str]:
    """Long rows of one literal, and of two by turns, each with an end at which nothing fits."""
    chance = random.Random(pattern.pattern.encode("utf-8", "surrogatepass"))
    known = sorted(set(_literals(parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE))))
    known = [*(chance.sample(known, _MOST) if len(known) > _MOST else known), *_ALWAYS]
    yield from (f"{one * 40}\0" for one in known)
    yield from (f"{chance.choice(known)}{one * 40}\0" for one in known)
    yield from (f"{(chance.choice(known) + chance.choice(known)) * 20}\0" for _ in range(40))


def _late(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system cannot interrupt a pattern")
def test_no_pattern_takes_for_ever() -> None:
    """Digits, commas, names or words of a question in a row: the time that they take does not double with each."""
    assert len(_FOUND) > 300
    slow, before = {}, signal.signal(signal.SIGVTALRM, _late)
    try:
        for pattern, name in _FOUND.items():
            for row in _rows(pattern):
                signal.setitimer(signal.ITIMER_VIRTUAL, _LONG)
                try:
                    pattern.search(row)
                    pattern.fullmatch(row)
                except TimeoutError:
                    slow[name] = row
                    break
                finally:
                    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    finally:
        signal.signal(signal.SIGVTALRM, before)
    assert slow == {}
