"""An import can be taken back: what it added goes, what it changed is as before, what moved since stays."""

from __future__ import annotations

import json
from itertools import permutations

import pyarrow.parquet as pq
import pytest
from django.http import Http404
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenure.accounts.models import Account, AccountAttributes, Identity, Person
from tenure.events import dictionary, views
from tenure.events.models import EventName
from tenure.kit import outbox, records
from tenure.kit.facts import RecordsChanged
from tenure.metrics.copied import COPIED, RECORDS
from tenure.revenue.models import Subscription, Term
from tenure.sources.actions import import_file, undo_import
from tenure.sources.imports.options import Options
from tenure.sources.models import ImportChange
from tenure.workspaces.models import AuditEntry
from tests import cast

ACCOUNTS = "account_id,name,segment,seats\nacme,Acme,Enterprise,5\ndune,Dune,,7\n"


def state(access) -> dict[str, object]:
    """What is on record, without ids of our own and times."""
    accounts = {
        one.external_id: (
            one.name,
            one.segment,
            one.parent_id and one.parent.external_id,
            one.attributes.data,
        )
        for one in access.of(Account).select_related("attributes")
    }
    people = {
        one.external_id: (one.name, one.account and one.account.external_id)
        for one in access.of(Person).select_related("account")
    }
    terms = sorted(
        (one.subscription.external_id, one.amount_minor, str(one.starts_on), one.superseded_at is None)
        for one in access.of(Term).select_related("subscription")
    )
    ids = sorted(access.of(Identity).values_list("kind", "observed"))
    with views.connect(access.workspace) as lake:
        events = sorted(lake.execute("select message_id, account_id is null from events").fetchall())
    return {"accounts": accounts, "people": people, "terms": terms, "ids": ids, "events": events}


def undo(access, run):
    return undo_import(access, run.pk)


def test_what_an_import_added_goes_with_all_its_parts(access, load):
    before = state(access)
    run = load("accounts", ACCOUNTS)
    undone = undo(access, run)
    assert state(access) == before
    assert not access.of(AccountAttributes).exists()
    assert not ImportChange.objects.filter(run=run).exists()
    assert undone.undone_says == "2 accounts removed"
    assert AuditEntry.objects.filter(did="undid an import").count() == 1
    assert any(isinstance(one.fact, RecordsChanged) and not one.fact.table for one in outbox.read("test"))
    load("accounts", ACCOUNTS)
    assert access.of(Account).count() == 2


def test_what_it_changed_is_as_before_to_the_last_digit(access, load):
    load("accounts", ACCOUNTS.replace(",5\n", ",0.25\n"))
    before = state(access)
    assert before["accounts"]["acme"][3] == {"seats": 0.25}
    run = load("accounts", "account_id,name,seats\nacme,Acme Inc,9\ncinder,Cinder,1\n")
    assert state(access) != before
    undo(access, run)
    assert state(access) == before


def test_what_somebody_changed_since_stays_and_is_named(access, load):
    run = load("accounts", ACCOUNTS)
    access.of(Account).filter(external_id="acme").update(name="Acme, by hand")
    undone = undo(access, run)
    assert list(access.of(Account).values_list("external_id", flat=True)) == ["acme"]
    assert access.of(AccountAttributes).count() == 1
    assert ["account Acme, by hand (acme)", "it was changed since, or is still referred to"] in undone.left
    assert "left as they are" in undone.undone_says


def test_what_stays_is_called_as_people_call_it(access, load):
    """What several files tell of stays when one is undone; nobody knows it by a digest or an id of ours."""
    told = {
        "notes": "timestamp,account_id,author,text\n2026-01-02,acme,Max,Called about prices\n",
        "costs": "date,account_id,category,amount\n2026-01-02,acme,credit,5\n",
        "responses": "timestamp,account_id,survey,score\n2026-01-02,acme,nps,9\n",
        "tickets": "ticket_id,account_id,created_at\nT1,acme,2026-01-02\n",
        "subscriptions": "subscription_id,account_id,amount,start\nS1,acme,5,2026-01-02\n",
    }
    called = {
        "notes": "note Called about prices of acme",
        "costs": "cost credit on 2026-01-02 of acme",
        "responses": "response nps 9.0 on 2026-01-02 of acme",
        "tickets": "ticket version T1 since 2026-01-02",
        "subscriptions": "term of S1 from 2026-01-02",
    }
    for kind, text in told.items():
        run = load(kind, text)
        load(kind, text)
        assert called[kind] in [name for name, _ in undo(access, run).left]


def test_an_account_that_others_refer_to_stays(access, load):
    accounts = load("accounts", ACCOUNTS)
    plans = load("subscriptions", "account_id,amount,start\nacme,5,2026-01-01\n")
    undo(access, accounts)
    assert list(access.of(Account).values_list("external_id", flat=True)) == ["acme"]
    undo(access, plans)
    assert not access.of(Account).exists()
    assert not access.of(Subscription).exists()
    assert not access.of(Identity).exists()


