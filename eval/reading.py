"""Fits the small network of `rag.answer.reader` on states of the encoder; called by `eval.calibrate`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from rag.answer.reader import KINDS, Reader

_REDUCED = 96  # principal components of the states that training sees; they are folded into the first matrix after
_WIDTH, _HEADS, _HIDDEN = 64, 4, 32
_DROPOUT, _DECAY, _RATE = 0.3, 0.01, 2e-3
_EPOCHS, _BATCH = 10, 32
_UNKNOWN = -1.0  # tag of a token of which nothing is said
_SENTENCE = KINDS.index("sentence")

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A question and a window read together; `tags`: 1 for tokens of the gold answer, 0 for others, -1 unknown."""

    states: npt.NDArray[np.float16]
    kinds: Floats
    asked: int
    tags: Floats
    answers: bool
    weight: float


class _Network(nn.Module):
    """What `Reader.read` computes, over reduced states and in batches."""

    def __init__(self) -> None:
        super().__init__()
        self.states = nn.Linear(_REDUCED, _WIDTH)
        self.kinds = nn.Linear(len(KINDS), _WIDTH, bias=False)
        self.value = nn.Linear(_WIDTH, _WIDTH)
        self.attention = nn.ModuleList([nn.Linear(_WIDTH, _HEADS), nn.Linear(_WIDTH, _HEADS)])
        self.tag = nn.Linear(_WIDTH, 1)
        self.hidden = nn.Linear(2 * _WIDTH + 3, _HIDDEN)
        self.out = nn.Linear(_HIDDEN, 1)
        self.drop = nn.Dropout(_DROPOUT)

    def forward(
        self, states: torch.Tensor, kinds: torch.Tensor, sides: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Log-odds of each example, and of each token; `sides` are 0 question, 1 passage, 2 padding."""
        tokens = functional.gelu(self.states(self.drop(states)) + self.kinds(kinds), approximate="tanh")
        values = self.value(tokens).unflatten(2, (_HEADS, -1))
        parts = []
        for side, layer in enumerate(self.attention):
            shares = layer(tokens).masked_fill((sides != side)[..., None], -1e4).softmax(1)
            parts.append((shares[..., None] * values).sum(1).flatten(1))
        tags = self.tag(tokens)[..., 0]
        passage = tags.masked_fill(sides != 1, -30.0)
        inside = passage.masked_fill(kinds[..., _SENTENCE] == 0, -30.0)
        summary = torch.stack([passage.logsumexp(1), inside.logsumexp(1), passage.amax(1)], 1)
        hidden = functional.gelu(self.hidden(self.drop(torch.cat([*parts, summary], 1))), approximate="tanh")
        return self.out(self.drop(hidden))[:, 0], tags


def fit_reader(examples: Sequence[Example], encoder: str) -> Reader:
    """A reader for the encoder of this fingerprint. Deterministic for the same examples and versions."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    mean, basis = _components(examples)
    reduced = [((example.states.astype(np.float32) - mean) @ basis).astype(np.float32) for example in examples]
    network = _Network().train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=_DECAY)
    batches = _batches(examples)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, total_steps=_EPOCHS * len(batches))
    chance = np.random.default_rng(0)
    for _ in range(_EPOCHS):
        for number in chance.permutation(len(batches)):
            loss = _loss(network, [examples[i] for i in batches[number]], [reduced[i] for i in batches[number]])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            optimiser.step()
            schedule.step()
    return Reader(encoder=encoder, arrays=_arrays(network, mean, basis))


def _components(examples: Sequence[Example]) -> tuple[Floats, Floats]:
    """Mean of the states, and the matrix that standardises and reduces them."""
    sample = np.concatenate([example.states[::5] for example in examples[::4]]).astype(np.float64)
    mean, deviation = sample.mean(axis=0), sample.std(axis=0) + 1e-6
    _, vectors = np.linalg.eigh(np.cov(((sample - mean) / deviation).T))
    components = vectors[:, ::-1][:, :_REDUCED] / deviation[:, None]
    scale = ((sample - mean) @ components).std(axis=0) + 1e-6
    return mean.astype(np.float32), (components / scale).astype(np.float32)


def _batches(examples: Sequence[Example]) -> list[list[int]]:
    """Examples of about the same length together, shuffled within that."""
    order = np.random.default_rng(1).permutation(len(examples))
    order = order[np.argsort([len(examples[i].states) // 20 for i in order], kind="stable")]
    return [order[at : at + _BATCH].tolist() for at in range(0, len(order), _BATCH)]


def _loss(network: _Network, examples: Sequence[Example], reduced: Sequence[Floats]) -> torch.Tensor:
    longest = max(len(states) for states in reduced)
    states = torch.zeros(len(examples), longest, _REDUCED)
    kinds = torch.zeros(len(examples), longest, len(KINDS))
    sides, tags = torch.full((len(examples), longest), 2), torch.full((len(examples), longest), _UNKNOWN)
    for row, (example, found) in enumerate(zip(examples, reduced, strict=True)):
        size = len(found)
        states[row, :size], kinds[row, :size] = torch.from_numpy(found), torch.from_numpy(example.kinds)
        sides[row, : example.asked], sides[row, example.asked : size] = 0, 1
        tags[row, :size] = torch.from_numpy(example.tags)
    verdicts, tagged = network(states, kinds, sides)
    labels = torch.tensor([float(example.answers) for example in examples])
    weights = torch.tensor([example.weight for example in examples])
    loss = functional.binary_cross_entropy_with_logits(verdicts, labels, weights)
    known = tags != _UNKNOWN
    if known.any():
        loss = loss + functional.binary_cross_entropy_with_logits(tagged[known], tags[known])
    return loss


def _arrays(network: _Network, mean: Floats, basis: Floats) -> dict[str, Floats]:
    """The weights under the names that `Reader` knows, the reduction folded into the first matrix."""

    def matrix(layer: nn.Linear) -> Floats:
        found: Floats = layer.weight.detach().numpy().T.copy()
        return found

    def bias(layer: nn.Linear) -> Floats:
        found: Floats = layer.bias.detach().numpy().copy()
        return found

    first = basis @ matrix(network.states)
    arrays = {"states": first, "kinds": matrix(network.kinds), "bias": bias(network.states) - mean @ first}
    for side, layer in zip(("question", "passage"), network.attention, strict=True):
        assert isinstance(layer, nn.Linear)
        arrays |= {f"{side}_attention": matrix(layer), f"{side}_attention_bias": bias(layer)}
    arrays |= {"value": matrix(network.value), "value_bias": bias(network.value)}
    arrays |= {"tag": matrix(network.tag)[:, 0], "tag_bias": bias(network.tag)}
    arrays |= {"hidden": matrix(network.hidden), "hidden_bias": bias(network.hidden)}
    return arrays | {"out": matrix(network.out)[:, 0], "out_bias": bias(network.out)}


def save_reader(reader: Reader, path: Path) -> None:
    """Write the weights in half precision, with the fingerprint of their encoder."""
    arrays = {name: values.astype(np.float16) for name, values in reader.arrays.items()}
    np.savez_compressed(path, encoder=np.array(reader.encoder), **arrays)  # type: ignore[arg-type]  # the stub takes keywords for its flag
