"""What lifetime values are judged by is the simulator's own truth."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from tenure.bench import values
from tenure.demo import onwards, simulate, truth
from tenure.demo.contracts import MONTHS_PATIENCE, seats_ahead

UNTIL = date(2026, 11, 25)


def test_the_course_is_that_of_the_demo() -> None:
    latent, *_ = simulate.hidden(UNTIL, 40)
    course = truth.course(np.random.default_rng(simulate.SEED).spawn(11)[0], 40)
    assert truth.told(course).leave == pytest.approx(latent.leave)


def test_what_is_worth_more_to_come_is_what_stays_in_use() -> None:
    found = onwards.worth(UNTIL, 60, simulate.SEED, 0.1, many=20)
    latent, firms, _ = simulate.hidden(UNTIL, 60)
    assert len(found.place) == len(set(found.place.tolist()))
    assert ((found.years > 0) & (found.years < onwards.YEARS)).all()
    yearly = firms.yearly[found.place]
    leaves = latent.leave[found.place, -1]
    assert np.corrcoef(leaves[yearly], found.years[yearly])[0, 1] < -0.3
    # The same futures are drawn again.
    again = onwards.worth(UNTIL, 60, simulate.SEED, 0.1, many=20)
    assert (found.arr == again.arr).all()


def test_every_customer_decides_once_in_each_of_its_periods() -> None:
    _, firms, _ = simulate.hidden(UNTIL, 30)
    due = onwards._decisions(firms, np.arange(30))
    times = np.bincount(np.concatenate(list(due.values())), minlength=30)
    assert {*times[firms.yearly].tolist()} <= {onwards.YEARS - 1, onwards.YEARS}
    assert abs(times[~firms.yearly] - 12 * onwards.YEARS).max() <= 2
    assert MONTHS_PATIENCE < 1


def test_many_customers_buy_seats_as_one_does() -> None:
    rng = np.random.default_rng(1)
    seats, yearly = np.full((4, 20_000), 100.0), np.array([[True], [True], [True], [False]])
    use = np.array([[0.9], [0.6], [0.3], [0.9]]) * np.ones_like(seats)
    mean = seats_ahead(rng, seats, use, yearly).mean(axis=1)
    assert mean == pytest.approx([110, 100, 92, 101], abs=0.3)


def test_correlation_and_bias_are_told_beside_those_of_the_cohorts() -> None:
    rng = np.random.default_rng(3)
    true = rng.uniform(1_000, 9_000, 200)
    noisy = true * rng.uniform(0.9, 1.1, 200)
    names = ("true", "true years", values.STEADY, values.GROWN, "years", "cohort years", *values.MODELS)
    some = {name: true.tolist() for name in names} | {
        **{name: noisy.tolist() for name in values.MODELS},
        values.PLAIN: (1.2 * true[::-1]).tolist(),
        values.INTERVAL: [0.9 * true.sum(), 1.1 * true.sum()],
    }
    found = values.result({1: some, 2: some})
    assert found.figures["bias of values, cohorts, no expansion"] == pytest.approx(0.2)
    assert found.figures["correlation of years"] == pytest.approx(1)
    assert float(found.figures["correlation of values, in force"]) > 0.95
    assert found.ratios["in force"] > 5
    assert found.ratios[values.PLAIN] == 1
    assert found.figures["companies whose interval holds the truth"] == 2
    assert float(found.figures["half of the interval, of equity"]) == pytest.approx(0.1, rel=0.05)
