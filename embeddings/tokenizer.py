"""Splits text into the pieces of a SentencePiece unigram vocabulary: the best-scoring way, by Viterbi.

A vocabulary of 250,000 pieces takes the `tokenizers` library 0.8 s to load, which is more than the rest of a cold
question together; a dict of the pieces takes 0.1 s, and splitting costs 0.5 ms beside the 20 ms of encoding. The
tests hold the ids to those of `tokenizers` and of the wheel's own engine.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from embeddings.packed import Vocabulary

SPACE = "▁"  # U+2581, how SentencePiece writes a space
_UNKNOWN_PENALTY = 10.0  # below the worst piece, as SentencePiece has it
_SPACES = re.compile(" {2,}")


class UnigramTokenizer:
    """Text -> ids, as XLM-RoBERTa does it: `<s> pieces </s>`."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._rules = dict(vocabulary.rules)
        self._scores: list[float] = vocabulary.scores.tolist()
        self._ids = dict(zip(vocabulary.pieces, range(len(vocabulary.pieces)), strict=True))
        self._bos, self._eos, self._unk = vocabulary.bos, vocabulary.eos, vocabulary.unk
        self._unknown_score = min(self._scores) - _UNKNOWN_PENALTY
        self._ids.pop(vocabulary.pieces[vocabulary.unk])
        longest: dict[str, int] = {}
        for piece in self._ids:
            if longest.get(piece[0], 0) < len(piece):
                longest[piece[0]] = len(piece)
        self._longest = longest

    def encode(self, text: str, max_tokens: int) -> list[int]:
        """Ids of `text` with both specials, at most `max_tokens` of them; what is over is cut off before `</s>`."""
        return [piece for piece, _, _ in self._pieces(self._normalise(text), max_tokens)]

    def encode_spans(self, text: str, max_tokens: int) -> tuple[list[int], list[tuple[int, int]]]:
        """Ids as `encode` gives them, and for each the code points of `text` that it stands for.

        Specials, and the space that is put before every text, stand for the empty span `(0, 0)`.
        """
        marked = self._normalise(text)
        found = self._pieces(marked, max_tokens)
        origin = self._origin(text, marked)
        spans = [(origin[start], origin[end - 1] + 1) if end > start else (0, 0) for _, start, end in found]
        return [piece for piece, _, _ in found], [(max(0, start), end) for start, end in spans]

    def _pieces(self, marked: str, max_tokens: int) -> list[tuple[int, int, int]]:
        """Each token of the normalised text with its span there; specials have empty spans."""
        starts = self._best_split(marked)
        pieces: list[tuple[int, int, int]] = []
        end = len(marked)
        while end > 0:
            start = starts[end]
            piece = self._ids.get(marked[start:end], self._unk)
            if piece == self._unk and pieces and pieces[-1][0] == self._unk:  # a run of unknowns is one token
                pieces[-1] = (piece, start, pieces[-1][2])
            else:
                pieces.append((piece, start, end))
            end = start
        pieces.append((self._bos, 0, 0))
        pieces.reverse()
        return [*pieces[: max_tokens - 1], (self._eos, 0, 0)]

    def _origin(self, text: str, marked: str) -> list[int]:
        """For each character of the normalised text, the place in `text` it comes from; -1 for the space put first."""
        origin: list[int] = []
        after_space = False
        for place, character in enumerate(text):
            for made in self._rules.get(ord(character), character):
                if not (made == " " and after_space):
                    origin.append(place)
                after_space = made == " "
        return [-1, *origin] if len(origin) < len(marked) else origin

    def _normalise(self, text: str) -> str:
        marked = _SPACES.sub(" ", text.translate(self._rules)).replace(" ", SPACE)
        return SPACE + marked if marked and not marked.startswith(SPACE) else marked

    def _best_split(self, text: str) -> list[int]:
        """For each end, the start of the last piece of the best split up to there."""
        length = len(text)
        ids, scores, longest, unknown = self._ids, self._scores, self._longest, self._unknown_score
        best = [float("-inf")] * (length + 1)
        best[0] = 0.0
        starts = [0] * (length + 1)
        for start in range(length):
            so_far = best[start]
            if so_far + unknown > best[start + 1]:
                best[start + 1] = so_far + unknown
                starts[start + 1] = start
            for end in range(start + 1, min(start + longest.get(text[start], 0), length) + 1):
                piece = ids.get(text[start:end])
                if piece is not None and so_far + scores[piece] > best[end]:
                    best[end] = so_far + scores[piece]
                    starts[end] = start
        return starts


def save_vocabulary(vocabulary: Vocabulary, path: Path) -> None:
    """Write the vocabulary in the form that `load_vocabulary` reads fastest."""
    rules = "\0".join(chr(code_point) + replaced for code_point, replaced in vocabulary.rules.items())
    with path.open("wb") as file:
        np.savez(
            file,
            pieces=np.frombuffer("\n".join(vocabulary.pieces).encode(), np.uint8),
            scores=vocabulary.scores,
            rules=np.frombuffer(rules.encode(), np.uint8),
            specials=np.array([vocabulary.bos, vocabulary.eos, vocabulary.pad, vocabulary.unk], np.int64),
        )


def load_vocabulary(path: Path) -> Vocabulary:
    """Read what `save_vocabulary` wrote.

    Raises:
        OSError, ValueError, KeyError: the file is missing or is not such a vocabulary.
    """
    with np.load(path, allow_pickle=False) as stored:
        pieces = tuple(stored["pieces"].tobytes().decode().split("\n"))
        rules = {ord(rule[0]): rule[1:] for rule in stored["rules"].tobytes().decode().split("\0")}
        bos, eos, pad, unk = stored["specials"].tolist()
        return Vocabulary(pieces=pieces, scores=stored["scores"], rules=rules, bos=bos, eos=eos, pad=pad, unk=unk)
