"""What the front door asks before it calls Tenure ready."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client


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
