"""`jushi eval bench`: a public benchmark, asked of the product and scored."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_cache_path

from embeddings.entail import CrossEncoderEntailment
from eval.bench.asking import answerer_of
from eval.bench.collection import Collection, ask_collection, open_collection, search_ways
from eval.bench.crud import load_crud
from eval.bench.items import Item, OpenSet, drawn, load_reading
from eval.bench.passages import Mix, RgbTask, ask_passages, rgb_items
from eval.bench.rgb import load_rgb
from eval.bench.rows import BenchRow, RowFile
from eval.bench.scores import BenchScores, score, table
from eval.conditions import build_digest
from eval.judges import EntailmentJudge, Judge, ModelJudge, QuoteJudge
from rag.answer.present import JsonObject, plain_fields
from rag.cli.output import progress_bar, write_json, write_text
from rag.config import Settings, load_settings
from rag.engine import Engine
from rag.errors import InputError, ModelMissingError
from rag.logs import configure_logs
from rag.wiring import Progress, open_engine

SUMMARY = "scores.json"


class Benchmark(StrEnum):
    """The benchmarks by name; the first four are files of one shape."""

    CMRC2018 = "cmrc2018"
    DRCD = "drcd"
    XQUAD = "xquad"
    SQUAD = "squad"
    CRUD = "crud-qa"
    RGB_NOISE = "rgb-noise"
    RGB_REJECTION = "rgb-rejection"
    RGB_INTEGRATION = "rgb-integration"
    RGB_COUNTERFACTUAL = "rgb-counterfactual"

    @property
    def task(self) -> RgbTask | None:
        """The task of RGB, None for the others."""
        part = self.value.removeprefix("rgb-")
        return None if part == self.value else RgbTask(part)


class Answerers(StrEnum):
    """Who can be measured."""

    QUOTES = "quotes"
    LLM = "llm"
    NAIVE = "naive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was asked for on the command line. `options` are those that change a row."""

    name: Benchmark
    data: Path
    distractors: Path | None
    articles: int | None
    limit: int | None
    seed: int
    answerer: str
    judge: str
    mix: Mix
    store: Path | None


Ask = Callable[[Item], BenchRow]

app = typer.Typer(
    help="Ask a public benchmark.",
    invoke_without_command=True,
    context_settings={"allow_interspersed_args": True},  # options may follow NAME although this may stand in a group
)


