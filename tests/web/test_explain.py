"""Every figure explains itself: as a page, and as what the drawer shows."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from tenure.accounts.models import Account
from tenure.health import queries as health
from tenure.metrics.catalog import METRICS
from tenure.metrics.explain import explain
from tenure.revenue.actions import TermRow, upsert_terms
from tenure.revenue.dealing import RateRow, upsert_rate_columns
from tenure.workspaces.access import Access
from tests.columns import in_columns
from tests.warnings.scene import ago, today
from tests.web import story
from tests.web.reading import text

Visit = Callable[[Access], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(visit: Visit, dana: Access) -> Client:
    return visit(dana)


@pytest.mark.timeout(600)  # every metric is compiled, each by itself
def test_every_metric_of_borealis_and_of_somebody_unknown(client: Client, access: Access) -> None:
    row = story.borealis(access)
    nobody = Account.objects.create(workspace=access.workspace, external_id="new", name="New")
    for metric in METRICS:
        found = explain(access, metric.name, row.pk)
        page = text(client.get(f"/explain/metric/{metric.name}?account={row.pk}").content)
        assert metric.means in page
        assert found.says in page
        assert found.coverage in page
        assert all(one.over in page and one.says in page for one in found.inputs)
        page = text(client.get(f"/explain/metric/{metric.name}?account={nobody.pk}").content)
        assert f"No data. It takes: {metric.missing}" in page


def test_seat_use_shows_its_rows_and_how_it_moved(client: Client, access: Access) -> None:
    row = story.borealis(access)
    page = client.get(f"/explain/metric/seat_use?account={row.pk}", headers=HTMX).content
    assert b"<title>" not in page
    assert b"<h2 data-title>Seat use</h2>" in page
    assert "Use, by day" in text(page)
    assert "Tor Berg Audit exported 3" in text(page)
    assert "Team $1,200.00 USD month $14,400.00 12" in text(page)
    assert '"points": [' in page.decode()
    then = text(client.get(f"/explain/metric/seat_use?account={row.pk}&as_of={ago(60)}").content)
    assert "Ann Ames Report viewed 3" in then


def test_a_foreign_contract_shows_what_was_agreed_and_what_counts(client: Client, access: Access) -> None:
    upsert_rate_columns(access.workspace, in_columns([RateRow(ago(90), "EUR", Decimal("1.5"))]))
    upsert_terms(access.workspace, [TermRow("S-1", "eve", 100_00, "EUR", "month", ago(60))])
    row = Account.objects.get(external_id="eve")
    shown = text(client.get(f"/explain/metric/arr?account={row.pk}", headers=HTMX).content)
    assert "€100.00 EUR month $1,800.00" in shown


def test_the_score_sums_up(client: Client, access: Access) -> None:
    row = story.borealis(access)
    found = health.explain(access, row.pk)
    page = text(client.get(f"/explain/score/{row.pk}", headers=HTMX).content)
    assert found.score.score is not None
    assert f"Success, the sum {found.score.score:.1f}" in page
    assert "60\u00a0% of it is outcomes" in page.replace("60 %", "60\u00a0%")
    assert all(line.title in page and line.says in page for line in found.lines)
    earlier = client.get(f"/explain/score/{row.pk}?as_of={ago(30)}")
    assert earlier.status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "/explain/metric/shoes?account={id}",
        "/explain/metric/seat_use",
        "/explain/metric/seat_use?account={id}&as_of=soon",
        "/explain/metric/seat_use?account={id}&as_of=0001-01-01",
        "/explain/score/{id}?as_of=9999-12-31",
        "/explain/score/nobody",
    ],
)
def test_what_cannot_be_explained_does_not_exist(client: Client, access: Access, query: str) -> None:
    row = Account.objects.create(workspace=access.workspace, external_id="a", name="A")
    assert client.get(query.format(id=row.pk)).status_code == 404


def test_a_day_to_come_is_explained_as_known_today(client: Client, access: Access) -> None:
    row = Account.objects.create(workspace=access.workspace, external_id="a", name="A")
    answer = client.get(f"/explain/score/{row.pk}?as_of={today().replace(year=today().year + 1, day=1)}")
    assert answer.status_code == 200


def test_strangers_are_sent_to_sign_in(access: Access) -> None:
    for path in ("/explain/score/x", "/explain/metric/seat_use?account=x"):
        assert Client().get(path)["Location"].startswith("/sign-in")
