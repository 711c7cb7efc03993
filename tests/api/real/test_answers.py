"""Answers that were given, read again over HTTP and checked again."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from rag.config import Settings
from rag.store.answers import KeptAnswers

QUESTION = "2023年临河区新建幼儿园多少所？"


def ask(http: httpx.Client, **more: Any) -> dict[str, Any]:
    body = {"model": "jushi-quotes", "messages": [{"role": "user", "content": QUESTION}], **more}
    response = http.post("/v1/chat/completions", json=body)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def again(http: httpx.Client, answer_id: str, **params: Any) -> dict[str, Any]:
    response = http.get(f"/v1/answers/{answer_id}", params=params)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def store(http: httpx.Client, text: str) -> None:
    http.post("/v1/documents", json={"documents": [{"text": text, "id": "linhe"}]}).raise_for_status()


def test_an_answer_is_kept_as_it_was_given(http: httpx.Client, linhe: str) -> None:
    """Question, content, annotations, addresses and the whole jushi object are those of the completion."""
    store(http, linhe)
    given = ask(http)
    message = given["choices"][0]["message"]
    assert message["jushi"]["citations"]
    kept = again(http, given["id"])
    assert {name: kept[name] for name in ("content", "annotations", "jushi")} == {
        name: message[name] for name in ("content", "annotations", "jushi")
    }
    for name in ("id", "created", "model", "system_fingerprint", "citations"):
        assert kept[name] == given[name]
    assert (kept["object"], kept["question"], "verification" in kept) == ("answer", QUESTION, False)


def test_a_streamed_answer_is_kept_once_it_is_through(http: httpx.Client, linhe: str) -> None:
    """Its content is what the chunks said, under the id of the chunks, which is that of the request."""
    store(http, linhe)
    body = {"model": "jushi-quotes", "stream": True, "messages": [{"role": "user", "content": QUESTION}]}
    lines = http.post("/v1/chat/completions", json=body, headers={"x-request-id": "abc-1"}).text.split("\n\n")
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: {")]
    said = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)
    assert {chunk["id"] for chunk in chunks} == {"chatcmpl-abc-1"}
    assert again(http, "chatcmpl-abc-1")["content"] == said != ""


def test_what_is_unchanged_verifies(http: httpx.Client, linhe: str) -> None:
    """Each quote is cut again from the revision it names, each sentence checked again against it."""
    store(http, linhe)
    found = again(http, ask(http)["id"], verify=True)
    checked = found["verification"]
    assert checked["status"] == "same"
    assert len(checked["citations"]) == len(found["jushi"]["citations"]) > 0
    for citation in checked["citations"]:
        assert (citation["status"], citation["message"]) == ("same", "")
        assert citation["found"] == citation["quote"]
        assert citation["current_revision"] == citation["revision"]
    assert [claim["was"] for claim in checked["claims"]] == [c["verdict"] for c in found["jushi"]["claims"]]
    assert [claim["verdict"] for claim in checked["claims"]] == [claim["was"] for claim in checked["claims"]]


def test_a_superseded_revision_is_named(http: httpx.Client, linhe: str) -> None:
    """The quote is cut from the revision of then, and the answer says that there is a newer one."""
    store(http, linhe)
    given = ask(http)
    store(http, linhe.replace("12所", "15所"))
    checked = again(http, given["id"], verify=True)["verification"]
    assert checked["status"] == "same"
    for citation in checked["citations"]:
        assert citation["current_revision"] != citation["revision"]
        assert citation["message"].startswith(f"the article has a newer revision, {citation['current_revision']};")


def test_a_removed_article_is_said_to_be_gone(http: httpx.Client, linhe: str) -> None:
    """The answer stays readable; its quotes cannot be cut again, and no verdict is made up."""
    store(http, linhe)
    given = ask(http)
    http.delete("/v1/documents/linhe").raise_for_status()
    found = again(http, given["id"], verify=True)
    assert found["content"] == given["choices"][0]["message"]["content"]
    checked = found["verification"]
    assert checked["status"] == "gone"
    assert {(c["status"], c["found"], c["current_revision"]) for c in checked["citations"]} == {("gone", None, None)}
    assert {c["message"] for c in checked["citations"]} == {"the article was removed, so the quote cannot be cut again"}
    assert {claim["verdict"] for claim in checked["claims"]} == {None}


def test_a_refusal_is_kept_too(http: httpx.Client) -> None:
    """It has nothing to check."""
    given = ask(http)
    found = again(http, given["id"], verify=True)
    assert found["jushi"]["refusal"]["reason"] == "empty_store"
    assert (found["verification"]["status"], found["verification"]["claims"]) == ("same", [])


def test_unknown_answers_are_not_found(http: httpx.Client) -> None:
    """In OpenAI's shape, naming the setting that bounds them."""
    response = http.get("/v1/answers/chatcmpl-0")
    assert response.status_code == 404
    error = response.json()["error"]
    assert (error["code"], error["param"]) == ("not_found", "id")
    assert "kept_answers" in error["message"]


def test_a_failure_to_keep_breaks_no_answer(http: httpx.Client, settings: Settings, linhe: str) -> None:
    """The completion is whole while the file cannot be written; asking for it says what is wrong with the file."""
    store(http, linhe)
    (settings.data / "answers.sqlite").write_text("这不是数据库" * 1000, encoding="utf-8")
    given = ask(http)
    assert given["choices"][0]["message"]["jushi"]["status"] == "answered"
    response = http.get(f"/v1/answers/{given['id']}")
    assert (response.status_code, response.json()["error"]["code"]) == (500, "store_error")


@pytest.mark.parametrize("limits", [{"kept_answers": 0}])
def test_keeping_can_be_turned_off(http: httpx.Client, settings: Settings, linhe: str) -> None:
    """Then nothing is written, and the endpoint says why it has nothing."""
    store(http, linhe)
    response = http.get(f"/v1/answers/{ask(http)['id']}")
    assert response.status_code == 404
    assert "kept_answers is 0" in response.json()["error"]["message"]
    assert not (settings.data / "answers.sqlite").exists()


def test_words_that_changed_are_found(http: httpx.Client, settings: Settings, linhe: str) -> None:
    """A kept quote that is not what its revision holds is `changed`, and says what is there."""
    store(http, linhe)
    given = ask(http)
    again(http, given["id"])  # it is written now
    kept = KeptAnswers(settings.data / "answers.sqlite", limit=10)
    kept.keep(given["id"], kept.get(given["id"]).replace("12所", "21所"))
    kept.close()
    checked = again(http, given["id"], verify=True)["verification"]
    assert checked["status"] == "changed"
    changed = [citation for citation in checked["citations"] if citation["status"] == "changed"]
    assert [("12所" in citation["found"], "21所" in citation["quote"]) for citation in changed] == [(True, True)]