@app.callback()
def bench(
    name: Annotated[Benchmark, typer.Argument(metavar="NAME", help=", ".join(Benchmark))],
    *,
    data: Annotated[Path, typer.Option(help="The file of the benchmark.")],
    distractors: Annotated[Path | None, typer.Option(help="JSONL of other articles to put beside it.")] = None,
    articles: Annotated[int | None, typer.Option(min=1, help="At most so many distractors.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Ask only so many questions, drawn by the seed.")] = None,
    seed: Annotated[int, typer.Option(help="Of the sample, the mixes and the intervals.")] = 0,
    answerer: Annotated[Answerers, typer.Option(help="Who answers.")] = Answerers.QUOTES,
    judge: Annotated[
        str, typer.Option(metavar="quotes|llm|MODEL", help="Who judges citations; MODEL is one of entailment.")
    ] = "quotes",
    noise: Annotated[float, typer.Option(min=0, max=1, help="RGB: share of passages that do not answer.")] = 0.4,
    passages: Annotated[int, typer.Option(min=1, max=50, help="RGB: passages with each question.")] = 5,
    correct: Annotated[float, typer.Option(min=0, max=1, help="RGB, counterfactual: share of true passages.")] = 0.0,
    store: Annotated[Path | None, typer.Option(help="Data folder to use and fill; else one in the cache.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for rows and scores; a second run there goes on.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Ask the questions of a public benchmark and print every measure with its interval."""
    configure_logs("error")
    if distractors is not None and name.task:
        raise InputError("RGB gives each question its own passages; --distractors is for collections")
    wanted = Wanted(
        name=name,
        data=data,
        distractors=distractors,
        articles=articles,
        limit=limit,
        seed=seed,
        answerer=answerer.value,
        judge=judge,
        mix=Mix(count=passages, noise=noise, correct=correct),
        store=store,
    )
    with progress_bar() as progress:
        scores = measured(wanted, out, progress)
    if out:
        text = json.dumps(scores_object(wanted, scores), ensure_ascii=False, indent=2)
        (out / SUMMARY).write_text(text + "\n", encoding="utf-8")
    if as_json:
        write_json(scores_object(wanted, scores))
    else:
        write_text(table(scores))


def measured(wanted: Wanted, out: Path | None, progress: Progress) -> BenchScores:
    """The scores of a run.

    Raises:
        InputError: a file is not of its shape.
        ConfigError, ModelMissingError, StoreError: as `open_engine`.
    """
    settings = load_settings(answerer="quotes" if {wanted.answerer, wanted.judge} == {"quotes"} else None)
    task = wanted.name.task
    loaded = None if task else (load_crud if wanted.name is Benchmark.CRUD else load_reading)(wanted.data)
    if loaded:
        items = drawn(loaded.items, wanted.limit, wanted.seed)
        opened = _collection(wanted, loaded, settings, progress)
    else:
        assert task is not None
        questions = drawn(load_rgb(wanted.data), wanted.limit, wanted.seed)
        items = rgb_items(questions, task, wanted.mix, wanted.seed)
        opened = _passages(wanted, settings, progress)
    kept = RowFile(out, run_key(wanted, settings)) if out else None
    rows: list[BenchRow] = []
    with opened as ask:
        for at, item in enumerate(items):
            progress(f"asking {wanted.name}", at / len(items))
            known = kept.rows.get(item.item_id) if kept else None
            rows.append(known or ask(item))
            if kept and not known:
                kept.add(rows[-1])
    title = f"{wanted.name}, {wanted.answerer}, {len(rows)} questions of {wanted.data.name}"
    return score(title, rows, prose=bool(loaded and loaded.prose), seed=wanted.seed)


def scores_object(wanted: Wanted, scores: BenchScores) -> JsonObject:
    """The scores and what was asked for, as JSON."""
    asked = {"benchmark": wanted.name.value, "data": wanted.data.name, "articles": wanted.articles}
    asked |= {"distractors": wanted.distractors.name if wanted.distractors else None}
    asked |= {"answerer": wanted.answerer, "judge": wanted.judge, "limit": wanted.limit, "seed": wanted.seed}
    mix = plain_fields(wanted.mix) if wanted.name.task else None
    return {"asked": {**asked, "mix": mix}, **plain_fields(scores)}


def run_key(wanted: Wanted, settings: Settings) -> str:
    """16 hexadecimal digits that differ where anything does that can change a row; `limit` cannot."""
    mix = repr(wanted.mix) + str(wanted.seed) if wanted.name.task else ""
    parts = [wanted.name, wanted.answerer, wanted.judge, mix, settings.fingerprint, build_digest(), _state(wanted)]
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()


def _state(wanted: Wanted) -> str:
    """What the store of a collection is filled with: the bytes of the files, and how much of the distractors."""
    made = hashlib.blake2b(f"{wanted.articles}".encode(), digest_size=8)
    for path in filter(None, (wanted.data, wanted.distractors)):
        made.update(path.read_bytes() if path.is_file() else b"")
    return made.hexdigest()


@contextmanager
def _collection(wanted: Wanted, loaded: OpenSet, settings: Settings, progress: Progress) -> Iterator[Ask]:
    state = _state(wanted)
    kept = (settings.cache or user_cache_path("jushi")) / "eval" / f"bench-{state}-{settings.fingerprint}"
    engine = open_collection(
        loaded,
        settings.model_copy(update={"data": wanted.store or kept}),
        distractors=wanted.distractors,
        articles=wanted.articles,
        state=state,
        progress=progress,
    )
    with ExitStack() as stack:
        stack.callback(engine.close)
        collection = Collection(
            engine=engine,
            answerer=answerer_of(engine, wanted.answerer),
            judge=judge_of(wanted.judge, engine),
            ways=search_ways(engine),
        )
        snapshot = stack.enter_context(engine.store.snapshot())
        key = run_key(wanted, settings)
        yield lambda item: ask_collection(collection, snapshot, item, key)


@contextmanager
def _passages(wanted: Wanted, settings: Settings, progress: Progress) -> Iterator[Ask]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        engine = open_engine(settings.model_copy(update={"data": folder}), progress=progress)
        stack.callback(engine.close)
        answerer_of(engine, wanted.answerer)  # a missing model is known before the first question
        judge = judge_of(wanted.judge, engine)
        key = run_key(wanted, settings)
        yield lambda item: ask_passages(engine, wanted.answerer, judge, item, key)


def judge_of(name: str, engine: Engine) -> Judge:
    """The judge of that name; what is neither `quotes` nor `llm` names an entailment model.

    Raises:
        ModelMissingError: there is no language model.
        EncoderError: there is no such entailment model.
    """
    if name == "quotes":
        return QuoteJudge()
    if name != "llm":
        return EntailmentJudge(CrossEncoderEntailment(name))
    if engine.model is None:
        raise ModelMissingError("the judge llm needs a language model; jushi model fetch brings one", field="judge")
    return ModelJudge(engine.model)
