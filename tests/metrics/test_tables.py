"""What the tables say of a real workspace: its zone, its currency, versions, nobody else's rows."""

from __future__ import annotations

from datetime import UTC, date, datetime

from tenure.feedback.actions import ResponseRow, upsert_responses
from tenure.kit import changes
from tenure.metrics import queries
from tenure.metrics.catalog import METRICS
from tenure.metrics.tables import COLUMNS, open_tables
from tenure.revenue.models import Term
from tenure.workspaces.access import Access
from tests.metrics.telling import ago, answered, customer, pays, today, used


def value(access: Access, metric: str, account: str, as_of: date | None = None) -> float | None:
    found = queries.values(access, [METRICS[metric]], as_of or today(), [account])
    return found[0].values[metric]


def test_views_have_the_columns_that_metrics_are_written_against(access: Access) -> None:
    names = {
        "BIGINT": "int64",
        "VARCHAR": "string",
        "DATE": "date",
        "DOUBLE": "float64",
        "BOOLEAN": "boolean",
        "TIMESTAMP WITH TIME ZONE": "timestamp('UTC')",
    }
    with open_tables(access.workspace) as tables:
        for view, columns in COLUMNS.items():
            rows = tables.connection.execute(f"DESCRIBE {view}").fetchall()
            assert {row[0]: names[row[1]] for row in rows}.items() >= columns.items()


def test_what_acme_does_pays_and_says_becomes_figures(access: Access) -> None:
    acme = customer(access, "Acme")
    used(access, "acme", "ann", today(), ago(3), ago(40))
    used(access, "acme", "bo", ago(27))
    pays(access, "acme", 100_00, ago(100), seats=4)
    answered(access, "acme", "ann", 9, ago(2))
    assert value(access, "active_people", acme) == 2
    assert value(access, "seat_use", acme) == 0.5
    assert value(access, "activity_trend", acme) == 3
    assert value(access, "mrr", acme) == 100_00
    assert value(access, "nps", acme) == 100
    assert value(access, "breadth", acme) is None  # nobody has named the key features


def test_key_features_are_the_workspaces(access: Access) -> None:
    acme = customer(access, "Acme")
    access.workspace.key_features = ["It's exported", "Invited"]
    access.workspace.save()
    used(access, "acme", "ann", today(), event="It's exported")
    used(access, "acme", "ann", today(), event="Opened")
    assert value(access, "breadth", acme) == 0.5


def test_a_neighbours_records_count_for_nobody_here(access: Access, neighbour: Access) -> None:
    acme, otherco = customer(access, "Acme"), customer(neighbour, "Acme")
    used(neighbour, "acme", "ann", today())
    pays(neighbour, "acme", 100_00, ago(10))
    assert value(neighbour, "active_people", otherco) == 1
    assert value(access, "active_people", acme) is None
    assert value(access, "mrr", acme) is None
    assert queries.values(access, [METRICS["mrr"]], today(), [otherco]) == []


def test_a_late_answer_falls_on_the_workspaces_day(access: Access) -> None:
    acme = customer(access, "Acme")
    access.workspace.zone = "Europe/Berlin"
    access.workspace.save()
    late = datetime(2026, 3, 7, 23, 30, tzinfo=UTC)
    upsert_responses(access.workspace, [ResponseRow("nps", "acme", late, "ann", 9)])
    assert value(access, "nps", acme, date(2026, 3, 7)) is None
    assert value(access, "nps", acme, date(2026, 3, 8)) == 100


def test_a_correction_counts_from_the_day_it_was_known(access: Access) -> None:
    acme = customer(access, "Acme")
    pays(access, "acme", 100_00, ago(50))
    assert value(access, "mrr", acme) == 100_00
    pays(access, "acme", 80_00, ago(50))  # the same contract, put right today
    assert value(access, "mrr", acme) == 80_00
    assert value(access, "mrr", acme, ago(1)) == 100_00


def test_amounts_in_another_currency_are_no_data_and_never_added_up(access: Access) -> None:
    acme = customer(access, "Acme")
    pays(access, "acme", 100_00, ago(50))
    pays(access, "acme", 100_00, ago(50), subscription_id="second", currency="EUR")
    assert value(access, "mrr", acme) is None
    assert value(access, "live_terms", acme) == 2


def test_copies_are_made_anew_only_when_a_table_moved(access: Access) -> None:
    acme = customer(access, "Acme")
    pays(access, "acme", 100_00, ago(50))
    assert value(access, "mrr", acme) == 100_00
    Term.objects.update(amount_minor=1)  # behind the actions' back: nobody counted the write
    assert value(access, "mrr", acme) == 100_00
    changes.touch(access.workspace.id, "term")
    assert value(access, "mrr", acme) == 1


def test_an_empty_workspace_has_no_figures_and_no_error(access: Access) -> None:
    assert queries.values(access, list(METRICS), today()) == []
