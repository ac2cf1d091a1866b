"""Portfolio: figures, filters, explanations and files; a book's own for who is held to it."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenure.accounts.actions import AccountRow, upsert_accounts
from tenure.accounts.families import put_under
from tenure.accounts.models import Account
from tenure.kit import clock
from tenure.renewals.actions import set_target
from tenure.revenue.actions import TermRow, upsert_terms
from tenure.revenue.quarters import Quarter
from tenure.web.queries import periods
from tenure.web.queries.targets import PORTFOLIO
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Role
from tests import cast
from tests.web import reading
from tests.web.conftest import Visit

TODAY = clock.today("UTC")
LONG_AGO = periods.months_on(TODAY.replace(day=1), -20)


def text(page: bytes) -> str:
    """Its words, without the gaps before commas and stops."""
    return re.sub(r" ([,.])", r"\1", reading.text(page))


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def told(access: Access) -> None:
    """Acme grows, Borealis shrinks, Dune leaves, Cinder is new; Olga's and Dana's."""
    owners = {"acme": "dana@example.test", "borealis": "dana@example.test", "dune": "olga@example.test"}
    upsert_accounts(
        access.workspace,
        [AccountRow(name, name.title(), owner=owners.get(name, "olga@example.test")) for name in NAMES],
    )
    upsert_terms(
        access.workspace,
        [
            _term("a", "acme", 100, LONG_AGO),
            _term("a2", "acme", 50, ago(100), product="Audit"),
            _term("b", "borealis", 200, LONG_AGO, ago(50)),
            _term("b", "borealis", 150, ago(50)),
            _term("d", "dune", 300, LONG_AGO, ago(2), reason="price"),
            _term("c", "cinder", 80, ago(30)),
        ],
    )


NAMES = ("acme", "borealis", "cinder", "dune")


def _term(
    sub: str,
    account: str,
    monthly: int,
    start: date,
    end: date | None = None,
    product: str = "Team",
    reason: str = "",
) -> TermRow:
    return TermRow(sub, account, monthly * 100, "USD", "month", start, end, product=product, reason=reason)


@pytest.fixture
def client(visit: Visit, access: Access, olga: Access) -> Client:
    told(access)
    return visit(olga)


def test_the_worked_example_of_the_catalogue_stands_on_the_page(client: Client) -> None:
    page = text(client.get("/portfolio").content).replace("\xa0", " ")
    assert "ARR at the end $4.6k $7.2k at the start" in page
    assert "Gross retention, of ARR at the start 41.7 %" in page
    assert "Net retention, of ARR at the start 50.0 %" in page
    assert "Logo churn, of customers at the start 33.3 %" in page
    assert "$960 new, $600 expansion, −$600 contraction, −$3.6k churn." in page
    assert "at the start 58.3 % 33.3 %" in page, (
        "the loss over what was paid at the start is 1 less gross retention"
    )


def test_every_figure_of_a_quarter_can_carry_a_target_beside_it(client: Client, olga: Access) -> None:
    quarter = str(Quarter.of(TODAY))
    aims = {"grr": 0.925, "nrr": 1.1, "logo_churn": 0.02, "quick_ratio": 4, "end_mrr": 12_000_00}
    for figure, value in {**aims, "movements.new": 500_00}.items():
        set_target(olga, figure, quarter, value)
    set_target(olga, "grr", quarter, 0.8, owner="dana@example.test")
    page = text(client.get("/portfolio").content).replace("\xa0", " ")
    when = f"in {quarter[4:]} {quarter[:4]}"
    for said in ("92.5 %", "110 %", "2 %", "4", "$12k"):
        assert f"aim {said} {when}" in page, said
    assert f"aim 80 % {when}" in text(client.get("/portfolio?owner=dana@example.test").content).replace(
        "\xa0", " "
    )
    for figure in PORTFOLIO:
        why = text(client.get(f"/explain/portfolio/{figure}").content)
        assert (f"Aim {when}" in why) is (PORTFOLIO[figure] in {**aims, "movements.new": 0}), figure


def test_a_figure_explains_itself_down_to_its_customers(client: Client) -> None:
    page = text(client.get("/explain/portfolio/grr?period=12m").content).replace("\xa0", " ")
    assert "41.7 %" in page
    assert "Divided by: ARR at the start" in page
    assert "ARR at the start $7,200.00" in page
    assert "Dune churn: price $3,600.00 $0.00" in page
    assert "Borealis contraction" in page
    assert "Acme" not in page
    assert client.get("/explain/portfolio/nonsense").status_code == 404


def test_by_owner_and_by_product_and_by_days(client: Client) -> None:
    page = text(client.get("/portfolio?owner=dana@example.test").content)
    assert "$3.6k at the start" in page
    assert "Dune" not in page
    assert "ARR at the end $600 $0 at the start" in text(client.get("/portfolio?product=Audit").content)
    days = f"from={ago(60)}&to={ago(40)}"
    assert "−$600 contraction." in text(client.get(f"/portfolio?{days}").content)
    assert "Nobody pays" in text(client.get("/portfolio?owner=nobody").content)
    assert "A period goes from" in text(client.get(f"/portfolio?from={ago(1)}&to={ago(9)}").content)


def test_families_count_as_one_customer_where_that_is_asked(
    client: Client, access: Access, visit: Visit
) -> None:
    assert "Families as one customer" not in text(client.get("/portfolio").content)
    of = {one.external_id: one.pk for one in access.of(Account)}
    put_under(access, of["dune"], of["acme"])
    assert "Families as one customer" in text(client.get("/portfolio").content)
    page = client.get("/portfolio?rolled_up=1").content
    told = text(page).replace("\xa0", " ")
    assert "$960 new, −$3.6k contraction." in told
    assert "2 customers pay" not in told
    assert "A parent and all below it count as one customer" in told
    assert b"rolled_up=1" in re.findall(rb'href="(/explain/portfolio/grr[^"]*)"', page)[0]
    why = text(client.get("/explain/portfolio/contraction?rolled_up=1").content).replace("\xa0", " ")
    assert "Acme contraction" in why
    assert "$4,800.00 $1,800.00" in why
    assert "with the health of the parent" in why
    assert "Dune" not in why
    file = b"".join(client.get("/portfolio/export?table=movements&rolled_up=1").streaming_content).decode()
    assert "Acme" in file
    assert "Dune" not in file
    book = visit(cast.member(access, "Dana", Role.REPRESENTATIVE, sees_all=False))
    said = text(book.get("/explain/portfolio/moved?rolled_up=1").content)
    assert "Acme contraction" in said, "with a parent a book holds what is below it"
    assert "Cinder" not in said


def test_what_moved_since_a_day_by_account_and_reason(client: Client) -> None:
    page = text(client.get(f"/portfolio?since={ago(3)}").content)
    assert "churn price 1 −$3.6k Dune price" in page
    page = text(client.get(f"/portfolio?since={TODAY}").content)
    assert "Nobody pays more or less than then." in page


def test_cohorts_by_value_and_by_count_lead_to_their_customers(client: Client) -> None:
    quarter = periods.quarter_of(LONG_AGO, 1)
    page = client.get("/portfolio?cohorts=count&by=quarter").content
    assert "How many of the customers that first paid in a quarter" in text(page)
    assert periods.quarter_name(quarter, 1) in text(page)
    why = text(client.get(f"/explain/cohort?opens={quarter}&age=1&cohorts=count").content).replace(
        "\xa0", " "
    )
    assert "100.0 % " in why
    assert "Customers that began 3" in why
    months = client.get("/portfolio?by=month").content
    assert f"{LONG_AGO:%B %Y}" in text(months)
    for wrong in (
        "opens=x&age=1",
        f"opens={quarter}&age=99",
        f"opens={ago(1)}&age=0",
        f"opens={quarter}&age=-1",
    ):
        assert client.get(f"/explain/cohort?{wrong}").status_code == 404


def test_the_flow_leads_to_who_went_that_way(client: Client) -> None:
    last = f"last={TODAY}"
    page = text(client.get(f"/explain/flow?{last}&before=away&after=none").content)
    assert "not a customer yet to no score" in page
    for wrong in (
        f"{last}&before=x&after=good",
        "last=2020-01-01&before=good&after=poor",
        "last=&before=&after=",
    ):
        assert client.get(f"/explain/flow?{wrong}").status_code == 404


def test_its_tables_are_files_without_formulas(client: Client, access: Access) -> None:
    upsert_accounts(access.workspace, [AccountRow("dune", "=Dune", owner="olga@example.test")])
    answer = client.get("/portfolio/export?table=movements&as=csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    dune = next(row for row in rows if row["movement"] == "churn")
    assert (dune["account"], dune["reason"], dune["change"]) == ("'=Dune", "price", "-3600.00")
    for table in ("trend", "bridge", "since", "cohorts", "health", "flow"):
        file = client.get(f"/portfolio/export?table={table}&as=xlsx")
        assert b"".join(file.streaming_content)[:2] == b"PK", table
    assert client.get("/portfolio/export?table=nonsense").status_code == 404
    assert client.get("/portfolio/export?as=exe").status_code == 404


def test_who_may_not_export_sees_no_files(visit: Visit, access: Access, vic: Access) -> None:
    told(access)
    client = visit(vic)
    assert "/portfolio/export" not in client.get("/portfolio").content.decode()
    assert client.get("/portfolio/export?table=trend").status_code == 403


def test_who_is_held_to_a_book_sees_its_figures_and_is_told_so(visit: Visit, access: Access) -> None:
    told(access)
    dana = cast.member(access, "Dana", Role.REPRESENTATIVE, sees_all=False)
    client = visit(dana)
    page = text(client.get("/portfolio").content)
    assert "Your book only: what your own customers pay." in page
    assert "$3.6k at the start" in page
    assert "Dune" not in page
    assert "olga" not in page
    assert "Nobody pays" in text(client.get("/portfolio?owner=olga@example.test").content)
    assert "Dune" not in text(client.get("/explain/portfolio/arr").content)
    file = b"".join(client.get("/portfolio/export?table=movements").streaming_content).decode()
    assert "Acme" in file
    assert "Dune" not in file


def test_a_team_is_all_of_its_books(visit: Visit, access: Access, olga: Access) -> None:
    told(access)
    cast.member(access, "Dana", Role.MANAGER, team=["olga@example.test"])
    client = visit(olga)
    page = client.get("/portfolio?owner=team:dana@example.test")
    assert "Team of Dana" in text(page.content)
    assert "$7.2k at the start" in text(page.content)


def test_an_empty_workspace_is_told_what_to_do(visit: Visit, olga: Access) -> None:
    page = text(visit(olga).get("/portfolio").content)
    assert "No contracts are known" in page
    assert "Bring subscriptions in" in page


def test_more_customers_take_no_more_queries(client: Client, access: Access) -> None:
    def queries() -> int:
        client.get("/portfolio")
        with CaptureQueriesContext(connection) as captured:
            client.get("/portfolio")
        return len(captured)

    few = queries()
    more = [f"more-{number}" for number in range(30)]
    upsert_terms(access.workspace, [_term(f"s-{name}", name, 10, ago(90)) for name in more])
    assert queries() <= few


def test_names_are_no_markup(client: Client, access: Access) -> None:
    upsert_terms(access.workspace, [_term("x", "x", 999, ago(1), product="<script>alert(1)</script>")])
    upsert_accounts(access.workspace, [AccountRow("x", "<b>X</b>", owner="<i>o</i>")])
    page = client.get("/portfolio?since=" + str(ago(5))).content.decode()
    assert "<b>X" not in page
    assert "<script>alert" not in page
    assert "<b>X</b>" in unescape(page)
