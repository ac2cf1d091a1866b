"""Rows written in bulk are what the ORM reads back; the fields that are named are set, and no others."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.db import IntegrityError, transaction

from tenure.accounts.models import Account, Consent, Identity, Person
from tenure.kit import bulk, clock
from tenure.metrics.models import MetricValue


def people(access, count: int) -> list[Person]:
    at = datetime(2026, 4, 3, 12, 30, 1, 250, tzinfo=timezone(timedelta(hours=2)))
    return [
        Person(
            workspace=access.workspace,
            external_id=f"p{n}",
            name=f"It's {n} % \u20ac",
            attributes={"n": n, "text": "\u201c"} if n else {},
            created_at=at,
        )
        for n in range(count)
    ]


def test_rows_come_back_as_they_were_given(access):
    given = people(access, 3)
    bulk.add(given)
    found = {one.pk: one for one in access.of(Person)}
    assert len(found) == 3
    for one in given:
        other = found[one.pk]
        assert (other.external_id, other.name, other.attributes, other.account_id, other.is_own) == (
            one.external_id,
            one.name,
            one.attributes,
            None,
            False,
        )
        assert other.created_at == datetime(2026, 4, 3, 10, 30, 1, 250, tzinfo=UTC)


def test_what_is_there_gets_the_named_fields_and_keeps_the_others(access):
    [ann] = people(access, 1)
    bulk.add([ann])
    ann.name, ann.role = "Ann", "champion"
    bulk.save([ann, *people(access, 2)[1:]], ["id"], ["name"])
    found = dict(access.of(Person).values_list("external_id", "name"))
    assert (found["p0"], len(found)) == ("Ann", 2)
    assert access.of(Person).get(external_id="p0").role == ""


def test_keys_that_the_database_gives_are_given_and_found_again_by_others(access):
    def meaning(target: str) -> Identity:
        return Identity(workspace=access.workspace, kind="account", observed="acme", target_id=target)

    bulk.save([meaning("one")], ["workspace", "kind", "observed"], ["target_id"])
    bulk.save([meaning("two")], ["workspace", "kind", "observed"], ["target_id"])
    assert access.of(Identity).get().target_id == "two"


def test_no_rows_are_nothing_to_do(access):
    bulk.add([])
    bulk.save([], ["id"], ["name"])
    assert not access.of(Account).exists()


def test_columns_come_back_as_the_rows_they_make(access):
    [acme] = [Account(workspace=access.workspace, external_id="acme", name="Acme")]
    bulk.add([acme])
    day = date(2026, 4, 3)
    metrics = {"metric": ["arr", "nps"], "value": [12.5, 40.0]}
    every = {"workspace_id": access.workspace.pk, "account_id": acme.pk, "as_of": day}
    bulk.add_columns(MetricValue, {**metrics, **{name: [value] * 2 for name, value in every.items()}})
    assert set(access.of(MetricValue).values_list("account_id", "metric", "value", "as_of")) == {
        (acme.pk, "arr", 12.5, day),
        (acme.pk, "nps", 40.0, day),
    }


def test_what_all_rows_say_is_given_once_and_stands_in_each(access):
    bulk.add([Account(workspace=access.workspace, external_id="acme", name="Acme")])
    acme = access.of(Account).get()
    about = {"workspace_id": acme.workspace_id, "account_id": acme.pk, "as_of": date(2026, 4, 3)}
    values = [0.5, *[1] * 230, 1.0]
    names = [f"m{n}" for n in range(len(values))]
    every = {name: [value] * len(values) for name, value in about.items()}
    bulk.add_columns(MetricValue, {**every, "metric": names, "value": values})
    found = access.of(MetricValue).values_list("metric", "value", "account_id", "as_of")
    assert {metric: (str(value), *rest) for metric, value, *rest in found} == {
        name: (str(float(value)), acme.pk, about["as_of"]) for name, value in zip(names, values, strict=True)
    }
    [ann] = people(access, 1)
    bulk.add([ann])
    word = {"workspace_id": ann.workspace_id, "person_id": ann.pk, "purpose": "surveys", "is_given": True}
    word |= {"source": "import", "said_by": "", "said_at": clock.now()}
    bulk.add_columns(Consent, {name: [value] * 3 for name, value in word.items()})
    assert list(access.of(Consent).values_list("person", "is_given")) == [(ann.pk, True)] * 3


def test_what_fails_in_a_transaction_leaves_nothing_of_it(access):
    new, again = people(access, 2)
    again.pk = new.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.add([new, again])
    assert not access.of(Person).exists()


def test_a_column_that_lacks_is_named(access):
    with pytest.raises(KeyError, match="workspace_id"):
        bulk.add_columns(MetricValue, {"metric": ["arr"]})


def test_columns_without_rows_are_nothing_to_do(access):
    every = ("workspace_id", "account_id", "metric", "value", "as_of")
    bulk.add_columns(MetricValue, {name: [] for name in every})
    assert not access.of(MetricValue).exists()


def test_a_row_made_here_is_what_the_model_makes(access):
    at = datetime(2026, 4, 3, tzinfo=UTC)
    given = {"workspace_id": access.workspace.pk, "external_id": "acme", "name": "Acme", "created_at": at}
    made, usual = bulk.new(Account, id="1", **given), Account(id="1", **given)
    assert {**made.__dict__, "_state": 0} == {**usual.__dict__, "_state": 0}
    assert made._state.adding
    assert bulk.new(Account, **given).pk != bulk.new(Account, **given).pk


@pytest.mark.parametrize(
    "value", [{}, {"a": 1, "b": [1.5, None, True]}, {"ü": "é\n"}, {"n": 10**30}, [], "x"]
)
def test_the_text_of_a_json_field_is_what_the_model_writes(value: object) -> None:
    assert bulk.as_json(value) == json.dumps(value)
