"""Some hundred requests made from the API's own description by Schemathesis; `python -m eval.fuzz_api` makes more."""

from __future__ import annotations

import httpx
import pytest

from eval.fuzz_api import answered, attack


@pytest.mark.slow
def test_no_request_makes_the_server_fail(address: str, http: httpx.Client, linhe: str) -> None:
    """Valid requests and invalid ones are answered with a status below 500, and the server goes on."""
    assert http.post("/v1/documents", json={"documents": [{"id": "a", "text": linhe}]}).status_code == 200
    before = answered(address)
    found = attack(address, examples=15, seed=1, phases="examples,fuzzing")
    counts = answered(address) - before
    assert found.code == 0, found.report
    assert counts.total() >= 200
    assert {status for _, status in counts if status >= "500"} == set()
    assert {status for _, status in counts} >= {"200", "400", "404"}
    assert http.get("/readyz").status_code == 200


def test_digits_without_end_are_checked_as_any_text(http: httpx.Client) -> None:
    """9000 digits, which Python does not read as a number, are no figure of a claim or of a source."""
    digits = "0" * 9_000
    body = {"text": f"{digits}个学位。", "sources": [{"text": f"今年新增公办幼儿园学位{digits}个。"}]}
    response = http.post("/v1/verify", json=body)
    assert response.status_code == 200
    assert response.json()["claims"][0]["text"].startswith("000")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_may_be_asked_from(http: httpx.Client, linhe: str, day: str) -> None:
    """Words such as 大前年 and 明年 lead out of the calendar there; the question is answered all the same."""
    http.post("/v1/documents", json={"documents": [{"id": "a", "text": linhe}]})
    question = "大前年、去年、明年12月11日和下周三，临河区新增学位多少个？"
    body = {"messages": [{"role": "user", "content": question}], "as_of": day}
    assert http.post("/v1/chat/completions", json=body).status_code == 200
