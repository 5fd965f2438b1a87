"""Errors on the wire: `{"error": {"code", "message"}}` with the status that fits."""

from collections.abc import Mapping

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from api.pages import page
from bot.errors import BadInput, Busy, FirstlineError, NotFound, NotReady

log = structlog.get_logger()
CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "origin_not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    409: "busy",
    413: "too_large",
    422: "unprocessable",
    429: "rate_limited",
    503: "not_ready",
}


UNAVAILABLE = "this does not work right now; please try again in a minute"
UNFORESEEN = "something went wrong on our side; please try again"


class Problem(HTTPException):
    """An error with a sentence for whoever called."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, message, headers)


def body(code: str, message: str) -> dict[str, dict[str, str]]:
    return {"error": {"code": code, "message": message}}


def status_of(error: FirstlineError) -> int:
    match error:
        case NotFound():
            return 404
        case BadInput():
            return 400
        case NotReady():
            return 503
        case Busy():
            return 409
        case _:
            return 503


def sentence_of(error: FirstlineError) -> str:
    """What the caller may know of it; what a driver or a disk said is for the log."""
    return str(error) if isinstance(error, BadInput | NotReady | Busy) else UNAVAILABLE


def install(app: FastAPI) -> None:
    """Every error that leaves the service has the same form and tells nothing of its inside."""

    @app.exception_handler(FirstlineError)
    async def _ours(request: Request, error: FirstlineError) -> Response:
        status = status_of(error)
        sentence = sentence_of(error)
        if sentence == UNAVAILABLE:
            log.warning("request_failed", reason=str(error))
        return _answer(request, status, CODES[status], sentence)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        code = CODES.get(error.status_code, "error")
        return _answer(request, error.status_code, code, str(error.detail), error.headers)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path"))
        message = f"{where or 'the request'}: {first['msg'].removeprefix('Value error, ')}"
        return _answer(request, 422, "unprocessable", message)

    @app.exception_handler(Exception)
    async def _unforeseen(_: Request, __: Exception) -> JSONResponse:
        return JSONResponse(body("error", UNFORESEEN), 500)


def _answer(
    request: Request, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> Response:
    """A page for people who follow a link or send a form of the desk, JSON for everybody else."""
    if request.url.path.startswith("/desk") and "text/html" in request.headers.get("accept", ""):
        return page("problem.html", status=status, private=True, message=message, signed_out=status == 401)
    return JSONResponse(body(code, message), status, headers=headers)
