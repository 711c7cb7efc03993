"""The values that flow, one type per stage, in the order in which they come to be.

RawDocument -> Article -> Passage -> Hit -> Evidence -> Claim and Citation -> Answer. All are frozen; all offsets are
code points.
"""

from __future__ import annotations

from rag.types.answers import (
    Answer,
    Citation,
    Claim,
    Conflict,
    Nearest,
    Refusal,
    RefusalReason,
    Status,
    Trace,
    Verdict,
)
from rag.types.documents import (
    Article,
    Media,
    Passage,
    Published,
    RawDocument,
    Rejected,
    Repair,
    Span,
)
from rag.types.questions import (
    ArticleInfo,
    Evidence,
    Filters,
    Hit,
    Question,
    Signals,
    Strictness,
    Turn,
)

__all__ = [
    "Answer",
    "Article",
    "ArticleInfo",
    "Citation",
    "Claim",
    "Conflict",
    "Evidence",
    "Filters",
    "Hit",
    "Media",
    "Nearest",
    "Passage",
    "Published",
    "Question",
    "RawDocument",
    "Refusal",
    "RefusalReason",
    "Rejected",
    "Repair",
    "Signals",
    "Span",
    "Status",
    "Strictness",
    "Trace",
    "Turn",
    "Verdict",
]
