"""What a hazard is judged by is the simulator's own truth."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from tenure.bench import churn
from tenure.demo.contracts import chance_within
from tenure.demo.simulate import hidden
from tenure.insight.churn import figures


def test_the_true_chance_is_that_of_the_decisions_within_the_time() -> None:
    until = date(2026, 11, 25)
    latent, firms, _ = hidden(until, 60)
    yearly, rolling = (int(np.flatnonzero(firms.yearly == kind)[0]) for kind in (True, False))
    first = firms.first_day
    months = [first + timedelta(days=30 * number) for number in range(20)]
    due = [chance_within(firms, latent, yearly, day, day + timedelta(days=30)) for day in months]
    assert 1 <= sum(chance > 0 for chance in due) <= 3
    monthly = [chance_within(firms, latent, rolling, day, day + timedelta(days=31)) for day in months]
    assert all(0 < chance < 0.5 for chance in monthly)
    both = chance_within(firms, latent, rolling, months[3], months[9])
    apart = [chance_within(firms, latent, rolling, months[at], months[at + 1]) for at in range(3, 9)]
    assert both == pytest.approx(1 - np.prod([1 - chance for chance in apart]))


def test_the_expected_auc_is_the_mean_over_many_draws() -> None:
    rng = np.random.default_rng(6)
    true, told = rng.uniform(0, 0.6, 200), rng.uniform(0, 1, 200)
    told = np.round(true + 0.3 * told, 1)
    draws = [figures.auc(rng.random(200) < true, told) for _ in range(800)]
    assert figures.expected_auc(true, told) == pytest.approx(np.mean(draws), abs=0.01)


def test_companies_are_judged_one_by_one_and_their_gap_told_with_an_interval() -> None:
    rng = np.random.default_rng(3)
    companies = {}
    for seed in (1, 2):
        true = rng.uniform(0.01, 0.5, 300)
        noisy = figures.expit(figures.logit(true) + rng.normal(0, 0.7, 300))
        some = {"true": true, "seen": true, "left": rng.random(300) < true, "account": np.arange(300) // 3}
        companies[seed] = {**some, "hazard": noisy, "boosting": noisy, "cohorts": np.full(300, 0.2)}
    found = churn.result(companies).figures
    below = float(found["below the best possible on the day"])
    assert below > 0
    assert float(found["below it, 80 % interval, from"]) < below < float(found["below it, 80 % interval, to"])
    each = [float(found[f"below it, seed {seed}"]) for seed in (1, 2)]
    assert below == pytest.approx(np.mean(each))
    assert found["AUC of cohorts"] == pytest.approx(0.5)