def test_a_new_version_of_a_term_is_taken_back(access, load):
    text = "subscription_id,account_id,amount,start\nS1,acme,5,2026-01-01\n"
    load("subscriptions", text)
    before = state(access)
    undo(access, load("subscriptions", text.replace(",5,", ",9,")))
    assert state(access) == before


EVENTS = "timestamp,account_id,person_id,event,message_id\n"


def test_names_of_events_that_are_gone_leave_the_dictionary(access, load):
    load("events", EVENTS + "2026-03-01,acme,ann,opened,m1\n")
    wrong = load("events", EVENTS + "2026-03-01,acme,ann,opned,m2\n2026-03-02,acme,ann,meant,m3\n")
    dictionary.refresh(access.workspace)
    access.of(EventName).filter(event="meant").update(description="Will come again")
    undo(access, wrong)
    assert sorted(access.of(EventName).values_list("event", flat=True)) == ["meant", "opened"]


def test_events_go_but_those_that_another_file_has_too(access, load):
    first = load("events", EVENTS + "2026-03-01,acme,ann,a,m1\n2026-03-02,acme,ann,b,m2\n")
    second = load("events", EVENTS + "2026-03-02,acme,ann,b,m2\n2026-04-02,dune,bo,c,m3\n")
    assert second.rows_same == 1
    undo(access, first)
    assert [one for one, _ in state(access)["events"]] == ["m2", "m3"]
    assert set(state(access)["accounts"]) == {"acme", "dune"}
    undo(access, second)
    assert state(access) == {"accounts": {}, "people": {}, "terms": [], "ids": [], "events": []}


def test_an_import_is_undone_once_and_by_nobody_else(access, neighbour, load):
    run = load("accounts", ACCOUNTS)
    with pytest.raises(Http404):
        undo(neighbour, run)
    undo(access, run)
    with pytest.raises(Http404):
        undo(access, run)


NAMES = st.sampled_from(["", "Acme", "Borealis", "Dune"])
ROWS = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.tuples(NAMES, NAMES), min_size=1, max_size=3)


def a_file(folder, name: str, rows: dict[str, tuple[str, str]]):
    path = folder / name
    lines = [f"{account},{name},{word}" for account, (name, word) in rows.items()]
    path.write_text("\n".join(["account_id,name,word", *lines, ""]))
    return path


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROWS, min_size=2, max_size=3), st.data())
def test_imports_undone_in_any_order_leave_what_the_others_said(transactional_db, tmp_path, files, data):
    access, alone = (cast.workspace(name) for name in ("Undone", "Alone"))
    paths = [a_file(tmp_path, f"{n}.csv", rows) for n, rows in enumerate(files)]
    runs = [import_file(access, "accounts", path, Options()) for path in paths]
    order = data.draw(st.sampled_from(list(permutations(range(len(runs))))))
    stays = order[-1]
    import_file(alone, "accounts", paths[stays], Options())
    left = [line for one in order[:-1] for line in undo(access, runs[one]).left]
    named = json.dumps(left)
    found, wanted = state(access)["accounts"], state(alone)["accounts"]
    for account in {*found, *wanted}:
        if found.get(account) != wanted.get(account):
            assert f"({account})" in named or f"account {account}" in named, (account, found, wanted, left)
    undo(access, runs[stays])
    assert state(access)["accounts"] == {}
    for one in (access, alone):
        one.workspace.delete()


def test_what_lost_a_reference_meanwhile_goes_with_the_import_before(access, load):
    first = load("people", "person_id,account_id\np4,one\n")
    second = load("people", "person_id,account_id\np4,two\n")
    for run in (first, second):
        undo_import(access, run.pk)
    assert not access.of(Person).exists()
    assert not access.of(Account).exists()
    assert not access.of(ImportChange).exists()


def test_figures_follow_an_undone_version_of_a_ticket_or_a_goal(access, load):
    load("accounts", ACCOUNTS)
    for value in (10, 20):
        tickets = load(
            "tickets", f"ticket_id,account_id,created_at,handle_minutes\nt1,acme,2026-02-01,{value}\n"
        )
        goals = load(
            "goals",
            "goal_id,account_id,title,start_value,target_value,value,measured_on\n"
            f"g1,acme,More,0,100,{value},2026-01-01\n",
        )
    assert_copied(access)
    undo_import(access, tickets.pk)
    undo_import(access, goals.pk)
    assert_copied(access)


def assert_copied(access):
    """Each copy that figures are made from is what stands in the tables."""
    for name, (sql, reads) in RECORDS.items():
        copied = pq.read_table(records.copy(name, sql, COPIED[name], reads, access.workspace.id))
        fresh = records.fetch(sql, COPIED[name], access.workspace.id)
        assert sorted(map(str, copied.to_pylist())) == sorted(map(str, fresh.to_pylist())), name
