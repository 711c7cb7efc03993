"""Citation recall, precision and F1 in the manner of ALCE, exact quotes, unknown markers. None where undefined.

ALCE: Gao et al. 2023, "Enabling Large Language Models to Generate Text with Citations".

A sentence is supported when everything that it cites together entails it; one that cites nothing, or a number that
nobody knows, is not. Recall is the share of supported sentences. A citation is relevant when its sentence is supported,
and either it alone supports the sentence, or the sentence is not supported without it. Precision is the share of
relevant citations; unknown numbers count as citations that are not relevant (ALCE's script leaves them out).

ALCE takes means over answers, of which each counts the same: those are means of `Citing.recall` and `.precision`.
`pooled` counts each sentence the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from eval.judges import Judge
from rag.answer.markers import repair
from rag.text.sentences import STOPS, sentences
from rag.types import Answer, Citation

_MARKER = re.compile(r"\[(\d{1,3})\]")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A sentence without its markers, what each of its citations shows, and how many of its numbers name nothing."""

    text: str
    quotes: tuple[str, ...] = ()
    unknown: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Citing:
    """Counts of one answer, or of several added up."""

    sentences: int = 0
    supported: int = 0
    citations: int = 0
    relevant: int = 0
    unknown: int = 0

    @property
    def recall(self) -> float | None:
        """Share of the sentences that their citations support; None without sentences."""
        return self.supported / self.sentences if self.sentences else None

    @property
    def precision(self) -> float | None:
        """Share of the citations that are relevant; None without citations."""
        return self.relevant / self.citations if self.citations else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of both; None where one is undefined, 0 where both are 0."""
        if self.recall is None or self.precision is None:
            return None
        return 2 * self.recall * self.precision / (self.recall + self.precision) if self.supported else 0.0

    @property
    def unknown_rate(self) -> float | None:
        """Share of the citations whose number names nothing; None without citations."""
        return self.unknown / self.citations if self.citations else None


def judged(cited: Iterable[Cited], judge: Judge) -> Citing:
    """The counts of one answer."""
    found = [_judged(one, judge) for one in cited]
    return pooled(found)


def pooled(counts: Iterable[Citing]) -> Citing:
    """Counts added up."""
    held = list(counts)
    return Citing(
        sentences=sum(one.sentences for one in held),
        supported=sum(one.supported for one in held),
        citations=sum(one.citations for one in held),
        relevant=sum(one.relevant for one in held),
        unknown=sum(one.unknown for one in held),
    )


def from_text(text: str, shown: Mapping[int, str]) -> tuple[Cited, ...]:
    """The sentences of a text with markers `[n]`, as any model writes them; `shown` says what each number names.

    Sentences end where the product's do. A marker belongs to the sentence that it stands in or behind.
    """
    bare, numbers = _without_markers(repair(text))
    spans = sentences(bare)
    held: list[list[int]] = [[] for _ in spans]
    for at, number in numbers:
        behind = [index for index, span in enumerate(spans) if span.start < at]
        if behind and number not in held[behind[-1]]:
            held[behind[-1]].append(number)
    return tuple(
        Cited(
            text=bare[span.start : span.end],
            quotes=tuple(shown[number] for number in mine if number in shown),
            unknown=sum(number not in shown for number in mine),
        )
        for span, mine in zip(spans, held, strict=True)
    )


def from_answer(answer: Answer) -> tuple[Cited, ...]:
    """The claims of one of our answers with the quotes that were cut for them, and what else the text says, uncited.

    Only citations count whose number the claim bears. Beside its words, a citation shows its article's title and day.
    What stands between claims counts as a sentence where it ends like one; `《title》（day）：` does not.
    """
    found = []
    reached = 0
    for index, claim in enumerate(answer.claims):
        found += _uncited(answer.text[reached : claim.start])
        mine = [c for c in answer.citations if c.claim == index and c.number in claim.numbers]
        unknown = set(claim.numbers) - {citation.number for citation in mine}
        words, _ = _without_markers(claim.text)
        found.append(Cited(text=words, quotes=tuple(map(premise, mine)), unknown=len(unknown)))
        reached = claim.end
    return (*found, *_uncited(answer.text[reached:]))


def premise(citation: Citation) -> str:
    """What a reader is shown of a citation: title, day, and the quote as it reads after repair."""
    day = _DAY.match(citation.published_at or "")
    lines = (citation.title, "{}年{}月{}日".format(*map(int, day.groups())) if day else "", citation.text)
    return "\n".join(line for line in lines if line)


def is_exact_quote(source: str, quote: str, start: int, end: int) -> bool:
    """Whether a quote stands in its source, character by character, where the citation says."""
    return 0 <= start < end and source[start:end] == quote


def exact_share(flags: Sequence[bool]) -> float | None:
    """Share of exact quotes; None without quotes."""
    return sum(flags) / len(flags) if flags else None


def unknown_marker_rate(text: str, known: Iterable[int]) -> float | None:
    """Share of the markers in `text` whose number is not `known`; None when there are no markers."""
    numbers = [int(found) for found in _MARKER.findall(repair(text))]
    known = set(known)
    return sum(number not in known for number in numbers) / len(numbers) if numbers else None


def _judged(one: Cited, judge: Judge) -> Citing:
    supported = bool(one.quotes) and not one.unknown and judge.supports(one.text, one.quotes)
    return Citing(
        sentences=1,
        supported=int(supported),
        citations=len(one.quotes) + one.unknown,
        relevant=sum(_is_relevant(one, at, judge) for at in range(len(one.quotes))) if supported else 0,
        unknown=one.unknown,
    )


def _is_relevant(one: Cited, at: int, judge: Judge) -> bool:
    """Whether a citation of a supported sentence is; the only one always is."""
    others = one.quotes[:at] + one.quotes[at + 1 :]
    return not others or judge.supports(one.text, one.quotes[at : at + 1]) or not judge.supports(one.text, others)


def _without_markers(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without markers, and for each marker where it stood in that and its number."""
    bare = ""
    numbers = []
    reached = 0
    for found in _MARKER.finditer(text):
        bare += text[reached : found.start()]
        numbers.append((len(bare), int(found.group(1))))
        reached = found.end()
    return bare + text[reached:], numbers


def _uncited(between: str) -> list[Cited]:
    bare, _ = _without_markers(between)
    pieces = [bare[span.start : span.end] for span in sentences(bare)]
    return [Cited(text=piece) for piece in pieces if piece[-1] in STOPS and any(map(str.isalnum, piece))]
