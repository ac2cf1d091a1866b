"""What the front door asks before it calls Tenure ready, and what every answer says of itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tenure.web.wsgi import Started, timed


@pytest.mark.django_db
def test_pages_are_ready_when_the_database_can_be_read(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (200, b"ready\n")
    assert client.post("/readyz").status_code == 405


@pytest.mark.django_db(transaction=True)
def test_pages_are_not_ready_without_their_tables(client: Client) -> None:
    client.raise_request_exception = False
    with connection.schema_editor() as editor:
        editor.execute("ALTER TABLE workspaces_workspace RENAME TO gone")
    try:
        assert client.get("/readyz").status_code == 500
    finally:
        with connection.schema_editor() as editor:
            editor.execute("ALTER TABLE gone RENAME TO workspaces_workspace")


def test_an_answer_says_how_long_it_took() -> None:
    said: list[tuple[str, str]] = []

    def pages(environ: dict[str, Any], start: Started) -> list[bytes]:
        start("200 OK", [("X-Kind", environ["kind"])])
        return [b"a page"]

    answer = timed(pages)({"kind": "page"}, lambda status, headers: said.extend(headers))
    assert list(answer) == [b"a page"]
    [kind, (name, value)] = said
    assert (kind, name) == (("X-Kind", "page"), "Server-Timing")
    assert 0 <= float(value.removeprefix("app;dur=")) < 60_000
