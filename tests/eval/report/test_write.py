"""The three reports of a run: complete, escaped, and in need of nothing but themselves."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from eval.baseline import BaselineRun, baseline_run
from eval.cases import Case, Gold
from eval.conditions import Conditions
from eval.gate import compare
from eval.judges import QuoteJudge
from eval.replies import FoundPassage, Reply, ReplyCitation
from eval.report.write import write_reports
from eval.run import Run
from eval.scores import Scores, score
from rag.errors import InputError
from rag.types import Turn

HOSTILE = '</summary><script>alert(1)</script><img src=x onerror="alert(2)">&amp; | `*[链接](javascript:alert(3))'
CONDITIONS = Conditions(
    set_name="小集", set_version=3, set_digest="abc", answerer="quotes", fingerprint="f1", build="b1"
)
CASES = (
    Case(
        case_id=f"hostile{HOSTILE}",
        question=f"问{HOSTILE}",
        tags=(f"tag{HOSTILE}",),
        answerable=True,
        facts=((f"事实{HOSTILE}",),),
        gold=(Gold(article=f"文{HOSTILE}.txt", quote=f"原句{HOSTILE}。"),),
        history=(Turn(role="user", text=f"前{HOSTILE}"),),
        forbidden=(f"禁{HOSTILE}",),
    ),
    Case(case_id="good", question="好问题？", tags=("number",), answerable=True, facts=(("五个",),)),
    Case(case_id="moon", question="月亮多远？", tags=("off-topic",), answerable=False),
    Case(case_id="sun", question="太阳多远？", tags=("off-topic",), answerable=False),
)
REPLIES = (
    Reply(
        status="answered",
        text=f"答{HOSTILE}",
        citations=(
            ReplyCitation(
                number=1, article="a", name=f"文{HOSTILE}", quote=f"引{HOSTILE}", exact=False, verdict="exact"
            ),
        ),
        passages=(FoundPassage(article="a", name=HOSTILE, text=HOSTILE),),
        trace={"query": HOSTILE},
        timings={"total": 20.0, "encode": 4.0},
        answerability=0.9,
        first=18.0,
        whole=20.0,
    ),
    Reply(status="answered", text="一共5个。", answerability=0.8, timings={"total": 10.0}, first=9.0, whole=10.0),
    Reply(status="refused", reason="no_evidence", answerability=0.1, whole=5.0),
    Reply(status="failed", error=f"Error: {HOSTILE}"),
)


class Looked(HTMLParser):
    """What a browser would see: elements, attributes, and text by the element that holds it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def scores() -> Scores:
    ids = [case.case_id for case in CASES]
    done = Run(
        conditions=CONDITIONS,
        cases=CASES,
        replies=dict(zip(ids, REPLIES, strict=True)),
        asked=4,
        seconds=1.0,
        peak_megabytes=300.0,
    )
    return score(done, QuoteJudge())


@pytest.fixture(scope="module")
def baseline(scores: Scores) -> dict[str, BaselineRun]:
    """A baseline in which the first case was right, with words as hostile as those of now."""
    run = baseline_run(scores)
    first = CASES[0].case_id
    before = replace(run.cases[first], answer=f"从前{HOSTILE}", parts={"right": (1.0, 1.0)})
    return {"quotes": replace(run, cases={**run.cases, first: before})}


