"""What an ingest did: one row for each document, and sums over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from rag.types import Rejected

Outcome = Literal["added", "revised", "unchanged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an ingest has come: documents done with, passages encoded, and what is being done right now."""

    done: int
    encoded: int
    stage: str  # "clean", "encode", "commit" or "rechunk"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentReport:
    """What became of one document. Counts are 0 where the same content was stored already and nothing was done.

    `repairs` counts mended places, `removed` spans that are not main text, `damaged` spans that cannot be quoted.
    """

    name: str
    article_id: str
    outcome: Outcome
    title: str
    reprint: bool = False  # the same story is stored already, and that one is searched
    passages: int = 0
    repairs: int = 0
    removed: int = 0
    damaged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """All documents of one ingest: those in the store, batch by batch, and those that could not be read.

    `rechunked` counts articles whose passages were cut anew since a sentence of theirs began or ceased to recur,
    `encoded` the passages that the encoder saw. `timings` are seconds per stage: read, clean, chunk, encode, commit.
    """

    documents: tuple[DocumentReport, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    rechunked: int = 0
    encoded: int = 0
    generation: int = 0
    seconds: float = 0.0
    timings: Mapping[str, float] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """True when every document could be read."""
        return not self.rejected

    @property
    def added(self) -> int:
        """Articles that were not stored before."""
        return self._count("added")

    @property
    def revised(self) -> int:
        """Articles that were stored with other content before."""
        return self._count("revised")

    @property
    def unchanged(self) -> int:
        """Articles that were stored with the same content."""
        return self._count("unchanged")

    @property
    def reprints(self) -> int:
        """Articles whose story is stored already under another id."""
        return sum(document.reprint for document in self.documents)

    @property
    def passages(self) -> int:
        """Passages of the documents that were added or revised."""
        return sum(document.passages for document in self.documents)

    @property
    def per_second(self) -> float:
        """Documents a second, 0 where nothing took any time."""
        return (len(self.documents) + len(self.rejected)) / self.seconds if self.seconds else 0.0

    def _count(self, outcome: Outcome) -> int:
        return sum(document.outcome == outcome for document in self.documents)
