"""Metrics of one's own in health profiles: they score like the shipped ones; no score loses its grounds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tenure.health import actions as health
from tenure.health import editing, files, queries
from tenure.health import profile as profiles
from tenure.health.models import Standing
from tenure.health.preview import preview
from tenure.health.profile import Profile, ProfileError
from tenure.health.versions import versions_of
from tenure.kit import clock
from tenure.metrics import actions
from tenure.metrics.catalogue import metrics_of, own_of
from tenure.metrics.explain import explain
from tenure.metrics.own import OwnMetric, OwnMetricError
from tenure.metrics.users import uses_of
from tenure.segments.fields import fields_of
from tenure.segments.rules import Rule
from tenure.segments.standpoint import Standpoint
from tenure.workspaces.access import Access
from tests.metrics.telling import ago, customer, pays, today, used

EXPORTS = OwnMetric("exports", "Exports", "count", event="Exported", days=7)


@pytest.fixture
def acme(access: Access) -> str:
    """Acme exported four times this week; its metric is saved."""
    found = customer(access, "Acme")
    pays(access, "acme", 100_00, ago(300))
    used(access, "acme", "ann", today(), ago(1), ago(2), ago(3), event="Exported")
    actions.save_metrics(access, [EXPORTS])
    return found


def by_exports(access: Access, best: float = 8, **more: Any) -> Profile:
    """A profile of exports alone: a hundred points at `best`."""
    rated = {"metric": "exports", "weight": 1, "curve": [[0, 0], [best, 100]]}
    body = {"outcomes": [{"title": "Use", "measures": [rated]}], **more}
    return profiles.read(body, metrics_of(access.workspace))


def test_a_profile_scores_by_it_and_explains_itself(access: Access, acme: str) -> None:
    editing.save(access, by_exports(access))
    health.refresh(access.workspace)
    assert Standing.objects.get(account=acme).score == pytest.approx(50)
    [line] = queries.explain(access, acme, today(), ago(1)).lines
    assert (line.title, line.says, line.says_before) == ("Exports", "4", "3")
    assert line.change == pytest.approx(12.5)
    told = preview(access, by_exports(access, best=4))
    assert [(one.name, one.band_before, one.band) for one in told.moved] == [("Acme", "fair", "good")]


def test_it_says_whose_a_profile_is(access: Access, acme: str) -> None:
    customer(access, "Borealis")
    health.refresh(access.workspace)
    editing.save(access, by_exports(access, name="exporters", accounts=["exports.at_least.1"], place=1))
    health.refresh(access.workspace)
    found = dict(Standing.objects.values_list("account__name", "profile"))
    assert found == {"Acme": "exporters", "Borealis": "default"}
    with pytest.raises(OwnMetricError, match="health profile Exporters"):
        actions.remove_metric(access, "exports")


def test_a_rule_reads_it_with_the_fields_of_its_workspace(access: Access, neighbour: Access) -> None:
    actions.save_metrics(access, [EXPORTS])
    mine = Rule.of(["exports.at_least.3", "weakest.is.exports"], fields_of(metrics_of(access.workspace)))
    said = mine.says(Standpoint(today()))
    assert said == "Customers with exports at least 3 and held back most by Exports"
    [problem] = Rule.of(["exports.at_least.3"], fields_of(metrics_of(neighbour.workspace))).problems
    assert "no field “exports”" in problem.says


def test_a_file_of_a_profile_names_it_and_neighbours_have_none(
    access: Access, neighbour: Access, acme: str, tmp_path: Path
) -> None:
    path = tmp_path / "default.yaml"
    path.write_text(files.write(by_exports(access)))
    assert files.read_file(path, metrics_of(access.workspace)).metrics[0].title == "Exports"
    with pytest.raises(ProfileError, match="there is no metric 'exports'"):
        files.read_file(path, metrics_of(neighbour.workspace))


def test_what_scores_rest_on_is_neither_taken_out_nor_computed_otherwise(access: Access, acme: str) -> None:
    editing.save(access, by_exports(access))
    with pytest.raises(OwnMetricError, match="Exports is used by health profile Default"):
        actions.remove_metric(access, "exports")
    other = OwnMetric("exports", "Exports", "count", event="Exported", days=28)
    says = "Scores were given by it (health profile Default), and they stay as they were"
    with pytest.raises(OwnMetricError, match=re.escape(says)):
        actions.save_metrics(access, [other])
    assert own_of(access.workspace) == {"exports": EXPORTS}
    better = OwnMetric("exports", "Exports a week", "count", event="Exported", days=7, better="up")
    assert actions.save_metrics(access, [better]) == 1  # words are free


def test_what_a_used_one_rests_on_is_held_too(access: Access, acme: str) -> None:
    per_head = OwnMetric("per_head", "Exports a head", "ratio", first="exports", second="active_people")
    actions.save_metrics(access, [per_head])
    rated = {"metric": "per_head", "weight": 1, "curve": [[0, 0], [8, 100]]}
    body = {"outcomes": [{"title": "Use", "measures": [rated]}]}
    editing.save(access, profiles.read(body, metrics_of(access.workspace)))
    says = re.escape("health profile Default (through Exports a head)")
    with pytest.raises(OwnMetricError, match=says):
        actions.save_metrics(access, [OwnMetric("exports", "Exports", "count", event="Printed", days=7)])
    with pytest.raises(OwnMetricError, match="your metric Exports a head and health profile Default"):
        actions.remove_metric(access, "exports")


def test_a_former_version_keeps_it_when_it_is_taken_out(access: Access, acme: str) -> None:
    editing.save(access, by_exports(access))
    editing.save(access, profiles.default())
    holds = {use.who for use in uses_of(access.workspace)["exports"]}
    assert holds == {"health profile Default, version 2"}
    with pytest.raises(OwnMetricError, match="version 2"):
        actions.save_metrics(access, [OwnMetric("exports", "Exports", "count", event="Printed")])
    actions.remove_metric(access, "exports")
    health.refresh(access.workspace)
    former = versions_of(access.workspace).by_name["default"][0].profile
    assert [metric.title for metric in former.metrics] == ["Exports"]
    assert explain(access, "exports", acme).value == 4  # the link of an explanation of then
    with pytest.raises(OwnMetricError, match="Scores were given by it"):  # not under its name again
        actions.save_metrics(access, [OwnMetric("exports", "Exports", "count", event="Printed")])
    assert versions_of(access.workspace).on("default", clock.today("UTC")).name == "default"
