"""Makes `rag/ingest/data/speech_model.npz`, by which sentences are marked that speak to a language model.

    python -m eval.make_speech_model ../shared/data/crud_news.jsonl.xz

Positive examples are put together by `eval.paraphrases`, negative ones are its look-alikes and sentences of news, those
about language models all among them. The two thresholds are the scores that a Chinese sentence meets in `LIKELY` and
`SURE` of the articles, counted on such as were not learnt from.
"""

from __future__ import annotations

import json
import lzma
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]  # scipy ships no types
from sklearn.linear_model import LogisticRegression

from eval.paraphrases import look_alikes, paraphrases
from rag.ingest.speechmodel import BITS, LONGEST, SHORTEST, STRETCH, SpeechModel, buckets, is_latin, plain_key
from rag.ingest.suspicious import key_of
from rag.text.script import fold
from rag.text.sentences import sentences

OUT = Path(__file__).parents[1] / "rag" / "ingest" / "data" / "speech_model.npz"
LIKELY, SURE = 0.005, 0.0005
_ABOUT_MODELS = re.compile("ChatGPT|大模型|AI助手|聊天机器人|语言模型|提示词|生成式|OpenAI|文心一言")
_STEP = 14


def news(path: Path, articles: int, offset: int) -> Iterator[str]:
    """So many articles, every eighth from the `offset`th on, and those about language models behind them likewise."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(islice(lines, offset, None, 8)):
            if number < articles or _ABOUT_MODELS.search(line):
                yield json.loads(line)["text"]


def keys(texts: Iterable[str]) -> Iterator[list[str]]:
    """The keys of the sentences of each text."""
    for text in texts:
        yield [key for span in sentences(text) if (key := plain_key(key_of(fold(text[span.start : span.end]))[0]))]


def stretches(key: str) -> Iterator[str]:
    """The stretches of a key, half overlapping, the last one whole."""
    starts = range(0, max(1, len(key) - STRETCH + 1), _STEP)
    yield from (key[start : start + STRETCH] for start in starts)
    if len(key) > STRETCH and starts[-1] + STRETCH < len(key):
        yield key[-STRETCH:]


def features(parts: list[str]) -> csr_matrix:
    """Mean counts per bucket; shape (len(parts), 2 ** BITS)."""
    rows = [np.ravel(buckets(part)) for part in parts]
    sizes = np.array([len(row) for row in rows])
    values = np.repeat(1.0 / np.maximum(sizes, LONGEST * SHORTEST), sizes)
    pointers = np.concatenate(([0], np.cumsum(sizes)))
    return csr_matrix((values, np.concatenate(rows), pointers), shape=(len(rows), 2**BITS))


def fit(positive: list[str], negative: list[str]) -> tuple[npt.NDArray[np.float64], float]:
    """Weights of shape (2 ** BITS,) and bias of a logistic regression."""
    wanted = np.concatenate((np.ones(len(positive)), np.zeros(len(negative))))
    model = LogisticRegression(C=3e3, solver="liblinear", class_weight={0: 1.0, 1: 2.0}, max_iter=200)
    model.fit(features(positive + negative), wanted)
    return model.coef_[0], float(model.intercept_[0])


def main(
    path: Annotated[Path, typer.Argument(help="news articles, crud_news.jsonl.xz")],
    articles: Annotated[int, typer.Option(help="news articles to learn from")] = 5000,
    count: Annotated[int, typer.Option(help="positive sentences to learn from")] = 20_000,
    out: Annotated[Path, typer.Option(help="where to write the model")] = OUT,
) -> None:
    """Fit, set the threshold on other articles, and write."""
    positive = [part for key in keys(paraphrases(count)) for one in key for part in stretches(one)]
    texts = (*look_alikes(count // 4), *news(path, articles, 0))
    negative = [part for found in keys(texts) for one in found for part in stretches(one)]
    weights, bias = fit(positive, negative)
    raw = SpeechModel(weights.astype(np.float32), bias)
    held_out = [
        max((raw.score(key) for key in found if not is_latin(key)), default=-np.inf)
        for found in keys(news(path, articles, 4))
    ]
    likely, sure = np.quantile(held_out, [1 - LIKELY, 1 - SURE])
    scale = np.abs(weights).max() / 127
    np.savez_compressed(
        out, weights=np.round(weights / scale).astype(np.int8), scale=scale, bias=bias, likely=likely, sure=sure
    )
    typer.echo(f"{len(positive)} positive, {len(negative)} negative stretches ; likely {likely:.2f}, sure {sure:.2f}")


if __name__ == "__main__":
    typer.run(main)
