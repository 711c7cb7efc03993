"""The fixed question set: what is asked, whether the articles answer it, which facts an answer must hold, and where.

A set is a JSONL file. Its first line is a header, `{"set": "starter", "version": 1, "sources": ["seeds", …]}`; every
other line is a case. Gold evidence is `(article, quote)`, never a passage id, so that another chunker invalidates none.
An article is named as its file is, without folders: `story.html`, and `records.jsonl:3` for the record in line 3.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

from rag.errors import InputError
from rag.types import Turn

Fact: TypeAlias = tuple[str, ...]  # the wordings of one fact; figures among them are compared by value

DATA = Path(__file__).parent / "data"
QUESTIONS = DATA / "questions.jsonl"  # the set that ships with the program

ANSWERABLE_TAGS = (
    "single-fact", "number", "list", "date", "person", "comparison", "conflict", "superseded", "negation", "follow-up",
    "traditional", "english", "typo", "colloquial", "injection",
)  # fmt: skip
UNANSWERABLE_TAGS = ("near-miss", "absent-attribute", "out-of-date", "off-topic")  # the kinds: each such case has one

_FIELDS = {"id", "question", "tags", "answerable", "facts", "gold", "history", "as_of", "forbidden"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """A piece of gold evidence: `quote` stands in the cleaned text of the article that is named so in the set."""

    article: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question of the set. `forbidden` are strings that no answer may hold: what an attack in an article asks for.

    An answerable case has facts and gold evidence; the others have neither. A right answer holds every fact in one of
    its wordings. Where articles repeat a fact, `gold` holds a quote of each: evidence for a fact is found when one of
    the quotes that hold it is found.
    """

    case_id: str
    question: str
    tags: tuple[str, ...]
    answerable: bool
    facts: tuple[Fact, ...] = ()
    gold: tuple[Gold, ...] = ()
    history: tuple[Turn, ...] = ()
    as_of: date | None = None
    forbidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSet:
    """One loaded set. `digest` is the SHA-256 of its file; `sources` are files and folders of articles to ingest.

    They are ingested in their order, so that a later record of the same id supersedes an earlier one. `folder` holds
    the set's file, and paths in `sources` start there; `seeds` alone means the starter articles of the program.
    """

    name: str
    version: int
    digest: str
    sources: tuple[str, ...]
    cases: tuple[Case, ...]
    folder: Path = DATA


def load_cases(path: Path) -> CaseSet:
    """Read a question set.

    Raises:
        InputError: the file cannot be read or a line is not of this form; the message names file and line.
    """
    try:
        data = path.read_bytes()
        lines = data.decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as a question set: {error}") from error
    if not lines:
        raise InputError(f"{path} is empty; expected a header and questions")
    header = _parsed(path, 1, lines[0])
    cases = tuple(_case(path, at, _parsed(path, at, line)) for at, line in enumerate(lines[1:], start=2) if line)
    try:
        return CaseSet(
            name=str(header["set"]),
            version=int(header["version"]),
            digest=hashlib.sha256(data).hexdigest(),
            sources=_texts(header["sources"], "sources"),
            cases=cases,
            folder=path.parent,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}, line 1: a header has set, version and sources; {error} is not right") from error


def _parsed(path: Path, at: int, line: str) -> Mapping[str, Any]:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise InputError(f"{path}, line {at}: not JSON: {error}") from error
    if not isinstance(value, dict):
        raise InputError(f"{path}, line {at}: expected an object, found {type(value).__name__}")
    return value


def _case(path: Path, at: int, row: Mapping[str, Any]) -> Case:
    if unknown := set(row) - _FIELDS:
        raise InputError(f"{path}, line {at}: {min(unknown)!r} is no field of a case")
    try:
        return Case(
            case_id=str(row["id"]),
            question=str(row["question"]),
            tags=_texts(row["tags"], "tags"),
            answerable=_flag(row["answerable"], "answerable"),
            facts=tuple(_texts(wordings, "facts", "a list of lists of texts") for wordings in row.get("facts", ())),
            gold=tuple(Gold(article=str(one["article"]), quote=str(one["quote"])) for one in row.get("gold", ())),
            history=tuple(Turn(role=str(turn["role"]), text=str(turn["text"])) for turn in row.get("history", ())),
            as_of=date.fromisoformat(row["as_of"]) if row.get("as_of") else None,
            forbidden=_texts(row.get("forbidden", []), "forbidden"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}, line {at}: not a case: {type(error).__name__} {error}") from error


def _texts(value: object, field: str, expected: str = "a list of texts") -> tuple[str, ...]:
    """A text alone would fall apart into its characters, which no later step would notice."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise TypeError(f"{field} is {expected}")
    return tuple(value)


def _flag(value: object, field: str) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{field} is true or false")  # "false" would count as true
    return value
