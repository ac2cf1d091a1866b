"""Merged, split, undone: every event and record counts for exactly one account, and undo brings all back."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.http import Http404
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenure.accounts import actions, announcing, merging, previewing, queries
from tenure.accounts.actions import AccountRow, PersonRow
from tenure.accounts.merging import Apart
from tenure.accounts.models import Account, Identity, Person, Regrouping
from tenure.events import views
from tenure.events.actions import load_events
from tenure.feedback.actions import ResponseRow, upsert_responses
from tenure.feedback.models import Response
from tenure.kit import changes, outbox
from tenure.kit.facts import RecordsChanged
from tenure.revenue.actions import TermRow, upsert_terms
from tenure.revenue.models import Subscription, Term
from tenure.touchpoints.actions import write_note
from tenure.touchpoints.models import Note
from tenure.warnings.models import EarlyWarning
from tenure.workspaces.access import Access, access_for_machine
from tenure.workspaces.actions import create_workspace
from tenure.workspaces.members import NotPossible
from tenure.workspaces.roles import Role
from tests import cast
from tests.warnings import scene

MARCH = datetime(2026, 3, 2, 12, tzinfo=UTC)
NAMES = ("acme", "borealis", "cinder", "dune")
BOOKKEEPING = {
    "regrouping",
    "regrouped_rows",
    "outbox",
    "change_counter",
    "workspaces_auditentry",
    "django_migrations",
}


def fill(access: Access, names: tuple[str, ...] = ("acme", "borealis", "cinder")) -> None:
    """Accounts with two people, a contract, answers and a note each, and events of both."""
    workspace = access.workspace
    parents = dict(zip(names[1:], names, strict=False))
    actions.upsert_accounts(
        workspace,
        [
            AccountRow(
                name, name.title(), f"{name}.example", parents.get(name, ""), attributes={"city": name}
            )
            for name in names
        ],
    )
    people = [PersonRow(f"{name}-{number}", account_id=name) for name in names for number in (1, 2)]
    actions.upsert_people(workspace, people)
    upsert_terms(
        workspace,
        [
            TermRow(f"s-{name}", name, 100_00, "USD", "month", date(2026, 1, 1), product="Team")
            for name in names
        ],
    )
    upsert_responses(
        workspace, [ResponseRow("nps", one.account_id, MARCH, one.person_id, 9) for one in people]
    )
    for name in names:
        write_note(access, account_of(access, name), f"about {name}")
    send(access, [(name, f"{name}-1") for name in names] + [("", f"{name}-2") for name in names])


def send(access: Access, seen: list[tuple[str, str]], position: int = 1) -> None:
    table = pa.table(
        {
            "message_id": [f"{access.workspace.id}-{position}-{number}" for number in range(len(seen))],
            "event": ["Report viewed"] * len(seen),
            "occurred_at": pa.array([MARCH] * len(seen), pa.timestamp("us", "UTC")),
            "account_ref": pa.array([account or None for account, _ in seen], pa.string()),
            "person_ref": [person for _, person in seen],
        }
    )
    load_events(access.workspace, table, stream="tests", position=position, source="tests")


def account_of(access: Access, ref: str) -> str:
    """Whom the customer's own id means now."""
    return queries.accounts_by_ref(access.workspace.id, [ref])[ref]


