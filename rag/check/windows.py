"""The runs of whole sentences that might carry a claim, likeliest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from rag.check.sources import Source
from rag.text.clauses import sound_parts
from rag.text.script import fold
from rag.text.sentences import sentences
from rag.types import Span

_MOST = 7  # sentences that are looked at closely
_LEAST = 0.12  # share of the claim's character pairs that a sentence must hold
_CITED = 0.08
_AROUND = 4  # sentences on either side of the retrieved stretch, within its paragraphs
_GAIN = 2  # character pairs of the claim that another sentence must add


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Whole sentences `[start, end)` of a source; `count` of them, `score` how much of the claim they hold."""

    source: Source
    start: int
    end: int
    count: int
    score: float


@lru_cache(maxsize=512)
def _spans(text: str) -> tuple[Span, ...]:
    return tuple(sentences(text))


@lru_cache(maxsize=8192)
def pairs(text: str) -> frozenset[str]:
    """The character pairs of a text, punctuation and white space aside."""
    bare = "".join(character for character in fold(text) if character.isalnum())
    return frozenset(bare[at : at + 2] for at in range(len(bare) - 1)) or frozenset({bare})


def stretch(source: Source, *, around: bool) -> Sequence[Span]:
    """The sentences of a source that touch its stretch; `around`, those beside them in the same paragraphs."""
    spans = _spans(source.text)
    inside = [at for at, span in enumerate(spans) if span.overlaps(source.start, source.end)]
    if not inside:
        return ()
    if not around:
        return spans[inside[0] : inside[-1] + 1]
    first = source.text.rfind("\n", 0, source.start) + 1
    last = source.text.find("\n", source.end)
    near = [
        at
        for at in range(max(0, inside[0] - _AROUND), min(len(spans), inside[-1] + 1 + _AROUND))
        if spans[at].start >= first and (last < 0 or spans[at].end <= last)
    ]
    return [spans[at] for at in near if at < inside[0] or at > inside[-1]]


def singles(claim: str, sources: Sequence[Source], cited: Sequence[int], *, around: bool) -> list[Window]:
    """Single sentences that share most with `claim`; ties in order of the sources and the text."""
    wanted = pairs(claim)
    found: dict[tuple[str, int], Window] = {}
    for source in sources:
        for span in chain.from_iterable(_sound(source, span) for span in stretch(source, around=around)):
            share = len(wanted & pairs(source.text[span.start : span.end])) / len(wanted)
            if share < _LEAST:
                continue
            bonus = _CITED if source.number in cited else 0.0
            window = Window(source=source, start=span.start, end=span.end, count=1, score=share + bonus)
            key = (source.key, span.start)
            if key not in found or window.score > found[key].score:
                found[key] = window
    return sorted(found.values(), key=lambda window: -window.score)[:_MOST]


def wider(claim: str, window: Window) -> Iterator[Window]:
    """The window with its neighbours, where these add words of the claim; shorter runs first."""
    spans = _spans(window.source.text)
    at = next(index for index, span in enumerate(spans) if span.start <= window.start < span.end)
    wanted = pairs(claim)
    have = wanted & pairs(window.source.text[window.start : window.end])
    for first, last in ((at - 1, at), (at, at + 1), (at - 2, at), (at, at + 2), (at - 1, at + 1)):
        if first < 0 or last >= len(spans):
            continue
        start, end = spans[first].start, spans[last].end
        outer = [spans[index] for index in range(first, last + 1) if index != at]
        gains = [len((wanted & pairs(window.source.text[s.start : s.end])) - have) for s in (outer[0], outer[-1])]
        if min(gains) < _GAIN or _is_unquotable(window.source, start, end):
            continue
        yield Window(source=window.source, start=start, end=end, count=last - first + 1, score=window.score)


def _sound(source: Source, span: Span) -> list[Span]:
    """The sentence, else what of it can be quoted."""
    parts = sound_parts(source.text, span.start, span.end, lambda a, b: not _is_unquotable(source, a, b))
    return [Span(start=start, end=end) for start, end in parts]


def _is_unquotable(source: Source, start: int, end: int) -> bool:
    return any(span.overlaps(start, end) for span in source.unquotable)
