"""The checker over HTTP: against sources that come along, and against the store."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from rag.answer.composing import UNPROVEN

CARRIED = "临河区普惠性幼儿园覆盖率达到91.5%。"
WRONG = "临河区新建幼儿园15所。"


def check(http: httpx.Client, text: str, **more: Any) -> dict[str, Any]:
    response = http.post("/v1/verify", json={"text": text, **more})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def test_sentences_are_checked_against_given_sources(http: httpx.Client, linhe: str, donggang: str) -> None:
    """Each sentence has its span, verdict and reason, and a quote cut from the source that carries it."""
    text = f"{CARRIED}[1]\n- 东港市组建了义务教育集团21个。[2]{WRONG}[1][7]"
    sources = [{"text": linhe, "title": "通报"}, {"text": donggang, "url": "https://d.example/1"}]
    found = check(http, text, sources=sources)
    claims = found["claims"]
    assert [claim["verdict"] for claim in claims] == [claims[0]["verdict"], claims[1]["verdict"], "unsupported"]
    assert {claims[0]["verdict"], claims[1]["verdict"]} <= {"exact", "supported"}
    assert [claim["numbers"] for claim in claims] == [[1], [2], [1, 7]]
    assert claims[2]["unknown_numbers"] == [7]
    for claim in claims:
        assert claim["text"] in text[claim["start"] : claim["end"]]
    quotes = [claim["quote"] for claim in claims[:2]]
    assert [quote["index"] for quote in quotes] == [0, 1]
    for quote in quotes:
        source = sources[quote["index"]]["text"]
        assert source[quote["source_start"] : quote["source_end"]] == quote["quote"]
    assert ("91.5%" in quotes[0]["quote"], quotes[0]["title"], quotes[1]["url"]) == (
        True,
        "通报",
        "https://d.example/1",
    )
    assert "12所" in claims[2]["quote"]["quote"]  # what denies it
    assert claims[2]["reason"]
    assert (found["verdict"], found["counts"]["unsupported"]) == ("unsupported", 1)
    assert WRONG not in found["text"]
    assert found["text"].startswith(CARRIED)


def test_unproven_sentences_are_left_out_or_marked(http: httpx.Client, linhe: str) -> None:
    """`drop` takes list signs along and keeps the lines of the rest, `mark` changes nothing else."""
    text = f"{CARRIED}\n1. {WRONG}\n2. 临河区新增学位3600个。"
    dropped = check(http, text, sources=[{"text": linhe}])["text"]
    assert dropped == f"{CARRIED}\n2. 临河区新增学位3600个。"
    marked = check(http, text, sources=[{"text": linhe}], strict="mark")["text"]
    assert marked == text.replace(WRONG, WRONG + UNPROVEN)


def test_without_sources_the_articles_are_searched(http: httpx.Client, linhe: str, donggang: str) -> None:
    """The quote is cut from the stored original of a revision, and filters choose what counts."""
    documents = [{"text": linhe, "id": "linhe", "publisher": "临河区教育局"}, {"text": donggang, "id": "donggang"}]
    http.post("/v1/documents", json={"documents": documents})
    found = check(http, CARRIED + WRONG)
    good, bad = found["claims"]
    assert good["verdict"] in {"exact", "supported"}
    assert bad["verdict"] == "unsupported"
    quote = good["quote"]
    source = http.get("/v1/documents/linhe/source", params={"revision": quote["revision"]}).json()["source"]
    assert source[quote["source_start"] : quote["source_end"]] == quote["quote"]
    assert (quote["article_id"], quote["publisher"]) == ("linhe", "临河区教育局")
    assert quote["url"].endswith("/articles/linhe")
    (elsewhere,) = check(http, CARRIED, filters={"article_ids": ["donggang"]})["claims"]
    assert elsewhere["verdict"] == "unsupported"


def test_clauses_may_rest_on_several_sources(http: httpx.Client, linhe: str, donggang: str) -> None:
    """A sentence that no single quote carries is carried by one for each clause."""
    text = "临河区新建幼儿园12所，东港市全市已组建义务教育集团21个。"
    (claim,) = check(http, text, sources=[{"text": linhe}, {"text": donggang}])["claims"]
    assert claim["verdict"] in {"exact", "supported", "partial"}
    assert [quote["index"] for quote in claim["quotes"]] == [0, 1]


@pytest.mark.parametrize("text", ["……", "临河区新建了多少所幼儿园？", CARRIED])
def test_nothing_to_rest_on(http: httpx.Client, text: str) -> None:
    """An empty store carries nothing, a question says nothing, and marks are no sentence."""
    found = check(http, text)
    assert {claim["verdict"] for claim in found["claims"]} <= {"unsupported"}
    assert found["verdict"] == ("unsupported" if found["claims"] else None)
    assert all(claim["quote"] is None for claim in found["claims"])


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "text"),
        ({"text": " "}, "text"),
        ({"text": "长" * 20_001}, "text"),
        ({"text": "甲。", "sources": []}, "sources"),
        ({"text": "甲。", "sources": [{"text": ""}]}, "sources[0].text"),
        ({"text": "甲。", "sources": [{"text": "乙"}], "filters": {}}, "filters"),
        ({"text": "甲。", "strict": "loud"}, "strict"),
        ({"text": "甲。", "filters": {"since": "2025-01-02", "until": "2025-01-01"}}, "filters.since"),
    ],
)
def test_bad_requests_are_named(http: httpx.Client, body: dict[str, Any], param: str) -> None:
    """A field that makes no sense is a 400 that names it."""
    response = http.post("/v1/verify", json=body)
    assert (response.status_code, response.json()["error"]["param"]) == (400, param)
