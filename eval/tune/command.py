"""`jushi eval tune`: fits settings to a question set, judges them on cases held back, and writes them if asked."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from eval.cases import QUESTIONS, CaseSet, load_cases
from eval.conditions import build_digest, set_digest
from eval.opening import default_folder
from eval.set_store import open_set
from eval.tune.limits import Ceilings
from eval.tune.outcome import Outcome, Provenance, check_writable, outcome_object, outcome_text, write_settings
from eval.tune.split import Split, parse_split, split
from eval.tune.tuning import tuned
from rag.cli.output import progress_bar, write_json, write_text
from rag.config import load_settings
from rag.engine import Engine
from rag.errors import InputError
from rag.logs import configure_logs
from rag.wiring import Progress, open_engine


def tune(
    *,
    questions: Annotated[
        Path, typer.Option("--set", help="The question set; else the one that ships.", show_default=False)
    ] = QUESTIONS,
    store: Annotated[
        Path | None, typer.Option(help="Data folder that holds the articles; else those of the set are ingested.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Folder for the stores of sets; else in the cache.")] = None,
    parts: Annotated[
        str, typer.Option("--split", metavar="SEED/SHARE", help="Fit on this share of the cases, hold the rest back.")
    ] = "0/0.5",
    max_over_refusal: Annotated[
        float | None, typer.Option(min=0, max=1, help="Refuse at most this share of answerable questions.")
    ] = None,
    max_unfounded: Annotated[
        float | None, typer.Option(min=0, max=1, help="Answer at most this share of unanswerable questions.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the intervals.")] = 0,
    out: Annotated[Path | None, typer.Option(help="File of settings to write; FILE.json beside it has it all.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Fit dense_weight, answer_threshold and second_sentence to a question set, and judge them on cases held back."""
    configure_logs("error")
    case_set = load_cases(questions)
    drawn = split(case_set.cases, *parse_split(parts))
    ceilings = Ceilings(over_refusal=max_over_refusal, unfounded=max_unfounded)
    if out:
        check_writable(out)  # before minutes of work
    with progress_bar() as progress, opened(case_set, store, data, progress) as engine:
        fits = tuned(engine, drawn, ceilings, seed=seed, progress=progress)
        words: dict[str, object] = {"--set": questions, "--store": store, "--split": parts, "--seed": seed}
        words |= {"--max-over-refusal": max_over_refusal, "--max-unfounded": max_unfounded}
        provenance = _provenance(case_set, drawn, engine, store, words)
    outcome = Outcome(provenance=provenance, fits=fits)
    if as_json:
        write_json(outcome_object(outcome))
    else:
        write_text(outcome_text(outcome))
    for path in write_settings(out, outcome) if out else ():
        sys.stderr.write(f"jushi: wrote {path}\n")


@contextmanager
def opened(case_set: CaseSet, store: Path | None, data: Path | None, progress: Progress) -> Iterator[Engine]:
    """An engine over the articles in the data folder `store`, which is only read, or else over the sources of the set.

    Raises:
        InputError: a source is missing, or there is no such data folder.
        ConfigError, ModelMissingError, StoreError: as `open_engine`.
    """
    settings = load_settings(answerer="quotes", kept_answers=0, remembered_answers=0, data=store)
    if store is None:
        engine = open_set(case_set, data or default_folder(settings), settings=settings, progress=progress)
    elif not store.is_dir():
        raise InputError(f"there is no data folder {store}", field="store")
    else:
        engine = open_engine(settings, progress=progress, read_only=True)
    with closing(engine):
        yield engine


def _provenance(
    case_set: CaseSet, drawn: Split, engine: Engine, store: Path | None, options: Mapping[str, object]
) -> Provenance:
    """What was asked of what. The digest covers the articles where the set brings them."""
    given = [word for name, value in options.items() if value is not None for word in (name, str(value))]
    return Provenance(
        day=datetime.now(UTC).date().isoformat(),
        command=shlex.join(["jushi", "eval", "tune", *given]),
        set_name=case_set.name,
        set_version=case_set.version,
        set_digest=case_set.digest[:16] if store else set_digest(case_set),
        articles=str(store) if store else ", ".join(case_set.sources),
        split=f"{drawn.seed}/{drawn.share:g}",
        development=len(drawn.development),
        held_back=len(drawn.held_back),
        encoder=engine.encoder.spec.fingerprint,
        settings=engine.settings.fingerprint,
        build=build_digest(),
    )
