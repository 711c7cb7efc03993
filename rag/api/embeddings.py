"""`POST /v1/embeddings`: the encoder of the store, in OpenAI's shape."""

from __future__ import annotations

import base64
from collections.abc import Generator, Sequence
from typing import Annotated, Literal

import numpy as np
from fastapi import APIRouter, Body, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

from embeddings.encoder import CountingEncoder, Encoder, Vectors
from rag.answer.present import Json, JsonObject
from rag.api.examples_embeddings import EMBEDDINGS_REQUESTS, EMBEDDINGS_RESPONSE
from rag.api.requests import check_characters
from rag.api.scopes import READ
from rag.api.service import ServiceOf
from rag.errors import InputError, UnknownModelError

router = APIRouter(tags=["OpenAI"])

_MODEL = "jushi-embedding"
_MOST = 2048  # inputs, as OpenAI allows
_AT_ONCE = 16  # inputs between two looks at whether the client is still there


class EmbeddingsRequest(BaseModel):
    """Texts to encode. `user` is accepted and changes nothing."""

    model_config = ConfigDict(extra="forbid")

    model: str = Field(default=_MODEL, description="`jushi-embedding`, or the name of the encoder behind it")
    input: str | list[str | int | list[int]] = Field(
        description="a text or up to 2048 of them; what is over the encoder's length is cut off. Token ids are refused"
    )
    input_type: Literal["query", "passage"] | None = Field(
        default=None, description="what the texts are to the encoder; `passage` is the default"
    )
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: int | None = Field(default=None, description="refused unless it is the encoder's own")
    user: str | None = None

    _characters = model_validator(mode="before")(check_characters)

    def texts(self) -> list[str]:
        """The texts to encode.

        Raises:
            InputError: there are none, one is blank, or there are token ids.
        """
        given = [self.input] if isinstance(self.input, str) else self.input
        if not 1 <= len(given) <= _MOST:
            raise InputError(f"input holds {len(given)} texts; expected 1 to {_MOST}", field="input")
        texts = [text for text in given if isinstance(text, str)]
        if len(texts) < len(given):
            raise InputError("input holds token ids, which belong to another model; expected texts", field="input")
        for place, text in enumerate(texts):
            if not text.strip():
                name = "input" if isinstance(self.input, str) else f"input[{place}]"
                raise InputError(f"{name} is blank; expected a text", field=name)
        return texts


@router.post(
    "/v1/embeddings",
    summary="Embed texts",
    dependencies=[READ],
    responses={200: {"content": {"application/json": EMBEDDINGS_RESPONSE}}},
)
async def embed(
    request: Request,
    body: Annotated[EmbeddingsRequest, Body(openapi_examples=EMBEDDINGS_REQUESTS)],
    service: ServiceOf,
) -> JSONResponse:
    """Vectors of length 1, in the order of the texts, from the encoder that the store is made with.

    Questions and passages are encoded differently: say `input_type: query` for what is searched with. `usage` counts
    the tokens that the encoder read.
    """
    encoder = service.engine.encoder
    spec = encoder.spec
    if body.model not in {_MODEL, spec.name}:
        raise UnknownModelError(f"there is no embedding model {body.model!r} here, only {_MODEL}", field="model")
    if body.dimensions not in {None, spec.dim}:
        raise InputError(
            f"dimensions = {body.dimensions} is not supported; the vectors have {spec.dim}", field="dimensions"
        )
    texts = body.texts()
    run = service.start(request, lambda _engine: _encode(encoder, texts, as_queries=body.input_type == "query"))
    with run:
        parts = [part async for part in run]
    packed = body.encoding_format == "base64"
    rows = [row for vectors, _ in parts for row in vectors]
    data: list[Json] = [
        {"object": "embedding", "index": index, "embedding": _packed(row) if packed else row.tolist()}
        for index, row in enumerate(rows)
    ]
    tokens = sum(read for _, read in parts)
    usage: JsonObject = {"prompt_tokens": tokens, "total_tokens": tokens}
    return JSONResponse({"object": "list", "data": data, "model": body.model, "usage": usage})


def _encode(encoder: Encoder, texts: Sequence[str], *, as_queries: bool) -> Generator[tuple[Vectors, int], None, None]:
    """Vectors and tokens of some texts at a time."""
    for start in range(0, len(texts), _AT_ONCE):
        part = texts[start : start + _AT_ONCE]
        if isinstance(encoder, CountingEncoder):
            yield encoder.encode_counted(part, as_queries=as_queries)
        else:
            yield encoder.encode_queries(part) if as_queries else encoder.encode_passages(part), 0


def _packed(row: Vectors) -> str:
    return base64.b64encode(np.asarray(row, "<f4").tobytes()).decode("ascii")
