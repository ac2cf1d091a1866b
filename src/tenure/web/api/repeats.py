"""A write that is sent again is not done again: the answer to an `Idempotency-Key` is kept for a day."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta

from django.http import HttpRequest, HttpResponse

from tenure.kit import clock
from tenure.web.api import problems
from tenure.web.models import KeptAnswer

KEPT = timedelta(days=1)
GIVEN_UP = timedelta(minutes=5)  # an unanswered request that old died with its process
PATH = "/api/v1/"
_KEY = re.compile(r"[!-~]{1,200}")
_WRITES = ("POST", "PUT", "PATCH", "DELETE")


class RepeatsMiddleware:
    """Answers a repeated write of the API as it was answered the first time."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Only writes of the API that name themselves; all else passes."""
        named = request.headers.get("Idempotency-Key")
        if named is None or request.method not in _WRITES or not request.path.startswith(PATH):
            return self.get_response(request)
        if not _KEY.fullmatch(named):
            wrong = "has 1 to 200 printable ASCII characters without blanks"
            return problems.answer(422, [("header.Idempotency-Key", wrong)])
        return self._once(request, _name(request, named), _content(request))

    def _once(self, request: HttpRequest, name: str, content: str) -> HttpResponse:
        forget_old()
        kept, is_first = KeptAnswer.objects.get_or_create(name=name, defaults={"content": content})
        if not is_first:
            return _again(kept, content)
        try:
            response = self.get_response(request)
        except BaseException:
            kept.delete()
            raise
        if response.status_code >= 500 or response.status_code in (401, 429):
            kept.delete()  # worth another try
        else:
            kept.keep(response.status_code, response.headers.get("Content-Type", ""), response.content)
        return response


def _again(kept: KeptAnswer, content: str) -> HttpResponse:
    """The answer of the first time, if this is the same request."""
    if kept.status is None:
        return problems.answer(409, detail="It was sent before and is not done yet; ask again in a moment.")
    if kept.content != content:
        wrong = "was used for another request; give every request a name of its own"
        return problems.answer(422, [("header.Idempotency-Key", wrong)])
    return HttpResponse(
        bytes(kept.body), kept.content_type, kept.status, headers={"Idempotency-Replayed": "true"}
    )


def forget_old() -> None:
    """Let go of what nobody will ask for any more, and of what died unanswered."""
    now = clock.now()
    KeptAnswer.objects.filter(kept_at__lt=now - KEPT).delete()
    KeptAnswer.objects.filter(status=None, kept_at__lt=now - GIVEN_UP).delete()


def _name(request: HttpRequest, named: str) -> str:
    """By the caller's key: nobody meets a name of somebody else's."""
    return _hash(request.headers.get("Authorization", ""), named)


def _content(request: HttpRequest) -> str:
    """By which a request is known again."""
    return _hash(str(request.method), request.get_full_path(), request.body.hex())


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
