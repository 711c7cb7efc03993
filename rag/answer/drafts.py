"""A model's reply, piece by piece -> its sentences, each as soon as it is complete. They are drafts until checked."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from typing import Protocol

from rag.answer.markers import repair, settled
from rag.answer.prompt import MOST_CHARACTERS, NOT_FOUND
from rag.check.claims import Draft, split_claims
from rag.llm.model import Delta

_ANSWER = re.compile(r'"answer"\s*:\s*"')
_SOURCE = re.compile(r'"source"\s*:\s*(\d{1,4})(?!\d)')
_FOUND = re.compile(r'"found"\s*:\s*$')
_SAID_FOUND = re.compile(r'"found"\s*:\s*(true|false)')
_ENDED = re.compile(r"[。！？!?.…][”’」』）)\"']*$")
_STRING = re.compile(r'(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*')  # also of a string that is not closed yet

_SAYS_YES, _SAYS_NO = 0.95, 0.15  # what a plain yes or no of a model is worth, without its likelihood


class Reader(Protocol):
    """Takes a reply in pieces and gives its sentences."""

    def read(self, delta: Delta) -> list[Draft]:
        """The sentences that `delta` completes."""
        ...

    def rest(self, *, cut: bool) -> list[Draft]:
        """The sentences that the end of the reply completes; an unfinished one is none where the reply was cut off."""
        ...

    @property
    def found(self) -> float | None:
        """How likely the model holds it that the passages answer, in [0, 1]; None where it did not say."""
        ...


class TextReader:
    """Reads running text whose sentences end in markers."""

    def __init__(self) -> None:
        self._text = ""
        self._given = 0

    def read(self, delta: Delta) -> list[Draft]:
        """The sentences that are followed by what can be no marker of theirs."""
        self._text += delta.text
        return self._new(split_claims(repair(self._text[: settled(self._text)])))

    def rest(self, *, cut: bool) -> list[Draft]:
        """The last sentence, unless it was cut off."""
        return self._new(_finished(split_claims(repair(self._text)), cut=cut))

    @property
    def found(self) -> float | None:
        """Low when the reply is the agreed words for an answer that is not there."""
        return _SAYS_NO if self._finds_nothing else None

    @property
    def _finds_nothing(self) -> bool:
        return self._text.strip().startswith(NOT_FOUND)

    def _new(self, drafts: list[Draft]) -> list[Draft]:
        new = drafts[self._given :]
        self._given = max(self._given, len(drafts))
        return [] if self._finds_nothing else new


class SchemaReader:
    """Reads the JSON object of `rag.answer.prompt.SMALL_SCHEMA`; the program places the markers."""

    def __init__(self) -> None:
        self._json = ""
        self._given = 0
        self._likely: float | None = None

    def read(self, delta: Delta) -> list[Draft]:
        """The sentences of the answer that are followed by another."""
        if self._likely is None and delta.alternatives and _FOUND.search(self._json):
            self._likely = likelihood_of_true(delta)
        self._json += delta.text
        return self._new(split_claims(self._answer())[:-1])

    def rest(self, *, cut: bool) -> list[Draft]:
        """The last sentence of the answer, unless it was cut off, as it is where the answer is as long as it may be."""
        answer = self._answer()
        return self._new(_finished(split_claims(answer), cut=cut or len(answer) >= MOST_CHARACTERS))

    @property
    def found(self) -> float | None:
        """The probability of `true` for the field `found` where the server gives it, else high or low as written."""
        if self._likely is not None:
            return self._likely
        said = _SAID_FOUND.search(self._json)
        if not said:
            return None
        return _SAYS_YES if said[1] == "true" else _SAYS_NO

    def _answer(self) -> str:
        """The field `answer` as far as it has come."""
        opened = _ANSWER.search(self._json)
        return read_string(self._json[opened.end() :]) if opened else ""

    def _new(self, drafts: list[Draft]) -> list[Draft]:
        source = _SOURCE.search(self._json)
        numbers = (int(source[1]),) if source and int(source[1]) > 0 else ()
        new = [replace(draft, numbers=numbers) for draft in drafts[self._given :]]
        self._given = max(self._given, len(drafts))
        return new


def _finished(drafts: list[Draft], *, cut: bool) -> list[Draft]:
    """The drafts without a last one that the end of the reply cut off."""
    return drafts[:-1] if cut and drafts and not _ENDED.search(drafts[-1].text) else drafts


def likelihood_of_true(delta: Delta) -> float | None:
    """Share of `true` in the probability of the tokens that begin `true` and `false`; None where neither is likely."""
    shares = {"true": 0.0, "false": 0.0}
    for token, likelihood in delta.alternatives.items():
        if (word := token.strip()) in shares:
            shares[word] += math.exp(likelihood)
    total = sum(shares.values())
    return shares["true"] / total if total > 0 else None


def read_string(raw: str) -> str:
    """The beginning of a JSON string after its opening quote, up to its end or as far as it has come."""
    whole = _STRING.match(raw)
    assert whole is not None
    text = str(json.loads(f'"{whole.group()}"', strict=False))
    return text.encode("utf-8", "ignore").decode("utf-8")  # half of a surrogate pair waits for the other half
