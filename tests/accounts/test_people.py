"""What people at a customer are to us, with every source's word kept; and what they allow."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.http import Http404
from hypothesis import given
from hypothesis import strategies as st

from tenure.accounts import by_hand, consent, merging, past, stakeholders
from tenure.accounts.actions import AccountRow, PersonRow, upsert_accounts, upsert_people
from tenure.accounts.models import Account, Consent, Identity, Person, PersonStatement
from tenure.accounts.statements import SDK
from tenure.workspaces.access import Access

MARCH = datetime(2026, 3, 2, 12, tzinfo=UTC)


def ann(access: Access) -> Person:
    return access.of(Person).get(external_id="ann")


def say(access: Access, source: str = "import", at: datetime = MARCH, **about: object) -> None:
    with time_machine.travel(at, tick=False):
        upsert_people(access.workspace, [PersonRow("ann", **about)], source)  # type: ignore[arg-type]


def test_a_role_that_names_a_part_gives_it_and_others_do_not(access: Access) -> None:
    rows = [PersonRow("ann", role="Champion"), PersonRow("bo", role="CFO"), PersonRow("cy", role="Admin")]
    upsert_people(access.workspace, rows)
    parts = dict(access.of(Person).values_list("external_id", "part"))
    assert parts == {"ann": "champion", "bo": "", "cy": "administrator"}


def test_by_hand_counts_more_than_files_and_all_words_are_kept(access: Access) -> None:
    say(access, name="Ann", stance="critic", account_id="acme", attributes={"floor": 2})
    with time_machine.travel(MARCH + timedelta(days=1), tick=False):
        by_hand.describe_person(access, ann(access).pk, {"stance": "Supporter", "left_on": "2026-03-01"})
    say(access, at=MARCH + timedelta(days=2), stance="neutral", attributes={"floor": 3})
    say(access, source=SDK, at=MARCH + timedelta(days=3), attributes={"floor": 4})
    row = ann(access)
    assert (row.stance, row.left_on, row.attributes) == ("supporter", date(2026, 3, 1), {"floor": 3})
    told = [(one.key, one.value, one.source) for one in past.person_changes(access, row.pk)]
    assert told == [
        (".floor", 3, "import"),
        ("stance", "supporter", "hand"),
        ("left_on", "2026-03-01", "hand"),
        ("stance", "critic", "import"),
        ("name", "Ann", "import"),
        (".floor", 2, "import"),
    ]
    by_hand.describe_person(access, row.pk, {"stance": "neutral"})
    hand = PersonStatement.objects.get(source="hand", superseded_at=None)
    assert "stance" not in hand.fields, "set back to what the file says, it is the file's again"


def test_the_same_again_adds_nothing(access: Access) -> None:
    say(access, name="Ann", attributes={"floor": 2})
    say(access, at=MARCH + timedelta(days=1), name="Ann", attributes={"floor": 2})
    assert PersonStatement.objects.count() == 1


def test_what_cannot_be_meant_is_refused_with_what_would_be_right(access: Access) -> None:
    say(access, name="Ann")
    key = ann(access).pk
    for given_, right in (
        ({"part": "friend"}, "part is champion, sponsor, decision maker"),
        ({"influence": "huge"}, "influence is high, medium or low, or empty"),
        ({"left_on": "soon"}, "written like 2026-04-03"),
        ({"email": "x"}, "set name, role, part"),
    ):
        with pytest.raises(ValueError, match=right):
            by_hand.describe_person(access, key, given_)


def test_people_are_merged_with_their_words(access: Access) -> None:
    upsert_people(
        access.workspace,
        [PersonRow("ann", stance="critic"), PersonRow("ann2", part="sponsor", consent={"surveys": False})],
    )
    other = access.of(Person).get(external_id="ann2")
    done = merging.merge(access, Identity.PERSON, ann(access).pk, other.pk)
    assert (ann(access).part, ann(access).stance) == ("sponsor", "critic")
    assert consent.words_of(access, ann(access).pk)["surveys"].is_given is False
    merging.undo(access, done.pk)
    assert (ann(access).part, consent.words_of(access, ann(access).pk)) == ("", {})


@given(st.text(max_size=12), st.sampled_from(sorted(stakeholders.TRAITS)))
def test_a_trait_reads_its_own_words_and_nothing_else(text: str, name: str) -> None:
    trait = stakeholders.TRAITS[name]
    for value, title in trait.values.items():
        assert trait.read(title.upper()) == trait.read(value) == value
    try:
        assert trait.read(text) in {"", *trait.values}
    except ValueError as right:
        assert "is " in str(right)  # noqa: PT017


# Consent.


def test_what_nothing_is_known_of_depends_on_the_purpose(access: Access) -> None:
    say(access, name="Ann")
    key = ann(access).pk
    may = {name: bool(consent.may_receive(access.workspace, name, [key])) for name in consent.PURPOSES}
    assert may == {"product": True, "surveys": False, "marketing": False}
    with pytest.raises(KeyError):
        consent.may_receive(access.workspace, "anything", [key])


def test_the_newest_word_counts_and_a_file_told_again_is_none(access: Access) -> None:
    say(access, consent={"surveys": True, "product": True})
    key = ann(access).pk
    assert consent.may_receive(access.workspace, "surveys", [key]) == {key}
    with time_machine.travel(MARCH + timedelta(days=1), tick=False):
        consent.say(access, key, "surveys", is_given=False)
        consent.say(access, key, "product", is_given=False)
    say(access, at=MARCH + timedelta(days=2), consent={"surveys": True})
    assert consent.may_receive(access.workspace, "surveys", [key]) == set()
    assert consent.may_receive(access.workspace, "product", [key]) == set()
    words = [(one.purpose.name, one.is_given, one.source) for one in consent.history(access, key)]
    assert words[:2] == [("product", False, "hand"), ("surveys", False, "hand")]
    assert Consent.objects.count() == 4
    say(access, at=MARCH + timedelta(days=3), consent={"surveys": False})
    say(access, at=MARCH + timedelta(days=4), consent={"surveys": True})
    assert consent.may_receive(access.workspace, "surveys", [key]) == {key}


def test_nothing_is_sent_to_who_left_to_ones_own_or_to_strangers(access: Access, neighbour: Access) -> None:
    everything = dict.fromkeys(consent.PURPOSES, True)
    rows = [
        PersonRow("ann", consent=everything),
        PersonRow("bo", left_on="2020-01-01", consent=everything),
        PersonRow("cy", left_on="2190-01-01", consent=everything),
    ]
    upsert_people(access.workspace, rows)
    upsert_people(neighbour.workspace, [PersonRow("otto", consent=everything)])
    Person.objects.filter(external_id="ann").update(is_own=True)
    keys = list(Person.objects.values_list("pk", flat=True))
    found = consent.may_receive(access.workspace, "marketing", keys)
    assert found == {access.of(Person).get(external_id="cy").pk}
    with pytest.raises(Http404):
        consent.say(access, neighbour.of(Person).get().pk, "surveys", is_given=True)
    with pytest.raises(ValueError, match="choose product, surveys, marketing"):
        consent.say(access, found.pop(), "spam", is_given=True)


# Whose book an account was in on a day.


def test_owners_as_of_a_day(access: Access) -> None:

    def told(ref: str, owner: str, day: date) -> None:
        upsert_accounts(access.workspace, [AccountRow(ref, owner=owner)], effective_on=day)

    told("acme", "dana", date(2026, 1, 1))
    told("acme", "max", date(2026, 3, 1))
    told("dune", "dana", date(2026, 2, 1))
    ids = {ref: pk for pk, ref in _refs(access)}
    assert past.owners_on(access, date(2025, 12, 31)) == {}
    assert past.owners_on(access, date(2026, 2, 28)) == {ids["acme"]: "dana", ids["dune"]: "dana"}
    assert past.owners_on(access, date(2026, 3, 1))[ids["acme"]] == "max"
    assert past.owner_on(access, ids["acme"], date(2026, 2, 28)) == "dana"
    assert past.owners_on(access, date(2026, 3, 1), [ids["dune"]]) == {ids["dune"]: "dana"}


def _refs(access: Access) -> list[tuple[str, str]]:

    return list(access.of(Account).values_list("pk", "external_id"))
