"""A plain chat answer as a reply: sentences, their markers `[n]`, and the addresses that annotations give them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from eval.replies import Reply, ReplyCitation, ReplyClaim
from eval.streams import Streamed
from rag.text.sentences import sentences

_MARKER = re.compile(r"\[(\d{1,4})\]|【(\d{1,4})】")


def plain_reply(streamed: Streamed) -> Reply:
    """The reply. A marker without an annotation names nothing that can be looked at, and counts as unknown."""
    claims = _claims(streamed.text)
    cited = tuple(
        found for at, note in enumerate(streamed.annotations) if (found := _citation(streamed.text, at, note))
    )
    known = {citation.number for citation in cited}
    return Reply(
        status="answered",
        text=streamed.text,
        claims=claims,
        citations=cited,
        first=streamed.first,
        whole=streamed.whole,
        prompt_tokens=streamed.prompt_tokens,
        completion_tokens=streamed.completion_tokens,
        unknown_numbers=sum(number not in known for claim in claims for number in claim.numbers) if known else 0,
        fingerprint=streamed.fingerprint,
    )


def _claims(text: str) -> tuple[ReplyClaim, ...]:
    """The sentences; one that is nothing but markers belongs to the sentence before."""
    claims: list[ReplyClaim] = []
    for span in sentences(text):
        piece = text[span.start : span.end]
        numbers = tuple(int(found.group(1) or found.group(2)) for found in _MARKER.finditer(piece))
        words = _MARKER.sub("", piece).strip()
        if words:
            claims.append(ReplyClaim(text=words, numbers=numbers))
        elif claims:
            claims[-1] = ReplyClaim(text=claims[-1].text, numbers=(*claims[-1].numbers, *numbers))
    return tuple(claims)


def _citation(text: str, at: int, note: Mapping[str, Any]) -> ReplyCitation | None:
    """The article of one `url_citation`; its number is the marker that it spans, else its place among the notes."""
    fields = note.get("url_citation")
    if not isinstance(fields, Mapping):
        return None
    start, end = int(fields.get("start_index", 0)), int(fields.get("end_index", 0))
    found = _MARKER.fullmatch(text[start:end])
    number = int(found.group(1) or found.group(2)) if found else at + 1
    return ReplyCitation(number=number, article=str(fields.get("url", "")), name=str(fields.get("title", "")))
