"""Fits `rag/answer/calibration.json` and `rag/answer/reader.npz` on the development sets (see `eval.devstore`).

    python -m eval.calibrate --data ../shared/data --store /tmp/dev --write

Every question is asked three times: as it is, with its paragraph hidden, and as a near miss: a name or the word that is
asked about is exchanged for one that the paragraph does not hold. Figures are from cross-validation over paragraphs;
the reader's part in them comes from readers that saw no question of the same fold. The weights that are written are
fitted on everything.
"""

from __future__ import annotations

import json
import math
import pickle
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, get_args

import numpy as np
import numpy.typing as npt
import typer
from rich.console import Console
from rich.progress import track
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler

from embeddings.encoder import JointEncoder
from eval.asking import FOLDS, Case, Kind, gather
from eval.devstore import SETS
from eval.reading import Example, fit_reader, save_reader
from rag.answer.answerable import ANSWERABLE_FEATURES, answerable_features
from rag.answer.assessing import Articles, similarity
from rag.answer.calibration import Logistic, probability_of
from rag.answer.reader import READ_FEATURES, Reader, read_window, token_kinds, window
from rag.answer.sentences import SENTENCE_FEATURES, Sentence
from rag.config import load_settings
from rag.engine import Engine
from rag.store.protocol import Snapshot
from rag.text.script import fold as fold_text
from rag.wiring import open_engine

_BOTH = (*ANSWERABLE_FEATURES, *READ_FEATURES)
_OVER_REFUSAL = 0.045  # of answerable development questions; the rules of `rag.answer.subject` refuse about .01 more
_NEAR_MISS_WEIGHT = 0.2  # made-up questions are odder than real near misses, so they count less
_SECOND = 0.12  # share of the best sentence's probability that a further one must reach; .25 quotes less and finds less

Floats = npt.NDArray[np.float64]


def fit_sentences(cases: Sequence[Case]) -> Logistic:
    """Probability that a sentence holds the answer, from cases whose paragraph is there."""
    usable = [case for case in cases if case.kind == "answerable" and case.sentences]
    rows = np.array([sentence.features for case in usable for sentence in case.sentences])
    labels = [gold for case in usable for gold in case.gold]
    return _fit(SENTENCE_FEATURES, rows, labels, np.ones(len(labels)))


def fit_answerable(cases: Sequence[Case], rows: Floats, names: tuple[str, ...]) -> Logistic:
    """Probability that the evidence answers; `rows` are the features `names` of `cases`, in their order."""
    return _fit(names, rows, [case.kind == "answerable" for case in cases], np.array([_weight(case) for case in cases]))


def _weight(case: Case) -> float:
    return _NEAR_MISS_WEIGHT if case.kind == "near miss" else 1.0


def _fit(names: tuple[str, ...], rows: Floats, labels: Sequence[bool], sample_weight: Floats) -> Logistic:
    """Logistic regression on standardised features, written for the features as they are."""
    scaler = StandardScaler().fit(rows)
    regression = LogisticRegression(C=1.0, max_iter=5_000)
    regression.fit(scaler.transform(rows), labels, sample_weight=sample_weight)
    weights = regression.coef_[0] / scaler.scale_
    bias = float(regression.intercept_[0] - (weights * scaler.mean_).sum())
    return Logistic(features=names, weights=tuple(round(float(w), 5) for w in weights), bias=round(bias, 5))


def ranked(case: Case, model: Logistic) -> list[Sentence]:
    """The sentences of a case, the best first by `model`."""
    scored = [replace(sentence, score=model.probability(sentence.features)) for sentence in case.sentences]
    return sorted(scored, key=lambda sentence: -sentence.score)


def features(engine: Engine, case: Case, best_first: Sequence[Sentence], articles: Articles) -> tuple[float, ...]:
    """The answerability features of a case; all 0 when nothing was found."""
    if not best_first:
        return (0.0,) * len(ANSWERABLE_FEATURES)
    return answerable_features(
        case.view,
        case.retrieval.evidence,
        best_first,
        similarity=similarity(case.retrieval, best_first, engine.encoder.encode_passages),
        article=articles.key(best_first[0].evidence.passage.article_id),
    )


