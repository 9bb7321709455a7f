"""Errors as answers: RFC 9457 for programs, a designed page for people, one table for both."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from service.errors import (
    CaseNotReady,
    HalfSignInOver,
    NotSignedIn,
    ParameterUnknown,
    PasskeyRefused,
    QuotaReached,
    SignInDelayed,
    SignInTooOld,
    TooManyFiles,
    TooManySignIns,
    UploadElsewhere,
    WrongCredentials,
)
from service.statuses import STATUS
from service.web.frames import frame_for_anyone
from service.web.paths import inner_path
from service.web.views.access import ErrorView

RETRY_SECONDS = 10
_DOORS: dict[type[Exception], str] = {
    HalfSignInOver: "/sign-in?refusal=half_over",
    PasskeyRefused: "/sign-in?refusal=passkey",
    SignInTooOld: "/sign-in?refusal=again&next=/my-security",
}
"""Where the way goes on at the door, and what is said there."""
log = structlog.get_logger("vaern.web")


def install(app: FastAPI) -> None:
    """Register a handler for each error that has a row, and for everything else."""
    for error in STATUS:
        app.add_exception_handler(error, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _plain)
    app.add_exception_handler(Exception, _unknown)


def status_of(error: Exception) -> tuple[HTTPStatus, str]:
    """Return status and stable code of an error; unknown ones are 500."""
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return HTTPStatus.INTERNAL_SERVER_ERROR, "internal"


def problem(
    request: Request, status: HTTPStatus, code: str, detail: str, **more: object
) -> JSONResponse:
    """Return an RFC 9457 answer."""
    body: dict[str, Any] = {
        "type": f"urn:vaern:problem:{code}",
        "title": status.phrase,
        "status": status.value,
        "code": code,
        "detail": detail,
        "instance": getattr(request.state, "id", None),
        **more,
    }
    return JSONResponse(body, status.value, media_type="application/problem+json")


def for_program(request: Request) -> bool:
    """Tell whether a program asks."""
    return request.url.path.startswith(("/api/", "/phone/files"))


def _known(request: Request, error: Exception) -> Response:
    status, code = status_of(error)
    ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    if ours:
        _log(request, "request.broke", error)
    if for_program(request):
        told = status.phrase if ours else str(error)
        answer: Response = problem(request, status, code, told, **_facts(error))
        if isinstance(error, NotSignedIn):
            answer.headers["WWW-Authenticate"] = "Bearer"
    elif isinstance(error, NotSignedIn) and not isinstance(error, WrongCredentials):
        answer = _to_sign_in(request)
    elif (door := _DOORS.get(type(error))) is not None:
        answer = RedirectResponse(door, HTTPStatus.SEE_OTHER)
    else:
        most = error.most if isinstance(error, TooManyFiles) else None
        answer = _page(request, status, code, _seconds(error), most=most)
    return told_when(answer, error)


def told_when(answer: Response, error: Exception) -> Response:
    """Return an answer that says when to come again, where the error knows."""
    if (seconds := _seconds(error)) is not None:
        answer.headers["Retry-After"] = str(seconds)
    return answer


def _seconds(error: Exception) -> int | None:
    """Return after how many seconds whoever was refused may come again."""
    if isinstance(error, SignInDelayed | QuotaReached):
        return error.seconds
    return RETRY_SECONDS if isinstance(error, TooManySignIns) else None


def _facts(error: Exception) -> dict[str, object]:
    if isinstance(error, CaseNotReady):
        return {"missing": list(error.missing)}
    if isinstance(error, UploadElsewhere):
        return {"offset": error.offset}
    return {"parameters": list(error.names)} if isinstance(error, ParameterUnknown) else {}


def _to_sign_in(request: Request) -> Response:
    back = request.url.path if request.method == "GET" else _back(request)
    if request.headers.get("HX-Request") == "true":
        page = urlsplit(request.headers.get("HX-Current-URL", "/")).path
        return Response(
            status_code=HTTPStatus.UNAUTHORIZED,
            headers={"HX-Redirect": f"/sign-in?next={quote(page)}"},
        )
    return RedirectResponse(f"/sign-in?next={quote(back)}", HTTPStatus.SEE_OTHER)


def _invalid(request: Request, error: Exception) -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    errors = error.errors() if isinstance(error, RequestValidationError) else []
    if not for_program(request):
        if request.method == "GET" and errors and all(one["loc"][0] == "path" for one in errors):
            # Nothing was typed but the address: there is no form to go back to.
            return _page(request, HTTPStatus.NOT_FOUND, "not-found")
        return _page(request, status, "form-invalid")
    fields = [{"at": [str(p) for p in one["loc"]], "message": one["msg"]} for one in errors]
    return problem(request, status, "invalid", "a field is missing or wrong", fields=fields)


def _plain(request: Request, error: Exception) -> Response:
    status = HTTPStatus(error.status_code) if isinstance(error, HTTPException) else HTTPStatus(500)
    if status is HTTPStatus.BAD_REQUEST and "exceed" in str(getattr(error, "detail", "")):
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE  # the form parser's word for a long text
    code = status.phrase.lower().replace(" ", "-")
    if for_program(request):
        answer: Response = problem(request, status, code, status.phrase)
    else:
        answer = _page(request, status, code)
    # RFC 9110 §15.5.6: 405 says in Allow which methods there are.
    answer.headers.update(getattr(error, "headers", None) or {})
    return answer


def _unknown(request: Request, error: Exception) -> Response:
    _log(request, "request.failed", error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    if for_program(request):
        return problem(request, status, "internal", "something went wrong on our side")
    return _page(request, status, "internal")


def _log(request: Request, event: str, error: Exception) -> None:
    """Tell class and place of a fault of ours, never its text: it may quote what people wrote."""
    log.error(
        event,
        request=getattr(request.state, "id", None),
        error=type(error).__name__,
        route=getattr(request.scope.get("route"), "path", None),
    )


def _page(
    request: Request,
    status: HTTPStatus,
    code: str,
    seconds: int | None = None,
    *,
    most: int | None = None,
) -> Response:
    view = ErrorView(
        status=status.value,
        code=code,
        reference=getattr(request.state, "id", None),
        kept=getattr(request.state, "kept", ()),
        most=most,
        retry_after=seconds or (RETRY_SECONDS if status in {429, 503} else None),
        back=_back(request),
    )
    frame = frame_for_anyone(request)
    answer: Response = request.app.state.templates.response(
        request, "error.html", {"frame": frame, "view": view}, status_code=status.value
    )
    return answer


def _back(request: Request) -> str:
    came_from = urlsplit(request.headers.get("referer", ""))
    ours = came_from.netloc == request.headers.get("host")
    return inner_path(came_from.path) if ours and came_from.path else "/"
