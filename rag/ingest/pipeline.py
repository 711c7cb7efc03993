"""Documents in, a searchable store out: read, clean, cut, encode, commit, batch by batch."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import perf_counter

import numpy as np

from embeddings.encoder import Encoder, Vectors
from embeddings.errors import EmbeddingError
from rag.errors import ModelError, UnreadableError
from rag.ingest.assemble import article_id_of, assemble, revision_of
from rag.ingest.chunk import chunk
from rag.ingest.dedupe import signature
from rag.ingest.recurring import sentence_hashes
from rag.ingest.report import DocumentReport, IngestReport, Outcome, Progress
from rag.ingest.suspicious import suspicious
from rag.store.protocol import CommitReport, Prepared, Store
from rag.text.script import in_one_script
from rag.types import Article, Passage, RawDocument, Rejected

_BATCH_BYTES = 16_000_000  # of documents; with large ones a batch ends here
_ENCODED_AT_ONCE = 256  # passages between two reports of progress
_ROUNDS = 3  # cutting passages anew changes what is searched, which may tip another sentence; it settles at once
_LINE_OF_FILE = re.compile(r"(?P<file>.*\.jsonl(?:\.[gx]z)?|stdin):(?P<line>\d+)", re.DOTALL)

_log = logging.getLogger(__name__)


def passage_input(passage: Passage) -> str:
    """What the encoder sees of a passage: title and heading, unless the text begins with them, and the text."""
    above = dict.fromkeys(line for line in (passage.title, passage.heading) if line)
    lines = (*(line for line in above if not passage.text.startswith(line)), passage.text)
    return in_one_script("\n".join(lines))


def _silent(_: Progress) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """The way of documents into a store. Sizes are characters; a commit holds at most `batch` articles."""

    store: Store
    encoder: Encoder
    passage_min: int = 120
    passage_max: int = 350
    passage_overlap: int = 1
    batch: int = 64

    def ingest(
        self, documents: Iterable[RawDocument | Rejected], *, progress: Callable[[Progress], None] | None = None
    ) -> IngestReport:
        """Read, clean, cut, encode and store documents; what cannot be read becomes a rejected row.

        Each batch is durable once committed, and documents whose content is stored already cost next to nothing: an
        ingest that was interrupted is taken up again by repeating it. When sentences newly recur over the corpus, the
        passages of all articles that hold them are cut anew without them.

        Raises:
            ModelError: the encoder does not answer.
            StoreBusyError: another process is writing.
        """
        run = _Run(self, progress or _silent)
        for batch in run.batches(documents):
            run.add(batch)
        for _ in range(_ROUNDS):
            if not run.rechunk():
                break
        return run.report()


class _Run:
    """One ingest under way: rows, counts and timings so far."""

    def __init__(self, pipeline: Pipeline, progress: Callable[[Progress], None]) -> None:
        self._pipeline = pipeline
        self._store = pipeline.store
        self._tell = progress
        self._began = perf_counter()
        self._timings = dict.fromkeys(("read", "clean", "chunk", "encode", "commit"), 0.0)
        self._rows: list[DocumentReport] = []
        self._rejected: list[Rejected] = []
        self._done = self._encoded = self._rechunked = self._generation = 0

    def batches(self, documents: Iterable[RawDocument | Rejected]) -> Iterator[list[RawDocument]]:
        """Documents in groups of bounded number and size, no article twice in one; rejected ones are noted."""
        batch: dict[str, RawDocument] = {}
        size = 0
        source = iter(documents)
        while True:
            with self._timed("read"):
                document = next(source, None)
            if document is None:
                break
            if isinstance(document, Rejected):
                self._done += 1
                self._rejected.append(document)
                continue
            article_id, length = article_id_of(document), len(document.data)
            if batch and (len(batch) >= self._pipeline.batch or size + length > _BATCH_BYTES or article_id in batch):
                yield list(batch.values())
                batch, size = {}, 0
            batch[article_id] = document
            size += length
        if batch:
            yield list(batch.values())

    def add(self, batch: Sequence[RawDocument]) -> None:
        """Clean, encode and commit one batch."""
        with self._store.snapshot() as snapshot:
            infos = snapshot.infos([article_id_of(document) for document in batch])
        articles: list[Article] = []
        for document in batch:
            info = infos.get(article_id_of(document))
            if info is not None and info.revision == revision_of(document):
                self._rows.append(_unchanged(document, info.article_id, info.title))
            elif article := self._clean(document):
                articles.append(article)
            self._done += 1
            self._report_progress("clean")
        if articles:
            prepared = self._prepare(articles, {})
            with self._timed("commit"):
                report = self._store.commit(prepared)
            self._generation = report.generation
            self._rows.extend(_row(one, report) for one in prepared)
        self._report_progress("commit")

    def rechunk(self) -> bool:
        """Cut anew the passages of articles that hold a sentence that recurs by now; True when there were any."""
        stale = self._store.stale_articles()
        for start in range(0, len(stale), self._pipeline.batch):
            articles: list[Article] = []
            vectors: dict[str, Vectors] = {}
            with self._store.snapshot() as snapshot:
                for article_id in snapshot.infos(stale[start : start + self._pipeline.batch]):
                    articles.append(snapshot.article(article_id))
                    passages = snapshot.passages_of(article_id)
                    rows = snapshot.vectors([passage.passage_id for passage in passages])
                    vectors.update(zip(map(passage_input, passages), rows, strict=True))
            prepared = self._prepare(articles, vectors)
            with self._timed("commit"):
                report = self._store.rechunk(prepared)
            self._generation = report.generation
            self._rechunked += len(report.revised)
            self._report_progress("rechunk")
        return bool(stale)

    def report(self) -> IngestReport:
        """What has been done."""
        return IngestReport(
            documents=tuple(self._rows),
            rejected=tuple(self._rejected),
            rechunked=self._rechunked,
            encoded=self._encoded,
            generation=self._generation,
            seconds=perf_counter() - self._began,
            timings=self._timings,
        )

    def _clean(self, document: RawDocument) -> Article | None:
        """The article of a document, or None after noting why there is none."""
        try:
            with self._timed("clean"):
                article = assemble(document)
                return replace(article, suspicious=suspicious(article.text), ingested_at=datetime.now(UTC))
        except UnreadableError as error:
            reason = str(error)
        except Exception as error:  # noqa: BLE001 - one page that breaks a rule must not end the ingest of all others
            _log.exception("cleaning %s failed", document.name)
            reason = f"cleaning it failed: {type(error).__name__}: {error}"
        place = _LINE_OF_FILE.fullmatch(document.name)
        name, line = (place["file"], int(place["line"])) if place else (document.name, None)
        self._rejected.append(Rejected(name=name, line=line, reason=reason))
        return None

    def _prepare(self, articles: Sequence[Article], known: Mapping[str, Vectors]) -> list[Prepared]:
        """Passages, vectors and fingerprints of articles; passages whose input is in `known` keep that vector."""
        pipeline, skip = self._pipeline, self._store.recurring()
        with self._timed("chunk"):
            cut = [
                chunk(
                    article,
                    minimum=pipeline.passage_min,
                    maximum=pipeline.passage_max,
                    overlap=pipeline.passage_overlap,
                    skip=skip,
                )
                for article in articles
            ]
            hashes = [sentence_hashes(article) for article in articles]
            signatures = [signature(article.text) for article in articles]
        wanted = {passage_input(passage) for passages in cut for passage in passages}
        vectors = {**known, **self._encode(wanted - known.keys())}
        return [
            Prepared(
                article=article,
                passages=tuple(passages),
                vectors=self._stack([vectors[passage_input(passage)] for passage in passages]),
                signature=signatures[at],
                sentences=hashes[at],
                skipped=skip.intersection(hashes[at]),
            )
            for at, (article, passages) in enumerate(zip(articles, cut, strict=True))
        ]

    def _encode(self, inputs: Collection[str]) -> dict[str, Vectors]:
        """The vector of each input. Those of like length go together, which is what encoders are quick at."""
        texts = sorted(inputs, key=lambda text: (len(text), text))
        found: dict[str, Vectors] = {}
        for start in range(0, len(texts), _ENCODED_AT_ONCE):
            part = texts[start : start + _ENCODED_AT_ONCE]
            try:
                with self._timed("encode"):
                    found.update(zip(part, self._pipeline.encoder.encode_passages(part), strict=True))
            except EmbeddingError as error:
                raise ModelError(f"the encoder failed on {len(part)} passages: {error}") from error
            self._encoded += len(part)
            self._report_progress("encode")
        return found

    def _stack(self, rows: Sequence[Vectors]) -> Vectors:
        return np.array(rows, dtype=np.float32).reshape(len(rows), self._pipeline.encoder.spec.dim)

    def _report_progress(self, stage: str) -> None:
        self._tell(Progress(done=self._done, encoded=self._encoded, stage=stage))

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        began = perf_counter()
        try:
            yield
        finally:
            self._timings[stage] += perf_counter() - began


def _unchanged(document: RawDocument, article_id: str, title: str) -> DocumentReport:
    return DocumentReport(name=document.name, article_id=article_id, outcome="unchanged", title=title)


def _row(prepared: Prepared, report: CommitReport) -> DocumentReport:
    """What a commit did with one article."""
    article = prepared.article
    outcome: Outcome = "unchanged"
    if article.article_id in report.added:
        outcome = "added"
    elif article.article_id in report.revised:
        outcome = "revised"
    return DocumentReport(
        name=article.name,
        article_id=article.article_id,
        outcome=outcome,
        title=article.title,
        reprint=article.article_id in report.reprints,
        passages=len(prepared.passages),
        repairs=len(article.repairs),
        removed=len(article.removed),
        damaged=len(article.damaged),
    )
