"""The API answers as its description says, whatever is sent: nothing breaks, nothing is undocumented."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from ninja import Schema
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tenure.accounts.actions import AccountRow, PersonRow, upsert_accounts, upsert_people
from tenure.web.api.app import api
from tenure.web.api.reading import Operation, groups
from tenure.web.wsgi import application
from tenure.workspaces.access import Access
from tenure.workspaces.actions import create_key
from tenure.workspaces.models import Key
from tests import cast
from tests.web.conftest import Visit

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
description = schemathesis.openapi.from_dict(dict(api.get_openapi_schema(path_prefix="/api/v1/")))
description.app = application
# Each with a name of its own: tests of one name are one test to a run in several processes.
OPERATIONS = [found.ok() for found in description.get_all_operations()]


@pytest.fixture
def key(db: None) -> Iterator[str]:
    """A key of a small workspace, and requests that leave the test's transaction open."""
    access = cast.workspace("Tenure Test")
    upsert_accounts(access.workspace, [AccountRow("acme", "Acme")])
    upsert_people(access.workspace, [PersonRow("ann", account_id="acme")])
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield create_key(access, Key.API, "fuzz", ["work", "load", "administer"])
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.label)
def test_every_operation_answers_as_described(operation: Any, key: str) -> None:
    @settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def answers(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=CHECKS)

    answers()


def test_the_description_is_there_for_programs(db: None) -> None:
    found = Client().get("/api/openapi.json")
    assert found.status_code == 200
    paths = found.json()["paths"]
    assert "/api/v1/accounts/{account}/health" in paths
    problem = paths["/api/v1/accounts"]["get"]["responses"]["401"]["content"]
    assert list(problem) == ["application/problem+json"]


def test_no_two_shapes_share_a_name() -> None:
    """The description knows shapes by name: of two that share one, it would tell the wrong one."""
    names = [one.__name__ for one in _below(Schema) if one.__module__.startswith("tenure.web.api")]
    assert [name for name, number in Counter(names).items() if number > 1] == []


def _below(shape: type) -> set[type]:
    return {one for each in shape.__subclasses__() for one in {each, *_below(each)}}


def test_the_reference_names_every_operation(dana: Access, visit: Visit) -> None:
    page = visit(dana).get("/api/docs").content.decode()
    for path, methods in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].items():
        for method in methods:
            assert f"{method.upper()}</span><code>{path}</code>" in page


def test_the_reference_tells_choices_and_what_is_inside() -> None:
    bodies = {one.name: {line.name: line.kind for line in one.body} for one in all_operations()}
    put = next(body for name, body in bodies.items() if name.endswith("put_profile"))
    assert put["outcomes[].measures[].curve"] == "list of [number, number]"
    assert put["bands.good"] == "number"
    metric = next(body for name, body in bodies.items() if name.endswith("put_own_metric"))
    assert metric["side"] == "outcome | experience"
    assert metric["better"] == 'up | down | ""'


def all_operations() -> list[Operation]:
    return [one for group in groups() for one in group.operations]
