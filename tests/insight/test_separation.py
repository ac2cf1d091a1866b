"""AUC, its intervals and false discoveries, on published and known values, and by properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from tenure.insight.audit import separation
from tenure.insight.audit.separation import auc, discoveries, drawn_aucs, lift, samples, separate

# Ratings of 58 normal and 51 abnormal CT images, 1 definitely normal to 5 definitely abnormal: Hanley and
# McNeil, Radiology 143 (1982), table I; the area under the curve is 0.893 by their table II.
NORMAL, ABNORMAL = (33, 6, 6, 11, 2), (3, 2, 2, 11, 33)


def test_the_published_area_of_ct_images() -> None:
    score = np.concatenate([np.repeat(range(1, 6), NORMAL), np.repeat(range(1, 6), ABNORMAL)]).astype(float)
    happened = np.repeat([False, True], [58, 51])
    assert auc(score, happened) == pytest.approx(0.893, abs=0.0005)
    found = separate(score, happened, np.arange(109), samples(109))
    # Their standard error is 0.032.
    assert (found.high - found.low) / 3.92 == pytest.approx(0.032, abs=0.004)
    assert found.p < 1e-6


# Benjamini and Hochberg (1995), section 3: fifteen p-values of which four are discoveries at 5 %.
PUBLISHED = (
    *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
    *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0),
)


def test_the_published_discoveries_among_fifteen() -> None:
    q = discoveries(np.array(PUBLISHED))
    assert (q <= 0.05).sum() == 4
    assert q[:4] == pytest.approx([0.0015, 0.003, 0.0095, 0.035625])


def test_what_was_not_tried_does_not_count() -> None:
    q = discoveries(np.array([0.01, np.nan, 0.04]))
    assert q.tolist() == [pytest.approx(0.02), pytest.approx(np.nan, nan_ok=True), pytest.approx(0.04)]


rows = st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 6)), min_size=2, max_size=60)


@given(rows)
def test_it_is_the_area_that_others_reckon(drawn: list[tuple[int, bool, int]]) -> None:
    score, happened = np.array([float(one[0]) for one in drawn]), np.array([one[1] for one in drawn])
    found = auc(score, happened)
    if happened.all() or not happened.any():
        assert np.isnan(found)
    else:
        assert found == pytest.approx(roc_auc_score(happened, score))
        assert auc(-score, happened) == pytest.approx(1 - found)
        assert auc(np.exp(score), happened) == pytest.approx(found)


@given(rows, st.integers(1, 5))
@settings(deadline=None)
def test_a_sample_s_area_is_that_of_its_accounts_rows_repeated(
    drawn: list[tuple[int, bool, int]], at_once: int
) -> None:
    score, happened = np.array([float(one[0]) for one in drawn]), np.array([one[1] for one in drawn])
    account = np.array([one[2] for one in drawn])
    weights = samples(7, draws=5, seed=at_once)
    before, separation._AT_ONCE = separation._AT_ONCE, at_once  # in pieces it is the same
    try:
        found = drawn_aucs(score, happened, account, weights)
    finally:
        separation._AT_ONCE = before
    for weight, value in zip(weights, found, strict=True):
        times = weight[account].astype(int)
        expected = auc(np.repeat(score, times), np.repeat(happened, times))
        assert value == pytest.approx(expected, nan_ok=True)


def test_months_of_one_account_are_no_news_of_their_own() -> None:
    generator = np.random.default_rng(3)
    score, happened = generator.normal(size=80), generator.random(80) < 0.4
    once = separate(score, happened, np.arange(80), samples(80))
    many = separate(np.repeat(score, 12), np.repeat(happened, 12), np.repeat(np.arange(80), 12), samples(80))
    assert (many.low, many.high, many.p) == pytest.approx((once.low, once.high, once.p))


def test_a_shuffled_outcome_is_hardly_ever_told() -> None:
    """Twenty metrics that know nothing, of customers alike from month to month: one in ten finds at most."""
    repeats = 60
    generator = np.random.default_rng(11)
    told = 0
    for _ in range(repeats):
        level = generator.normal(size=(120, 20))
        gone = generator.permutation(120) < 25
        account = np.repeat(np.arange(120), 6)
        values = level[account] + 0.3 * generator.normal(size=(720, 20))
        happened = gone[account] & (np.tile(np.arange(6), 120) >= 3)
        drawn = samples(120, draws=200)
        p = [separate(values[:, one], happened, account, drawn).p for one in range(20)]
        told += bool((discoveries(np.array(p)) <= 0.05).any())
    assert told <= repeats * 0.1


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=5, max_size=80))
def test_the_worst_tenth_is_as_bad_whatever_the_order_of_the_rows(drawn: list[tuple[int, bool]]) -> None:
    score, happened = np.array([float(one[0]) for one in drawn]), np.array([one[1] for one in drawn])
    if happened.any():
        worst, times = lift(score, happened)
        order = np.random.default_rng(0).permutation(len(score))
        assert lift(score[order], happened[order]) == pytest.approx((worst, times))
        assert 0 <= worst <= 1 + 1e-9
        assert lift(np.zeros(len(score)), happened)[1] == pytest.approx(1)


def test_the_worst_tenth_by_hand() -> None:
    score = np.arange(20.0)
    happened = np.isin(score, (19, 18, 5, 4))
    assert lift(score, happened) == (1.0, 5.0)
