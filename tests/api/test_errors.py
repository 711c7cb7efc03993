"""Every way a request can be wrong comes back in OpenAI's error shape."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from rag.api.errors import param_name

ASK = [{"role": "user", "content": "学位？"}]


def post(http: httpx.Client, **body: Any) -> httpx.Response:
    return http.post("/v1/chat/completions", json={"messages": ASK, **body})


def error_of(response: httpx.Response) -> dict[str, Any]:
    (error,) = response.json().values()
    assert set(error) == {"message", "type", "param", "code"}
    assert response.headers["x-request-id"]
    return error


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"anwserer": "quotes"}, "anwserer"),
        ({"n": 2}, "n"),
        ({"tools": [{"type": "function"}]}, "tools"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"logprobs": True}, "logprobs"),
        ({"answerer": "oracle"}, "answerer"),
        ({"model": "jushi-quotes", "answerer": "llm"}, "answerer"),
        ({"top_k": 0}, "top_k"),
        ({"stream": "maybe"}, "stream"),
        ({"strict": "loud"}, "strict"),
        ({"strict": True}, "strict"),
        ({"as_of": "去年"}, "as_of"),
        ({"as_of": 20241231}, "as_of"),
        ({"as_of": "2024-02-30"}, "as_of"),
        ({"sources_in_content": "html"}, "sources_in_content"),
        ({"stream_options": {"include_usage": "perhaps"}}, "stream_options.include_usage"),
        ({"filters": {"since": "昨天"}}, "filters.since"),
        ({"filters": {"publisher": ["甲"]}}, "filters.publisher"),
        ({"messages": []}, "messages"),
        ({"messages": "学位？"}, "messages"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": " \n"}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": []}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages[0].content"),
        ({"messages": [{"role": "tool", "content": "甲"}]}, "messages[0].role"),
        ({"messages": [*ASK, {"role": "assistant", "content": "甲"}]}, "messages[1].role"),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "图"}, {"type": "image_url"}]}]},
            "messages[0].content[1].type",
        ),
    ],
)
def test_bad_fields_are_named(http: httpx.Client, body: dict[str, Any], param: str) -> None:
    """A field that cannot be honoured is a 400 whose param names it."""
    response = post(http, **body)
    error = error_of(response)
    assert (response.status_code, error["type"], error["param"]) == (400, "invalid_request_error", param)


def test_misspelt_field_comes_with_a_suggestion(http: httpx.Client) -> None:
    """A typo is answered with the name that was probably meant."""
    assert "did you mean 'answerer'" in error_of(post(http, anwserer="quotes"))["message"]


@pytest.mark.parametrize(
    "extra",
    [
        {"n": 1, "tools": [], "response_format": {"type": "text"}, "logprobs": None},
        {"temperature": 0, "top_p": 1, "max_tokens": 5, "user": "u", "seed": 3, "stop": ["。"], "metadata": {}},
        {"filters": None, "top_k": None, "answerer": None, "stream": None, "stream_options": None},
        {"strict": None, "as_of": None, "sources_in_content": None},
        {"strict": "drop", "as_of": "2024-12-31", "sources_in_content": "none", "answerer": "auto"},
    ],
)
def test_harmless_fields_are_accepted(http: httpx.Client, extra: dict[str, Any]) -> None:
    """Sampling fields, unsupported ones that ask for nothing, and null for our own change nothing."""
    assert post(http, **extra).status_code == 200


def test_body_that_is_not_json_is_400(http: httpx.Client) -> None:
    """Broken JSON is named as such."""
    response = http.post(
        "/v1/chat/completions", content=b'{"messages": [', headers={"content-type": "application/json"}
    )
    assert (response.status_code, error_of(response)["code"]) == (400, "invalid_json")


@pytest.mark.parametrize("body", [b"[]", b"null", b'"x"', b"1", b""])
def test_body_that_is_no_object_is_400(http: httpx.Client, body: bytes) -> None:
    """JSON of another kind than an object is refused with a sentence."""
    response = http.post("/v1/chat/completions", content=body, headers={"content-type": "application/json"})
    assert (response.status_code, error_of(response)["type"]) == (400, "invalid_request_error")


def test_body_in_another_encoding_is_400(http: httpx.Client) -> None:
    """Bytes that are not UTF-8 and lone surrogates are the client's error, not the server's."""
    headers = {"content-type": "application/json"}
    gbk = '{"messages": [{"role": "user", "content": "幼儿园"}]}'.encode("gb18030")
    response = http.post("/v1/chat/completions", content=gbk, headers=headers)
    assert (response.status_code, error_of(response)["code"]) == (400, "invalid_json")
    assert "UTF-8" in error_of(response)["message"]
    lone = b'{"messages": [{"role": "user", "content": "\\ud800"}]}'
    response = http.post("/v1/chat/completions", content=lone, headers=headers)
    assert (response.status_code, error_of(response)["code"]) == (400, "invalid_request")


def test_body_that_no_parser_takes_is_400(http: httpx.Client) -> None:
    """Brackets nested without end are the client's error."""
    headers = {"content-type": "application/json"}
    response = http.post("/v1/chat/completions", content=b"[" * 5_000, headers=headers)
    assert (response.status_code, error_of(response)["code"]) == (400, "invalid_json")


