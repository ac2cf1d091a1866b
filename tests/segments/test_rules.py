"""A rule means the same as a query, as a test in Python, and in English."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.db.models import Q
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenure.accounts.models import Account
from tenure.health.models import HealthOverride, Outlook, Standing
from tenure.kit.ids import new_id
from tenure.metrics.definition import METRICS as CATALOGUE
from tenure.metrics.models import MetricValue
from tenure.revenue.models import RunningTerm
from tenure.segments import queries
from tenure.segments.fields import FIELDS, Field, MetricColumn
from tenure.segments.rules import MOST_CONDITIONS, Condition, Rule
from tenure.segments.standpoint import Standpoint
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Role
from tests import cast

TODAY = date(2026, 11, 21)
DANA = Standpoint(TODAY, "USD", ("dana@example.test", "Dana"))


def rule(*texts: str) -> Rule:
    found = Rule.of(texts)
    assert not found.problems
    return found


def test_a_rule_reads_as_a_sentence() -> None:
    said = rule("renewal.within.120", "owner.is.Dana", "arr.at_least.20k").says(DANA)
    assert said == "Customers renewing within 120 days and owned by Dana and with ARR at least $20k"
    assert Rule().says(DANA) == "All customers"


def test_the_parts_of_a_sentence_know_their_condition() -> None:
    parts = rule("band.is.poor|fair", "last_active.before.14").sentence(DANA)
    assert [(part.text, part.condition) for part in parts] == [
        ("Customers ", None),
        ("in poor or fair health", 0),
        (" and ", None),
        ("silent for at least 14 days", 1),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name.contains.acm", "with “acm” in the name"),
        ("segment.is_not.smb", "not in segment smb"),
        ("owner.is.me", "owned by me"),
        ("owner.is_missing", "without an owner"),
        ("arr.below.1200.50", "with ARR below $1.2k"),
        ("score.at_most.40", "with success score at most 40"),
        ("score.is_missing", "with no success score"),
        ("renewal.beyond.90", "renewing in more than 90 days"),
        ("seat_use.below.40", "with seat use below 40\u00a0%"),
        ("seat_use.is_missing", "with no seat use"),
        ("weakest.is.seat_use", "held back most by Seat use"),
        ("mrr.above.1500", "with MRR above $1.5k"),
        ("days_since_last_activity.at_least.14", "with days since last activity at least 14\u00a0days"),
    ],
)
def test_every_operator_has_its_words(text: str, says: str) -> None:
    assert rule(text).conditions[0].says(DANA) == says


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("arr.at_least.lots", "ARR at least “lots”: give an amount of money, such as 20000 or 20k"),
        ("score.at_least.nan", "Success score at least “nan”: give a number"),
        ("renewal.within.soon", "Renewal within “soon”: give a whole number of days"),
        ("renewal.within.-3", "give a whole number of days from 0 to 36,500"),
        ("band.is.red", "Health is “red”: give poor, fair or good"),
        (
            "band.at_least.3",
            "Health cannot be compared by “at_least”; try is, is_not, is_missing",
        ),
        ("colour.is.red", "there is no field “colour”; try name, segment, owner, parent, band"),
        ("owner.is.", "Owner is “”: give a text of 1 to 200 letters"),
        ("arr.at_least.1e99", "between −1e+12 and 1e+12"),
        ("';drop table account", "there is no field"),
    ],
)
def test_what_cannot_be_read_says_what_would_be_right_and_the_rest_counts(text: str, says: str) -> None:
    found = Rule.of([text, "band.is.poor"])
    assert [problem.given for problem in found.problems] == [text]
    assert says in found.problems[0].says
    assert found.texts == ["band.is.poor"]


def test_a_fifth_condition_is_named_not_silently_dropped() -> None:
    found = Rule.of([f"score.at_least.{number}" for number in range(MOST_CONDITIONS + 1)])
    assert len(found.conditions) == MOST_CONDITIONS
    assert found.problems[0].given == "score.at_least.4"
    assert "takes 4 conditions" in found.problems[0].says


def test_a_rule_lives_in_the_url() -> None:
    asked = QueryDict("where=arr.at_least.20000&where=name.is.R%2526D%257CX&sort=name")
    found = Rule.parse(asked)
    assert found.conditions[1].value == ("R&D|X",)
    assert Rule.parse(QueryDict(found.query_string)) == found
    assert found.without(0).texts == ["name.is.R&D%7CX"]


def test_me_is_whoever_asks_by_mail_or_name_and_nobody_for_a_machine() -> None:
    mine = rule("owner.is.me")
    assert mine.test({"owner": "Dana"}, DANA)
    assert mine.test({"owner": "dana@example.test"}, DANA)
    assert not mine.test({"owner": "Max"}, DANA)
    assert not mine.test({"owner": "Dana"}, Standpoint(TODAY))


def test_a_standpoint_is_the_callers(access: Access) -> None:
    dana = cast.member(access, "Dana", Role.MANAGER)
    assert Standpoint.of(dana).me == ("dana@example.test", "Dana")
    assert Standpoint.of(access).me == ()
    assert Standpoint.of(access).currency == "USD"


def test_the_editor_offers_what_the_workspace_has(access: Access, neighbour: Access) -> None:
    Account.objects.create(workspace=access.workspace, external_id="a", name="Acme", owner="Dana")
    Account.objects.create(workspace=access.workspace, external_id="b", name="Borealis", segment="a|b")
    Account.objects.create(workspace=neighbour.workspace, external_id="o", name="Otherco", owner="Zoe")
    assert [tuple(one) for one in queries.choices(access, FIELDS["owner"])] == [
        ("me", "me"),
        ("Dana", "Dana"),
    ]
    assert [tuple(one) for one in queries.choices(access, FIELDS["segment"])] == [("a%7Cb", "a|b")]
    assert [one.value for one in queries.choices(access, FIELDS["band"])] == ["poor", "fair", "good"]
    assert queries.choices(access, FIELDS["arr"]) == []


# Random rules over random accounts: the query and the test pick the same ones.

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp", "Cf"]), max_size=6
)
FEW = st.sampled_from(["", "Ann", "ann", "ANNA", "a|b", "50%", "a_b", "ä", "Ä", "poor"])
NAMES = st.one_of(FEW, TEXTS)
NUMBERS = st.one_of(st.none(), st.sampled_from([0.0, 0.4, 0.41, 1.0, 40.0, -3.5]), st.floats(-1e6, 1e6))
DAYS = st.one_of(
    st.none(), st.sampled_from([TODAY, TODAY + timedelta(days=30), TODAY - timedelta(days=14)]), st.dates()
)
METRICS = [field.name for field in FIELDS if isinstance(field.column, MetricColumn)]
DRAWN = ("seat_use", "active_people", "nps")


@st.composite
def facts(draw: st.DrawFn) -> dict[str, Any]:
    """All that is known of one account, in the shape of the tables; None and "" are missing."""
    return {
        **{name: draw(NAMES) for name in ("name", "segment", "owner", "parent", "product")},
        "band": draw(st.sampled_from(["", "poor", "fair", "good"])),
        "weakest": draw(st.sampled_from(["", *METRICS])),
        **{name: draw(NUMBERS) for name in ("score", "outcomes", "experience", "trend")},
        "profile": draw(NAMES),
        "override": draw(DAYS),
        "arr": draw(
            st.one_of(st.none(), st.sampled_from([0, 2_000_000, -1]), st.integers(-(10**12), 10**12))
        ),
        "renewal": draw(DAYS),
        "last_active": draw(DAYS),
        **{metric: draw(NUMBERS) for metric in DRAWN},
    }


def values(field: Field) -> st.SearchStrategy[Any]:
    """Values a condition on this field may have."""
    match field.kind.name:
        case "choice":
            return st.lists(st.sampled_from([*field.kind.labels()]), min_size=1, max_size=2).map(tuple)  # type: ignore[attr-defined]
        case "text" | "person":
            return st.lists(NAMES.filter(bool), min_size=1, max_size=3).map(tuple)
        case "days ahead" | "days ago":
            return st.one_of(st.sampled_from([0, 14, 30]), st.integers(0, 36_500))
        case _:
            return st.one_of(
                st.sampled_from([Decimal(0), Decimal(40), Decimal(20_000)]),
                st.decimals(-1_000_000, 1_000_000, places=2),
            )


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    field = draw(st.sampled_from([*FIELDS]).filter(lambda one: one.name not in METRICS or one.name in DRAWN))
    operator = draw(st.sampled_from(field.operators))
    return Condition(field, operator, draw(values(field)) if operator.takes_value else None)


RULES = st.lists(conditions(), min_size=1, max_size=3).map(lambda found: Rule(tuple(found)))


def _store(access: Access, known: Iterable[dict[str, Any]]) -> list[str]:
    """Write accounts with these facts; some without a standing at all."""
    ids, elsewhere = [], cast.workspace("Elsewhere")  # where parents are: they are not asked for
    for number, one in enumerate(known):
        account = Account.objects.create(
            workspace=access.workspace,
            external_id=str(number),
            parent=_parent(elsewhere, one["parent"]),
            **{name: one[name] for name in ("name", "segment", "owner")},
        )
        Standing.objects.create(
            account=account,
            workspace=access.workspace,
            as_of=TODAY,
            band=one["band"],
            weakest=one["weakest"],
            score=one["score"],
            outcomes=one["outcomes"],
            experience=one["experience"],
            arr_minor=one["arr"],
            profile=one["profile"],
            override=_override(account, one["override"]),
            renews_on=one["renewal"],
            last_active_on=one["last_active"],
        )
        Outlook.objects.create(
            account=account, workspace=access.workspace, as_of=TODAY, days=20, trend=one["trend"]
        )
        MetricValue.objects.bulk_create(
            MetricValue(
                workspace=access.workspace, account=account, metric=metric, value=one[metric], as_of=TODAY
            )
            for metric in DRAWN
            if one.get(metric) is not None
        )
        _buy(account, one["product"])
        ids.append(account.pk)
    return ids


def _parent(access: Access, name: str) -> Account | None:
    """One of that name; none without a name."""
    if not name:
        return None
    return Account.objects.create(workspace=access.workspace, external_id=new_id(), name=name)


def _buy(account: Account, product: str) -> None:
    """A contract that runs, and names the product."""
    about = {"workspace": account.workspace, "account": account}
    RunningTerm.objects.create(**about, id=new_id(), product=product, starts_on=date(2020, 1, 1))


def _override(account: Account, ends_on: date | None) -> HealthOverride | None:
    """A score set by hand that ends on a day; none without one."""
    if ends_on is None:
        return None
    return HealthOverride.objects.create(
        workspace=account.workspace, account=account, score=20, starts_on=TODAY, ends_on=ends_on
    )


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(facts(), min_size=2, max_size=5), st.lists(RULES, min_size=5, max_size=12))
def test_the_query_and_the_test_always_agree(known: list[dict[str, Any]], rules: list[Rule]) -> None:
    access = cast.workspace("Any")
    ids = _store(access, known)
    for one in rules:
        tested = {key for key, about in zip(ids, known, strict=True) if one.test(about, DANA)}
        asked = set(access.of(Account).filter(one.q(DANA)).values_list("pk", flat=True))
        assert asked == tested, one.says(DANA)
    Account.objects.filter(workspace=access.workspace).delete()


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(RULES)
def test_what_is_written_is_read_back(written: Rule) -> None:
    assert Rule.of(written.texts) == written
    assert Rule.parse(QueryDict(written.query_string)) == written
    assert written.says(DANA)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(facts(), min_size=1, max_size=5), st.lists(RULES, min_size=2, max_size=8))
def test_a_rule_that_includes_another_means_all_that_it_means(
    known: list[dict[str, Any]], rules: list[Rule]
) -> None:
    for wide, narrow in product(rules, rules):
        if wide.includes(narrow):
            assert all(wide.test(about, DANA) for about in known if narrow.test(about, DANA))


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ([], ["arr.at_least.5"]),
        (["arr.at_least.5"], ["arr.at_least.5"]),
        (["arr.at_least.5"], ["band.is.poor", "arr.at_least.7"]),
        (["arr.at_most.7"], ["arr.at_most.5"]),
        (["band.is.poor|fair"], ["band.is.fair"]),
        (["segment.is_not.smb"], ["segment.is_not.smb|large"]),
        (["name.contains.a|b"], ["name.contains.b"]),
        (["renewal.within.120"], ["renewal.within.30"]),
        (["renewal.beyond.30"], ["renewal.beyond.120"]),
        (["last_active.before.14"], ["last_active.before.30"]),
        (["owner.is_missing"], ["owner.is_missing"]),
    ],
)
def test_a_rule_knows_those_that_mean_fewer(wide: list[str], narrow: list[str]) -> None:
    assert rule(*wide).includes(rule(*narrow))
    assert wide == narrow or not rule(*narrow).includes(rule(*wide))


def test_an_account_nothing_is_known_of_matches_only_what_is_missing(access: Access) -> None:
    """Not even a standing: every joined column is null."""
    Account.objects.create(workspace=access.workspace, external_id="n", name="Newcomer")
    for field in FIELDS:
        if field.name == "name":
            continue
        for operator in field.operators:
            value = {"days ahead": 0, "days ago": 0}.get(field.kind.name, Decimal(0))
            is_text = field.kind.name in ("text", "person", "choice")
            condition = Condition(field, operator, ("good",) if is_text else value)
            found = access.of(Account).filter(condition.q(DANA)).exists()
            assert found is (operator.name == "is_missing"), condition
            assert condition.test({}, DANA) is found
    assert access.of(Account).filter(Q()).count() == 1


def test_every_metric_of_the_catalogue_can_be_asked_about() -> None:
    names = {field.name for field in FIELDS}
    assert {metric.name for metric in CATALOGUE} <= names
    assert FIELDS["seat_use"].kind.stored(Decimal(40), DANA) == 0.4
    assert FIELDS["mrr"].kind.stored(Decimal(100), DANA) == 100_00
