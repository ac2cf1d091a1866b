"""What the papers print, found again to the printed digits; and lifetimes and lifelines agree."""

from __future__ import annotations

import csv
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from scipy.special import poch

from tenure.insight.likelihood import Estimate
from tenure.insight.purchases import bgbb, bgnbd, gammagamma, paretonbd
from tenure.insight.purchases.gammagamma import Spending
from tenure.insight.purchases.histories import Bought, Histories, from_purchases
from tenure.insight.retention import bdw, remaining, sbg
from tenure.insight.retention.cohorts import Renewals, cohorts, renewals

# Fader and Hardie (2007), table 1: percent still there after so many years.
REGULAR = [100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, 22.3, 20.7, 19.4, 18.3, 17.3]
HIGH_END = [100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1, 46.8, 44.5, 42.7, 40.9, 39.4]


def seen(percent: list[float]) -> Renewals:
    some, _ = cohorts([None] * len(percent), np.arange(float(len(percent))), np.array(percent))
    return renewals(some)


def told(found: Estimate, digits: int = 3) -> list[float]:
    return [round(one, digits) for one in found.values.tolist()]


def packaged(name: str) -> Path:
    """A table that the package lifetimes carries."""
    spec = find_spec("lifetimes")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "datasets" / name


def bought(until: str) -> Bought:
    """A tenth of CDNOW's customers, who first bought early in 1997, by weeks."""
    rows = [line.split() for line in packaged("CDNOW_sample.txt").read_text().splitlines()]
    days = np.array([f"{row[2][:4]}-{row[2][4:6]}-{row[2][6:]}" for row in rows], dtype="datetime64[D]")
    amounts = np.array([float(row[4]) for row in rows])
    return from_purchases([row[1] for row in rows], days, amounts, np.datetime64(until), "week")


@pytest.fixture(scope="module")
def cdnow() -> Histories:
    """2,357 customers of CDNOW over 39 weeks."""
    some = bought("1997-09-30")
    return Histories.of(some.repeats, some.last, some.seen)


def test_sbg_of_2007() -> None:
    regular, high_end = sbg.fit(seen(REGULAR).up_to(7)), sbg.fit(seen(HIGH_END).up_to(7))
    assert (told(regular), round(regular.log_likelihood, 1)) == ([0.704, 1.182], -1680.3)
    assert (told(high_end), round(high_end.log_likelihood, 1)) == ([0.668, 3.806], -1611.2)
    years = np.array([8.0, 12.0])
    assert (100 * remaining.survival(sbg.model(regular), years)).round(1).tolist() == [22.0, 17.0]


def test_bdw_holds_sbg_and_fits_no_worse() -> None:
    for percent in (REGULAR, HIGH_END):
        simple, found = sbg.fit(seen(percent).up_to(7)), bdw.fit(seen(percent).up_to(7))
        assert found.log_likelihood >= simple.log_likelihood
        alike = bdw.likelihood(seen(percent).up_to(7))(np.array([*simple.values, 1.0]))[0]
        assert alike == pytest.approx(simple.log_likelihood)


def test_bgnbd_of_2005(cdnow: Histories) -> None:
    found = bgnbd.fit(cdnow)
    assert (told(found), round(found.log_likelihood, 1)) == ([0.243, 4.414, 0.793, 2.426], -9582.4)
    model = bgnbd.model(found)
    # The paper's example, page 279: a customer with 2 repeat purchases, the last after 30.43 of 38.86 weeks.
    one = [np.array([value]) for value in (2.0, 30.43, 38.86)]
    assert model.further(39.0, *one)[0] == pytest.approx(1.226, abs=5e-4)


def test_paretonbd_of_2005(cdnow: Histories) -> None:
    found = paretonbd.fit(cdnow)
    assert (told(found), round(found.log_likelihood, 1)) == ([0.553, 10.578, 0.606, 11.669], -9595.0)


def test_bgbb_of_2010() -> None:
    with packaged("donations.csv").open() as file:
        rows = list(csv.DictReader(file))
    table = {key: np.array([row[key] for row in rows], dtype=float) for key in rows[0]}
    donors = Histories.of(*(table[name] for name in ("frequency", "recency", "periods", "weights")))
    found = bgbb.fit(donors)
    assert found.count == 11_104
    assert (told(found), round(found.log_likelihood, 1)) == ([1.204, 0.750, 0.657, 2.783], -33225.6)


