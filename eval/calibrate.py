"""Fits the two logistic models of `rag/answer/calibration.json` on the development sets (see `eval.devstore`).

    python -m eval.calibrate --data ../shared/data --store /tmp/dev --write

Every question is asked three times: as it is, with its paragraph hidden, and as a near miss: a name or the word that is
asked about is exchanged for one that the paragraph does not hold. Figures are from two-fold cross-validation, with
all questions of a paragraph in one fold; the weights that are written are fitted on everything.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal, cast, get_args

import numpy as np
import numpy.typing as npt
import typer
from rich.console import Console
from rich.progress import track
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler

from eval.devstore import SETS
from eval.hiding import Hiding
from eval.squad import Asked, load_squad
from rag.answer.answerable import ANSWERABLE_FEATURES, COMPARED, answerable_features
from rag.answer.answerer import Articles, fitting
from rag.answer.calibration import Logistic
from rag.answer.sentences import SENTENCE_FEATURES, Sentence, rank
from rag.answer.view import QuestionView, view
from rag.config import load_settings
from rag.search.retriever import Retrieval
from rag.store.protocol import Snapshot
from rag.text.script import fold as fold_text
from rag.types import Question
from rag.wiring import Engine, open_engine

_NOTHING = Logistic(features=SENTENCE_FEATURES, weights=(0.0,) * len(SENTENCE_FEATURES), bias=0.0)
_OVER_REFUSAL = 0.045  # of answerable development questions; the rules of `rag.answer.subject` refuse about .01 more
_NEAR_MISS_WEIGHT = 0.2  # made-up questions are odder than real near misses, so they count less
_OFFERED = 12  # questions from which a near miss may take its word
_SECOND = 0.12  # share of the best sentence's probability that a further one must reach; .25 quotes less and finds less

Kind = Literal["answerable", "withheld", "near miss"]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question, asked once: its sentences, which of them hold the gold answer, and what was found."""

    asked: Asked
    kind: Kind
    fold: int
    view: QuestionView
    retrieval: Retrieval
    sentences: tuple[Sentence, ...]
    gold: tuple[bool, ...]


def collect(engine: Engine, snapshot: Snapshot, articles: Articles, asked: Asked, kind: Kind, text: str) -> Case:
    """Ask `text`, which is `asked` or a near miss of it, with its paragraph hidden when it is withheld."""
    shown = cast("Snapshot", Hiding(snapshot, [asked.paragraph_id])) if kind == "withheld" else snapshot
    retrieval = engine.retriever.retrieve_from(shown, Question(text=text))
    seen = view(retrieval.query, retrieval.weights)
    found = tuple(fitting(seen, rank(seen, retrieval.evidence, _NOTHING), articles))
    return Case(
        asked=asked,
        kind=kind,
        fold=int(asked.paragraph_id.rpartition("-")[2]) % 2,
        view=seen,
        retrieval=retrieval,
        sentences=found,
        gold=tuple(_holds_gold(asked, sentence) for sentence in found),
    )


def near_miss(asked: Asked, paragraph: str, others: Sequence[str]) -> str | None:
    """`asked` about something that its folded `paragraph` does not hold, in words of the questions `others`.

    A name gives way to another of its kind; without names, the word next to the interrogative to another such word.
    None when `others` offer nothing that fits.
    """
    ours = view(asked.question, {})
    for other in others:
        theirs = view(other, {})
        swaps = [
            (a.word, b.word) for a in ours.names for b in theirs.names if a.kind == b.kind and b.word not in paragraph
        ]
        if not ours.names and ours.expected.kind is theirs.expected.kind:
            swaps = [(a, b) for a in ours.focus for b in theirs.focus if len(b) > 1 and b not in paragraph]
        if swaps and swaps[0][0] in ours.key:
            return ours.key.replace(*swaps[0])
    return None


def _holds_gold(asked: Asked, sentence: Sentence) -> bool:
    """The sentence shares at least half of the shorter of itself and the gold answer, in the gold paragraph."""
    if sentence.evidence.passage.article_id != asked.paragraph_id:
        return False
    end = asked.answer_start + len(asked.answers[0])
    shared = min(sentence.end, end) - max(sentence.start, asked.answer_start)
    return shared >= 0.5 * min(end - asked.answer_start, sentence.end - sentence.start)


def fit_sentences(cases: Sequence[Case]) -> Logistic:
    """Probability that a sentence holds the answer, from cases whose paragraph is there."""
    usable = [case for case in cases if case.kind == "answerable" and case.sentences]
    rows = np.array([sentence.features for case in usable for sentence in case.sentences])
    labels = [gold for case in usable for gold in case.gold]
    return _fit(SENTENCE_FEATURES, rows, labels, np.ones(len(labels)))