@pytest.fixture(scope="module")
def folder(scores: Scores, baseline: dict[str, BaselineRun], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reports with a comparison and with noise beside them."""
    folder = tmp_path_factory.mktemp("reports")
    change = {"points": -3.5, "low": -6.0, "high": -1.0}
    noise = [
        {"noise": "clean", "cases": 2, "fact_recall": 0.5, "change": {"points": 0.0, "low": 0.0, "high": 0.0}},
        {"noise": "pinyin", "cases": 2, "fact_recall": 0.465, "change": change},
    ]
    (folder / "noise.json").write_text(json.dumps(noise), encoding="utf-8")
    write_reports(folder, scores, compare(scores, baseline), baseline)
    return folder


@pytest.fixture(scope="module")
def looked(folder: Path) -> Looked:
    return Looked((folder / "report.html").read_text(encoding="utf-8"))


def test_page_runs_and_fetches_nothing(looked: Looked) -> None:
    """No script, no image, no frame, no handler and no address, whatever the texts hold; styles are inside."""
    assert not {"script", "img", "iframe", "object", "link", "a", "form"} & set(looked.elements)
    assert not [name for name, _ in looked.attributes if name.startswith("on") or name in {"src", "href", "action"}]
    assert looked.elements.count("style") >= 1
    hrefs = [value for name, value in looked.attributes if name == "xlink:href"]
    assert all(value is not None and value.startswith("#") for value in hrefs)


def test_page_shows_every_text_as_it_is(looked: Looked) -> None:
    """Question, history, answer, quote, article, fact, gold, forbidden, baseline's answer, trace and error are read."""
    for word in ("问", "前", "答", "引", "文", "事实", "原句", "禁", "从前", "Error: "):
        assert f"{word}{HOSTILE}" in looked.text, word
    assert json.dumps(HOSTILE, ensure_ascii=False) in looked.text  # in the trace


def test_page_draws_its_plots(looked: Looked, folder: Path) -> None:
    """By tag, refusal curve, latency and noise are drawn in the page's own ink, with ids that do not meet."""
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert [text.count(f"<h2>{title}</h2>") for title in ("By tag", "Refusal curve", "Latency", "By noise")] == [1] * 4
    labels = [value for name, value in looked.attributes if name == "aria-label"]
    assert "pinyin: -3.5" in labels[-1]
    assert "currentColor" in text
    ids = [value for name, value in looked.attributes if name == "id"]
    assert len(ids) == len(set(ids))


def test_failed_cases_are_those_that_failed(folder: Path) -> None:
    """What the baseline did better comes first; a right answer and a right refusal are not among them."""
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert [(row["id"], row["new"]) for row in report["failures"]] == [(CASES[0].case_id, True), ("sun", False)]
    assert report["failures"][0]["wrong"] == ["wrong or incomplete", "quote not in the original"]
    assert report["failures"][1]["wrong"] == ["error"]
    assert report["measures"]["right"]["value"] == 0.5
    assert report["conditions"]["key"] == CONDITIONS.key


def test_markdown_table_is_golden(folder: Path) -> None:
    """The figures as a pull request would show them; cells of others' text break no table and no line."""
    lines = (folder / "report.md").read_text(encoding="utf-8").splitlines()
    assert lines[:5] == ["# Jushi, measured", "", "小集 3 (abc), 4 cases, answerer quotes, in process", "", lines[4]]
    assert lines[4] == "| measure | value | 95 % interval | goal | cases | what it is |"
    assert "| right | 0.500 | 0.000 – 1.000 |  | 2 | answers with every fact, nothing forbidden |" in lines
    assert "| refused | 0.500 | 0.000 – 1.000 | ≥ 0.92 missed | 2 | unanswerable questions that were refused |" in lines
    assert (
        "| quotes exact | 0.000 | 0.000 – 0.000 | ≥ 1 missed | 1 | quotes that stand in the original as told |" in lines
    )
    assert "| pinyin | 0.465 | -3.5 | -6.0 – -1.0 |" in lines
    tagged = next(line for line in lines if line.startswith("| tag") and "script" in line)
    assert tagged.replace("\\|", "").count("|") == lines[lines.index(tagged) - 1].count("|")
    assert not [line for line in lines if "<script" in line.replace("\\<", "")]


def test_baseline_of_another_set_is_not_shown(scores: Scores, baseline: dict[str, BaselineRun], tmp_path: Path) -> None:
    """Answers to questions of another set are not put beside these."""
    run = baseline["quotes"]
    other = replace(run, conditions=replace(run.conditions, set_digest="other"))
    write_reports(tmp_path, scores, None, {"quotes": other})
    assert "从前" not in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_other_noise_is_named(scores: Scores, tmp_path: Path) -> None:
    """A file of that name that is something else is an error that names it."""
    (tmp_path / "noise.json").write_text('{"noise": 1}', encoding="utf-8")
    with pytest.raises(InputError, match=r"noise\.json is not what jushi eval noise --json prints"):
        write_reports(tmp_path, scores, None, {})
