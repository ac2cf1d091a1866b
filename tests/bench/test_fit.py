"""The benchmark of fits runs, compares like with like, and says so if it does not."""

from __future__ import annotations

import pytest

from tenure.bench import fit


@pytest.mark.slow
def test_both_fit_the_same_customers() -> None:
    found = fit.run(customers=20_000)
    assert set(found.ratios) == {"bgnbd_1m", "bgnbd_1m, no two alike"}
    assert min(found.ratios.values()) > 0
    assert found.figures["bgnbd_1m: distinct histories"] < 20_000
    assert found.figures["bgnbd_1m, no two alike: distinct histories"] == 20_000


def test_other_parameters_are_no_comparison() -> None:
    same = {"r": 0.2, "alpha": 4.0, "a": 0.8, "b": 2.4}
    fit.check(same, same)
    with pytest.raises(RuntimeError, match=r"alpha is 4\.0 by us and 4\.1"):
        fit.check(same, same | {"alpha": 4.1})
