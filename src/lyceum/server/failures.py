"""What went wrong, as a program is told: a status and `{"error": {"code", "message", "hint"}}`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from lyceum.errors import (
    AccessRefused,
    Busy,
    InvalidValue,
    LyceumError,
    ModelFailed,
    NotEntitled,
    Refused,
    StepFailed,
    UnknownDocument,
    UsageError,
)

log = logging.getLogger(__name__)
_Response = TypeVar("_Response", bound=HttpResponseBase)

_STATUSES: tuple[tuple[type[LyceumError], int], ...] = (
    (UnknownDocument, 404),
    (InvalidValue, 422),
    (StepFailed, 422),
    (UsageError, 400),
    (AccessRefused, 401),
    (NotEntitled, 403),
    (Refused, 409),
    (Busy, 503),
    (ModelFailed, 502),
)
_BY_CODE = {
    "origin_refused": 403,
    "role_missing": 403,
    "not_a_member": 403,
    "link_ended": 404,
    "unknown_body": 404,
    "unknown_seat": 404,
    "unknown_petition": 404,
    "unknown_meeting": 404,
    "unknown_motion": 404,
    "unknown_ballot": 404,
    "no_picture": 404,
    "unknown_note": 404,
    "too_often": 429,
}
_RETRY_SECONDS = "5"


def status_of(error: LyceumError) -> int:
    """The HTTP status that says what kind of error this is."""
    if error.code in _BY_CODE:
        return _BY_CODE[error.code]
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 503)


def failed(error: LyceumError) -> JsonResponse:
    """The response to what could not be done."""
    status = status_of(error)
    if status >= 500:
        log.error("request failed", extra={"code": error.code})
    return with_hints(JsonResponse({"error": error.as_dict()}, status=status))


def with_hints(response: _Response) -> _Response:
    """Adds what a client may do next, where a header says it."""
    if response.status_code == 401:
        response["WWW-Authenticate"] = 'Bearer realm="lyceum"'
    if response.status_code in (429, 503):
        response["Retry-After"] = _RETRY_SECONDS
    return response


def refused(status: int, code: str, message: str, hint: str = "") -> JsonResponse:
    """The response to a request that no error of the library's own describes."""
    return JsonResponse({"error": {"code": code, "message": message, "hint": hint}}, status=status)


@sync_and_async_middleware
def in_words(answer: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """A layer that gives a refusal of Django's own, such as of a method, the form that programs read."""
    if not iscoroutinefunction(answer):
        return lambda request: _in_words(request, answer(request))

    async def respond(request: HttpRequest) -> HttpResponseBase:
        return _in_words(request, await answer(request))

    return respond


def _in_words(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if response.status_code != 405 or response.headers["Content-Type"].startswith("application/json"):
        return response
    allowed = response.headers.get("Allow", "")
    told = refused(405, "bad_request", f"{request.method} is not answered here.", f"Use {allowed}.")
    told["Allow"] = allowed
    return told


def first_problem(errors: list[dict[str, Any]]) -> tuple[str, str]:
    """What is wrong with a value and what it should be, of the list that pydantic gives."""
    problem = errors[0]
    place = [str(part) for part in problem.get("loc", ()) if part not in ("query", "body", "path", "asked")]
    return f"“{'.'.join(place) or 'The request'}” cannot be used.", f"{problem.get('msg', '')}."
