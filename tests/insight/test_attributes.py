"""Attributes beside metrics: decoys are chance, causes are found, and only what was known then counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from tenure.accounts.actions import AccountRow, upsert_accounts
from tenure.accounts.models import Account
from tenure.insight.audit.attributes import columns
from tenure.insight.audit.encoding import ALIKE, TOO_MANY, Column, pooled
from tenure.insight.audit.found import Audit, AuditProblem, Outcomes, Verdict
from tenure.insight.audit.judging import Case, _alone, judge
from tenure.insight.audit.sentences import says
from tenure.insight.panel import Panel
from tenure.workspaces.access import Access
from tests.insight.test_judging import company

REGIONS = ("North", "South", "East", "West")


def of_accounts(panel: Panel, name: str, values: np.ndarray, kinds: tuple[str, ...] | None) -> Column:
    """A column by account as one by row."""
    column = pooled(Column(name, values.astype(np.float64)[panel.account], kinds), panel.account)
    assert isinstance(column, Column)
    return column


def left(panel: Panel) -> np.ndarray:
    """Which accounts leave."""
    gone = np.zeros(len(panel.account_ids), dtype=bool)
    gone[panel.account[np.isfinite(panel.ends)]] = True
    return gone


@pytest.fixture(scope="module")
def found() -> Audit:
    """The simulated company; its region and number of staff mean nothing, its contact does."""
    panel, generator = company(), np.random.default_rng(3)
    gone = left(panel)
    count = len(gone)
    contact = np.where(generator.random(count) < np.where(gone, 0.75, 0.25), 1, 0)
    attributes = [
        of_accounts(panel, "Region", generator.integers(0, 4, count), REGIONS),
        of_accounts(panel, "Staff", generator.integers(10, 500, count), None),
        of_accounts(panel, "Contact", contact, ("owner", "nobody")),
    ]
    return judge(panel, Outcomes.CHURN, 60, attributes=attributes)


def test_decoys_are_chance_and_causes_are_found(found: Audit) -> None:
    verdicts = {one.attribute or one.metric: one.verdict for one in found.judged}
    assert verdicts["Region"] is Verdict.CHANCE
    assert verdicts["Staff"] is Verdict.CHANCE
    assert verdicts["Contact"] is Verdict.KEEP
    assert verdicts["seat_use"] is Verdict.KEEP
    assert verdicts["ces"] is Verdict.KEEP
    assert found.tried == 10, "every one of them makes the line for all the others higher"
    contact = next(one for one in found.judged if one.attribute == "Contact")
    assert contact.title == "Contact (attribute)"
    assert contact.metric.startswith("attribute-")
    assert any(one.endswith("tell nothing about it here.") and "Region" in one for one in says(found))


def test_chance_is_told_as_chance_however_often_it_is_drawn() -> None:
    panel, generator = company(accounts=150), np.random.default_rng(11)
    p = []
    for _ in range(40):
        column = of_accounts(panel, "Region", generator.integers(0, 4, 150), REGIONS)
        case = Case.of(panel, Outcomes.CHURN, 60).with_attributes([column])
        one = _alone(case, len(case.panel.metrics) - 1)
        assert one.p is not None
        p.append(one.p)
    assert np.mean(np.array(p) < 0.05) <= 0.1, "learning from others must not tell back one's own outcome"


def test_a_customer_s_own_outcome_is_not_in_its_rate() -> None:
    panel = company(accounts=150)
    column = of_accounts(panel, "Region", np.arange(150) % 4, REGIONS)
    case = Case.of(panel, Outcomes.CHURN, 60)
    whole = case.with_attributes([column]).panel.values[:, -1]
    account = int(case.account[0])
    turned = np.where(case.rows[None, :] == case.rows[case.account == account][:, None], 1, 0).any(axis=0)
    happened = case.became.happened.copy()
    happened[case.rows[turned]] = 1 - happened[case.rows[turned]]
    learnt = replace(case, became=replace(case.became, happened=happened))
    if np.array_equal(np.unique(learnt.account[learnt.happened]), np.unique(case.account[case.happened])):
        again = learnt.with_attributes([column]).panel.values[:, -1]
        assert np.allclose(again[panel.account == account], whole[panel.account == account])
    others = np.unique(np.round(whole[~np.isnan(whole)], 9))
    assert 4 <= len(others) <= 20, "a rate for each kind and fold"


def test_rare_kinds_go_together_and_names_are_nothing_to_learn_from() -> None:
    account = np.arange(100)
    codes = np.array([0] * 40 + [1] * 40 + [2] * 9 + list(range(3, 14)), dtype=np.float64)
    some = pooled(Column("Plan", codes, tuple(f"k{one}" for one in range(14))), account)
    assert isinstance(some, Column)
    assert some.kinds == ("k0", "k1", "rare ones")
    assert pooled(Column("Name", account.astype(np.float64), tuple(map(str, account))), account) == TOO_MANY
    assert pooled(Column("Same", np.zeros(100), ("x",)), account) == ALIKE
    assert pooled(Column("Number", np.full(100, 7.0), None), account) == ALIKE


def test_only_what_was_known_by_then_counts(access: Access, neighbour: Access) -> None:
    panel = company(accounts=40)
    for where in (access, neighbour):
        kinds = ("South", "North")
        rows = [AccountRow(f"a{one:03d}", attributes={"region": kinds[one % 2]}) for one in range(40)]
        upsert_accounts(where.workspace, rows, effective_on=panel.days[6])
    moved = [AccountRow("a001", attributes={"region": "South", "note": "x"})]
    upsert_accounts(access.workspace, moved, effective_on=panel.days[12] + timedelta(days=1))
    ids = dict(access.of(Account).values_list("external_id", "pk"))
    known = replace(panel, account_ids=tuple(ids[one] for one in panel.account_ids))
    found, left_out = columns(access, known, None)
    assert [one.attribute for one in found] == ["region"]
    assert set(left_out) == {"note"}
    region = found[0]
    assert region.kinds is not None
    for place in (1, 2):
        rows = np.flatnonzero(panel.account == place)
        told = [
            None if np.isnan(value) else region.kinds[int(value)] for value in region.values[rows].tolist()
        ]
        expected = [
            None if day < 6 else "South" if place == 2 or day > 12 else "North" for day in panel.day[rows]
        ]
        assert told == expected
    with pytest.raises(AuditProblem, match="there is no attribute 'staff'; there are: note, region"):
        columns(access, known, ["staff"])
