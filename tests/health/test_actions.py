"""A refresh leaves every account's standing, figures and history; nobody's without data are made up."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pytest

from tenure.events import lake
from tenure.health import actions, history, queries
from tenure.health.models import HealthProfile, Standing
from tenure.kit import outbox
from tenure.kit.facts import HealthChanged
from tenure.metrics.models import MetricValue
from tenure.workspaces.access import Access
from tests.metrics.telling import ago, answered, customer, pays, today, used


@pytest.fixture
def cast(access: Access) -> dict[str, str]:
    """Acme thrives; Borealis fades; Cinder only pays; Dune has left. Their ids by name."""
    ids = {name: customer(access, name) for name in ("Acme", "Borealis", "Cinder", "Dune")}
    for person in ("ann", "bo"):
        used(access, "acme", person, *(ago(back) for back in range(100)))
    used(access, "borealis", "ida", *(ago(back) for back in range(30, 100)))
    used(access, "dune", "dee", *(ago(back) for back in range(60, 100)))
    pays(access, "acme", 100_00, ago(200), today() + timedelta(days=90), seats=2)
    pays(access, "borealis", 500_00, ago(200), today() + timedelta(days=30), seats=10)
    pays(access, "cinder", 50_00, ago(20))
    pays(access, "dune", 50_00, ago(200), ago(40), seats=1)
    answered(access, "acme", "ann", 10, ago(3))
    return ids


def standing(access: Access, account_id: str) -> Standing:
    found = queries.standing(access, account_id)
    assert found is not None
    return found


def test_acme_thrives_and_its_row_says_so(access: Access, cast: dict[str, str]) -> None:
    assert actions.refresh(access.workspace) == 4
    acme = standing(access, cast["Acme"])
    assert (acme.band, acme.basis, acme.as_of) == ("good", "both", today())
    assert acme.score is not None
    assert acme.score > 85
    assert (acme.arr_minor, acme.renews_on) == (1200_00, today() + timedelta(days=90))
    assert acme.last_active_on == today()
    assert (len(acme.weeks), acme.weeks[-1]) == (12, round(acme.score, 1))
    assert acme.score_before is not None


def test_borealis_is_poor_and_says_what_pulls_it_down(access: Access, cast: dict[str, str]) -> None:
    actions.refresh(access.workspace)
    borealis = standing(access, cast["Borealis"])
    assert (borealis.band, borealis.basis) == ("poor", "outcomes")
    assert borealis.weakest == "seat_use"
    assert borealis.score_before is not None
    assert borealis.score is not None
    assert borealis.score < borealis.score_before
    assert borealis.last_active_on == ago(30)


def test_who_only_pays_has_no_score_and_not_zero(access: Access, cast: dict[str, str]) -> None:
    actions.refresh(access.workspace)
    cinder = standing(access, cast["Cinder"])
    assert (cinder.score, cinder.band, cinder.basis, cinder.coverage) == (None, "", "none", 0)
    assert (cinder.arr_minor, cinder.renews_on, cinder.last_active_on) == (600_00, None, None)
    assert cinder.weeks == [None] * 12


def test_who_left_keeps_its_past_and_has_no_score_now(access: Access, cast: dict[str, str]) -> None:
    actions.refresh(access.workspace)
    dune = standing(access, cast["Dune"])
    assert (dune.score, dune.band, dune.basis, dune.arr_minor, dune.weakest) == (None, "", "former", 0, "")
    assert dune.weeks[0] is not None
    assert dune.weeks[-1] is None


def test_metric_values_are_there_only_where_there_is_data(access: Access, cast: dict[str, str]) -> None:
    actions.refresh(access.workspace)
    found = dict(access.of(MetricValue).filter(account_id=cast["Cinder"]).values_list("metric", "value"))
    assert found == {"mrr": 50_00, "arr": 600_00, "live_terms": 1}
    acme = dict(access.of(MetricValue).filter(account_id=cast["Acme"]).values_list("metric", "value"))
    assert (acme["active_people"], acme["seat_use"], acme["nps"]) == (2, 1, 100)
    assert "breadth" not in acme


def test_a_figure_that_lost_its_data_goes(access: Access, cast: dict[str, str]) -> None:
    actions.refresh(access.workspace)
    actions.refresh(access.workspace, [cast["Acme"]], as_of=ago(5))  # before Ann answered
    values = access.of(MetricValue).filter(account_id=cast["Acme"])
    assert not values.filter(metric="nps").exists()
    assert values.filter(metric="mrr").count() == 1
    assert set(values.values_list("as_of", flat=True)) == {ago(5)}


def test_only_the_touched_are_rescored_and_get_the_same_figures(access: Access, cast: dict[str, str]) -> None:
    actions.refresh(access.workspace)
    everybody = {one.account_id: one.score for one in access.of(Standing).all()}
    used(access, "borealis", "ida", today())
    assert actions.refresh(access.workspace, [cast["Borealis"]]) == 1
    again = {one.account_id: one.score for one in access.of(Standing).all()}
    assert again.pop(cast["Borealis"]) != everybody.pop(cast["Borealis"])
    assert again == everybody
    actions.refresh(access.workspace)
    one_by_one = standing(access, cast["Borealis"]).score
    actions.refresh(access.workspace, list(cast.values()))
    assert standing(access, cast["Borealis"]).score == one_by_one
    assert actions.refresh(access.workspace, []) == 0


def test_a_refresh_is_a_fact_that_names_the_accounts(access: Access, cast: dict[str, str]) -> None:
    actions.refresh(access.workspace, [cast["Acme"]])
    actions.refresh(access.workspace)
    told = [one.fact for one in outbox.read("test") if isinstance(one.fact, HealthChanged)]
    assert [one.account_ids for one in told] == [(cast["Acme"],), ()]


def test_a_neighbour_is_neither_read_nor_written(
    access: Access, neighbour: Access, cast: dict[str, str]
) -> None:
    otherco = customer(neighbour, "Otherco")
    used(neighbour, "otherco", "mo", today())
    actions.refresh(access.workspace, [otherco, cast["Acme"]])
    assert neighbour.of(Standing).count() == 0
    assert access.of(Standing).count() == 1


def test_history_is_filled_back_as_known_then(access: Access, cast: dict[str, str]) -> None:
    told: list[tuple[int, int]] = []
    assert (
        actions.backfill(access.workspace, ago(89), progress=lambda done, of: told.append((done, of))) == 90
    )
    assert told[-1] == (90, 90)
    acme = queries.history(access, cast["Acme"])
    assert [one.day for one in acme] == [ago(back) for back in range(89, -1, -1)]
    assert acme[-1].experience == 100
    assert acme[0].experience is None  # Ann had not been asked yet
    actions.refresh(access.workspace)
    assert acme[-1].score == standing(access, cast["Acme"]).score
    assert queries.history(access, cast["Cinder"]) == []  # nothing to say is no row
    dune = {one.day: one for one in queries.history(access, cast["Dune"])}
    assert dune[ago(11)].score is not None  # their contract ended before, and was past due for a month
    assert (dune[ago(10)].score, dune[ago(10)].basis) == (None, "former")


def test_the_latest_computed_score_of_a_day_counts(access: Access, cast: dict[str, str]) -> None:
    actions.refresh(access.workspace)
    first = queries.history(access, cast["Borealis"])
    used(access, "borealis", "ida", today())
    actions.refresh(access.workspace, [cast["Borealis"]])
    again = queries.history(access, cast["Borealis"])
    assert [one.day for one in again] == [today()] == [one.day for one in first]
    assert again[0].score == standing(access, cast["Borealis"]).score != first[0].score


def test_a_wrong_clock_does_not_make_us_score_half_a_century(access: Access) -> None:
    customer(access, "Acme")
    assert actions.backfill(access.workspace, date(1970, 1, 1)) == actions.MOST_HISTORY_DAYS + 1


def test_history_says_how_each_score_came_about(access: Access, cast: dict[str, str]) -> None:
    actions.refresh(access.workspace)
    names = lake.files(access.workspace.id, history.TABLE)
    with duckdb.connect() as connection:
        found = connection.execute(
            "SELECT parts->'$.seat_use'->>'$.points', parts->>'$.csat', profile_version "
            "FROM read_parquet($names) WHERE account_id = $account",
            {"names": names, "account": cast["Acme"]},
        ).fetchall()
    assert found == [("100.0", None, 1)]


def test_a_workspaces_own_profile_is_used_in_its_newest_version(access: Access, cast: dict[str, str]) -> None:
    body = {
        "outcomes": [
            {
                "title": "Use",
                "measures": [{"metric": "active_people", "weight": 1, "curve": [[0, 0], [4, 100]]}],
            }
        ],
        "experience": [],
    }
    for version in (1, 2):
        HealthProfile.objects.create(
            workspace=access.workspace, version=version, body=body | {"version": version}
        )
    actions.refresh(access.workspace, [cast["Acme"]])
    assert standing(access, cast["Acme"]).score == 50
    assert standing(access, cast["Acme"]).profile_version == 2
