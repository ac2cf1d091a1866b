"""A score explains itself: its parts, its change, what lacks; in commands as in pages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import Http404
from typer.testing import CliRunner

from tenure.cli import health as _health  # noqa: F401 - adds the command
from tenure.cli import metrics as _metrics  # noqa: F401
from tenure.cli.base import app
from tenure.health import queries
from tenure.workspaces.access import Access
from tests.metrics.telling import ago, answered, customer, pays, today, used


@pytest.fixture
def borealis(access: Access) -> str:
    """Borealis used its ten seats well until three weeks ago; Cinder only pays."""
    found = customer(access, "Borealis")
    customer(access, "Cinder")
    for person in ("ida", "tor", "uli", "vic", "wim"):
        used(access, "borealis", person, *(ago(back) for back in range(20, 90)))
    used(access, "borealis", "ida", ago(1))
    pays(access, "borealis", 500_00, ago(200), seats=6)
    pays(access, "cinder", 50_00, ago(20))
    answered(access, "borealis", "ida", 2, ago(10))
    return found


def test_why_borealis_fell_sums_to_the_fall(access: Access, borealis: str) -> None:
    told = queries.explain(access, borealis)
    assert (told.as_of, told.since) == (today(), ago(28))
    assert told.change is not None
    assert told.change < -10
    assert sum(line.change or 0 for line in told.lines) == pytest.approx(told.change, abs=1e-9)
    assert sum(line.weight for line in told.lines) == pytest.approx(1)
    lines = {line.metric: line for line in told.lines}
    assert lines["nps"].because == "has data now and had none before"
    assert (lines["nps"].says, lines["nps"].says_before) == ("−100", "no data")
    assert lines["csat"].missing.startswith("An answer to a CSAT survey")
    assert told.weakest is lines["nps"]
    assert told.coverage.startswith("Coverage 67\u00a0%: no data for Key features used and CSAT;")


def test_the_same_day_twice_has_not_changed(access: Access, borealis: str) -> None:
    told = queries.explain(access, borealis, as_of=ago(3), since=ago(3))
    assert told.change == 0
    assert told.score == told.before


def test_backwards_is_refused(access: Access, borealis: str) -> None:
    with pytest.raises(ValueError, match="is after"):
        queries.explain(access, borealis, as_of=ago(30), since=ago(3))


def test_without_a_score_there_is_no_change_to_explain(access: Access, borealis: str) -> None:
    cinder = next(one for one in queries.explanations(access) if one.name == "Cinder")
    assert (cinder.score.score, cinder.change, cinder.weakest, cinder.marked) == (None, None, None, "no data")
    assert all(line.change is None and line.missing for line in cinder.lines)


def test_a_neighbour_sees_nothing(neighbour: Access, borealis: str) -> None:
    for look in (queries.explain, queries.history, queries.standing):
        with pytest.raises(Http404):
            look(neighbour, borealis)  # type: ignore[operator]
    assert queries.explanations(neighbour, [borealis]) == []


def run(*arguments: str) -> Any:
    """A command's JSON."""
    done = CliRunner().invoke(app, [*arguments, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_metrics_command_prints_values_as_of_a_day(access: Access, borealis: str) -> None:
    told = run("metrics", "--metric", "mrr", "--metric", "active_people", "--as-of", ago(25).isoformat())
    assert (told["as_of"], told["currency"]) == (ago(25).isoformat(), "USD")
    assert told["accounts"] == [
        {"account_id": "borealis", "name": "Borealis", "values": {"mrr": 500.0, "active_people": 5.0}},
        {"account_id": "cinder", "name": "Cinder", "values": {"mrr": None, "active_people": None}},
    ]


def test_the_metrics_table_counts_what_it_covers(access: Access, borealis: str) -> None:
    shown = CliRunner().invoke(app, ["metrics", "--metric", "mrr", "--metric", "nps"]).stdout
    assert "2 of 2" in shown
    assert "1 of 2" in shown
    assert "$550.00" in shown  # the total
    assert "no data" in shown


def test_the_health_command_prints_scores_and_their_parts(access: Access, borealis: str) -> None:
    told = run("health", "--account", "Borealis", "--explain")[0]
    assert (told["band"], told["weakest"]) == ("fair", "nps")
    assert sum(part["change"] for part in told["parts"]) == pytest.approx(told["change"])
    assert run("health")[1]["score"] is None
    shown = CliRunner().invoke(app, ["health", "--account", "borealis", "--explain"])
    assert "Pulls down" in shown.stdout
    assert "has data now and had none before" in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("metrics", "--metric", "karma"), "there is no metric 'karma'; there are: "),
        (("metrics", "--account", "Otherco"), "there is no account 'Otherco'"),
        (("health", "--account", "Otherco"), "there is no account 'Otherco'"),
        (("health", "--since", "2999-01-01"), "2999-01-01 is after"),
    ],
)
def test_what_is_not_there_is_named(
    access: Access, borealis: str, arguments: tuple[str, ...], says: str
) -> None:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 1
    assert says in done.stderr
