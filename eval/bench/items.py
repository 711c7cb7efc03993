"""What every benchmark comes down to: questions with the facts of their answers, and the documents that hold them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from eval.cases import Fact
from eval.squad import load_squad
from rag.types import Media, RawDocument

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One text to ingest under that article id."""

    article_id: str
    text: str

    @property
    def raw(self) -> RawDocument:
        """The document as it is handed to the program."""
        return RawDocument(
            name=self.article_id,
            data=self.text.encode(),
            media=Media.TEXT,
            encoding="utf-8",
            article_id=self.article_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question. An answer is right when it holds each fact in one of its wordings.

    `gold` are the articles that answer. `documents` are those that are given with the question and with no other, where
    a benchmark gives them. `answerable` is False when they do not answer. `false` are wordings of what is untrue.
    """

    item_id: str
    question: str
    facts: tuple[Fact, ...]
    gold: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    answerable: bool = True
    false: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSet:
    """Questions over one collection. `prose` says that answers are sentences rather than spans."""

    documents: tuple[Document, ...]
    items: tuple[Item, ...]
    prose: bool = False


def load_reading(path: Path) -> OpenSet:
    """A set of the SQuAD shape (CMRC 2018, DRCD, XQuAD): paragraphs, and questions with the wordings of one answer.

    Raises:
        InputError: the file is not of that shape.
    """
    dataset = load_squad(path)
    return OpenSet(
        documents=tuple(Document(article_id=p.paragraph_id, text=p.text) for p in dataset.paragraphs),
        items=tuple(
            Item(
                item_id=asked.question_id,
                question=asked.question,
                facts=(tuple(dict.fromkeys(asked.answers)),),
                gold=(asked.paragraph_id,),
            )
            for asked in dataset.questions
        ),
    )


def drawn(items: Sequence[_Item], limit: int | None, seed: int) -> list[_Item]:
    """The first `limit` items of a seeded shuffle, so that a higher limit asks the same and more; all when None."""
    chance = random.Random(seed)  # noqa: S311 - reproducible, not secret
    return chance.sample(items, len(items))[:limit]
