"""What a file says again is seen to be the same exactly where going row by row would change nothing."""

from __future__ import annotations

from itertools import chain, count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenure.accounts import again, families, statements
from tenure.accounts.actions import (
    AccountColumns,
    AccountRow,
    PersonColumns,
    PersonRow,
    upsert_account_columns,
    upsert_accounts,
    upsert_people,
    upsert_person_columns,
)
from tenure.accounts.identities import save_identities
from tenure.accounts.models import Account, Consent, Identity, Person, PersonStatement, Statement
from tests import cast

numbers = count()
refs = st.sampled_from(["a", "b", "c"])
words = st.sampled_from(["", "Acme", "Dune"])
attributes = st.dictionaries(st.sampled_from(["seats", "city"]), st.sampled_from([1, 1.5, "Ulm", "Köln"]))
account_rows = st.builds(
    AccountRow,
    refs,
    words,
    st.sampled_from(["", "acme.example", "dune.example"]),
    st.sampled_from(["", "a", "d"]),
    segment=words,
    attributes=attributes,
)
person_rows = st.builds(
    PersonRow,
    refs,
    st.sampled_from(["", "ann@acme.example", "bo@our.example"]),
    words,
    st.sampled_from(["", "acme", "dune"]),
    role=st.sampled_from(["", "Champion", "CFO"]),
    left_on=st.sampled_from(["", "2026-01-31"]),
    consent=st.dictionaries(st.just("surveys"), st.booleans()),
    attributes=attributes,
)
by_ref = {"unique_by": lambda row: row.account_id if isinstance(row, AccountRow) else row.person_id}
# Files, some of them twice; between them somebody else says something, or two are made one.
account_steps = st.lists(
    st.one_of(
        st.lists(account_rows, min_size=1, **by_ref),
        st.tuples(st.sampled_from(["says", "moves", "merges"]), refs, refs),
    ),
    min_size=1,
    max_size=4,
)
person_steps = st.lists(
    st.one_of(
        st.lists(person_rows, min_size=1, **by_ref),
        st.tuples(st.sampled_from(["says", "moves", "merges"]), refs, st.sampled_from(["acme", "dune"])),
    ),
    min_size=1,
    max_size=4,
)
few = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def row_by_row(monkeypatch):
    """Nothing is seen to be the same, so that every row goes its own way."""

    def turn(on: bool) -> None:
        for name, how in usual.items():
            monkeypatch.setattr(again, name, (lambda _, said, known: [False] * len(known)) if on else how)

    usual = {name: getattr(again, name) for name in ("accounts", "people")}
    return turn


def accounts_after(workspace, steps):
    """What came of each step, and what is on record in the end."""
    done = []
    for step in chain.from_iterable(zip(steps, steps, strict=True)):
        if isinstance(step, list):
            told = upsert_account_columns(workspace, AccountColumns.of(step))
            done.append((told.added, told.changed, told.same, sorted(told.ids), told.circles))
        else:
            tell_otherwise(workspace, *step)
    found = workspace.account_set.select_related("attributes", "parent").order_by("external_id")
    said = Statement.objects.filter(workspace=workspace).order_by("pk")
    return (
        done,
        [
            (one.external_id, one.name, one.domain, one.segment, str(one.parent or ""), one.attributes.data)
            for one in found
        ],
        [(one.account.external_id, one.source, one.fields, one.data, sorted(one.since)) for one in said],
    )


def tell_otherwise(workspace, what, ref, other):
    ids = dict(Identity.objects.filter(workspace=workspace).values_list("observed", "target_id"))
    if what == "says":
        upsert_accounts(workspace, [AccountRow(ref, name="Else", parent_id=other)], source=statements.HAND)
    elif what == "moves":
        families.set_parents(workspace, {ref: other} if {ref, other} <= ids.keys() else {})
    elif {ref, other} <= ids.keys():
        save_identities(workspace.id, Identity.ACCOUNT, {ref: ids[other]})


@few
@given(account_steps)
def test_accounts_are_the_same_both_ways(db, row_by_row, steps):
    found = []
    for is_slow in (True, False):
        row_by_row(is_slow)
        found.append(accounts_after(cast.workspace(f"Same {next(numbers)}").workspace, steps))
    assert found[0] == found[1]


def people_after(workspace, steps):
    upsert_accounts(workspace, [AccountRow("acme", domain="acme.example"), AccountRow("dune")])
    done = []
    for step in chain.from_iterable(zip(steps, steps, strict=True)):
        ids = dict(Identity.objects.filter(workspace=workspace).values_list("observed", "target_id"))
        if isinstance(step, list):
            told = upsert_person_columns(workspace, PersonColumns.of(step))
            done.append((told.added, told.changed, told.same, sorted(told.ids)))
        elif step[0] == "says":
            upsert_people(workspace, [PersonRow(step[1], name="Else")], source=statements.HAND)
        elif step[0] == "moves":
            Person.objects.filter(workspace=workspace, external_id=step[1]).update(account=ids[step[2]])
        elif {"a", step[1]} <= ids.keys():
            save_identities(workspace.id, Identity.PERSON, {"a": ids[step[1]]})
    people = Person.objects.filter(workspace=workspace).order_by("external_id")
    said = PersonStatement.objects.filter(workspace=workspace).order_by("pk")
    # One after the other of each; who of several that one file names is heard first means nothing.
    agreed = Consent.objects.filter(workspace=workspace).order_by("person__external_id", "pk")
    return (
        done,
        [
            (one.external_id, one.email, one.name, one.part, one.is_own, str(one.account), one.attributes)
            for one in people
        ],
        [(one.person.external_id, one.source, one.fields, one.data, sorted(one.since)) for one in said],
        [(one.person.external_id, one.is_given) for one in agreed],
    )


@few
@given(person_steps)
def test_people_are_the_same_both_ways(db, row_by_row, steps):
    found = []
    for is_slow in (True, False):
        row_by_row(is_slow)
        workspace = cast.workspace(f"Same {next(numbers)}").workspace
        workspace.own_domains = ["our.example"]
        workspace.save()
        found.append(people_after(workspace, steps))
    assert found[0] == found[1]


def test_a_file_that_comes_again_reads_no_account_into_an_object(access, monkeypatch):
    rows = [
        AccountRow("acme", "Acme", attributes={"seats": 5}),
        AccountRow("hold", "Holding"),
        AccountRow("dune", "Dune", parent_id="hold"),
    ]
    upsert_account_columns(access.workspace, AccountColumns.of(rows))
    monkeypatch.setattr(Account, "from_db", lambda *_: pytest.fail("an object was made"))
    told = upsert_account_columns(access.workspace, AccountColumns.of(rows))
    assert (told.added, told.changed, told.same) == (0, 0, 3)