def fit_answerable(cases: Sequence[Case], rows: Floats) -> Logistic:
    """Probability that the evidence answers; `rows` are the features of `cases`, in their order."""
    weights = np.array([_NEAR_MISS_WEIGHT if case.kind == "near miss" else 1.0 for case in cases])
    return _fit(ANSWERABLE_FEATURES, rows, [case.kind == "answerable" for case in cases], weights)


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
    vectors = engine.encoder.encode_passages([sentence.text for sentence in best_first[:COMPARED]])
    return answerable_features(
        case.view,
        case.retrieval.evidence,
        best_first,
        similarity=float((vectors @ case.retrieval.vector).max()),
        article=articles.key(best_first[0].evidence.passage.article_id),
    )


def gather(engine: Engine, snapshot: Snapshot, data: Path, limit: int) -> list[Case]:
    """Every question of the development sets (the first `limit` of a seeded shuffle of each), asked in each way."""
    cases, articles, chance = [], Articles(snapshot), random.Random(0)  # noqa: S311 - reproducible, not secret
    for name in SETS:
        dataset = load_squad(data / name)
        paragraphs = {paragraph.paragraph_id: fold_text(paragraph.text) for paragraph in dataset.paragraphs}
        questions = list(dataset.questions)
        chance.shuffle(questions)
        texts = [asked.question for asked in questions]
        for asked in track(questions[:limit], description=name):
            cases.append(collect(engine, snapshot, articles, asked, "answerable", asked.question))
            cases.append(collect(engine, snapshot, articles, asked, "withheld", asked.question))
            missed = near_miss(asked, paragraphs[asked.paragraph_id], chance.sample(texts, _OFFERED))
            if missed:
                cases.append(collect(engine, snapshot, articles, asked, "near miss", missed))
    return cases


def rows_of(engine: Engine, snapshot: Snapshot, cases: Sequence[Case], models: Sequence[Logistic]) -> Floats:
    """Answerability features of each case, sentences ranked by the model of its fold."""
    articles = Articles(snapshot)
    return np.array(
        [
            features(engine, case, ranked(case, models[case.fold]), articles)
            for case in track(cases, description="features")
        ]
    )


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
    write: Annotated[bool, typer.Option("--write", help="write rag/answer/calibration.json")] = False,  # noqa: FBT002 - a command-line flag
) -> None:
    """Fit, print the cross-validated figures, and with `--write` store the weights."""
    engine = open_engine(load_settings(data=store), read_only=True)
    with engine.store.snapshot() as snapshot:
        cases = gather(engine, snapshot, data, limit)
        crossed = [fit_sentences([case for case in cases if case.fold != fold]) for fold in (0, 1)]
        rows = rows_of(engine, snapshot, cases, crossed)
        provenance = {
            "command": "python -m eval.calibrate --data ../shared/data --store DIR --write",
            "sets": list(SETS),
            "questions": sum(case.kind == "answerable" for case in cases),
            "passages": snapshot.live_passages,
            "encoder": engine.encoder.spec.fingerprint,
            "settings": engine.settings.fingerprint,
            "date": datetime.now(UTC).date().isoformat(),
        }
    engine.close()
    folds = np.array([case.fold for case in cases])
    scores = np.empty(len(cases))
    for fold in (0, 1):
        trained = [i for i in range(len(cases)) if folds[i] != fold]
        model = fit_answerable([cases[i] for i in trained], rows[trained])
        scores[folds == fold] = [model.probability(row) for row in rows[folds == fold]]
    answered = np.array([case.kind == "answerable" for case in cases])
    threshold = float(np.quantile(scores[answered], _OVER_REFUSAL))
    figures: dict[str, object] = {"all": refusals(cases, scores, threshold)}
    for name in SETS:
        chosen = [i for i, case in enumerate(cases) if case.asked.paragraph_id.startswith(Path(name).stem)]
        figures[name] = refusals([cases[i] for i in chosen], scores[chosen], threshold)
    Console().print_json(json.dumps({"threshold": threshold, **figures}))
    if write:
        sentence = fit_sentences(cases)
        answerable = fit_answerable(cases, rows)
        _write(sentence, answerable, threshold, {**provenance, "cross-validated": figures})


def _write(sentence: Logistic, answerable: Logistic, threshold: float, provenance: dict[str, object]) -> None:
    def plain(model: Logistic) -> dict[str, object]:
        return {"bias": model.bias, "weights": dict(zip(model.features, model.weights, strict=True))}

    content = {
        "provenance": provenance,
        "threshold": round(threshold, 4),
        "second": _SECOND,
        "sentence": plain(sentence),
        "answerable": plain(answerable),
    }
    path = Path(__file__).parent.parent / "rag" / "answer" / "calibration.json"
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
