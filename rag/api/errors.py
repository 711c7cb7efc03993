"""Every failure of a request as one JSON object in OpenAI's error shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from embeddings.errors import EmbeddingError
from rag.answer.present import as_jushi_error, error_object
from rag.api.running import ClientGoneError
from rag.errors import JushiError

_log = structlog.get_logger(__name__)
_CLIENT_GONE = 499  # what nginx logs for a client that hung up; nobody receives it
INTERNAL_MESSAGE = "the server failed on this request; its log says why, under the id in the x-request-id header"


def error_response(error: JushiError) -> JSONResponse:
    """The response for an error of our tree; tells OpenAI's clients whether to try again."""
    headers = {"x-should-retry": "true" if error.retryable else "false"}
    if error.retryable:
        headers["retry-after"] = "1"
    return JSONResponse(error_object(error), status_code=error.http_status, headers=headers)


def internal_error() -> JSONResponse:
    """The response for an error nobody foresaw: says nothing of the inside."""
    return _response(500, INTERNAL_MESSAGE, code="internal_error")


def install_error_handlers(app: FastAPI) -> None:
    """Map our errors, the framework's and those of validation; the middleware maps whatever is left to a 500."""
    app.add_exception_handler(JushiError, _on_jushi_error)
    app.add_exception_handler(EmbeddingError, _on_embedding_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(ClientGoneError, _on_client_gone)


async def _on_jushi_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, JushiError)
    if error.http_status >= 500:
        _log.warning("request failed", code=error.code, error=str(error))
    return error_response(error)


async def _on_embedding_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, EmbeddingError)
    _log.warning("request failed", error=str(error), exc_info=error)
    return error_response(as_jushi_error(error))


async def _on_validation_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = max(error.errors(), key=lambda item: len(item["loc"]))  # of a union's branches, the one that got furthest
    if first["type"] == "json_invalid":
        return _response(400, f"the body is not JSON: {first['ctx']['error']}", code="invalid_json")
    param = param_name(first["loc"][1:])  # the first part says body, query or path
    if not param:
        return _response(400, "the body must be a JSON object, sent as content-type application/json")
    return _response(400, f"{param}: {first['msg']}", param=param, code=first["type"])


async def _on_http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    message, code = str(error.detail), None
    if error.status_code == 404:
        message, code = f"there is no {request.url.path} here; /openapi.json lists what there is", "not_found"
    elif error.status_code == 405:
        message, code = f"{request.method} is not allowed on {request.url.path}", "method_not_allowed"
    elif isinstance(error.__cause__, (ValueError, RecursionError)):  # how FastAPI reports bytes that no parser takes
        message = "the body is not JSON that can be read: not UTF-8, nested too deeply, or with too long a number"
        code = "invalid_json"
    return _response(error.status_code, message, code=code, headers=error.headers)


async def _on_client_gone(_request: Request, _error: Exception) -> Response:
    return Response(status_code=_CLIENT_GONE)


def param_name(path: Sequence[str | int]) -> str:
    """A path into a request as OpenAI writes it, e.g. `messages[0].content`; branches of unions are left out."""
    name = ""
    for part in path:
        if isinstance(part, int):
            name += f"[{part}]"
        elif part.replace("_", "").isalnum() and part not in {"str", "int", "bool", "float"}:
            name += f".{part}" if name else part
    return name


def _response(
    status: int,
    message: str,
    *,
    param: str | None = None,
    code: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    kind = "server_error" if status >= 500 else "invalid_request_error"
    error = {"message": message, "type": kind, "param": param, "code": code}
    return JSONResponse({"error": error}, status_code=status, headers=dict(headers or {}))
