"""`GET /v1/models`, and what the name of a model asks for."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from rag.answer.present import JsonObject
from rag.api.examples import MODELS_RESPONSE
from rag.api.scopes import READ
from rag.api.service import ServiceOf
from rag.engine import Engine
from rag.errors import InputError, UnknownModelError

router = APIRouter(tags=["OpenAI"], dependencies=[READ])

_MODEL = "jushi"


@runtime_checkable
class _WritesWithAModel(Protocol):
    """An answerer behind which stands a language model."""

    @property
    def model_name(self) -> str:
        """The name of that model."""
        ...


@router.get("/v1/models", summary="Models", responses={200: {"content": {"application/json": MODELS_RESPONSE}}})
async def models(service: ServiceOf) -> JSONResponse:
    """`jushi` answers in the best way there is here; `jushi-…` always in the way named.

    `language_model` names the model that writes, null where none does or where that depends on the question.
    """
    engine = service.engine
    return JSONResponse({"object": "list", "data": [_model(name, engine) for name in _names(engine)]})


@router.get("/v1/models/{model}", summary="One model")
async def model(model: str, service: ServiceOf) -> JSONResponse:
    """One of the models that `/v1/models` lists."""
    _check(model, service.engine)
    return JSONResponse(_model(model, service.engine))


def answerer_of(model: str, answerer: str | None, engine: Engine) -> str:
    """The answerer that the name of a model and the field `answerer` ask for together.

    Raises:
        UnknownModelError: there is no such model.
        InputError: the two contradict each other.
    """
    _check(model, engine)
    named = model.removeprefix(_MODEL).removeprefix("-") or "auto"
    asked = answerer or (engine.settings.answerer if named == "auto" else named)
    if "auto" not in {named, asked} and named != asked:
        raise InputError(f"model {model!r} never answers by {asked!r}; drop one of the two", field="answerer")
    return asked if named == "auto" else named


def _names(engine: Engine) -> list[str]:
    return [_MODEL, *(f"{_MODEL}-{name}" for name in engine.answerers)]


def _model(name: str, engine: Engine) -> JsonObject:
    answerer = engine.answerers.get(name.removeprefix(f"{_MODEL}-"))
    written_by = _language_model(answerer)
    return {"id": name, "object": "model", "created": 0, "owned_by": "jushi", "language_model": written_by}


def _language_model(answerer: object) -> str | None:
    return answerer.model_name if isinstance(answerer, _WritesWithAModel) else None


def _check(name: str, engine: Engine) -> None:
    names = _names(engine)
    if name not in names:
        raise UnknownModelError(f"there is no model {name!r} here, only {', '.join(names)}", field="model")
