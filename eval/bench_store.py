"""How fast the store is: `python -m eval.bench_store --passages 100000`. Prints a table of medians from one run.

Articles are made of invented words with the frequencies of a natural text (Zipf), vectors are drawn at random around
a thousand centres; both only matter for their amount.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import numpy as np
from rich.console import Console
from rich.table import Table

from embeddings.encoder import EncoderSpec, Vectors
from rag.offsets import OffsetMap
from rag.store.local import LocalStore
from rag.store.protocol import Prepared
from rag.text.words import words
from rag.types import Article, Filters, Media, Passage

DIM = 384
PASSAGES_EACH = 8
BATCH = 64
LENGTH = 200  # characters of a passage
ENCODER = EncoderSpec(name="random", revision="1", dim=DIM)


class Maker:
    """Articles without end, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._chance = np.random.default_rng(seed)
        hanzi = self._chance.integers(0x4E00, 0x6E00, size=(20_000, 2))
        self.vocabulary = ["".join(map(chr, pair)) for pair in hanzi]
        share = 1 / np.arange(1, len(self.vocabulary) + 1)
        self._share = share / share.sum()
        self._centres = self._chance.normal(size=(1_000, DIM)).astype(np.float32)
        self._made = 0

    def words(self, count: int) -> list[str]:
        """Words drawn with the frequencies of a text."""
        return [self.vocabulary[at] for at in self._chance.choice(len(self.vocabulary), count, p=self._share)]

    def vectors(self, count: int) -> Vectors:
        """Unit vectors, shape (count, DIM)."""
        near = self._centres[self._chance.integers(0, len(self._centres), count)]
        drawn = near + self._chance.normal(size=(count, DIM)).astype(np.float32)
        vectors: Vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
        return vectors

    def article(self) -> Prepared:
        """An article of `PASSAGES_EACH` passages."""
        self._made += 1
        name = f"article-{self._made}"
        text = "".join(self.words(PASSAGES_EACH * LENGTH // 2))
        whole = OffsetMap.identity(len(text))
        article = Article(
            article_id=name, revision="1", title="".join(self.words(8)), text=text, source_text=text,
            source_map=whole, page_map=whole, page=text.encode(), name=name, media=Media.TEXT, encoding="utf-8",
            publisher=f"publisher-{self._made % 10}",
        )  # fmt: skip
        passages = tuple(
            Passage(
                passage_id=self._made * 1_000 + at, article_id=name, revision="1", ordinal=at, start=at * LENGTH,
                end=(at + 1) * LENGTH, text=text[at * LENGTH : (at + 1) * LENGTH], title=article.title,
            )
            for at in range(PASSAGES_EACH)
        )  # fmt: skip
        sentences = self._chance.integers(0, 2**62, 30).tolist()
        return Prepared(
            article=article, passages=passages, vectors=self.vectors(PASSAGES_EACH), signature=(), sentences=sentences
        )


def timed(repeat: int, action: Callable[[], object]) -> float:
    """Median milliseconds of `repeat` runs."""
    spans = []
    for _ in range(repeat):
        start = time.perf_counter()
        action()
        spans.append(1_000 * (time.perf_counter() - start))
    return median(spans)


def filled(folder: Path, maker: Maker, passages: int) -> Iterator[float]:
    """Fill a store in commits of `BATCH` articles; yields the milliseconds of each."""
    store = LocalStore(folder, encoder=ENCODER)
    with store.writer():
        for _ in range(-(-passages // (BATCH * PASSAGES_EACH))):
            batch = [maker.article() for _ in range(BATCH)]
            yield timed(1, lambda made=batch: store.commit(made))  # type: ignore[misc]  # the default binds the batch
    store.close()


def measured(folder: Path, maker: Maker) -> Iterator[tuple[str, float]]:
    """What is done to a filled store, and how many milliseconds it takes."""
    opened: list[LocalStore] = []

    def open_it() -> None:
        opened.append(LocalStore(folder, encoder=ENCODER))

    yield "open", timed(1, open_it)
    store = opened[0]
    query, asked = maker.vectors(1)[0], words("".join(maker.words(12)))

    def first_question() -> None:
        with store.snapshot() as view:
            view.search_dense(query, 60, Filters())

    yield "first snapshot and dense search (loads the dense file)", timed(1, first_question)

    def empty_snapshot() -> None:
        with store.snapshot():
            pass

    yield "snapshot", timed(200, empty_snapshot)
    with store.snapshot() as view:
        hits = view.search_lexical(asked, 100, Filters())
        ids = [hit.passage_id for hit in hits]
        articles = [passage.article_id for passage in view.passages(ids[:60]).values()]
        some = Filters(publishers=("publisher-3",))
        yield f"lexical, {len(asked)} words, top 100", timed(100, lambda: view.search_lexical(asked, 100, Filters()))
        yield "lexical, top 100, one publisher of ten", timed(20, lambda: view.search_lexical(asked, 100, some))
        yield "dense, top 60", timed(20, lambda: view.search_dense(query, 60, Filters()))
        yield "dense, top 60, one publisher of ten", timed(20, lambda: view.search_dense(query, 60, some))
        yield "60 passages", timed(100, lambda: view.passages(ids[:60]))
        yield "infos of their articles", timed(100, lambda: view.infos(articles))
        yield "60 vectors", timed(100, lambda: view.vectors(ids[:60]))
        yield f"document frequency of {len(asked)} words", timed(100, lambda: view.document_frequency(asked))
        yield "one article with text and source", timed(100, lambda: view.article(articles[0]))
        yield "status", timed(5, view.status)
    yield "remove 10 articles", timed(1, lambda: store.remove(articles[:10]))
    store.close()


def main() -> None:
    """Fill a store in a temporary folder, measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    table = Table("what", "ms", title=f"{options.passages} passages of {LENGTH} characters, {DIM} dimensions")
    maker = Maker(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        commits = list(filled(Path(folder) / "store", maker, options.passages))
        table.add_row(f"commit of {BATCH} articles of {PASSAGES_EACH} passages, median", f"{median(commits):.1f}")
        table.add_row("the slowest of these (saves the dense file)", f"{max(commits):.1f}")
        for what, spent in measured(Path(folder) / "store", maker):
            table.add_row(what, f"{spent:.2f}")
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
        table.add_row("bytes on disk a passage", f"{size / options.passages:.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