def person_of(access: Access, ref: str) -> str:
    return queries.people_by_ref(access.workspace.id, [ref])[ref]


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table but the books kept about changes, and ids that a split made up."""
    found = {
        model._meta.db_table: sorted(model._base_manager.values(), key=repr)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.db_table not in BOOKKEEPING
    }
    found["identity"] = [
        row for row in found["identity"] if row["kind"] == "person" or row["observed"] in NAMES
    ]
    # What can be searched is worked out anew, and numbered anew.
    found["search_entry"] = sorted(
        ({**row, "id": None} for row in found["search_entry"]), key=lambda row: (row["kind"], row["record"])
    )
    return found


def events_by_account(access: Access) -> Counter[str | None]:
    with views.connect(access.workspace) as lake:
        return Counter(dict(lake.execute("SELECT account_id, count(*) FROM events GROUP BY 1").fetchall()))


def test_what_hung_on_the_one_hangs_on_the_other(access: Access) -> None:
    fill(access)
    acme, borealis = account_of(access, "acme"), account_of(access, "borealis")
    done = merging.merge(access, Identity.ACCOUNT, acme, borealis)
    assert account_of(access, "borealis") == acme
    assert not access.of(Account).filter(pk=borealis).exists()
    for model in (Subscription, Term, Response, Note, Person):
        assert {row.account_id for row in access.of(model)} == {acme, account_of(access, "cinder")}, model
    assert events_by_account(access) == {acme: 4, account_of(access, "cinder"): 2}
    assert previewing.become(access, Identity.ACCOUNT, borealis) == acme
    assert str(done) == "Borealis merged into Acme"


def test_the_facts_ask_for_all_figures_anew(access: Access) -> None:
    fill(access)
    acme, counted = account_of(access, "acme"), changes.counts(access.workspace.id)
    merging.merge(access, Identity.ACCOUNT, acme, account_of(access, "borealis"))
    last = outbox.read("test", most=1000)[-1].fact
    assert isinstance(last, RecordsChanged)
    assert (last.account_ids, last.first_day) == ((acme,), announcing.EVER)
    after = changes.counts(access.workspace.id)
    for table in ("identity", "term", "subscription", "response", "account", "person"):
        assert after[table] > counted[table], table


def test_undo_brings_back_exactly_what_was(access: Access) -> None:
    fill(access)
    actions.upsert_accounts(
        access.workspace, [AccountRow("borealis", owner="dana", attributes={"plan": "Team"})]
    )
    before, counted = everything(), events_by_account(access)
    acme, borealis = account_of(access, "acme"), account_of(access, "borealis")
    done = merging.merge(access, Identity.ACCOUNT, acme, borealis, take=["name", "attributes.city"])
    kept = access.get(Account, acme)
    assert (kept.name, kept.owner, kept.domain) == ("Borealis", "dana", "acme.example")
    assert kept.attributes.data == {"city": "borealis", "plan": "Team"}
    merging.undo(access, done.pk)
    assert everything() == before
    assert events_by_account(access) == counted
    with pytest.raises(NotPossible, match="undone already"):
        merging.undo(access, done.pk)


def test_what_somebody_changed_since_stays_when_undone(access: Access) -> None:
    fill(access)
    actions.upsert_accounts(access.workspace, [AccountRow("borealis", owner="dana")])
    acme, borealis = account_of(access, "acme"), account_of(access, "borealis")
    done = merging.merge(access, Identity.ACCOUNT, acme, borealis)
    Account.objects.filter(pk=acme).update(owner="olga")
    merging.undo(access, done.pk)
    assert (access.get(Account, acme).owner, access.get(Account, borealis).owner) == ("olga", "dana")


def test_what_came_in_since_goes_where_its_id_goes(access: Access) -> None:
    fill(access)
    acme, borealis = account_of(access, "acme"), account_of(access, "borealis")
    done = merging.merge(access, Identity.ACCOUNT, acme, borealis)
    send(access, [("borealis", "borealis-1")], position=2)
    assert events_by_account(access)[acme] == 5
    merging.undo(access, done.pk)
    assert events_by_account(access)[borealis] == 3


def test_figures_of_the_merged_account_are_not_moved_but_kept_for_undo(access: Access) -> None:
    acme = scene.account(access, "Acme", 10, score=90, band="good", metrics={"seat_use": 0.5, "nps": 3})
    dune = scene.account(access, "Dune", 20, score=10, band="poor", metrics={"seat_use": 0.1, "csat": 1})
    for row, cause in ((acme, "silent"), (dune, "silent"), (dune, "fell")):
        EarlyWarning.objects.create(
            workspace=access.workspace, account=row, cause=cause, says="…", opened_on=scene.today()
        )
    before = everything()
    done = merging.merge(access, Identity.ACCOUNT, acme.pk, dune.pk)
    assert dict(acme.metric_values.values_list("metric", "value")) == {"seat_use": 0.5, "nps": 3}
    assert sorted(acme.warnings.values_list("cause", flat=True)) == ["fell", "silent"]
    merging.undo(access, done.pk)
    assert everything() == before


def test_an_account_takes_in_its_own_grandparent_without_a_circle(access: Access) -> None:
    fill(access)
    acme, borealis, cinder = (account_of(access, name) for name in ("acme", "borealis", "cinder"))
    before = everything()
    done = merging.merge(access, Identity.ACCOUNT, cinder, acme)
    assert access.get(Account, cinder).parent_id is None
    assert access.get(Account, borealis).parent_id == cinder
    merging.undo(access, done.pk)
    assert everything() == before


def test_two_people_who_are_one(access: Access) -> None:
    fill(access)
    before = everything()
    kept, other = person_of(access, "acme-1"), person_of(access, "borealis-1")
    done = merging.merge(access, Identity.PERSON, kept, other)
    assert {row.person_id for row in access.of(Response).exclude(person__external_id__endswith="2")} == {
        kept,
        person_of(access, "cinder-1"),
    }
    assert person_of(access, "borealis-1") == kept
    merging.undo(access, done.pk)
    assert everything() == before


def test_a_preview_says_what_moves_and_what_differs(access: Access) -> None:
    fill(access)
    actions.upsert_accounts(access.workspace, [AccountRow("borealis", owner="dana")])
    acme, borealis = account_of(access, "acme"), account_of(access, "borealis")
    found = previewing.preview(access, Identity.ACCOUNT, acme, borealis)
    assert found.moves == {
        "people": 2,
        "subscriptions": 1,
        "terms": 1,
        "responses": 2,
        "notes": 1,
        "statements": 1,
        "accounts": 1,
    }
    assert found.completes == {"owner": "dana"}
    assert [(one.title, one.kept, one.other) for one in found.conflicts] == [
        ("name", "Acme", "Borealis"),
        ("domain", "acme.example", "borealis.example"),
        ("city", "acme", "borealis"),
    ]
    assert found.observed == ["borealis"]


def test_an_id_and_a_person_become_an_account_of_their_own(access: Access) -> None:
    fill(access)
    acme = account_of(access, "acme")
    merging.merge(access, Identity.ACCOUNT, acme, account_of(access, "borealis"))
    before = everything()
    subscription = Subscription.objects.get(external_id="s-borealis")
    apart = Apart(
        "Borealis AS", ("borealis",), (person_of(access, "borealis-2"),), {"subscription": [subscription.pk]}
    )
    done = merging.split(access, Identity.ACCOUNT, acme, apart)
    new = access.get(Account, done.other_id)
    assert (new.name, new.external_id) == ("Borealis AS", "borealis")
    assert Term.objects.get(subscription=subscription).account == new
    assert Response.objects.get(person__external_id="borealis-2").account == new
    assert Response.objects.get(person__external_id="borealis-1").account_id == acme
    assert events_by_account(access)[new.pk] == 2
    merging.undo(access, done.pk)
    assert everything() == before


def test_people_alone_get_an_account_with_an_id_of_its_own(access: Access) -> None:
    fill(access)
    acme = account_of(access, "acme")
    done = merging.split(access, Identity.ACCOUNT, acme, Apart("", people=(person_of(access, "acme-2"),)))
    assert (done.other_ref, done.other_name) == ("acme-2", "acme-2")
    assert account_of(access, "acme-2") == done.other_id
    assert access.get(Person, person_of(access, "acme-2")).account_id == done.other_id
    assert events_by_account(access)[done.other_id] == 1


def test_a_visitor_is_taken_off_a_person(access: Access) -> None:
    fill(access)
    ann = person_of(access, "acme-1")
    actions.link_people(access.workspace, {"anon:b1": "acme-1"}, move=False)
    done = merging.split(access, Identity.PERSON, ann, Apart("Bo", ("anon:b1",)))
    assert person_of(access, "anon:b1") == done.other_id != ann
    merging.undo(access, done.pk)
    assert person_of(access, "anon:b1") == ann


def test_what_cannot_be_done_says_why(access: Access) -> None:
    fill(access)
    acme, borealis = account_of(access, "acme"), account_of(access, "borealis")
    with pytest.raises(NotPossible, match="choose the ids that are not its own"):
        merging.split(access, Identity.ACCOUNT, acme, Apart("", ("acme",)))
    with pytest.raises(NotPossible, match="Choose the ids or people"):
        merging.split(access, Identity.ACCOUNT, acme, Apart(""))
    with pytest.raises(NotPossible, match="merged with itself"):
        merging.merge(access, Identity.ACCOUNT, acme, acme)
    first = merging.merge(access, Identity.ACCOUNT, borealis, account_of(access, "cinder"))
    merging.merge(access, Identity.ACCOUNT, acme, borealis)
    with pytest.raises(NotPossible, match="Undo first: Borealis merged into Acme"):
        merging.undo(access, first.pk)
    assert [(one.may_be_undone, one.first) for one in previewing.done(access)] == [
        (True, ""),
        (False, "Borealis merged into Acme"),
    ]


def test_a_neighbour_and_a_viewer_merge_nothing(access: Access, neighbour: Access) -> None:
    fill(access)
    fill(neighbour, ("acme", "dune"))
    acme, theirs = account_of(access, "acme"), account_of(neighbour, "dune")
    for one, other in ((acme, theirs), (theirs, acme)):
        with pytest.raises(Http404):
            merging.merge(access, Identity.ACCOUNT, one, other)
    done = merging.merge(neighbour, Identity.ACCOUNT, account_of(neighbour, "acme"), theirs)
    with pytest.raises(Http404):
        merging.undo(access, done.pk)
    assert previewing.done(access) == []
    vic = cast.member(access, "Vic", Role.VIEWER)
    with pytest.raises(PermissionDenied):
        merging.merge(vic, Identity.ACCOUNT, acme, account_of(access, "borealis"))


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["merge", "merge people", "split", "split people", "undo"]), *[st.integers(0, 99)] * 2
    ),
    max_size=6,
)


@given(STEPS)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_merged_split_and_undone_counts_once_and_comes_back(
    transactional_db: None, steps: list[tuple[str, int, int]]
) -> None:
    access = access_for_machine(create_workspace("Random"))
    fill(access, ("acme", "borealis", "cinder", "dune"))
    actions.link_people(access.workspace, {"anon:b1": "acme-1", "anon:b2": "dune-1"}, move=False)
    before, events = everything(), events_by_account(access)
    records = {model: model.objects.count() for model in (Subscription, Term, Response, Note)}
    for step in steps:
        take(access, *step)
        counted = events_by_account(access)
        there = set(access.of(Account).values_list("pk", flat=True))
        assert counted.total() == events.total()
        assert set(counted) <= there
        for model, number in records.items():
            assert model.objects.count() == number
            assert set(access.of(model).values_list("account_id", flat=True)) <= there
    while waiting := [one for one in previewing.done(access) if one.may_be_undone]:
        merging.undo(access, waiting[0].regrouping.pk)
    assert not access.of(Regrouping).filter(undone_at=None).exists()
    assert everything() == before
    assert events_by_account(access) == events
    access.workspace.delete()


def take(access: Access, what: str, one: int, other: int) -> None:
    """A random step, if it is possible."""
    model = Person if "people" in what else Account
    kind = Identity.PERSON if "people" in what else Identity.ACCOUNT
    there = list(access.of(model).order_by("pk").values_list("pk", "external_id"))
    (first, ref), (second, _) = there[one % len(there)], there[other % len(there)]
    try:
        if what.startswith("merge"):
            merging.merge(access, kind, first, second)
        elif what.startswith("split"):
            mine = [ref_ for ref_ in previewing.observed_of(access, kind, first) if ref_ != ref][:1]
            people = list(access.of(Person).filter(account_id=first).values_list("pk", flat=True))[
                : other % 2
            ]
            merging.split(access, kind, first, Apart("New", tuple(mine), tuple(people)))
        elif waiting := [done for done in previewing.done(access) if done.may_be_undone]:
            merging.undo(access, waiting[one % len(waiting)].regrouping.pk)
    except NotPossible:
        pass
