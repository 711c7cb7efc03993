"""What English words may be in the passages found: by the dictionary, as names in pinyin, or as they stand."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache

from rag.search.dictionary import dictionary
from rag.search.english.tokens import Sort, Token
from rag.search.english.words import lemmas
from rag.search.romanised import can_be_read, joined, spelled, stands_alone, stretches
from rag.text.script import fold
from rag.text.words import content_words, words

Worths = dict[str, float]  # Chinese -> how surely it is meant, in (0, 1]
Found = dict[str, tuple[float, frozenset[int]]]  # Chinese -> its worth, and the passages that hold it

_LONGEST_NAME = 4  # words of a name in pinyin
_LONGEST_COMPOUND = 4  # characters
_LONGEST_KIND = 2  # characters between a name and the one that says its kind
_COMPOUND = 0.9  # worth of two words that stand joined in a passage (`船|闸`)
_SHORTEST_PART = 3  # letters of a word that is looked for inside longer glosses
_FIXED = {"people": "人", "person": "人", "persons": "人", "percent": "%"}  # the dictionary has too many
HAN = re.compile(r"[\u3400-\u9fff]")


class Pool:
    """The texts of the passages found, best first, folded."""

    def __init__(self, keys: Sequence[str]) -> None:
        self.keys = tuple(keys)

    def holding(self, option: str) -> frozenset[int]:
        """The passages that hold `option`: a single character as a word of its own, Latin letters not within others."""
        if not HAN.search(option):
            pattern = re.compile(rf"(?<![a-z0-9.]){re.escape(option)}(?![a-z0-9])")
            return frozenset(at for at, key in enumerate(self.keys) if pattern.search(key))
        if len(option) == 1:
            return frozenset(at for at, key in enumerate(self.keys) if option in key and option in _cut(key))
        return frozenset(at for at, key in enumerate(self.keys) if option in key)

    def behind(self, before: Collection[str], kinds: Collection[str], gap: int) -> Found:
        """What stands right behind one of `before`: a character of `kinds`, at most `gap` others in front of it."""
        if not before or not kinds:
            return {}
        pattern = re.compile(f"(?:{_any(before)})([\u3400-\u9fff]{{0,{gap}}}?[{''.join(kinds)}])")
        found: dict[str, set[int]] = {}
        for at, key in enumerate(self.keys):
            for match in pattern.finditer(key):
                if stands_alone(key, match.start(), match.end()):
                    found.setdefault(match[1], set()).add(at)
        return {option: (_COMPOUND, frozenset(holding)) for option, holding in found.items()}

    def has_phrase(self, phrase: str) -> bool:
        """Whether `phrase` stands somewhere without cutting a Chinese word."""
        places = ((key, at.start(), at.end()) for key in self.keys for at in re.finditer(re.escape(phrase), key))
        return any(stands_alone(*place) for place in places)

    def present(self, options: Mapping[str, float]) -> Found:
        """Those of `options` that some passage holds, with their worth and the passages."""
        return {option: (worth, holding) for option, worth in options.items() if (holding := self.holding(option))}


@lru_cache(maxsize=256)
def _cut(key: str) -> frozenset[str]:
    """The words of a passage; the passages of one question are asked for many characters."""
    return frozenset(words(key))


def meant(
    run: Sequence[Token], pool: Pool, before: Collection[str] = (), *, named: bool = False, of_phrase: bool = False
) -> Found:
    """What of the pool a run of words may mean.

    `before` are the candidates of the word in front: a single character counts too where it is joined to one of them,
    and where that is a name (`named`) what says its kind in two or three (`望屿|大桥` for `Wangyu Bridge`).
    With `of_phrase` the dictionary has the word as part of a phrase, which no single character stands for.
    """
    if len(run) == 1 and run[0].sort is not Sort.WORD:
        return pool.present(dict.fromkeys(run[0].options, 1.0))
    options = exact(run)
    bare = [token.key.removesuffix("'s") for token in run]
    if (
        (all(token.capital for token in run) or not options)
        and len(run) <= _LONGEST_NAME
        and _is_name(name := joined(bare))
    ):
        options |= dict.fromkeys(stretches(name, pool.keys), 1.0)
    if not options or any(token.capital or any(map(str.isdigit, token.text)) for token in run):
        options.setdefault(" ".join(bare), 1.0)
    if of_phrase and len(run) == 1:
        options = {option: worth for option, worth in options.items() if len(option) > 1}
    found = pool.present(options)
    if len(run) == 2 and not found:
        found = pool.present(_compounds(run, pool))
    if len(run) == 1:
        kinds = [option for option in options if len(option) == 1 and HAN.match(option)]
        found = pool.behind(before, kinds, _LONGEST_KIND if named and not found else 0) | found
    return found


def partly(token: Token, pool: Pool) -> Found:
    """What of the pool a word may mean as part of a longer gloss (`fishing moratorium` for `moratorium`)."""
    if len(token.key) <= _SHORTEST_PART or token.sort is not Sort.WORD:
        return {}
    options: Worths = {}
    for word in lemmas(token.key):
        options |= dictionary().within(word)
    return pool.present({option: worth for option, worth in options.items() if content_words(option)})


def exact(run: Sequence[Token]) -> Worths:
    """The Chinese words that the dictionary gives for a run of words, or for what these are forms of."""
    found: Worths = {}
    keys = [token.key.replace(".", "") for token in run]
    if len(keys) == 1 and keys[0] in _FIXED:
        return {_FIXED[keys[0]]: 1.0}
    plain = [next(iter(list(lemmas(key))[1:2] or [key])) for key in keys]
    for before in dict.fromkeys((" ".join(keys[:-1]), " ".join(plain[:-1]))):
        for last in lemmas(keys[-1]):
            for option, worth in dictionary().exact(f"{before} {last}".strip()).items():
                if worth > found.get(option, 0.0) and content_words(option):
                    found[option] = worth
    return found


def usual(token: Token) -> str:
    """What a word mostly means, where no passage tells; itself when the dictionary lacks it."""
    if token.options:
        return token.options[0]
    options = list(exact([token]))
    return next((option for option in options if len(option) > 1), options[0] if options else token.text)


def says_again(chinese: str, token: Token) -> bool:
    """Whether Chinese that explains the English in front of it says one of its words, or that is a name."""
    said = fold(chinese)
    if token.sort is Sort.FIGURE:
        return any(option in said for option in token.options)
    if token.sort is Sort.CHINESE:
        return False
    options = exact([token])
    return not options or can_be_read(token.key.removesuffix("'s"), said) or any(option in said for option in options)


def _is_name(name: str) -> bool:
    """Whether it can be a name in pinyin: of two syllables or more."""
    return any(len(way) > 1 for way in spelled(name))


def _compounds(run: Sequence[Token], pool: Pool) -> Worths:
    """Translations of two words that stand joined in a passage, where one of them is a single character."""
    one, two = (token.options or tuple(exact([token])) for token in run)
    if not one or not two:
        return {}
    orders = [(one, two), (two, one)] if any(token.capital for token in run) else [(one, two)]
    found: Worths = {}
    for first, second in orders:
        pattern = re.compile(f"({_any(first)})({_any(second)})")
        for key in pool.keys:
            for match in pattern.finditer(key):
                short = min(len(match[1]), len(match[2])) == 1 and len(match[0]) <= _LONGEST_COMPOUND
                if short and stands_alone(key, match.start(), match.end()):
                    found[match[0]] = _COMPOUND
    return found


def _any(options: Iterable[str]) -> str:
    return "|".join(map(re.escape, options))
