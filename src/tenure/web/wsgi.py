"""The pages as a WSGI application, for granian; each answer says how long it took here."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenure.settings")

Started = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], Started], Iterable[bytes]]


def timed(answer: Wsgi) -> Wsgi:
    """The same, with the header `Server-Timing: app;dur=…`: milliseconds since the request came in.

    What other requests of this process took from it is part of that. Browsers show it among a page's timings.
    """

    def answered(environ: dict[str, Any], start: Started) -> Iterable[bytes]:
        began = time.perf_counter()

        def started(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            took = (time.perf_counter() - began) * 1000
            return start(status, [*headers, ("Server-Timing", f"app;dur={took:.1f}")], *rest)

        return answer(environ, started)

    return answered


application = timed(get_wsgi_application())
