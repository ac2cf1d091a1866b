"""The API answers as its description says, whatever is sent: nothing breaks, nothing is undocumented."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ninja import Schema
from pytest_django import DjangoDbBlocker
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tenure.accounts.actions import AccountRow, PersonRow, upsert_accounts, upsert_people
from tenure.accounts.models import Account, Person
from tenure.kit import clock
from tenure.revenue.actions import TermRow, upsert_terms
from tenure.sources.models import ImportRun
from tenure.web.api.app import api
from tenure.web.api.reading import Operation, groups
from tenure.web.wsgi import application
from tenure.workspaces.access import Access
from tenure.workspaces.actions import create_key
from tenure.workspaces.models import Key
from tenure.workspaces.roles import Role
from tests import cast
from tests.web.api.conftest import ApiClient
from tests.web.conftest import Visit

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
description = schemathesis.openapi.from_dict(dict(api.get_openapi_schema(path_prefix="/api/v1/")))
description.app = application
# Each with a name of its own: tests of one name are one test to a run in several processes.
OPERATIONS = [found.ok() for found in description.get_all_operations()]


METRIC = {"title": "Exports", "kind": "count", "event": "Exported"}
RATED = {"metric": "exports", "weight": 1, "curve": [[0, 0], [9, 100]]}
PROFILE = {"accounts": ["segment.is.Large"], "outcomes": [{"title": "Use", "measures": [RATED]}]}
MAIL = {"title": "Monday", "page": "renewals", "owner": "vic@example.test", "to": ["vic@example.test"]}


@dataclass(frozen=True)
class Workspace:
    """A key of a small workspace, and what is there by the names under which operations ask for it."""

    key: str
    there: Mapping[str, Any]

    def filled(self, given: Any) -> Any:
        """Parameters or a body, with what is there in place of what was made up."""
        if not isinstance(given, dict):
            return given
        return {name: self.there.get(name, value) for name, value in given.items()}


@pytest.fixture(scope="module")
def workspace(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Workspace]:
    """One of everything that operations name, committed: figures are read beside Django's transaction."""
    with django_db_blocker.unblock():
        access = cast.workspace("Tenure Test")
        cast.member(access, "Vic", Role.MANAGER)
        refs = ("acme", "a2", "a3")
        rows = [AccountRow(ref, "Acme", segment="Large", attributes={"plan": "Pro"}) for ref in refs]
        upsert_accounts(access.workspace, rows)
        upsert_people(access.workspace, [PersonRow("ann", account_id="acme", email="ann@acme.example")])
        term = TermRow("s1", "acme", 1200_00, "USD", "year", clock.today("UTC") - timedelta(days=300))
        upsert_terms(access.workspace, [term])
        rights = ["work", "export", "load", "define", "administer"]
        api = ApiClient(create_key(access, Key.API, "fuzz", rights))
        found = Workspace(api.token, _there(api, access))
    yield found
    with django_db_blocker.unblock():
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def asked(workspace: Workspace, db: None) -> Iterator[Workspace]:
    """The same, with requests that leave the test's transaction open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield workspace
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def _there(api: ApiClient, access: Access) -> dict[str, Any]:
    """Made through the API: names of parameters and what they may be."""
    acme, twin, third = (Account.objects.get(external_id=ref).pk for ref in ("acme", "a2", "a3"))
    api.put("metrics/own/exports", METRIC)
    api.put("health/profiles/large", PROFILE)
    api.post("notes", {"account": acme, "text": "Called"}, 201)
    api.post("duplicates/look", {})
    merge = api.post("merges", {"kept": acme, "other": third}, 201)
    run = ImportRun.objects.create(workspace=access.workspace, kind="accounts", filename="a.csv")
    return {
        "account": acme,
        "kept": acme,
        "source": acme,
        "other": twin,
        "person": Person.objects.get().pk,
        "people": [Person.objects.get().pk],
        "observed": ["a3"],
        "subscriptions": ["s1"],
        "view": api.post("views", {"name": "Large", "where": ["segment.is.Large"]}, 201)["id"],
        "duplicate": api.get("duplicates")["items"][0]["id"],
        "regrouping": merge["id"],
        "mail": api.post("mails", MAIL, 201)["id"],
        "run": run.pk,
        "metric": "exports",
        "profile": "large",
        "number": 1,
        "which": "due",
        "key": "rate.gross.all",
        "purpose": "surveys",
    }


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.label)
def test_every_operation_answers_as_described(operation: Any, asked: Workspace) -> None:
    @settings(
        max_examples=9,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), is_there=st.sampled_from([True, True, False]))
    def answers(case: Any, is_there: bool) -> None:
        if is_there:
            for part in ("path_parameters", "query", "body"):
                setattr(case, part, asked.filled(getattr(case, part)))
        case.call_and_validate(headers={"Authorization": f"Bearer {asked.key}"}, checks=CHECKS)

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
