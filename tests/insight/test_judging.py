"""Whether figures earn their place: causes do, what follows from them adds nothing, decoys are chance."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tenure.insight.audit import adding, plot
from tenure.insight.audit.found import Audit, AuditProblem, Outcomes, Verdict
from tenure.insight.audit.judging import judge
from tenure.insight.audit.sentences import says
from tenure.insight.paid import Paid
from tenure.insight.panel import Panel
from tenure.metrics.catalog import METRICS
from tenure.revenue.columns import EPOCH, TERMS, number
from tenure.revenue.ledger import Ledger

NAMES = ("seat_use", "ces", "active_people", "depth", "stickiness", "contacts", "nps", "mrr")
AS_OF = date(2026, 3, 31)
MONTHS = 18


def company(accounts: int = 400, seed: int = 5) -> Panel:
    """Customers who may leave each month: because of little use and of effort, and of nothing else.

    People active follow from use with noise; contacts and depth are decoys; NPS is answered by few, and
    whoever is about to leave is silent.
    """
    generator = np.random.default_rng(seed)
    days = tuple(AS_OF - timedelta(days=30 * back) for back in range(MONTHS))[::-1]
    use, ease = generator.normal(size=(2, accounts, 1)) + 0.3 * generator.normal(size=(2, accounts, MONTHS))
    chance = 1 / (1 + np.exp(4.0 + 1.1 * use + 0.9 * ease))
    leaves = generator.random((accounts, MONTHS)) < chance
    gone = np.where(leaves.any(axis=1), leaves.argmax(axis=1), MONTHS)
    starts = np.array([number(day) for day in days], dtype=np.float64)
    ends = np.append(starts + 20, np.inf)[gone]
    silent = (generator.random((accounts, MONTHS)) < 0.5) | (np.arange(MONTHS) >= gone[:, None])
    columns = {
        "seat_use": use,
        "ces": np.where(generator.random((accounts, MONTHS)) < 0.3, np.nan, ease),
        "active_people": use + 0.8 * generator.normal(size=(accounts, MONTHS)),
        "depth": np.repeat(generator.normal(size=(accounts, 1)), MONTHS, axis=1),
        "stickiness": generator.normal(size=(accounts, MONTHS)),
        "contacts": np.repeat(generator.poisson(2.0, size=(accounts, 1)), MONTHS, axis=1),
        "nps": np.where(silent, np.nan, generator.choice((-100.0, 0.0, 100.0), (accounts, MONTHS))),
        "mrr": np.full((accounts, MONTHS), 100_00.0),
    }
    grid = np.column_stack([columns[name].ravel() for name in NAMES]).astype(np.float64)
    account, day = np.repeat(np.arange(accounts), MONTHS), np.tile(np.arange(MONTHS), accounts)
    here = np.flatnonzero(day <= gone[account])
    ids = tuple(f"a{one:03d}" for one in range(accounts))
    nothing = Ledger.of(TERMS.empty_table(), AS_OF)
    return Panel(
        as_of=AS_OF,
        days=days,
        account_ids=ids,
        metrics=tuple(METRICS[name] for name in NAMES),
        account=account[here],
        day=day[here],
        values=grid[here],
        paying_since=np.full(len(here), float(number(EPOCH + timedelta(days=15_000)))),
        ends=ends[account[here]],
        due=np.full(len(here), np.nan),
        paid=Paid(np.empty(0, dtype=np.int64), np.empty(0), np.empty(0), nothing, ids),
        left_out={"Staff": "known only as of today"},
    )


@pytest.fixture(scope="module")
def found() -> Audit:
    return judge(company(), Outcomes.CHURN, 60, {"depth": {"Default": 0.2}})


def verdicts(audit: Audit) -> dict[str, Verdict]:
    return {one.metric: one.verdict for one in audit.judged}


def test_causes_earn_their_place_and_decoys_do_not(found: Audit) -> None:
    assert verdicts(found) == {
        "seat_use": Verdict.KEEP,
        "ces": Verdict.KEEP,
        "active_people": Verdict.BEYOND,
        "depth": Verdict.CHANCE,
        "stickiness": Verdict.CHANCE,
        "contacts": Verdict.CHANCE,
        "nps": Verdict.CHANCE,
        "mrr": Verdict.CONTRACT,
    }
    by_name = {one.metric: one for one in found.judged}
    assert by_name["active_people"].beyond == "seat_use"
    assert by_name["seat_use"].added is not None
    assert by_name["seat_use"].added.low > 0
    assert by_name["seat_use"].lead_days is not None
    assert found.tried == 7


def test_silence_is_looked_at_and_not_thrown_away(found: Audit) -> None:
    nps = next(one for one in found.judged if one.metric == "nps")
    assert nps.missing is not None
    assert nps.missing.p < 0.001
    assert nps.missing.rate > 2 * nps.missing.rate_known
    survey = next(one for one in found.silence if one.metric == "nps")
    assert [group.title for group in survey.groups][-1] == "no answer"
    assert sum(group.rows for group in survey.groups) == found.rows


def test_the_sentences_say_what_to_do(found: Audit) -> None:
    told = says(found)
    assert told[0].startswith("Seat use and CES tell you most about churn within 60 days.")
    assert any(one.startswith("Active people adds nothing beyond Seat use here.") for one in told)
    assert any("Depth of use counts 20" in one for one in told)
    assert any(one.startswith("Customers of whom no NPS is known left more often") for one in told)


def test_it_can_be_kept_and_read_again(found: Audit) -> None:
    assert msgspec.convert(msgspec.to_builtins(found), Audit) == found


@pytest.mark.parametrize("kind", [".svg", ".png"])
def test_it_is_drawn(found: Audit, tmp_path: Path, kind: str) -> None:
    plot.write(found, tmp_path / f"audit{kind}")
    drawn = (tmp_path / f"audit{kind}").read_bytes()
    assert drawn.startswith(b"<?xml" if kind == ".svg" else b"\x89PNG")


def test_it_is_written_as_a_table_without_formulas(found: Audit, tmp_path: Path) -> None:
    own = msgspec.structs.replace(found.judged[0], title="=cmd|' /c calc'!A1")
    plot.write(msgspec.structs.replace(found, judged=(own,)), tmp_path / "audit.csv")
    [row] = csv.DictReader((tmp_path / "audit.csv").read_text("utf-8").splitlines())
    assert row["title"].startswith("'=")
    assert float(row["auc_low"]) < float(row["auc"]) < float(row["auc_high"])
    with pytest.raises(AuditProblem, match="one of"):
        plot.write(found, tmp_path / "audit.docx")


def test_too_few_who_left_is_said_and_not_reckoned() -> None:
    audit = judge(company(accounts=12), Outcomes.CHURN, 60)
    assert audit.tried == 0
    assert {Verdict.THIN, Verdict.CONTRACT} == set(verdicts(audit).values())
    assert says(audit)[0].startswith("Too little has happened to judge by")


def test_nobody_at_all_is_no_error() -> None:
    whole = company(accounts=5)
    rows = ("account", "day", "values", "paying_since", "ends", "due")
    audit = judge(replace(whole, **{name: getattr(whole, name)[:0] for name in rows}), Outcomes.CHURN, 90)
    assert (audit.rows, audit.tried, audit.first_day) == (0, 0, None)


def test_shuffled_among_customers_nothing_is_told() -> None:
    whole = company()
    order = np.random.default_rng(1).permutation(len(whole.account_ids))
    values = np.full((len(order), MONTHS, len(NAMES)), np.nan)
    values[whole.account, whole.day] = whole.values
    audit = judge(replace(whole, values=values[order][whole.account, whole.day]), Outcomes.CHURN, 60)
    # That a figure is missing now means that its former owner had left; so only what is known is looked at.
    told = [one for one in audit.judged if one.q is not None and one.q <= 0.05]
    assert not told


def test_a_model_s_coefficients_are_scikit_learn_s() -> None:
    from sklearn.linear_model import LogisticRegression

    generator = np.random.default_rng(2)
    columns = generator.normal(size=(500, 3))
    happened = generator.random(500) < 1 / (1 + np.exp(1 - columns[:, 0]))
    other = LogisticRegression(C=1 / adding.PENALTY, tol=1e-9).fit(columns, happened)
    weights = adding.fit(columns, happened)
    assert weights == pytest.approx([*other.intercept_, *other.coef_[0]], abs=1e-4)


def test_what_is_certain_already_does_not_run_away() -> None:
    flag = np.repeat([0.0, 1.0], 200)
    weights = adding.fit(flag[:, None], flag == 1)
    assert np.abs(weights).max() < 50


@pytest.mark.parametrize("horizon", [0, 6, 400])
def test_a_horizon_that_is_none_is_refused(horizon: int) -> None:
    from tenure.insight.audit.found import require_horizon

    with pytest.raises(AuditProblem, match="say from 7 to 365"):
        require_horizon(horizon)
