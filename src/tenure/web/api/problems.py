"""What goes wrong, as problem+json (RFC 9457): what, where, and what would be right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field

MEDIA_TYPE = "application/problem+json"
_TITLES = {
    400: "The request cannot be read",
    401: "No key, or one that is not good any more",
    403: "The key may not do this",
    404: "There is no such thing",
    409: "The same request is being worked on",
    422: "Something in the request is not right",
    429: "Too many requests",
}


class Fault(Schema):
    """One thing that is wrong."""

    field: str = Field(description="Where: `body.accounts.3.account_id`, `query.limit`; empty for the whole.")
    says: str = Field(description="What is wrong, and what would be right.")


class Problem(Schema):
    """Why a request could not be done."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    errors: list[Fault] = Field(default=[])


class Refused(Exception):
    """A request that is understood and cannot be done as it is: status 422, with what would be right."""

    def __init__(self, *faults: tuple[str, str]) -> None:
        super().__init__(faults)
        self.faults = faults


ASKING = frozenset({401, 403, 422, 429})
ABOUT_ONE = ASKING | {404}
WRITING = ASKING | {400, 409}


def answers(shape: Any, problems: Iterable[int] = ASKING, status: int = 200) -> dict[Any, Any]:
    """The `response=` of an operation: its shape, and the problems it may answer with."""
    return {status: shape, frozenset(problems): Problem}


def answer(status: int, faults: Iterable[tuple[str, str]] = (), detail: str = "") -> HttpResponse:
    """A problem as a response."""
    errors = [Fault(field=field, says=says) for field, says in faults]
    problem = Problem(
        title=_TITLES.get(status, "It cannot be done"), status=status, detail=detail, errors=errors
    )
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return HttpResponse(problem.model_dump_json(), MEDIA_TYPE, status, headers=headers)


def register(api: NinjaAPI) -> None:
    """Make every failure of `api` a problem."""
    for kind, respond in _RESPONDERS.items():
        api.add_exception_handler(kind, respond)


def _wrong_values(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(422, [(_place(one), one["msg"]) for one in error.errors])


def _place(error: Mapping[str, Any]) -> str:
    """Where a value stands, without the names that only the code knows."""
    where, *rest = error["loc"]
    inside = rest[1:] if where == "body" and len(rest) > 1 else rest
    return ".".join(map(str, [where, *inside]))


_RESPONDERS: Mapping[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
    ValidationError: _wrong_values,
    Refused: lambda _, error: answer(422, error.faults),
    AuthenticationError: lambda _, __: answer(
        401, detail="Send `Authorization: Bearer KEY` with an API key."
    ),
    PermissionDenied: lambda _, error: answer(403, detail=str(error)),
    Http404: lambda _, error: answer(404, detail=str(error)),
    HttpError: lambda _, error: answer(error.status_code, detail=str(error)),
}
