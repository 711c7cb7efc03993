"""Responses that are kept: read again, and gone on from with `previous_response_id`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest

QUESTION = "2023年临河区新建幼儿园多少所？"
SENTENCE = "2023年，临河区新建幼儿园12所，新增学位3600个。[1]"
RATE, HEAD = "其中普惠性幼儿园覆盖率是多少？", "该区教育局局长是谁？"


@pytest.fixture
def client(address: str, linhe: str, donggang: str) -> Iterator[openai.OpenAI]:
    """A client of a server with two articles."""
    rows = [{"text": linhe, "id": "linhe"}, {"text": donggang, "id": "donggang"}]
    httpx.post(f"{address}/v1/documents", json={"documents": rows}, timeout=60).raise_for_status()
    with openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0) as opened:
        yield opened


def ask(client: openai.OpenAI, text: str, **more: Any) -> Any:
    return client.responses.create(model="jushi-quotes", input=text, **more)


def test_a_response_is_read_again_as_it_was_given(client: openai.OpenAI) -> None:
    """With everything that the client got: text, annotations, jushi object, what was found, what was given back."""
    given = ask(client, QUESTION, metadata={"票": "42"}, instructions="简短。", temperature=0.5)
    assert given.output_text.startswith(SENTENCE)
    assert client.responses.retrieve(given.id).to_dict() == given.to_dict()


def test_a_streamed_response_is_read_again(client: openai.OpenAI) -> None:
    """What is kept is the response of the last event."""
    *_, last = client.responses.create(model="jushi-quotes", input=QUESTION, stream=True)
    assert last.type == "response.completed"
    assert last.response.output_text.startswith(SENTENCE)
    assert client.responses.retrieve(last.response.id).to_dict() == last.response.to_dict()


def test_an_answer_is_kept_in_both_shapes(client: openai.OpenAI, http: httpx.Client) -> None:
    """`/v1/answers/{id}` has the question and the answer and checks it; the response is not in it a second time."""
    given = ask(client, QUESTION)
    answer = http.get(f"/v1/answers/{given.id}", params={"verify": True}).json()
    assert (answer["object"], answer["question"], answer["content"]) == ("answer", QUESTION, given.output_text)
    assert (answer["jushi"], answer["verification"]["status"]) == (given.jushi, "same")
    assert "response" not in answer


@pytest.mark.parametrize("stream", [False, True])
def test_a_follow_up_goes_on_from_a_response(client: openai.OpenAI, *, stream: bool) -> None:
    """It is understood as after the whole conversation, over several responses, though each input is one question."""
    if stream:
        *_, last = client.responses.create(model="jushi-quotes", input=QUESTION, stream=True)
        first: Any = last.response  # type: ignore[union-attr]
    else:
        first = ask(client, QUESTION)
    second = ask(client, RATE, previous_response_id=first.id)
    assert (second.previous_response_id, second.jushi["trace"]["query"]) == (first.id, f"{QUESTION} {RATE}")
    assert "91.5%" in second.output_text
    written: Any = [
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "content": first.output_text},
        {"role": "user", "content": RATE},
    ]
    assert ask(client, written).output_text == second.output_text
    third = ask(client, HEAD, previous_response_id=second.id)
    assert third.jushi["trace"]["query"] == f"{QUESTION} {RATE} {HEAD}"


def test_what_is_not_kept_cannot_be_gone_on_from(client: openai.OpenAI) -> None:
    """An unknown id, one that was not stored, and one of a chat completion are refused by OpenAI's code."""
    unstored = ask(client, QUESTION, store=False).id
    chat = client.chat.completions.create(model="jushi-quotes", messages=[{"role": "user", "content": QUESTION}]).id
    for name in ("resp_0", unstored, chat):
        with pytest.raises(openai.BadRequestError) as caught:
            ask(client, "学位呢？", previous_response_id=name)
        assert (caught.value.code, caught.value.param) == ("previous_response_not_found", "previous_response_id")
        assert "send the conversation in input" in caught.value.message
        with pytest.raises(openai.NotFoundError) as missing:
            client.responses.retrieve(name)
        assert missing.value.code == "not_found"


def test_a_given_response_is_not_streamed_again(client: openai.OpenAI) -> None:
    """The field is named, so that no client waits for events."""
    given = ask(client, QUESTION)
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.retrieve(given.id, stream=True)
    assert caught.value.param == "stream"


@pytest.mark.parametrize("limits", [{"kept_answers": 0}])
def test_where_nothing_is_kept_the_conversation_goes_into_the_input(client: openai.OpenAI) -> None:
    """The refusal says so, and the response itself is given as always."""
    given = ask(client, QUESTION)
    assert given.output_text.startswith(SENTENCE)
    with pytest.raises(openai.BadRequestError, match="send the conversation in input"):
        ask(client, "学位呢？", previous_response_id=given.id)