def test_errors_do_not_repeat_large_values(http: httpx.Client) -> None:
    """Of an unsupported value only its beginning comes back."""
    response = post(http, tools=[{"type": "function", "function": {"name": "查" * 1_000}}])
    assert (response.status_code, error_of(response)["param"]) == (400, "tools")
    assert len(error_of(response)["message"]) < 200


def test_form_posts_are_refused(http: httpx.Client) -> None:
    """A page in a browser cannot ask on its user's behalf without saying application/json."""
    response = http.post("/v1/chat/completions", content=b'{"messages": []}', headers={"content-type": "text/plain"})
    assert (response.status_code, "application/json" in error_of(response)["message"]) == (400, True)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("GET", "/v1/chat/completions", 405), ("GET", "/v1/models/gpt", 404)],
)
def test_paths_and_methods_that_do_not_exist(http: httpx.Client, method: str, path: str, status: int) -> None:
    """404 and 405 come in the same shape as every other error."""
    response = http.request(method, path)
    assert response.status_code == status
    assert error_of(response)["type"] == "invalid_request_error"


def test_unforeseen_errors_say_nothing_of_the_inside(http: httpx.Client) -> None:
    """An exception that nobody foresaw is a 500 without its text, under the request's id."""
    response = http.post(
        "/v1/chat/completions",
        json={"messages": [{"role": "user", "content": "崩溃"}]},
        headers={"x-request-id": "check-1"},
    )
    error = error_of(response)
    assert (response.status_code, error["code"], error["type"]) == (500, "internal_error", "server_error")
    assert "/var/lib" not in response.text
    assert response.headers["x-request-id"] == "check-1"


def test_engine_errors_tell_clients_whether_to_retry(http: httpx.Client) -> None:
    """A failure that will not pass is marked for OpenAI's clients as not worth retrying."""
    response = post(http, messages=[{"role": "user", "content": "故障"}])
    assert (response.status_code, response.headers["x-should-retry"]) == (500, "false")
    assert error_of(response)["message"] == "the index cannot be read"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (("messages", 0, "content"), "messages[0].content"),
        (("messages", 0, "content", "str"), "messages[0].content"),
        (("messages", 0, "content", "list[Part]", 1, "type"), "messages[0].content[1].type"),
        ((), ""),
    ],
)
def test_param_names_leave_out_branches_of_unions(path: tuple[str | int, ...], name: str) -> None:
    """What validation calls the path becomes what OpenAI calls the parameter."""
    assert param_name(path) == name
