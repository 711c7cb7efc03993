"""The validator finds each fault by itself, and the set that ships with the program has none."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eval.cases import ANSWERABLE_TAGS, QUESTIONS, UNANSWERABLE_TAGS, Case, CaseSet, Gold, load_cases
from eval.set_store import source_paths
from eval.validate import FEWEST, app, check_cases, tag_counts
from rag.ingest.assemble import assemble
from rag.ingest.sources import read_sources
from rag.types import Article, Media, RawDocument, Turn


def article(text: str, published: str | None) -> Article:
    return assemble(
        RawDocument(
            name="a.txt", data=text.encode(), media=Media.TEXT, encoding="utf-8", title="题", published=published
        )
    )


LAKE = "雲湖的水位是14.6米，比前一天高0.4米。"
ARTICLES = {
    "lake.txt": article(f"{LAKE}\n湖边的步道照常开放，没有封闭。", "2025-06-03"),
    "other.txt": article("云湖的水位是14.9米，步道照常开放。", "2025-06-04"),
    "undated.txt": article("云湖的面积是3.2平方公里。", None),
}
EARLIER = {"lake.txt": [article("云湖的水位是14.2米。", "2025-06-02")]}
GOOD = Case(
    case_id="level", question="云湖水位多高？", tags=("number",), answerable=True, facts=(("14.6米", "14.60米"),),
    gold=(Gold(article="lake.txt", quote="云湖的水位是14.6米，比前一天高0.4米。"),),
)  # fmt: skip
NONE = Case(case_id="none", question="红烧肉怎么做？", tags=("off-topic",), answerable=False)
KINDS = "near-miss, absent-attribute, out-of-date, off-topic"
ASKED = (Turn(role="user", text="云湖在哪？"), Turn(role="assistant", text="在城北。"))


def filled(*cases: Case) -> CaseSet:
    """These cases, with as many sound ones as keep their tags from being too thin."""
    more = [
        replace(kind, case_id=f"{kind.case_id}-{at}", question=f"{kind.question}{at}")
        for kind in (GOOD, NONE)
        for at in range(12)
    ]
    return CaseSet(name="small", version=1, digest="", sources=(), cases=(*cases, *more))


def faults(case: Case, earlier: Mapping[str, Sequence[Article]] | None = EARLIER) -> list[str]:
    thin = " cases; a figure needs at least "
    return [fault for fault in check_cases(filled(case), ARTICLES, earlier) if thin not in fault]


def test_sound_cases_have_no_faults() -> None:
    """Script does not count between quote and article, and nothing is found where nothing is wrong."""
    assert check_cases(filled(GOOD, NONE), ARTICLES, EARLIER) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"tags": ()}, "level: has no tags"),
        ({"tags": ("number", "colour")}, "level: tag 'colour' is not known"),
        ({"tags": ("number", "number")}, "level: tag 'number' is given twice"),
        ({"tags": ("number", "near-miss")}, "level: is answerable, but tagged near-miss"),
        ({"facts": ()}, "level: is answerable, but has no facts"),
        ({"gold": ()}, "level: is answerable, but has no gold evidence"),
        ({"facts": (("14.6米",), ())}, "level: has a fact without wordings, or an empty wording"),
        ({"facts": (("14.6米", " "),)}, "level: has a fact without wordings, or an empty wording"),
        ({"question": " "}, "level: asks nothing"),
        (
            {"facts": (("14.6米",), ("14.7米", "14.8米"))},
            "level: the fact 14.7米 | 14.8米 is in none of its gold quotes",
        ),
        ({"facts": (("14.6米",), ("4.6米",))}, "level: the fact 4.6米 is in none of its gold quotes"),
        ({"forbidden": ("0.4米",)}, "level: '0.4米' is forbidden, but stands in the gold quote of lake.txt"),
        ({"gold": (Gold(article="sea.txt", quote=LAKE),)}, "level: there is no article sea.txt"),
        (
            {"gold": (Gold(article="lake.txt", quote="云湖的水位为14.6米。"),)},
            "level: the quote '云湖的水位为14.6米。' is not in the cleaned text of lake.txt",
        ),
        (
            {"gold": (*GOOD.gold, Gold(article="lake.txt", quote="湖边的步道照常开放"))},
            "level: the quote '湖边的步道照常开放' of lake.txt holds none of the facts",
        ),
        ({"as_of": date(2025, 6, 2)}, "level: lake.txt came out on 2025-06-03, so it is not seen as of 2025-06-02"),
        (
            {
                "as_of": date(2025, 6, 2),
                "facts": (("3.2平方公里",),),
                "gold": (Gold(article="undated.txt", quote="云湖的面积是3.2平方公里。"),),
            },
            "level: undated.txt has no date, so it is not seen as of 2025-06-02",
        ),
        (
            {"question": "云湖去年的水位多高？"},
            "level: says 去年 without as_of, which makes the answer depend on the day of the run",
        ),
        ({"tags": ("traditional",)}, "level: is tagged traditional, but its question is written in zh-Hans"),
        (
            {"tags": ("english",), "question": "雲湖水位多高？"},
            "level: is tagged english, but its question is written in zh-Hant",
        ),
        (
            {
                "tags": ("conflict",),
                "facts": (("14.6米",), ("3.2平方公里",)),
                "gold": (*GOOD.gold, Gold(article="undated.txt", quote="云湖的面积是3.2平方公里。")),
            },
            "level: is about a conflict, but undated.txt has no date to tell it by",
        ),
        ({"tags": ("follow-up",)}, "level: a case has the tag follow-up when it has a history, and only then"),
        ({"history": ASKED}, "level: a case has the tag follow-up when it has a history, and only then"),
        (
            {"tags": ("follow-up",), "history": ASKED[:1]},
            "level: history goes user; expected user and assistant in turn, ending with assistant",
        ),
        (
            {"tags": ("follow-up",), "history": ASKED[::-1]},
            "level: history goes assistant, user; expected user and assistant in turn, ending with assistant",
        ),
        ({"tags": ("conflict",)}, "level: is about a conflict, so it has the facts of at least two articles"),
        (
            {"tags": ("superseded",)},
            "level: is about a superseded value, so the old value is forbidden; found nothing forbidden",
        ),
        ({"tags": ("superseded",), "forbidden": ("14.3米",)}, "level: '14.3米' stands in no superseded revision"),
    ],
)
def test_each_fault_of_an_answerable_case_is_found(change: dict[str, Any], fault: str) -> None:
    """A sound case that is broken in one way has that fault and no other."""
    assert faults(replace(GOOD, **change)) == [fault]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"facts": (("肉",),)}, "none: is unanswerable, but has facts"),
        (
            {"tags": ("typo",)},
            f"none: is unanswerable, so it has one of the tags {KINDS}; found 0",
        ),
        (
            {"tags": ("off-topic", "near-miss")},
            f"none: is unanswerable, so it has one of the tags {KINDS}; found 2",
        ),
    ],
)
def test_each_fault_of_an_unanswerable_case_is_found(change: dict[str, Any], fault: str) -> None:
    """What cannot be answered has a kind and no facts."""
    assert faults(replace(NONE, **change)) == [fault]


def test_gold_of_an_unanswerable_case_is_a_fault() -> None:
    """Evidence for what cannot be answered contradicts itself."""
    gold = (Gold(article="lake.txt", quote="云湖的水位"),)
    assert faults(replace(NONE, gold=gold)) == ["none: is unanswerable, but has gold evidence"]


def test_repeated_ids_and_repeated_questions_are_found() -> None:
    """Ids name rows of a report; a question asked twice would count twice."""
    same = replace(GOOD, case_id="level-again")
    assert check_cases(filled(GOOD, GOOD, same), ARTICLES) == [
        "level: 2 cases have this id",
        "level-again: asks the same as level",
    ]


def test_thin_tags_are_found() -> None:
    """A tag with too few cases has no figure; one that a set does not use is no fault."""
    thin = CaseSet(name="small", version=1, digest="", sources=(), cases=(GOOD, NONE))
    assert check_cases(thin, ARTICLES) == [
        "tag number has 1 cases; a figure needs at least 10",
        "tag off-topic has 1 cases; a figure needs at least 12",
    ]


def test_facts_stand_in_quotes_by_value() -> None:
    """Another notation of the same figure is the same fact."""
    assert faults(replace(GOOD, facts=(("十四点六米",),))) == []


def test_a_sound_conflict_and_a_sound_superseded_value_pass() -> None:
    """Both values of a conflict from two articles; the old value in a revision that is kept."""
    two = (*GOOD.gold, Gold(article="other.txt", quote="云湖的水位是14.9米"))
    assert faults(replace(GOOD, tags=("conflict",), facts=(("14.6米",), ("14.9米",)), gold=two)) == []
    assert faults(replace(GOOD, tags=("superseded",), forbidden=("14.2米",))) == []


@cache
def shipped() -> tuple[CaseSet, dict[str, Article], dict[str, list[Article]]]:
    """The set of the program, its current articles and their superseded revisions, cleaned but not indexed."""
    case_set = load_cases(QUESTIONS)
    by_id: dict[str, list[tuple[str, Article]]] = {}
    for document in read_sources(source_paths(case_set), max_bytes=1_000_000):
        assert isinstance(document, RawDocument)
        made = assemble(document)
        by_id.setdefault(made.article_id, []).append((Path(document.name).name, made))
    current = dict(versions[-1] for versions in by_id.values())
    earlier = {versions[-1][0]: [old for _, old in versions[:-1]] for versions in by_id.values() if len(versions) > 1}
    return case_set, current, earlier


def test_the_shipped_set_is_sound() -> None:
    """Every rule above holds for it."""
    assert check_cases(*shipped()) == []


def test_the_shipped_set_is_large_enough() -> None:
    """At least 160 questions, every tag with enough of them, over at least 20 articles."""
    case_set, articles, earlier = shipped()
    counts = tag_counts(case_set)
    assert len(case_set.cases) >= 160
    assert {tag: counts[tag] for tag in FEWEST if counts[tag] < FEWEST[tag]} == {}
    assert set(counts) == {*ANSWERABLE_TAGS, *UNANSWERABLE_TAGS}
    assert len(articles) >= 20
    assert len(earlier) >= 6


def test_the_command_tells_faults_and_counts(tmp_path: Path) -> None:
    """It prints a sentence a fault and leaves with 1; as JSON the same faults stand beside the counts."""
    (tmp_path / "lake.txt").write_text(f"云湖简报\n{LAKE}\n湖边的步道照常开放，没有封闭。", encoding="utf-8")
    rows = [
        {"set": "small", "version": 1, "sources": ["lake.txt"]},
        {"id": "a", "question": "步道呢？", "tags": ["number"], "answerable": True, "facts": [["8米"]],
         "gold": [{"article": "lake.txt", "quote": "步道照常开放"}]},
    ]  # fmt: skip
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    plain = CliRunner().invoke(app, [str(path)])
    found = CliRunner().invoke(app, [str(path), "--json"])
    expected = [
        "a: the quote '步道照常开放' of lake.txt holds none of the facts",
        "a: the fact 8米 is in none of its gold quotes",
        "tag number has 1 cases; a figure needs at least 10",
    ]
    assert (plain.exit_code, found.exit_code) == (1, 1)
    assert plain.stdout.splitlines() == [*expected, "small 1: 1 cases, 1 articles, 3 faults"]
    said = json.loads(found.stdout)
    assert (said["faults"], said["cases"], said["articles"], said["tags"]) == (expected, 1, 1, {"number": 1})


def test_the_command_names_a_file_that_is_not_there(tmp_path: Path) -> None:
    """One sentence on standard error, and the exit code of bad input."""
    gone = CliRunner().invoke(app, [str(tmp_path / "gone.jsonl")])
    assert gone.exit_code == 2
    assert "gone.jsonl cannot be read as a question set" in gone.stderr
