"""Reads a sentence in the light of the question: does it say what is asked, or only speak of the same things.

Words alone cannot tell `founded in 1920` from `rebuilt in 1990`. The encoder sees question and sentence side by side
(`JointEncoder`); a small network over its states, fitted by `eval.calibrate`, says how likely they answer and how
likely some token is (part of) the answer. For encoders without it, or other than the one it was fitted for, the older
features decide alone.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from embeddings.encoder import Encoder, JointEncoder, Reading
from rag.answer.sentences import Sentence
from rag.answer.view import QuestionView
from rag.text.script import fold, in_one_script
from rag.text.sentences import sentences

READ_FEATURES = (
    "read",  # log-odds that the best sentence and its neighbours answer, to the reader
    "span",  # highest log-odds of a token of the best sentence to be part of an answer
)
KINDS = ("question", "interrogative", "focus", "weight", "shared", "sentence", "context")

_INTERROGATIVE = re.compile(r"什么|多少|几|谁|哪|如何|怎|为何|何|是否|吗|什麼")
_LONGEST = 220  # characters that are read at once
_BEFORE, _AFTER = 60, 160  # where that is too little for the neighbours: from before the sentence to behind its start
_WEIGHT_UNIT = 5.0  # brings word weights to the size of the other columns
_NOTHING = -30.0  # log-odds where there is no token

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A sentence `[start, end)` in the text that is read, its neighbours in the passage included."""

    text: str
    start: int
    end: int


def window(sentence: Sentence) -> Window:
    """The sentence with the one before and the one behind, shortened where they are long."""
    passage = sentence.evidence.passage
    start, end = sentence.start - passage.start, sentence.end - passage.start
    spans = sentences(passage.text)
    first = max((span.start for span in spans if span.end <= start), default=start)
    last = min((span.end for span in spans if span.start >= end), default=end)
    if last - first > _LONGEST:
        first, last = max(first, start - _BEFORE), min(last, max(end + _BEFORE, start + _AFTER))
    return Window(text=passage.text[first:last], start=start - first, end=end - first)


def token_kinds(view: QuestionView, seen: Window, reading: Reading) -> Floats:
    """What each token is, shape (tokens, `KINDS`): where it stands, its word's weight, if the other side has it."""
    told = fold(seen.text)
    weights, focus = _by_character(view)
    asking = {at for match in _INTERROGATIVE.finditer(view.key) for at in range(*match.span())}
    kinds = np.zeros((len(reading.spans), len(KINDS)), np.float32)
    kinds[: reading.asked, 0] = 1
    for number, (start, end) in enumerate(reading.spans):
        if end <= start:
            continue
        if number < reading.asked:
            token = view.key[start:end]
            kinds[number, 1] = any(at in asking for at in range(start, end))
            kinds[number, 2] = focus[start:end].any()
            kinds[number, 3] = weights[start:end].sum() / _WEIGHT_UNIT
            kinds[number, 4] = bool(token) and token in told
        else:
            kinds[number, 4] = told[start:end] in view.key
            kinds[number, 5 if seen.start <= start < seen.end else 6] = 1
    return kinds


def _by_character(view: QuestionView) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """For each character of the question its share of its word's weight, and whether that word is asked about."""
    weights, focus = np.zeros(len(view.key), np.float32), np.zeros(len(view.key), np.bool_)
    for word, weight in view.weights.items():
        for match in re.finditer(re.escape(word), view.key):
            part = slice(*match.span())
            weights[part] = np.maximum(weights[part], weight / max(1, len(word)))
            focus[part] |= word in view.focus
    return weights, focus


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """The fitted network: tokens to features, a pooled one for each side, and from both the verdict.

    `arrays` are its weights by name, as `eval.reading` writes them; `encoder` is the fingerprint they were fitted for.
    """

    encoder: str
    arrays: Mapping[str, Floats]

    def read(self, states: Floats, kinds: Floats, asked: int) -> tuple[float, float]:
        """Values of `READ_FEATURES` for tokens' states and kinds; the first `asked` tokens are the question's."""
        a = self.arrays
        tokens = _gelu(states @ a["states"] + kinds @ a["kinds"] + a["bias"])
        values = tokens @ a["value"] + a["value_bias"]
        pooled = [
            _pool(tokens[part] @ a[f"{side}_attention"] + a[f"{side}_attention_bias"], values[part])
            for side, part in (("question", slice(0, asked)), ("passage", slice(asked, None)))
        ]
        tags = tokens[asked:] @ a["tag"] + a["tag_bias"]
        inside = np.where(kinds[asked:, 5] > 0, tags, _NOTHING)
        summary = [np.logaddexp.reduce(tags), np.logaddexp.reduce(inside), tags.max()]
        hidden = _gelu(np.concatenate([*pooled, np.array(summary, np.float32)]) @ a["hidden"] + a["hidden_bias"])
        return float(hidden @ a["out"] + a["out_bias"][0]), float(inside.max())


def _pool(scores: Floats, values: Floats) -> Floats:
    """Values averaged by attention: each head, a column of `scores`, pools its own part of the columns of `values`."""
    shares = np.exp(scores - scores.max(axis=0))
    shares /= shares.sum(axis=0)
    heads = shares.shape[1]
    parts = values.reshape(len(values), heads, -1)
    pooled: Floats = np.einsum("th,thk->hk", shares, parts).reshape(-1)
    return pooled


def _gelu(values: Floats) -> Floats:
    """GELU in its tanh form (Hendrycks and Gimpel 2016)."""
    found: Floats = values * 0.5 * (1 + np.tanh(0.7978845608 * (values + 0.044715 * values**3)))
    return found


@cache
def shipped_reader() -> Reader:
    """The reader that ships with the program."""
    return load_reader(files("rag.answer").joinpath("reader.npz").read_bytes())


def load_reader(stored: bytes) -> Reader:
    """A reader from the bytes of the file that `eval.reading` wrote."""
    with np.load(io.BytesIO(stored), allow_pickle=False) as content:
        arrays = {name: content[name].astype(np.float32) for name in content.files if name != "encoder"}
        return Reader(encoder=str(content["encoder"]), arrays=arrays)


def read(view: QuestionView, sentence: Sentence, encoder: Encoder, reader: Reader) -> tuple[float, float] | None:
    """Values of `READ_FEATURES` for a sentence, or None when `reader` was not fitted for this encoder."""
    if not isinstance(encoder, JointEncoder) or encoder.spec.fingerprint != reader.encoder:
        return None
    seen = window(sentence)
    reading = read_window(view, seen, encoder)
    return reader.read(reading.states, token_kinds(view, seen, reading), reading.asked)


def read_window(view: QuestionView, seen: Window, encoder: JointEncoder) -> Reading:
    """Question and window side by side, both in one script, in which every offset stays."""
    return encoder.read_together(in_one_script(view.text), in_one_script(seen.text))
