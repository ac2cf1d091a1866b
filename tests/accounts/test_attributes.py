"""Types of attributes: what fits, what seems to be of which, and what setting one does to values."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given, settings
from hypothesis import strategies as st

from tenure.accounts import attribute_rules, attributes, by_hand
from tenure.accounts.actions import AccountRow, upsert_accounts
from tenure.accounts.attributes import KINDS, Typed
from tenure.accounts.models import Account, AccountAttributes
from tenure.jobs import reactions
from tenure.kit import outbox
from tenure.kit.facts import AttributeRulesChanged
from tenure.segments.attributes import field_name
from tenure.segments.rules import Condition, Rule
from tenure.segments.standpoint import Standpoint
from tenure.workspaces.access import Access
from tenure.workspaces.models import AuditEntry
from tenure.workspaces.roles import Role
from tests import cast

HERE = Standpoint(date(2026, 11, 21), "USD")


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("number", "1,200.50", 1200.5),
        ("number", "1 200", 1200),
        ("number", "1,2", None),
        ("number", "12 people", None),
        ("number", True, None),
        ("amount", "€1,200.50", 1200.5),
        ("amount", "1200 USD", 1200),
        ("date", "3 Apr 2026", "2026-04-03"),
        ("date", "2026-04-03T10:00:00Z", "2026-04-03"),
        ("date", "03/04/2026", None),
        ("date", "2026-02-30", None),
        ("yes_no", "Yes", True),
        ("yes_no", 0, False),
        ("yes_no", "perhaps", None),
        ("choice", " gold ", "Gold"),
        ("choice", "bronze", None),
        ("url", "acme.example/x", "https://acme.example/x"),
        ("url", "javascript:alert(1)", None),
        ("url", "not a place", None),
        ("text", 5, "5"),
    ],
)
def test_what_fits_a_type(kind: str, value: Any, kept: Any) -> None:
    assert Typed(kind, ("Gold", "Silver")).read(value) == kept


REALS = st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.one_of(st.text(max_size=20), st.integers(-(2**60), 2**60), REALS, st.booleans())
NAMES = ["a", "b.c", "ü", "x y"]


@given(SCALARS, st.sampled_from(sorted(KINDS)))
def test_what_is_kept_stays_as_it_is_and_nothing_is_lost(value: Any, kind: str) -> None:
    typed = Typed(kind, ("a", "b"))
    kept = typed.kept(value)
    assert typed.kept(kept) == kept
    assert json.loads(json.dumps(kept)) == kept
    if typed.read(value) is None:
        assert kept is value
    elif value != "":
        assert typed.fits(kept)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2.5, "3"], "number"),
        (["$5", "$1,200"], "amount"),
        (["2026-04-03", ""], "date"),
        ([True, "no"], "yes_no"),
        (["https://a.example", "https://b.example"], "url"),
        (["Gold", "Silver"] * 5, "choice"),
        (["Gold", "Silver"], "text"),
        ([["a"]], "text"),
        ([], "text"),
    ],
)
def test_a_type_is_guessed_from_what_is_seen(values: list[Any], kind: str) -> None:
    assert attributes.guess(values).kind == kind


def bring(access: Access, source: str = "import", **by_account: dict[str, Any]) -> None:
    rows = [AccountRow(ref, attributes=said) for ref, said in by_account.items()]
    upsert_accounts(access.workspace, rows, source)


def data(access: Access) -> dict[str, dict[str, Any]]:
    rows = access.of(AccountAttributes)
    return dict(rows.values_list("account__external_id", "data"))


def react() -> None:
    """What the worker does with the facts that wait."""
    waiting = outbox.read("tests", 100, kinds=(AttributeRulesChanged,))
    reactions.apply_attribute_rules([one.fact for one in waiting])  # type: ignore[misc]
    outbox.acknowledge("tests", waiting)


def test_a_type_brings_values_into_its_form_and_keeps_what_does_not_fit(access: Access) -> None:
    bring(access, acme={"employees": "1,200"}, dune={"employees": "many"}, borealis={"plan": "x"})
    typed = Typed("number")
    effect = attribute_rules.effect_of_type(access, "employees", typed)
    assert (effect.looked_at, effect.changed, effect.unfit, effect.is_all) == (2, 1, 1, True)
    assert data(access)["acme"]["employees"] == "1,200", "a preview changes nothing"
    attribute_rules.set_type(access, "employees", "number")
    react()
    assert data(access)["acme"]["employees"] == 1200
    assert [(one.external_id, value) for one, value in attribute_rules.unfit(access, "employees", typed)] == [
        ("dune", "many")
    ]
    bring(access, acme={"employees": "1,300"}, cinder={"employees": "7"})
    assert (data(access)["acme"]["employees"], data(access)["cinder"]["employees"]) == (1300, 7)
    attribute_rules.set_type(access, "employees", "")
    react()
    assert data(access)["acme"]["employees"] == "1,300", "as its source said it"
    assert AuditEntry.objects.filter(did="set the type of an attribute").count() == 2


def test_by_hand_a_value_has_to_fit(access: Access) -> None:
    bring(access, acme={"employees": 5})
    attribute_rules.set_type(access, "employees", "number")
    pk = access.of(Account).get().pk
    with pytest.raises(ValueError, match="employees takes a number, such as 1200"):
        by_hand.set_by_hand(access, pk, ".employees", "many")
    by_hand.set_by_hand(access, pk, ".employees", "1,200")
    assert data(access)["acme"]["employees"] == 1200


def test_an_order_of_sources_shows_another_value_and_keeps_both(access: Access) -> None:
    bring(access, acme={"plan": "Team"}, dune={"plan": "Solo"})
    bring(access, "sdk", acme={"plan": "free"})
    assert data(access)["acme"]["plan"] == "Team"
    effect = attribute_rules.effect_of_order(access, "plan", ["sdk"])
    ((account, key, before, after),) = effect.examples
    assert (effect.looked_at, effect.changed) == (1, 1), "only where several speak"
    assert (account.external_id, key, before, after) == ("acme", ".plan", "Team", "free")
    attribute_rules.set_order(access, "plan", ["sdk", "import"])
    react()
    assert data(access) == {"acme": {"plan": "free"}, "dune": {"plan": "Solo"}}
    attribute_rules.set_order(access, "plan", [])
    react()
    assert data(access)["acme"]["plan"] == "Team"
    assert attribute_rules.sources_of(access.workspace) == ["import", "sdk"]


def test_what_is_wrong_is_said_and_who_may_not_does_not(access: Access) -> None:
    with pytest.raises(ValueError, match="choose text, number"):
        attribute_rules.set_type(access, "plan", "colour")
    with pytest.raises(ValueError, match="1 to 100 entries"):
        attribute_rules.set_type(access, "plan", "choice", [" "])
    with pytest.raises(ValueError, match="name of 1 to 200 letters"):
        attribute_rules.set_type(access, " ", "text")
    with pytest.raises(PermissionDenied):
        attribute_rules.set_type(cast.member(access, "Dana", Role.MANAGER), "plan", "text")


def found(access: Access, *texts: str) -> set[str]:
    rule = Rule.of(texts)
    assert not rule.problems, rule.problems
    return set(access.of(Account).filter(rule.q(HERE)).values_list("external_id", flat=True))


def test_a_type_decides_what_can_be_asked(access: Access) -> None:
    bring(
        access,
        acme={"employees": 1200, "go.live": "2026-04-03", "listed": True, "plan": "Gold"},
        dune={"employees": "many", "go.live": "soon", "listed": "perhaps", "plan": ""},
        cinder={"employees": 7, "listed": False, "plan": "Silver", "it's": "x"},
    )
    assert found(access, "number:employees.at_least.100") == {"acme"}
    assert found(access, "number:employees.is_missing") == {"dune"}
    assert found(access, "text:employees.is.many") == {"dune"}
    assert found(access, f"{field_name('go.live', 'date')}.below.2026-05-01") == {"acme"}
    assert found(access, "yes_no:listed.is.no") == {"cinder"}
    assert found(access, "text:plan.is_not.Gold") == {"cinder"}
    assert found(access, "text:plan.is_known", "number:employees.below.10") == {"cinder"}
    assert found(access, f"{field_name(chr(39).join(('it', 's')), 'text')}.is.x") == {"cinder"}
    said = Rule.of(["amount:budget.above.20k", "date:go_live.at_least.2026-05-01"]).says(HERE)
    assert said == "Customers with budget above $20k and whose go live is 1 May or later"
    for text in ('text:a"b.is.x', "text:a\\b.is.x", "colour:plan.is.x", "text:.is.x"):
        assert Rule.of([text]).problems, text


@pytest.mark.django_db
@settings(max_examples=30)
@given(
    st.dictionaries(st.sampled_from(NAMES), SCALARS, max_size=3),
    st.sampled_from(["text", "number", "yes_no", "date"]),
)
def test_nothing_breaks_whatever_values_there_are(said: dict[str, Any], kind: str) -> None:
    access = cast.workspace("Any")
    bring(access, acme=said)
    for name in NAMES:
        known = Condition.parse(f"{field_name(name, kind)}.is_known").q(HERE)
        missing = Condition.parse(f"{field_name(name, kind)}.is_missing").q(HERE)
        assert access.of(Account).filter(known).count() + access.of(Account).filter(missing).count() == 1
    Account.objects.filter(workspace=access.workspace).delete()
