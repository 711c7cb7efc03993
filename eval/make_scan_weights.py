"""Fits how likely a look-alike in a text is a scanner's error, for `rag/ingest/scanned.py`.

    python -m eval.make_scan_weights ../shared/data

Held-out news is misread by chance, one character in 150, each as one of those drawn like it (`lookalikes.tsv`); a
logistic regression over the candidates says which were. Prints the weights, and what they are worth on other articles.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from eval.repairs import held_out
from rag.ingest.lookalikes import lookalikes
from rag.ingest.scanned import candidates

_SHARE = 1 / 150  # of characters
_LIKEST = 0.9  # likeness from which on a scanner errs at all
_SHARPNESS = 30.0  # how much more often it takes the likest: exponent on likeness
_THRESHOLDS = (0.0, 1.0, 2.5, 4.5)  # log-odds that are reported

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """features: shape (candidates, 6). right: of what was misread and is proposed as it was. misread: all that was."""

    features: FloatArray
    right: npt.NDArray[np.bool_]
    misread: int
    characters: int


def main(
    data: Annotated[Path, typer.Argument(help="folder with the news that the statistics were made of")],
    articles: Annotated[int, typer.Option(help="held-out articles to fit, half as many to report")] = 1200,
    seed: Annotated[int, typer.Option(help="of both samples")] = 11,
) -> None:
    """Misread, fit, print."""
    texts = held_out(data, articles + articles // 2, seed)
    fitted, other = sampled(texts[:articles], seed), sampled(texts[articles:], seed + 1)
    scaler = StandardScaler().fit(fitted.features)
    model = LogisticRegression(max_iter=1000).fit(scaler.transform(fitted.features), fitted.right)
    weights = model.coef_[0] / scaler.scale_
    bias = float(model.intercept_[0] - weights @ scaler.mean_)
    typer.echo(f"WEIGHTS, BIAS = {tuple(round(float(weight), 2) for weight in weights)}, {bias:.2f}")
    odds = other.features @ weights + bias
    for least in _THRESHOLDS:
        mended, wrong = int((other.right & (odds > least)).sum()), int((~other.right & (odds > least)).sum())
        typer.echo(
            f"log-odds above {least}: {mended / other.misread:.3f} of what was misread is mended, "
            f"{1e5 * wrong / other.characters:.1f} characters in 100,000 are changed wrongly"
        )


def sampled(texts: Iterable[str], seed: int) -> Sample:
    """Candidates of texts that were misread."""
    rows: list[tuple[float, ...]] = []
    right: list[bool] = []
    misread = characters = 0
    for number, text in enumerate(texts):
        damaged = misread_by_chance(text, seed * 100_003 + number)
        misread += sum(one != other for one, other in zip(text, damaged, strict=True))
        characters += len(text)
        for each in candidates(damaged):
            rows.append(each.features)
            right.append(damaged[each.at] != text[each.at] and each.char == text[each.at])
    return Sample(features=np.array(rows), right=np.array(right), misread=misread, characters=characters)


def misread_by_chance(text: str, seed: int) -> str:
    """The text with some characters taken for others that are drawn like them."""
    chance = random.Random(seed)  # noqa: S311 - a sample, not a secret
    return "".join(_misread(char, chance) for char in text)


def _misread(char: str, chance: random.Random) -> str:
    if chance.random() > _SHARE * 2:  # about half the characters of news are like no other
        return char
    table, code = lookalikes(), min(ord(char), 0xFFFF)
    alike = [
        (chr(int(other)), float(likeness))
        for other, likeness in zip(table.others[code], table.likeness[code], strict=True)
        if likeness >= _LIKEST
    ]
    if not alike:
        return char
    return chance.choices([other for other, _ in alike], [math.exp(_SHARPNESS * likeness) for _, likeness in alike])[0]


if __name__ == "__main__":
    typer.run(main)
