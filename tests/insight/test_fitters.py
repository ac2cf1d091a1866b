"""One battery that every model passes: the truth is found again, slopes are slopes, rows are rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tenure.insight.likelihood import Floats, NotFittable
from tests.insight.fitters import FITTERS, Fitter, by_day

ALL = pytest.mark.parametrize("fitter", FITTERS, ids=[one.name for one in FITTERS])


@pytest.fixture(scope="module")
def some() -> dict[str, tuple[Floats, ...]]:
    """A thousand customers under each model, by its name."""
    return {one.name: one.simulate(np.random.default_rng(7), 1000) for one in FITTERS}


@ALL
def test_the_truth_is_found_within_its_errors(fitter: Fitter) -> None:
    for seed in (3, 4):
        found = fitter.fit(fitter.of(fitter.simulate(np.random.default_rng(seed), 4000)))
        assert found.spread is not None
        # On the scale of logarithms, and all at once: a distance of chi-squared with as many degrees.
        away = np.log(found.values) - np.log(list(fitter.truth.values()))
        assert away @ np.linalg.solve(found.spread, away) < 16, found
        for name, error in found.errors.items():
            assert error is not None
            assert 0 < error < 2 * fitter.truth[name]


@ALL
def test_the_gradient_is_that_of_the_likelihood(fitter: Fitter, some: dict[str, tuple[Floats, ...]]) -> None:
    likelihood = fitter.likelihood(fitter.of(some[fitter.name]))
    truth = np.array(list(fitter.truth.values()))
    for values in (truth, truth * 3, truth / 3, truth[::-1].copy()):
        value, slope = likelihood(values)
        for i, step in enumerate(values * 1e-5):
            moved = np.zeros_like(values)
            moved[i] = step
            numeric = (likelihood(values + moved)[0] - likelihood(values - moved)[0]) / (2 * step)
            assert slope[i] == pytest.approx(numeric, rel=2e-5, abs=1e-6 * abs(value))


@ALL
def test_at_the_top_nothing_leads_further_up(fitter: Fitter, some: dict[str, tuple[Floats, ...]]) -> None:
    seen = fitter.of(some[fitter.name])
    found, likelihood = fitter.fit(seen), fitter.likelihood(seen)
    top, slope = likelihood(found.values)
    assert top == pytest.approx(found.log_likelihood)
    assert np.abs(slope * found.values).max() < 1e-4
    rng = np.random.default_rng(1)
    for _ in range(50):
        assert likelihood(found.values * np.exp(rng.normal(0, 0.3, len(slope))))[0] < top


@ALL
def test_errors_are_those_of_the_hessian(fitter: Fitter, some: dict[str, tuple[Floats, ...]]) -> None:
    seen = fitter.of(some[fitter.name])
    found, likelihood = fitter.fit(seen), fitter.likelihood(seen)
    hessian = []
    for i, step in enumerate(found.values * 1e-4):
        moved = np.zeros(len(found.values))
        moved[i] = step
        hessian.append(
            (likelihood(found.values + moved)[1] - likelihood(found.values - moved)[1]) / (2 * step)
        )
    expected = np.sqrt(np.diag(np.linalg.inv(-np.array(hessian))))
    assert list(found.errors.values()) == pytest.approx(expected.tolist(), rel=1e-3)


@ALL
def test_order_does_not_matter_and_twice_as_many_tell_twice_as_much(
    fitter: Fitter, some: dict[str, tuple[Floats, ...]]
) -> None:
    columns = some[fitter.name]
    found = fitter.fit(fitter.of(columns))
    mixed = np.random.default_rng(2).permutation(len(columns[0]))
    others = {
        "shuffled": (tuple(one[mixed] for one in columns), None, 1),
        "doubled": (tuple(np.tile(one, 2) for one in columns), None, 2),
        "counted": (columns, np.full(len(columns[0]), 2.0), 2),
    }
    for name, (given, count, times) in others.items():
        other = fitter.fit(fitter.of(given, count))
        assert other.values.tolist() == pytest.approx(found.values.tolist(), rel=1e-5), name
        assert other.log_likelihood == pytest.approx(times * found.log_likelihood, rel=1e-9), name
        assert other.count == times * found.count
        errors = [error / np.sqrt(times) for error in found.errors.values() if error]
        assert list(other.errors.values()) == pytest.approx(errors, rel=1e-3), name


@pytest.mark.parametrize(
    "fitter", [one for one in FITTERS if one.scaled], ids=[one.name for one in FITTERS if one.scaled]
)
def test_the_unit_does_not_matter(fitter: Fitter, some: dict[str, tuple[Floats, ...]]) -> None:
    """Days or weeks, cents or dollars: a parameter in that unit moves with it, the others stay."""
    columns = some[fitter.name]
    found = fitter.fit(fitter.of(columns))
    assert fitter.powers is not None
    for unit in (7.0, 0.01):
        moved = tuple(one * unit if i in fitter.scaled else one for i, one in enumerate(columns))
        other = fitter.fit(fitter.of(moved))
        expected = {name: value * unit ** fitter.powers[name] for name, value in found.params.items()}
        assert dict(other.params) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    "fitter", [one for one in FITTERS if one.name in ("bgnbd", "paretonbd")], ids=["bgnbd", "paretonbd"]
)
def test_customers_alike_are_one_row(fitter: Fitter) -> None:
    columns = by_day(fitter).simulate(np.random.default_rng(5), 3000)
    seen = fitter.of(columns)
    assert len(seen.count) < 2500
    assert seen.customers == 3000
    assert [(seen.repeats[i], seen.last[i]) for i in seen.place[:20]] == list(
        zip(columns[0][:20], columns[1][:20], strict=True)
    )
    one_by_one = type(seen)(*columns, np.ones(3000))
    values = np.array(list(fitter.truth.values()))
    value, slope = fitter.likelihood(one_by_one)(values)
    assert fitter.likelihood(seen)(values)[0] == pytest.approx(value)
    assert fitter.likelihood(seen)(values)[1].tolist() == pytest.approx(slope.tolist())


def _nobody_again() -> tuple[Floats, ...]:
    return np.zeros(5), np.zeros(5), np.full(5, 10.0)


DEGENERATE: dict[str, list[tuple[tuple[Floats, ...], str]]] = {
    "sbg": [
        ((np.full(9, 3.0), np.zeros(9)), "no customer who left"),
        ((np.ones(9), np.ones(9)), "no customer who stayed"),
        ((np.zeros(9), np.zeros(9)), "nobody who came to a renewal"),
        ((np.array([1.0, 1.0]), np.array([1.0, 0.0])), "1 renewals; 2 parameters need at least 2"),
    ],
    "bgnbd": [
        (_nobody_again(), "no repeat purchase"),
        ((np.array([]), np.array([]), np.array([])), "no customers"),
        ((np.array([1.0, 2.0]), np.array([1.0, 5.0]), np.array([3.0, 4.0])), "row 2, T: T is how long"),
        ((np.array([1.0, -1.0]), np.array([1.0, 0.0]), np.array([3.0, 4.0])), "row 2, frequency"),
        ((np.array([1.0]), np.array([0.0]), np.array([3.0])), "row 1, recency: recency is above 0"),
        ((np.array([0.0]), np.array([2.0]), np.array([3.0])), "row 1, recency: recency is 0"),
        ((np.array([1.0]), np.array([np.nan]), np.array([3.0])), "row 1, recency"),
    ],
    "bgbb": [
        (_nobody_again(), "no repeat purchase"),
        ((np.array([2.0]), np.array([1.0]), np.array([3.0])), "frequency 2, which cannot be"),
        ((np.array([1.0]), np.array([1.5]), np.array([3.0])), "recency 1.5, which cannot be"),
    ],
    "gammagamma": [
        ((np.zeros(5), np.zeros(5)), "too few customers"),
        ((np.ones(5), np.full(5, 20.0)), "same amount for everybody"),
        ((np.ones(5), np.array([3.0, 4.0, -1.0, 5.0, 6.0])), "row 3, monetary value"),
    ],
}
DEGENERATE["bdw"] = DEGENERATE["sbg"][:3]
DEGENERATE["paretonbd"] = DEGENERATE["bgnbd"]


@ALL
def test_what_tells_nothing_is_refused_in_words(fitter: Fitter) -> None:
    for columns, says in DEGENERATE[fitter.name]:
        with pytest.raises(NotFittable, match=says):
            fitter.fit(fitter.of(columns))


def test_customers_who_do_not_differ_are_said_not_to() -> None:
    sbg = FITTERS[0]
    # Of 4,096, a quarter leaves at each renewal, exactly.
    there = 4096 * 0.75 ** np.arange(6)
    columns: tuple[Any, ...] = (np.append(np.arange(1.0, 6), 5.0), np.array([1.0] * 5 + [0.0]))
    found = sbg.fit(sbg.of(columns, np.append(-np.diff(there), there[-1])))
    assert found.params["alpha"] / sum(found.params.values()) == pytest.approx(0.25, abs=1e-3)
    assert "cannot be told from these data" in found.remarks[0]
    assert set(found.errors.values()) == {None}
    assert found.draws(np.random.default_rng(0), 3).tolist() == [found.values.tolist()] * 3
