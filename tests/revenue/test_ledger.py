"""What accounts pay on any day, and how it moved: told case by case, and for any ledger at all."""

from __future__ import annotations

import json
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenure.revenue.movements import KINDS, Movements, kinds
from tests.revenue.contracts import ledger, pays, spells, term

D = date.fromisoformat
START = D("2025-01-01")


def test_the_worked_example_of_the_catalogue():
    terms = [
        term("acme", 100, "2025-01-01"),
        term("acme", 50, "2025-03-01", sub="more", product="Extra"),
        term("borealis", 200, "2025-01-01", "2025-02-15", reason="value"),
        term("cinder", 300, "2025-01-01", "2025-02-01"),
        term("cinder", 250, "2025-02-01"),
        term("dune", 80, "2025-03-31"),
    ]
    moved = ledger(terms).movements(D("2025-01-31"), D("2025-03-31"))
    assert (moved.start_arr, moved.end_arr) == (12 * 600, 12 * 480)
    by_kind = {kind: total // 12 for kind, total in moved.totals.items()}
    assert by_kind == {"new": 80, "expansion": 50, "contraction": -50, "churn": -200, "reactivation": 0}
    assert moved.grr == pytest.approx(350 / 600)
    assert moved.nrr == pytest.approx(400 / 600)
    assert moved.logo_churn == pytest.approx(1 / 3)
    assert moved.quick_ratio == pytest.approx(130 / 250)


def test_a_term_that_ends_on_the_first_day_of_a_quarter_is_lost_in_that_quarter():
    books = ledger([term("acme", 100, "2025-01-01", "2025-10-01")])
    third = books.movements(D("2025-06-30"), D("2025-09-30"))
    fourth = books.movements(D("2025-09-30"), D("2025-12-31"))
    assert (third.total("churn"), fourth.total("churn")) == (0, -1200)


def test_an_undecided_term_is_live_for_the_grace_and_then_ended_on_its_end():
    terms = [term("acme", 100, "2025-01-01", "2026-01-01")]
    last, over = D("2026-01-30"), D("2026-01-31")
    assert pays(ledger(terms, known_on=last), last) == {"acme": 100}
    assert spells(ledger(terms, known_on=last)) == [("acme", "2025-01-01", None)]
    assert pays(ledger(terms, known_on=over), "2026-01-01") == {}
    assert spells(ledger(terms, known_on=over)) == [("acme", "2025-01-01", "2026-01-01")]


def test_one_that_gave_notice_ends_on_its_end_at_once():
    noticed = ledger([term("acme", 100, "2025-01-01", "2026-01-01", reason="price")], D("2026-01-01"))
    shortened = ledger([term("acme", 100, "2025-01-01", "2026-01-01", is_ended=True)], D("2026-01-01"))
    assert pays(noticed, "2026-01-01") == pays(shortened, "2026-01-01") == {}


@pytest.mark.parametrize(
    "again",
    [
        {"sub": "S-acme"},
        {"sub": "S-2", "renews": "S-acme", "product": "Other"},
        {"sub": "S-2"},
    ],
)
def test_a_gap_that_a_renewal_within_the_grace_bridges_counts_as_live(again):
    before = term("acme", 100, "2025-01-01", "2026-01-01")
    bridged = ledger([before, term("acme", 120, "2026-01-31", **again)])
    assert pays(bridged, "2026-01-15") == {"acme": 100}
    assert spells(bridged) == [("acme", "2025-01-01", None)]
    late = ledger([before, term("acme", 120, "2026-02-01", **again)])
    assert pays(late, "2026-01-15") == {}
    assert late.movements(D("2026-01-31"), D("2026-02-28")).total("reactivation") == 1440


def test_another_product_is_no_renewal():
    books = ledger(
        [
            term("acme", 100, "2025-01-01", "2026-01-01", product="Pro"),
            term("acme", 120, "2026-01-10", sub="S-2", product="Basic"),
        ]
    )
    assert pays(books, "2026-01-05") == {}


def test_what_starts_early_renews_and_both_count_until_the_old_one_ends():
    old = term("acme", 100, "2025-01-01", "2026-01-01", product="Pro")
    new = term("acme", 120, "2025-12-01", "2027-01-01", sub="S-2", product="Pro")
    books = ledger([old, new])
    assert (books.pairs.before.tolist(), books.pairs.after.tolist()) == ([1], [0])
    assert [pays(books, day)["acme"] for day in ("2025-12-31", "2026-01-01")] == [220, 120]
    far = ledger([old, term("acme", 120, "2025-11-01", "2027-01-01", sub="S-2", product="Pro")])
    assert not len(far.pairs)


def test_one_contract_renews_one_that_is_like_it_and_not_two():
    books = ledger(
        [
            term("acme", 100, "2025-01-01", "2026-01-01", sub="S-1"),
            term("acme", 70, "2025-01-01", "2026-01-10", sub="S-2"),
            term("acme", 120, "2026-01-05", "2027-01-05", sub="S-3"),
        ]
    )
    assert len(books.pairs) == 1
    assert pays(books, "2026-01-20") == {"acme": 120}


def test_what_renews_by_itself_goes_on_unless_somebody_gave_notice():
    silent = term("acme", 100, "2024-01-01", "2025-01-01", auto_renew=True)
    assert pays(ledger([silent]), "2027-06-01") == {"acme": 100}
    assert spells(ledger([silent])) == [("acme", "2024-01-01", None)]
    assert pays(ledger([silent | {"reason": "value"}]), "2025-01-01") == {}
    gone = [silent, term("acme", 90, "2026-03-01", "2026-06-01")]
    assert [pays(ledger(gone), day).get("acme") for day in ("2026-02-28", "2026-03-01", "2026-07-01")] == [
        100,
        90,
        None,
    ]


def test_an_upgrade_within_a_term_is_expansion_from_its_day():
    books = ledger(
        [
            term("acme", 100, "2025-01-01", "2026-01-01"),
            term("acme", 150, "2025-07-01", "2026-01-01"),
        ]
    )
    assert [pays(books, day)["acme"] for day in ("2025-06-30", "2025-07-01")] == [100, 150]
    assert books.movements(D("2025-06-30"), D("2025-07-01")).total("expansion") == 600


def test_a_pause_longer_than_the_grace_is_churn_and_the_return_a_reactivation():
    books = ledger([term("acme", 100, "2025-01-01", "2025-04-01"), term("acme", 100, "2025-06-01")])
    assert spells(books) == [("acme", "2025-01-01", "2025-04-01"), ("acme", "2025-06-01", None)]
    assert books.movements(D("2025-03-31"), D("2025-05-01")).total("churn") == -1200
    assert books.movements(D("2025-05-01"), D("2025-06-01")).total("reactivation") == 1200
    assert books.movements(D("2025-03-31"), D("2025-06-01")).table().num_rows == 0


def test_a_move_between_an_accounts_own_contracts_is_none():
    books = ledger(
        [
            term("acme", 100, "2025-01-01", "2025-06-01", product="Basic", reason="other"),
            term("acme", 100, "2025-06-01", sub="S-2", product="Pro"),
        ]
    )
    assert books.movements(D("2025-05-31"), D("2025-06-01")).table().num_rows == 0


def test_children_can_be_counted_as_their_parents():
    books = ledger([term("acme", 100, "2025-01-01", "2025-06-01"), term("acme-uk", 100, "2025-06-01")])
    a, b = D("2025-05-31"), D("2025-07-15")
    assert books.movements(a, b).total("new") == 1200
    assert books.rolled_up({"acme-uk": "acme"}).movements(a, b).table().num_rows == 0


def test_a_period_goes_forward():
    with pytest.raises(ValueError, match="before"):
        ledger([]).movements(D("2025-02-01"), D("2025-01-01"))


def test_an_empty_ledger_has_no_rates_and_says_why():
    moved = ledger([]).movements(START, START)
    assert (moved.start_arr, moved.grr, moved.nrr, moved.logo_churn, moved.quick_ratio) == (0, *[None] * 4)
    assert {"start_mrr", "movements", "grr", "nrr", "logo_churn", "quick_ratio"} <= set(moved.missing)
    assert ledger([]).spells().num_rows == 0


# -- any ledger ----------------------------------------------------------------------------------------------

days = st.integers(0, 900).map(lambda n: START + timedelta(days=n))


@st.composite
def terms(draw: st.DrawFn) -> dict[str, Any]:
    start = draw(days)
    length = draw(st.none() | st.sampled_from([1, 30, 31, 90, 181, 365, 730]) | st.integers(1, 800))
    account = draw(st.sampled_from(["acme", "borealis", "cinder"]))
    return {
        "account_id": account,
        "subscription_id": f"{account}-{draw(st.integers(1, 3))}",
        "term_id": "",
        "product": draw(st.sampled_from(["", "Pro", "Basic"])),
        "arr_minor": draw(st.sampled_from([0, 1, 999, 1200]) | st.integers(0, 10**12)),
        "starts_on": start,
        "ends_on": None if length is None else start + timedelta(days=length),
        "auto_renew": draw(st.booleans()),
        "renews": draw(st.sampled_from(["", "", "acme-1", "borealis-2"])),
        "reason": draw(st.sampled_from(["", "", "", "price"])),
        "is_ended": draw(st.sampled_from([False, False, True])),
        "agreed_end": None,
    }


quick = settings(max_examples=60)
some_terms = st.lists(terms(), max_size=10)
three_days = st.lists(days, min_size=3, max_size=3).map(sorted)


@quick
@given(some_terms, three_days, days)
def test_movements_add_up_exactly_for_any_days_and_chain(rows, on, known_on):
    books = ledger(rows, known_on)
    a, b, c = on
    first, second, both = books.movements(a, b), books.movements(b, c), books.movements(a, c)
    for one in (first, second, both):
        assert one.start_arr + sum(one.totals.values()) == one.end_arr
    assert sum(first.totals.values()) + sum(second.totals.values()) == sum(both.totals.values())
    assert both.start_arr == sum(books.arr(a).tolist())


@quick
@given(some_terms, three_days)
def test_gross_retention_is_never_above_one_nor_above_net(rows, on):
    moved = ledger(rows).movements(on[0], on[2])
    if moved.grr is not None:
        assert 0 <= moved.grr <= 1
        assert moved.grr <= moved.nrr
        kept = sum(
            max(0, min(x, y)) for x, y in zip(moved.before.tolist(), moved.after.tolist(), strict=True)
        )
        assert moved.grr == float(Fraction(kept, moved.start_arr))


@quick
@given(some_terms, st.randoms(use_true_random=False), three_days)
def test_the_order_of_entry_does_not_matter(rows, random, on):
    shuffled = random.sample(rows, len(rows))
    one, other = ledger(rows, on[1]), ledger(shuffled, on[1])
    assert one.spells().equals(other.spells())
    for day in on:
        assert pays(one, day) == pays(other, day)
    assert one.movements(on[0], on[2]).totals == other.movements(on[0], on[2]).totals


@quick
@given(some_terms, days, days)
def test_spells_are_the_days_on_which_an_account_pays(rows, known_on, day):
    books = ledger(rows, known_on)
    day = min(day, known_on)
    within = {
        row["account_id"]
        for row in books.spells().to_pylist()
        if row["starts_on"] <= day and (row["ends_on"] is None or day < row["ends_on"])
    }
    assert within == set(pays(books, day))


@quick
@given(some_terms)
def test_spells_of_an_account_do_not_touch(rows):
    found = ledger(rows).spells().to_pylist()
    for one, following in pairwise(found):
        if one["account_id"] == following["account_id"]:
            assert one["ends_on"] is not None
            assert one["ends_on"] < following["starts_on"]


@quick
@given(some_terms)
def test_nothing_renews_itself_and_what_is_alike_renews_once(rows):
    books = ledger(rows)
    pairs, of = books.pairs, books.terms
    assert (pairs.before != pairs.after).all()
    assert (of.start[pairs.before] < of.start[pairs.after]).all()
    unnamed = pairs.after[of.renews[pairs.after] < 0]
    assert len(set(unnamed.tolist())) == len(unnamed)


# -- published examples --------------------------------------------------------------------------------------

CASES = Path(__file__).parents[3] / "shared" / "data" / "metrics" / "worked_cases.json"


def _of(before: list[int], after: list[int]) -> Movements:
    then, now = np.array(before), np.array(after)
    return Movements(np.array([]), then, now, kinds(then, now, np.zeros(len(then), dtype=bool)))


def _accounts(said: dict[str, float]) -> Movements:
    """Accounts that move as a published example says: one for each kind, and one that stays."""
    said = {"start_mrr": 0, "expansion": 0, "contraction": 0, "churn": 0, "new": 0, **said}
    lost = round(said["churn"] + said.get("churned", 0) + said.get("lost_mrr", 0))
    lost += round(said.get("contraction_plus_churn", 0))
    won = round(said["new"] + said.get("new_plus_expansion", 0))
    more, less = round(said["expansion"]), round(said["contraction"])
    rest = max(round(said["start_mrr"]) - lost - less - 2, 0)
    before, after = [1, 1 + less, lost, 0, rest], [1 + more, 1, 0, won, rest]
    return _of(before, after)


def _got(metric: str, said: dict[str, float]) -> dict[str, float | None]:
    if metric == "logo_churn":
        start, lost = int(said["start"]), int(said["lost"])
        rate = _of([1] * start, [0] * lost + [1] * (start - lost)).logo_churn
        return {"pct": None if rate is None else 100 * rate}
    moved = _accounts(said)
    percent = {name: 100 * rate for name in ("grr", "nrr") if (rate := getattr(moved, name)) is not None}
    return {
        "grr_pct": percent.get("grr"),
        "nrr_pct": percent.get("nrr"),
        "gross_mrr_churn_pct": 100 - percent.get("grr", 0),
        "net_mrr_churn_pct": 100 - percent.get("nrr", 0),
        "quick_ratio": moved.quick_ratio,
        "net_new_mrr": moved.end_arr - moved.start_arr,
    }


@pytest.mark.skipif(not CASES.exists(), reason="the published examples lie beside the repository")
def test_published_examples_come_out():
    cases = json.loads(CASES.read_text())["cases"]
    ours = {"grr", "nrr", "mrr_churn_standard", "saas_quick_ratio", "logo_churn"}
    seen = [case for case in cases if case["metric"] in ours]
    assert len(seen) >= 14
    for case in seen:
        got = _got(case["metric"], case["inputs"])
        for name, expected in case["expected"].items():
            wanted = None if expected is None else pytest.approx(expected, abs=case["tolerance"])
            assert got[name] == wanted, case["id"]


def test_there_are_five_kinds():
    assert KINDS == ("new", "expansion", "contraction", "churn", "reactivation")
