"""Responses that were given: read again, and gone on from."""

from __future__ import annotations

import reprlib

from fastapi import Request
from pydantic import BaseModel, JsonValue

from rag.answer.present import JsonObject, plain
from rag.api.keeping import Keeper
from rag.errors import NoEarlierError, NotFoundError
from rag.search.plan import REMEMBERED
from rag.types import Question, Turn

_TURNS = 2 * REMEMBERED  # kept of a conversation: what a follow-up reaches back over, with the answers between


class _Response(BaseModel):
    object: dict[str, JsonValue]  # without what is kept of every answer
    history: tuple[Turn, ...]


class _Kept(BaseModel):
    question: str
    content: str
    jushi: JsonValue
    response: _Response | None = None  # None for an answer of another endpoint


def kept(response: JsonObject, question: Question) -> JsonObject:
    """What is kept of a response beside its answer: the object itself, and the conversation before its question."""
    rest = {name: value for name, value in response.items() if name != "jushi"}
    return {"object": rest, "history": plain(question.history[-_TURNS:])}


async def response_again(request: Request, keeper: Keeper, response_id: str) -> JsonObject:
    """A response as it was given.

    Raises:
        NotFoundError: none of that id is kept.
        StoreError: the file of kept answers cannot be read.
    """
    found, response = await _find(request, keeper, response_id)
    return {**response.object, "jushi": found.jushi}


async def conversation_until(request: Request, keeper: Keeper, response_id: str | None) -> tuple[Turn, ...]:
    """The conversation that a response ended, oldest turn first; empty for None.

    Raises:
        NoEarlierError: no response of that id is kept.
        StoreError: the file of kept answers cannot be read.
    """
    if response_id is None:
        return ()
    try:
        found, response = await _find(request, keeper, response_id)
    except NotFoundError as error:
        raise NoEarlierError(
            f"no response {reprlib.repr(response_id)} is kept here; send the conversation in input instead",
            field="previous_response_id",
        ) from error
    asked, said = Turn(role="user", text=found.question), Turn(role="assistant", text=found.content)
    return (*response.history, asked, said)


async def _find(request: Request, keeper: Keeper, response_id: str) -> tuple[_Kept, _Response]:
    found = _Kept.model_validate_json(await keeper.find(request, response_id))
    if found.response is None:
        raise NotFoundError(f"{response_id!r} is no response; GET /v1/answers gives it again", field="id")
    return found, found.response