def test_gammagamma_of_2013() -> None:
    some = bought("1997-09-30")
    found = gammagamma.fit(Spending.of(some.repeats, some.average))
    assert found.count == 946
    assert told(found, 2) == [6.25, 3.74, 15.44]


def test_expectations_are_those_of_lifetimes(cdnow: Histories) -> None:
    from lifetimes import BetaGeoFitter, ParetoNBDFitter

    x, last, length = cdnow.repeats[:200], cdnow.last[:200], cdnow.seen[:200]
    theirs = BetaGeoFitter()
    theirs.params_ = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    ours = bgnbd.BetaGeometricNBD(0.243, 4.414, 0.793, 2.426)
    assert ours.alive(x, last, length) == pytest.approx(
        np.asarray(theirs.conditional_probability_alive(x, last, length))
    )
    assert ours.further(10.0, x, last, length) == pytest.approx(
        theirs.conditional_expected_number_of_purchases_up_to_time(10, x, last, length)
    )
    assert ours.expected(np.array([10.0])) == pytest.approx(
        [theirs.expected_number_of_purchases_up_to_time(10)]
    )
    pareto = ParetoNBDFitter()
    pareto.params_ = {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}
    mine = paretonbd.ParetoNBD(0.553, 10.578, 0.606, 11.669)
    assert mine.alive(x, last, length) == pytest.approx(
        pareto.conditional_probability_alive(x, last, length), rel=1e-5
    )
    assert mine.further(10.0, x, last, length) == pytest.approx(
        pareto.conditional_expected_number_of_purchases_up_to_time(10, x, last, length), rel=1e-5
    )


def test_discrete_expectations_are_those_of_lifetimes() -> None:
    from lifetimes import BetaGeoBetaBinomFitter, GammaGammaFitter

    x, last = np.array([0.0, 1, 2, 6, 3]), np.array([0.0, 4, 2, 6, 5])
    n = np.full(5, 6.0)
    theirs = BetaGeoBetaBinomFitter()
    theirs.params_ = {"alpha": 1.204, "beta": 0.75, "gamma": 0.657, "delta": 2.783}
    ours = bgbb.BetaGeometricBetaBinomial(1.204, 0.75, 0.657, 2.783)
    assert ours.alive(x, last, n) == pytest.approx(theirs.conditional_probability_alive(1, x, last, n))
    assert ours.further(5, x, last, n) == pytest.approx(
        theirs.conditional_expected_number_of_purchases_up_to_time(5, x, last, n)
    )
    # Eq. 8 of the paper.
    gone = poch(1 + 2.783, 5) / poch(0.657 + 2.783, 5)
    assert ours.expected(np.array([5.0])) == pytest.approx([1.204 / 1.954 * 2.783 / (0.657 - 1) * (1 - gone)])
    spent = GammaGammaFitter()
    spent.params_ = {"p": 6.25, "q": 3.74, "v": 15.44}
    mine = gammagamma.GammaGamma(6.25, 3.74, 15.44)
    z = np.array([20.0, 35.0, 60.0, 5.0, 100.0])
    assert mine.expected(x + 1, z) == pytest.approx(spent.conditional_expected_average_profit(x + 1, z))


@pytest.mark.parametrize("until", ["1997-06-30", "1998-06-30"])
def test_on_other_cuts_no_parameters_of_lifetimes_are_likelier(until: str) -> None:
    """lifetimes itself does not converge to the last digit here, so its likelihood is asked at our top."""
    from lifetimes import BetaGeoFitter

    some = bought(until)
    found = bgnbd.fit(Histories.of(some.repeats, some.last, some.seen))
    columns = (some.repeats, some.last, some.seen, np.ones(len(some.seen)), 0.0)
    theirs = -len(some.seen) * BetaGeoFitter._negative_log_likelihood(np.log(found.values), *columns)
    assert found.log_likelihood == pytest.approx(float(theirs))
    for name in found.params:
        for factor in (0.99, 1.01):
            moved = np.log([value * (factor if one == name else 1) for one, value in found.params.items()])
            assert -len(some.seen) * BetaGeoFitter._negative_log_likelihood(moved, *columns) < theirs
