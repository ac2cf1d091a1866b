"""What we do ourselves beside the metrics: counted by day, and told with its caution."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from tenure.accounts.actions import AccountRow, upsert_accounts
from tenure.accounts.models import Account
from tenure.insight.audit import ours
from tenure.insight.audit.found import Outcomes, Verdict
from tenure.insight.audit.judging import judge
from tenure.insight.audit.ours import Ours
from tenure.insight.audit.sentences import says, verdict
from tenure.kit import clock
from tenure.revenue.columns import number
from tenure.revenue.models import Cost
from tenure.touchpoints.models import Note
from tenure.workspaces.access import Access
from tests.insight.test_attributes import left
from tests.insight.test_judging import company


def test_what_was_done_counts_for_ninety_days_and_before_the_first_there_is_no_data(
    access: Access, neighbour: Access
) -> None:
    today = clock.today(access.workspace.zone)
    upsert_accounts(access.workspace, [AccountRow("acme", "Acme"), AccountRow("dune", "Dune")])
    upsert_accounts(neighbour.workspace, [AccountRow("otherco", "Otherco")])
    acme, dune = (access.of(Account).get(external_id=name) for name in ("acme", "dune"))
    for days, removed_at in ((10, None), (89, None), (90, None), (120, None), (5, clock.now())):
        at = datetime.combine(today - timedelta(days=days), time(12), UTC)
        Note.objects.create(
            workspace=access.workspace,
            account=acme,
            author="dana",
            text="x",
            happened_at=at,
            removed_at=removed_at,
        )
    Note.objects.create(
        workspace=neighbour.workspace, account=neighbour.of(Account).get(), author="eve", text="x"
    )
    Cost.objects.create(
        workspace=access.workspace,
        account=acme,
        category="hours",
        hours=2.5,
        external_id="h",
        spent_on=today - timedelta(days=30),
    )
    days = [today - timedelta(days=one) for one in (130, 60, 0)]
    panel = SimpleNamespace(
        account_ids=(acme.pk, dune.pk),
        account=np.repeat([0, 1], 3),
        at=np.tile([number(day) for day in days], 2).astype(np.float64),
    )
    touches, hours = ours.columns(access, panel)  # type: ignore[arg-type]
    np.testing.assert_array_equal(touches.values, [np.nan, 3, 2, np.nan, 0, 0])
    np.testing.assert_array_equal(hours.values, [np.nan, np.nan, 2.5, np.nan, np.nan, 0])
    assert touches.metric.title == "What we wrote down, 90 days"
    assert touches.metric.better is None


@pytest.mark.parametrize("matters", [True, False])
def test_who_is_looked_after_more_and_leaves_more_is_told_with_its_caution(matters: bool) -> None:
    panel, generator = company(), np.random.default_rng(3)
    worry = left(panel) * 2.0 if matters else np.zeros(len(panel.account_ids))
    values = generator.poisson(1 + worry)[panel.account].astype(np.float64)
    found = judge(panel, Outcomes.CHURN, 60, attributes=[Ours("touches", values, None, "Calls, 90 days")])
    [one] = [one for one in found.judged if one.is_ours]
    assert (one.metric, one.attribute) == ("touches", "")
    assert (one.verdict in (Verdict.KEEP, Verdict.BEYOND)) is matters
    told = [sentence for sentence in says(found) if "Calls (90 days)" in sentence]
    assert len(told) == 1
    if matters:
        assert told[0].startswith("More of “Calls (90 days)” goes with more customers that left. That is not")
        assert verdict(found, one) == "goes with it, which is not what it does"
    else:
        assert told[0].startswith(
            "“Calls (90 days)” tells nothing here, which is not to say that none of it helps"
        )
    assert "we look after those who worry us" in told[0]
