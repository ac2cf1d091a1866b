"""Killed with -9 under load, any process, nothing is lost or doubled; and the benchmark would tell."""

from __future__ import annotations

from collections import Counter

import pytest

from tenure.bench import kill
from tenure.bench._personas import Known, Persona
from tenure.bench.kill import Sent


def test_what_is_lost_or_doubled_or_wrong_is_counted() -> None:
    sent = Sent(acknowledged=["a", "b", "c", "d"], given_up=["e", "f"])
    result = kill.report(3, Counter(web=2), sent, Counter({"a": 1, "b": 2, "c": 1, "e": 1}), [(3, 1), (1, 0)])
    assert result.ratios == {"exactly_once": 0.5, "identity_right": 0.75}
    counts = {
        name: result.figures[name] for name in ("lost", "doubled", "given up, but stored", "web killed")
    }
    assert counts == {"lost": 1, "doubled": 1, "given up, but stored": 1, "web killed": 2}


def test_what_must_be_known_of_somebody_is_what_was_acknowledged() -> None:
    one = Persona("x")
    people = {"user-x": "1", "anon:visitor-x": "1", "former-x": "1"}
    known = Known(people, {"group-x": "A"}, {"1": "A"})
    judged = []
    for said in range(7):
        one.said = said
        judged.append((known.judge(one), Known({}, {}, {}).judge(one)))
    assert [all_right for all_right, _ in judged] == [(0, 0)] * 2 + [(1, 0)] + [(2, 0)] * 2 + [(3, 0)] * 2
    assert [nothing_known[1] for _, nothing_known in judged] == [0, 0, 1, 2, 2, 3, 3]
    one.said = 6
    astray = Known({**people, "former-x": "2"}, {"group-x": "A", "group-y": "B"}, {"1": "B", "2": None})
    assert astray.judge(one) == (3, 2)


@pytest.mark.slow
def test_nothing_is_lost_and_nothing_doubled_and_everybody_known() -> None:
    result = kill.run(3)
    assert result.figures["acknowledged"] > 50  # type: ignore[operator]
    assert result.figures["said about them"] > 0  # type: ignore[operator]
    assert result.ratios == {"exactly_once": 1.0, "identity_right": 1.0}
    assert result.figures["doubled"] == 0
