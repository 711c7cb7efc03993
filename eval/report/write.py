"""Puts the three reports of a run into its folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from eval.baseline import BaselineRun
from eval.gate import Comparison
from eval.gate_tables import comparison_object
from eval.report.failures import Failure, failures
from eval.report.markdown import markdown
from eval.report.noise import load_noise
from eval.report.page import page
from eval.report.plots import plots
from eval.scores import Scores
from eval.tables import scores_object
from rag.answer.present import JsonObject, plain_fields
from rag.errors import InputError


def write_reports(
    folder: Path, scores: Scores, comparison: Comparison | None, runs: Mapping[str, BaselineRun]
) -> list[Path]:
    """`report.json`, `report.md` and `report.html`, with the answers of the baseline beside those that failed.

    Noise is shown when the folder holds a `noise.json` (see `eval.report.noise`).

    Raises:
        InputError: the folder cannot be written, or `noise.json` is something else.
        ConfigError: matplotlib is not installed.
    """
    then = runs.get(scores.conditions.answerer)
    same = then is not None and then.conditions.set_digest == scores.conditions.set_digest
    found = failures(scores, then.cases if then and same else {})
    noise = load_noise(folder)
    texts = {
        "report.json": json.dumps(_object(scores, comparison, found), ensure_ascii=False, indent=1) + "\n",
        "report.md": markdown(scores, found, comparison, noise),
        "report.html": page(scores, found, comparison, plots(scores, noise)),
    }
    try:
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(f"the reports cannot be written to {folder}: {error.strerror or error}") from error
    return [folder / name for name in texts]


def _object(scores: Scores, comparison: Comparison | None, found: tuple[Failure, ...]) -> JsonObject:
    return {
        **scores_object(scores),
        "gate": comparison_object(comparison) if comparison else None,
        "failures": [
            {
                "id": failure.scored.case.case_id,
                "question": failure.scored.case.question,
                "wrong": list(failure.wrong),
                "new": failure.is_new,
                "reply": plain_fields(failure.scored.reply),
                "baseline": failure.baseline.answer if failure.baseline else None,
            }
            for failure in found
        ],
    }
