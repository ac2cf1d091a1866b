"""Metrics of one's own: said in words or files, safe against hostile names, computed by the same engine."""

from __future__ import annotations

import json
from datetime import timedelta

import duckdb
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tenure.accounts.actions import AccountRow, upsert_accounts
from tenure.events import lake
from tenure.events.actions import load_events
from tenure.health import actions as health
from tenure.kit.ids import new_id
from tenure.metrics import actions, engine, files, own
from tenure.metrics.catalog import METRICS
from tenure.metrics.catalogue import metrics_of, own_of
from tenure.metrics.explain import explain
from tenure.metrics.models import MetricValue, OwnMetricVersion
from tenure.metrics.own import Filter, OwnMetric, OwnMetricError
from tenure.metrics.queries import values
from tenure.metrics.views import json_path
from tenure.workspaces.access import Access
from tests.metrics.records import ACCOUNTS, AS_OF, Records, Use
from tests.metrics.telling import ago, noon, today

EXPORTS = OwnMetric("exports", "Exports", "count", event="Exported", days=7)
PDF = Filter("format", "is", "pdf")


def did(access: Access, account: str, *said: tuple[int, str, str, dict[str, object]]) -> None:
    """Events with properties: (days ago, person, event, properties)."""
    stream = f"own-{account}"
    table = pa.table(
        {
            "message_id": [new_id() for _ in said],
            "event": [event for _, _, event, _ in said],
            "occurred_at": pa.array([noon(ago(days)) for days, *_ in said], pa.timestamp("us", "UTC")),
            "account_ref": [account for _ in said],
            "person_ref": [person for _, person, _, _ in said],
            "properties": [json.dumps(properties) for *_, properties in said],
        }
    )
    position = lake.position(access.workspace.id, lake.EVENTS, stream) + 1
    load_events(access.workspace, table, stream=stream, position=position, source="test")


@pytest.fixture
def acme(access: Access) -> str:
    """Acme exported a few things of different sizes, most of them to PDF."""
    rows = [AccountRow("acme", name="Acme", attributes={"employees": 120, "plan": "Pro"})]
    ids = upsert_accounts(access.workspace, rows).ids
    did(
        access,
        "acme",
        (0, "ann", "Exported", {"format": "pdf", "rows": 10, 'it\'s "odd"': "x"}),
        (1, "ann", "Exported", {"format": "csv", "rows": 30}),
        (1, "bo", "Exported", {"format": "pdf", "rows": "many"}),
        (20, "bo", "Exported", {"format": "pdf", "rows": 500}),
        (0, "cy", "Opened", {}),
    )
    return ids["acme"]


def exported(kind: own.Kind, *filters: Filter, **said: object) -> OwnMetric:
    return OwnMetric("mm", "M", kind, event="Exported", filters=filters, **said)  # type: ignore[arg-type]


def test_each_kind_gives_what_it_says(access: Access, acme: str) -> None:
    cases = [
        (EXPORTS, 3),
        (exported("count", PDF), 3),
        (exported("count", Filter("format", "is_not", "pdf")), 1),
        (exported("count", Filter("rows", "at_least", "30")), 2),
        (exported("count", Filter("rows", "is", "10.0")), 1),
        (exported("count", Filter("format", "contains", "d")), 3),
        (exported("count", Filter('it\'s "odd"', "is_known")), 1),
        (exported("distinct", days=7), 2),
        (exported("distinct", property="format"), 2),
        (exported("sum", property="rows", days=7), 40),
        (exported("sum", property="pages"), None),
        (exported("last", property="rows"), 10),
        (exported("share", PDF), 0.75),
        (OwnMetric("mm", "M", "ratio", first="exports", second="active_people"), 1),
        (OwnMetric("mm", "M", "difference", first="exports", second="active_people"), 0),
        (OwnMetric("mm", "M", "attribute", attribute="employees"), 120),
        (OwnMetric("mm", "M", "attribute", attribute="plan"), None),
        (OwnMetric("mm", "M", "count", event="'; drop table account; --"), 0),
    ]
    said = {
        f"m{number}": OwnMetric(
            **{**{key: getattr(one, key) for key in one.__struct_fields__}, "name": f"m{number}"}
        )
        for number, (one, _) in enumerate(cases)
    }
    metrics = own.compiled(said | {"exports": EXPORTS})
    [found] = values(access, list(metrics.values()), today(), [acme])
    assert [found.values[name] for name in said] == [value for _, value in cases]


def test_saved_ones_are_refreshed_explained_and_as_of_any_day(access: Access, acme: str) -> None:
    assert actions.save_metrics(access, [EXPORTS]) == 1
    assert actions.save_metrics(access, [EXPORTS]) == 0
    health.refresh(access.workspace)
    assert MetricValue.objects.get(metric="exports").value == 3
    told = explain(access, "exports", acme)
    assert (told.says, told.metric.means) == ("3", "How often “Exported” in 7 days.")
    assert len(told.rows[0].rows) == 3
    assert explain(access, "exports", acme, ago(1)).value == 2


