"""Every error as `application/problem+json` (RFC 9457), rendered in this one place.

`detail` says what to do next; `errors` names the guilty places of the body (`pointer`, RFC 6901 in a URI
fragment) or the guilty parameters.
"""

import http
import re
from collections.abc import Mapping
from typing import Any

import asyncpg
import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException
from litestar.types import ExceptionHandlersMap

from chappe.kit.errors import Problem

MEDIA_TYPE = "application/problem+json"
REFERENCE = "/docs/api"
# Set by the edge for every request.
REQUEST_ID = "request_id"
_RETRY_AFTER = 2

log = structlog.get_logger(__name__)


class Fault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One guilty input: a place of the body, or a parameter of the query, path or headers."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None


class ProblemBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An error (RFC 9457). `code` is stable: programs decide by it."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str | None = None
    errors: list[Fault] = []


def problem_response(request: Request[Any, Any, Any], problem: Problem) -> Response[ProblemBody]:
    """The answer to a request that met `problem`."""
    retry_after = problem.params.get("retry_after", _RETRY_AFTER if problem.status == 503 else None)
    headers = {} if retry_after is None else {"retry-after": str(retry_after)}
    if problem.status == 401:
        headers["www-authenticate"] = 'Bearer realm="chappe"'
    return render(
        request,
        status=problem.status,
        code=problem.code,
        title=problem.title,
        detail=problem.detail,
        faults=_faults(request, problem),
        headers=headers,
    )


def render(
    request: Request[Any, Any, Any],
    *,
    status: int,
    code: str,
    title: str,
    detail: str,
    faults: list[Fault] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response[ProblemBody]:
    body = ProblemBody(
        type=f"{REFERENCE}#{code}",
        title=title,
        status=status,
        code=code,
        detail=detail,
        request_id=request.scope["state"].get(REQUEST_ID),
        errors=faults or [],
    )
    # Encoded here: the handler that failed may have declared another kind of answer.
    return Response(
        msgspec.json.encode(body),  # type: ignore[arg-type]  # bytes pass through Litestar as they are
        status_code=status,
        media_type=MEDIA_TYPE,
        headers=dict(headers or {}),
    )


def pointer(field: str) -> str:
    """`messages[3].to` as a JSON pointer in a URI fragment: `#/messages/3/to`."""
    return "#/" + re.sub(r"\[(\d*)\]", r".\1", field).strip(".").replace(".", "/")


def _faults(request: Request[Any, Any, Any], problem: Problem) -> list[Fault]:
    if given := problem.params.get("errors"):
        # Several at once, from a list of messages: pairs of place and what to do.
        return [Fault(pointer=pointer(place), detail=detail) for place, detail in given]  # type: ignore[attr-defined]
    if problem.field is None:
        return []
    if request.method in ("GET", "HEAD", "DELETE") or problem.params.get("parameter"):
        return [Fault(parameter=problem.field, detail=problem.detail)]
    return [Fault(pointer=pointer(problem.field), detail=problem.detail)]


def _from_problem(request: Request[Any, Any, Any], problem: Problem) -> Response[ProblemBody]:
    return problem_response(request, problem)


def _from_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[ProblemBody]:
    """What Litestar itself refuses: no such address, a wrong method, a parameter out of range, too large."""
    status = error.status_code
    if status >= 500:
        return _from_unexpected(request, error)
    faults = _parameter_faults(request, error)
    return render(
        request,
        status=status,
        code=_HTTP_CODES.get(status, "bad_request"),
        title=http.HTTPStatus(status).phrase,
        detail=_http_detail(request, error, faults),
        faults=faults,
        headers=error.headers,
    )


_HTTP_CODES = {
    400: "invalid_parameter",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "wrong_content_type",
}


def _http_detail(request: Request[Any, Any, Any], error: HTTPException, faults: list[Fault]) -> str:
    if isinstance(error, MethodNotAllowedException):
        allowed = (error.headers or {}).get("allow", "another method")
        return f"{request.method} is not possible here. Use {allowed}; the reference is at {REFERENCE}."
    if isinstance(error, NotFoundException):
        return f"There is nothing at {request.url.path}. The addresses are listed at {REFERENCE}."
    if error.status_code == 413:
        return "The body is larger than this address accepts. Send less at a time."
    if faults:
        where = f"{faults[0].parameter}: " if faults[0].parameter else ""
        return f"{where}{faults[0].detail}. Correct it; the reference is at {REFERENCE}."
    return f"{error.detail.rstrip('.')}. Correct the request; the reference is at {REFERENCE}."


def _parameter_faults(request: Request[Any, Any, Any], error: HTTPException) -> list[Fault]:
    extra = error.extra if isinstance(error.extra, list) else []
    faults = []
    for item in extra:
        detail = item["message"].replace("`", "")
        if item.get("source") == "body":
            faults.append(Fault(pointer=pointer(item["key"]), detail=detail))
        else:
            faults.append(Fault(parameter=_outside_name(request, item.get("key", "")), detail=detail))
    return faults


def _outside_name(request: Request[Any, Any, Any], argument: str) -> str:
    """What requests call the handler's `argument`: some have a name of their own in the query."""
    field = request.route_handler.parsed_fn_signature.parameters.get(argument)
    given = None if field is None else getattr(field.kwarg_definition, "name", None)
    return given or argument


def _from_unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[ProblemBody]:
    log.error("request_failed", method=request.method, path=request.url.path, exc_info=error)
    known_as = request.scope["state"].get(REQUEST_ID, "unknown")
    return render(
        request,
        status=500,
        code="internal_error",
        title="Something failed on our side",
        detail="Nothing was changed. Try again; if it fails again, give the number "
        f"{known_as} to whoever runs this server: the cause is in its log.",
    )


def _from_data_error(request: Request[Any, Any, Any], error: asyncpg.DataError) -> Response[ProblemBody]:
    """A value that the types allow and the column does not, such as the year 10000 in UTC."""
    log.warning("value_refused", method=request.method, path=request.url.path, exc_info=error)
    return render(
        request,
        status=422,
        code="value_out_of_range",
        title="A value is out of range",
        detail="A number, time or text of the request is beyond what can be stored. Use a smaller one.",
    )


def _from_group(request: Request[Any, Any, Any], group: ExceptionGroup[Exception]) -> Response[ProblemBody]:
    """Litestar makes what a handler is handed in a task group: one of the tasks failed."""
    first = group.exceptions[0]
    if isinstance(first, ExceptionGroup):
        return _from_group(request, first)
    return (
        problem_response(request, first) if isinstance(first, Problem) else _from_unexpected(request, first)
    )


PROBLEM_HANDLERS: ExceptionHandlersMap = {
    Problem: _from_problem,
    HTTPException: _from_http,
    asyncpg.DataError: _from_data_error,
    ExceptionGroup: _from_group,
    Exception: _from_unexpected,
}


def error_response(request: Request[Any, Any, Any], error: Exception) -> Response[ProblemBody]:
    """The answer to a request that met `error`, for layers outside the framework's own handlers."""
    handler = next(PROBLEM_HANDLERS[kind] for kind in type(error).__mro__ if kind in PROBLEM_HANDLERS)
    response: Response[ProblemBody] = handler(request, error)
    return response
