"""The list of customers as it is first written: the baseline of `bench pages`.

Django's Paginator (COUNT with the query's joins, OFFSET), `select_related`, a Django template. It has the
same data, indexes and server.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import path

TEMPLATE = """{% for row in page %}<tr><td><a href="/customers/{{ row.pk }}">{{ row.name }}</a></td>
<td>{{ row.standing.band }} {{ row.standing.score|floatformat }}</td>
<td>{{ row.standing.outcomes|floatformat }} {{ row.standing.experience|floatformat }}</td>
<td>{{ row.standing.arr_minor }}</td>
<td>{{ row.standing.renews_on|date }}</td><td>{{ row.segment }}</td><td>{{ row.standing.weeks|join:" " }}</td>
<td>{{ row.standing.last_active_on|timesince }}</td><td>{{ row.owner }}</td></tr>{% endfor %}
{{ page.paginator.count }} customers, page {{ page.number }} of {{ page.paginator.num_pages }}"""


def customers(request: HttpRequest) -> HttpResponse:
    """A page of the table."""
    from django.template import engines

    from tenure.accounts.models import Account

    rows = Account.objects.select_related("standing", "workspace")
    rows = rows.filter(workspace__name="Benchmark").order_by("standing__score")
    if segment := request.GET.get("segment"):
        rows = rows.filter(segment=segment, standing__arr_minor__gte=int(request.GET["arr"]))
    if text := request.GET.get("q"):
        rows = rows.filter(name__icontains=text)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    template = engines["django"].from_string(TEMPLATE)
    return HttpResponse(template.render({"page": page}, request))


urlpatterns = [path("customers", customers)]


def application() -> Any:
    """The WSGI application."""
    from django.conf import settings

    from tenure.cli.base import start_django

    start_django()
    settings.ROOT_URLCONF = __name__
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


def main(socket: str) -> None:
    """Serve it as the pages are served."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    from tenure.web.serve import THREADS

    Server(
        f"{__spec__.name}:application",
        factory=True,
        uds=Path(socket),
        interface=Interfaces.WSGI,
        blocking_threads=THREADS,
        websockets=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=3,
    ).serve()


if __name__ == "__main__":
    main(sys.argv[1])