def test_versions_stay_and_what_others_rest_on_stays_too(access: Access, neighbour: Access) -> None:
    per_head = OwnMetric("per_head", "Exports a head", "ratio", first="exports", second="active_people")
    actions.save_metrics(access, [per_head, EXPORTS])
    with pytest.raises(OwnMetricError, match="Exports is used by your metric Exports a head"):
        actions.remove_metric(access, "exports")
    actions.remove_metric(access, "per_head")
    assert list(own_of(access.workspace)) == ["exports"]
    assert OwnMetricVersion.objects.filter(name="per_head").count() == 2
    assert "exports" not in metrics_of(neighbour.workspace)
    assert len(metrics_of(access.workspace)) == len(METRICS) + 1


@pytest.mark.parametrize(
    ("said", "says"),
    [
        (OwnMetric("nps", "NPS", "count", event="x"), "shipped metric called nps"),
        (OwnMetric("score", "S", "count", event="x"), "Something else is called score"),
        (OwnMetric("No name", "N", "count", event="x"), "small letters"),
        (OwnMetric("mm", "", "count", event="x"), "Give it a title"),
        (OwnMetric("mm", "M", "count"), "Say which event"),
        (exported("count", days=0), "1 to 366 days"),
        (exported("sum"), "of which property"),
        (exported("share"), "needs a condition"),
        (exported("count", Filter("a", "at_least", "b")), "“b” is not a number"),
        (OwnMetric("mm", "M", "ratio", first="mrr"), "Name two metrics"),
        (OwnMetric("mm", "M", "ratio", first="mrr", second="karma"), "mm: there is no metric karma"),
        (OwnMetric("mm", "M", "ratio", first="mrr", second="mm"), "mm → mm: a metric cannot rest on itself"),
        (OwnMetric("mm", "M", "attribute"), "which attribute"),
    ],
    ids=str,
)
def test_what_cannot_be_computed_is_told_why_and_nothing_is_saved(
    access: Access, said: OwnMetric, says: str
) -> None:
    with pytest.raises(OwnMetricError, match=says):
        actions.save_metrics(access, [EXPORTS, said])
    assert own_of(access.workspace) == {}


def test_on_screen_and_in_files_it_is_the_same(access: Access) -> None:
    share = OwnMetric("pdfs", "PDFs", "share", event="Exported", filters=(PDF,), days=90)
    actions.save_metrics(access, [EXPORTS, share])
    text = files.write(access.workspace)
    assert files.read(text) == [EXPORTS, share]
    assert actions.save_metrics(access, files.read(text)) == 0


@pytest.mark.parametrize(
    "text", ["- name: [", "- 7", "- {name: mm, title: M, kind: karma}", "- {name: mm, color: red}"]
)
def test_a_file_that_is_none_is_told_why(text: str) -> None:
    with pytest.raises(OwnMetricError):
        files.read(text)


names = st.text(min_size=1, max_size=12)
uses = st.lists(
    st.builds(
        Use,
        st.sampled_from(ACCOUNTS),
        st.sampled_from(["ann", "bo"]),
        st.integers(-40, 20).map(lambda days: AS_OF + timedelta(days=days)),
        st.sampled_from(["Exported", "Opened"]),
        st.just(1),
    ),
    max_size=12,
    unique_by=lambda one: (one.account, one.person, one.day, one.event),
)


@settings(max_examples=10)
@given(uses, names, names)
@example([Use(ACCOUNTS[0], "ann", AS_OF, "Opened", 1)], "\\", '"\\')
def test_whatever_it_is_called_only_what_happened_in_the_window_counts(
    told: list[Use], event: str, named: str
) -> None:
    said = [
        OwnMetric("exports", "E", "count", event="Exported"),
        OwnMetric("odd", "O", "count", event=event, filters=(Filter(named, "is", named),)),
    ]
    metrics = own.compiled({one.name: one for one in said}).values()
    rows = engine.evaluate(Records(use=tuple(told)).tables(), list(metrics), [AS_OF]).to_pylist()
    for row in rows:
        theirs = [one for one in told if one.account == row["account_id"] and one.day <= AS_OF]
        recent = [one for one in theirs if one.event == "Exported" and (AS_OF - one.day).days < 28]
        assert row["exports"] == (len(recent) if theirs else None)
        assert row["odd"] == (0 if theirs else None)


@given(names | st.text(alphabet="*\\\"'$./~[0]", min_size=1))
def test_a_property_is_found_by_whatever_name_it_has(named: str) -> None:
    body = json.dumps({"other": "0", named: "found", f"{named}*": "1"}, ensure_ascii=False)
    [(said,)] = duckdb.execute("SELECT json_extract_string(?, ?)", [body, json_path(named)]).fetchall()
    assert said == "found"