def example(encoder: JointEncoder, case: Case, best: Sentence) -> Example:
    """The case as the reader sees it. Tokens of the gold answer are tagged where they are told, in either kind."""
    seen = window(best)
    reading = read_window(case.view, seen, encoder)
    told = fold_text(seen.text)
    gold = fold_text(case.asked.answers[0])
    start = told.find(gold) if case.kind == "answerable" else -1
    ours = start >= 0 and best.evidence.passage.article_id == case.asked.paragraph_id
    tags = np.full(len(reading.spans), -1.0, np.float32)
    if ours or not any(fold_text(answer) in told for answer in case.asked.answers):
        tags[reading.asked :] = [
            float(ours and first < start + len(gold) and start < last) if last > first else -1.0
            for first, last in reading.spans[reading.asked :]
        ]
    return Example(
        states=reading.states.astype(np.float16),
        kinds=token_kinds(case.view, seen, reading),
        asked=reading.asked,
        tags=tags,
        answers=case.kind == "answerable",
        weight=_weight(case),
    )


def seen(
    engine: Engine, snapshot: Snapshot, cases: Sequence[Case], models: Sequence[Logistic]
) -> tuple[Floats, list[Example]]:
    """Answerability features and reading of each case, sentences ranked by the model of its fold."""
    assert isinstance(engine.encoder, JointEncoder)
    articles, rows, examples = Articles(snapshot), [], []
    for case in track(cases, description="features"):
        best_first = ranked(case, models[case.fold])
        rows.append(features(engine, case, best_first, articles))
        examples.append(example(engine.encoder, case, best_first[0]))
    return np.array(rows), examples


def read_rows(examples: Sequence[Example], folds: npt.NDArray[np.int_], encoder: str) -> tuple[Floats, list[Reader]]:
    """`READ_FEATURES` of each example, by a reader that was fitted without its fold, and those readers."""
    rows, readers = np.zeros((len(examples), len(READ_FEATURES))), []
    for fold in track(range(FOLDS), description="readers"):
        reader = fit_reader([e for e, f in zip(examples, folds, strict=True) if f != fold], encoder)
        for i in np.flatnonzero(folds == fold).tolist():
            rows[i] = reader.read(examples[i].states.astype(np.float32), examples[i].kinds, examples[i].asked)
        readers.append(reader)
    return rows, readers


def crossed_scores(cases: Sequence[Case], rows: Floats, folds: npt.NDArray[np.int_], names: tuple[str, ...]) -> Floats:
    """Probabilities by models fitted without the case's fold."""
    scores = np.empty(len(cases))
    for fold in range(FOLDS):
        trained = folds != fold
        model = fit_answerable([cases[i] for i in np.flatnonzero(trained).tolist()], rows[trained], names)
        scores[folds == fold] = [model.probability(row) for row in rows[folds == fold]]
    return scores


def refusals(cases: Sequence[Case], scores: Floats, threshold: float) -> dict[str, float]:
    """Share refused of each kind at `threshold` (of the answerable: over-refusal), and the area under the curve."""
    kinds = np.array([case.kind for case in cases])
    shares = {kind: round(float((scores[kinds == kind] < threshold).mean()), 4) for kind in get_args(Kind)}
    withheld = kinds != "near miss"
    area = roc_auc_score(kinds[withheld] == "answerable", scores[withheld])
    return {**shares, "AUROC": round(float(area), 4)}


