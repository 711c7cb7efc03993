"""Reading-comprehension sets in SQuAD's shape: CMRC 2018, DRCD, XQuAD."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from rag.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """One paragraph; `paragraph_id` is unique over all sets loaded under different names."""

    paragraph_id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with its gold answers and the offset of the first of them in the paragraph, in code points."""

    question_id: str
    question: str
    paragraph_id: str
    answers: tuple[str, ...]
    answer_start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SquadSet:
    """One loaded file."""

    name: str
    paragraphs: tuple[Paragraph, ...]
    questions: tuple[Asked, ...]


def load_squad(path: Path) -> SquadSet:
    """Read a file of the SQuAD shape; its name without the ending becomes the set's name.

    Raises:
        InputError: the file is not of that shape; the message says where.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return _read(path.stem, raw["data"])
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise InputError(f"{path} is not a SQuAD-shaped file: {type(error).__name__} {error}") from error


def _read(name: str, articles: list[dict[str, object]]) -> SquadSet:
    paragraphs: list[Paragraph] = []
    questions: list[Asked] = []
    for article in articles:
        entries = article["paragraphs"]
        if not isinstance(entries, list):
            raise TypeError(f"paragraphs is {type(entries).__name__}; expected a list")
        for entry in entries:
            paragraph_id = f"{name}-{len(paragraphs)}"
            paragraphs.append(
                Paragraph(paragraph_id=paragraph_id, title=str(article.get("title", "")), text=entry["context"])
            )
            questions.extend(
                Asked(
                    question_id=str(asked["id"]),
                    question=asked["question"],
                    paragraph_id=paragraph_id,
                    answers=tuple(answer["text"] for answer in asked["answers"]),
                    answer_start=int(asked["answers"][0]["answer_start"]),
                )
                for asked in entry["qas"]
            )
    return SquadSet(name=name, paragraphs=tuple(paragraphs), questions=tuple(questions))
