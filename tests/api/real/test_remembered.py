"""The same question again, over HTTP: what is the same, what is new, and what makes it another question."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

QUESTION = "2023年临河区新建幼儿园多少所？"


def ask(http: httpx.Client, **more: Any) -> dict[str, Any]:
    body = {"model": "jushi-quotes", "messages": [{"role": "user", "content": QUESTION}], **more}
    response = http.post("/v1/chat/completions", json=body)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def said(completion: dict[str, Any]) -> tuple[str, bool]:
    """The content, and whether it was remembered."""
    message = completion["choices"][0]["message"]
    return message["content"], message["jushi"]["trace"]["remembered"]


def store(http: httpx.Client, text: str, name: str = "linhe") -> None:
    http.post("/v1/documents", json={"documents": [{"text": text, "id": name}]}).raise_for_status()


def counted(http: httpx.Client) -> str:
    (line,) = [line for line in http.get("/metrics").text.splitlines() if line.startswith("jushi_answers_remembered_t")]
    return line.split()[1]


def test_a_remembered_reply_is_the_same_under_an_id_of_its_own(http: httpx.Client, linhe: str) -> None:
    """Content, annotations, sources and citations are the same; id and kept answer are each reply's own."""
    store(http, linhe)
    first, second = ask(http), ask(http)
    assert (said(first)[1], said(second)[1]) == (False, True)
    assert "12所" in said(first)[0]
    for name in ("content", "annotations"):
        assert first["choices"][0]["message"][name] == second["choices"][0]["message"][name]
    for name in ("citations", "search_results"):
        assert first[name] == second[name]
    assert first["id"] != second["id"]
    for given in (first, second):
        kept = http.get(f"/v1/answers/{given['id']}").json()
        assert (kept["id"], kept["question"]) == (given["id"], QUESTION)
        assert kept["jushi"] == given["choices"][0]["message"]["jushi"]
    assert counted(http) == "1.0"


def test_a_stream_is_remembered_like_a_whole(http: httpx.Client, linhe: str) -> None:
    """A stream of the same question says the same, search results first."""
    store(http, linhe)
    content, _ = said(ask(http))
    body = {"model": "jushi-quotes", "stream": True, "messages": [{"role": "user", "content": QUESTION}]}
    lines = http.post("/v1/chat/completions", json=body).text.split("\n\n")
    assert '"remembered":true' in lines[-3]
    assert '"search_results":[{' in lines[1]
    assert content in "".join(lines)


def test_what_is_stored_or_removed_is_seen_at_once(http: httpx.Client, linhe: str) -> None:
    """A new revision and a removal are in the next answer."""
    store(http, linhe)
    assert "12所" in said(ask(http))[0]
    store(http, linhe.replace("12所", "15所"))
    content, remembered = said(ask(http))
    assert ("15所" in content, "12所" in content, remembered) == (True, False, False)
    http.delete("/v1/documents/linhe").raise_for_status()
    gone = ask(http)["choices"][0]["message"]["jushi"]
    assert (gone["refusal"]["reason"], gone["trace"]["remembered"]) == ("empty_store", False)


def test_other_filters_make_another_question(http: httpx.Client, linhe: str, donggang: str) -> None:
    """An answer is never given to whom a filter hides its article."""
    store(http, linhe)
    store(http, donggang, "donggang")
    assert "12所" in said(ask(http))[0]
    limited = ask(http, filters={"article_ids": ["donggang"]})["choices"][0]["message"]["jushi"]
    assert (limited["status"], limited["trace"]["remembered"]) == ("refused", False)
    assert {hit["article_id"] for hit in limited["trace"]["hits"]} == {"donggang"}


@pytest.mark.parametrize("limits", [{"remembered_answers": 0}])
def test_remembering_can_be_turned_off(http: httpx.Client, linhe: str) -> None:
    """Then each answer is made anew."""
    store(http, linhe)
    assert [said(ask(http))[1] for _ in range(2)] == [False, False]