def main(
    data: Annotated[Path, typer.Option(help="folder of the development sets")],
    store: Annotated[Path, typer.Option(help="data folder made by eval.devstore")],
    limit: Annotated[int, typer.Option(help="questions of each set")] = 1_000_000,
    gathered: Annotated[
        Path | None, typer.Option(help="file that keeps what was gathered, to fit again in minutes")
    ] = None,
    crossed: Annotated[
        Path | None, typer.Option(help="folder for the readers of the folds, for `eval.quoting`")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="write both files of weights")] = False,  # noqa: FBT002 - a command-line flag
) -> None:
    """Fit, print the cross-validated figures, and with `--write` store the weights."""
    if gathered and gathered.exists():
        cases, rows, examples, provenance = pickle.loads(gathered.read_bytes())  # noqa: S301 - written by this script
    else:
        cases, rows, examples, provenance = _gathered(data, store, limit)
        if gathered:
            gathered.write_bytes(pickle.dumps((cases, rows, examples, provenance)))
    encoder = str(provenance["encoder"])
    folds = np.array([case.fold for case in cases])
    read, readers = read_rows(examples, folds, encoder)
    both = np.hstack([rows, read])
    figures, thresholds, scores = {}, {}, {}
    for name, chosen, names in (("without reader", rows, ANSWERABLE_FEATURES), ("with reader", both, _BOTH)):
        scores[name] = crossed_scores(cases, chosen, folds, names)
        thresholds[name] = _threshold(cases, scores[name])
        figures[name] = by_set(cases, scores[name], thresholds[name])
    moved = _log_odds(thresholds["with reader"]) - _log_odds(thresholds["without reader"])
    mean = [(_log_odds(a) + moved + _log_odds(b)) / 2 for a, b in zip(*scores.values(), strict=True)]
    scores["mean"] = np.array([probability_of(value) for value in mean])
    thresholds["mean"] = _threshold(cases, scores["mean"])
    figures["mean"] = by_set(cases, scores["mean"], thresholds["mean"])
    Console().print_json(json.dumps({"thresholds": thresholds, **figures}))
    if crossed:
        crossed.mkdir(parents=True, exist_ok=True)
        for fold, reader in enumerate(readers):
            save_reader(reader, crossed / f"{fold}.npz")
    if write:
        without = fit_answerable(cases, rows, ANSWERABLE_FEATURES)
        models = {
            "sentence": fit_sentences(cases),
            "answerable": replace(without, bias=round(without.bias + moved, 5)),  # of one scale with the other
            "reading": fit_answerable(cases, both, _BOTH),
        }
        _write(models, fit_reader(examples, encoder), thresholds["mean"], {**provenance, "cross-validated": figures})


def _threshold(cases: Sequence[Case], scores: Floats) -> float:
    """The score that `_OVER_REFUSAL` of the answerable questions do not reach."""
    return float(np.quantile(scores[[case.kind == "answerable" for case in cases]], _OVER_REFUSAL))


def _gathered(data: Path, store: Path, limit: int) -> tuple[list[Case], Floats, list[Example], dict[str, object]]:
    """Every case, its features, its reading, and where all that comes from."""
    engine = open_engine(load_settings(data=store), read_only=True)
    with engine.store.snapshot() as snapshot:
        cases = [case for case in gather(engine, snapshot, data, limit) if case.sentences]
        crossed = [fit_sentences([case for case in cases if case.fold != fold]) for fold in range(FOLDS)]
        rows, examples = seen(engine, snapshot, cases, crossed)
        provenance: dict[str, object] = {
            "command": "python -m eval.calibrate --data ../shared/data --store DIR --write",
            "sets": list(SETS),
            "questions": sum(case.kind == "answerable" for case in cases),
            "passages": snapshot.live_passages,
            "encoder": engine.encoder.spec.fingerprint,
            "settings": engine.settings.fingerprint,
            "date": datetime.now(UTC).date().isoformat(),
        }
    engine.close()
    return cases, rows, examples, provenance


def by_set(cases: Sequence[Case], scores: Floats, threshold: float) -> dict[str, dict[str, float]]:
    """`refusals` of all cases and of each development set."""
    figures = {"all": refusals(cases, scores, threshold)}
    for name in SETS:
        chosen = [i for i, case in enumerate(cases) if case.asked.paragraph_id.startswith(Path(name).stem)]
        figures[name] = refusals([cases[i] for i in chosen], scores[chosen], threshold)
    return figures


def _log_odds(probability: float) -> float:
    return math.log(probability / (1 - probability))


def _write(models: dict[str, Logistic], reader: Reader, threshold: float, provenance: dict[str, object]) -> None:
    def plain(model: Logistic) -> dict[str, object]:
        return {"bias": model.bias, "weights": dict(zip(model.features, model.weights, strict=True))}

    content = {
        "provenance": provenance,
        "threshold": round(threshold, 4),
        "second": _SECOND,
        **{name: plain(model) for name, model in models.items()},
    }
    folder = Path(__file__).parent.parent / "rag" / "answer"
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    (folder / "calibration.json").write_text(text, encoding="utf-8")
    save_reader(reader, folder / "reader.npz")


if __name__ == "__main__":
    typer.run(main)
