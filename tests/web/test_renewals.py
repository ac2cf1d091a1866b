"""Renewals: figures, the board, calls, reasons, targets and files; a book's own for who is held to it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenure.accounts.actions import AccountRow, upsert_accounts
from tenure.accounts.models import Account
from tenure.kit import words
from tenure.renewals import calls, queries
from tenure.renewals.figures import Renewals
from tenure.renewals.models import Forecast
from tenure.revenue.actions import TermRow, upsert_terms
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Role
from tests import cast
from tests.renewals.scene import NOW, TODAY, tell, term
from tests.web import reading
from tests.web.conftest import Visit


def text(page: bytes) -> str:
    """Its words, without the gaps before commas and stops."""
    return re.sub(r" ([,.])", r"\1", reading.text(page)).replace("\xa0", " ")


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def told(access: Access) -> dict[str, Account]:
    """The contracts of the scene; Borealis, Dune and Elm are Dana's."""
    found = tell(access)
    for name in ("borealis", "dune", "elm"):
        upsert_accounts(access.workspace, [AccountRow(name, name.title(), owner="dana@example.test")])
    return found


@pytest.fixture
def client(visit: Visit, olga: Access, told: dict[str, Account]) -> Client:
    return visit(olga)


def figures(access: Access) -> Renewals:
    return queries.renewals(access)


def test_the_page_says_what_the_figures_say(client: Client, access: Access) -> None:
    page, found = text(client.get("/renewals").content), figures(access)
    assert f"{found.all_due.count} terms end in it" in page
    assert "Churn cost to date $5k 1 customer" in page
    assert f"Forecast to quarter end {words.money(found.expected, 'USD')}" in page
    assert f"On time, of renewed {found.on_time_rate:.0%}".replace("%", " %") in page
    assert "aim 90 %" in page
    assert "owners called none" in page


def test_each_term_stands_in_its_column(client: Client, access: Access) -> None:
    page = client.get("/renewals").content.decode()
    columns = page.split('<section class="col"')[1:]
    standing = {}
    for column in columns:
        title = re.search(r'aria-label="([^"]+)"', column)
        assert title
        standing[title[1]] = re.findall(r'data-open href="[^"]+">(\w+)<', column.split("</section>")[0])
    assert standing["Renewed"] == ["acme", "Elm"]
    assert standing["Past due"] == ["cinder"]
    assert standing["Churned"] == ["Dune"]
    assert standing["At risk"] + standing["No risk"] == ["Borealis"]


def test_by_month_and_as_a_table(client: Client) -> None:
    page = text(client.get("/renewals?view=month").content)
    assert "October 2026" in page
    assert "December 2026" in page
    page = text(client.get("/renewals?view=table").content)
    assert "Every term that is due" in page
    assert "Borealis" in page


def test_another_quarter_and_one_that_there_is_not(client: Client) -> None:
    assert "Renewals, Q1 2027" in text(client.get("/renewals?quarter=2027Q1").content)
    assert "Nothing is due" in text(client.get("/renewals?quarter=2027Q1").content)
    page = text(client.get("/renewals?quarter=nonsense").content)
    assert "is not a quarter" in page
    assert "Renewals, Q4 2026" in page
    assert client.get("/renewals?quarter=0001Q1").status_code == 200
    assert client.get("/renewals?quarter=9999Q4").status_code == 200


def test_a_call_moves_the_card_and_says_why(client: Client, access: Access, told: dict[str, Account]) -> None:
    path = f"/renewals/{told['borealis'].pk}/call"
    sent = {"call": "churn", "reason": "the sponsor left", "subscription": "S-borealis"}
    assert client.post(path, sent)["Location"] == "/renewals?#board"
    page = text(client.get("/renewals").content)
    assert "Borealis: will leave." in page
    assert "At risk 1 · $6k Borealis $6k called will leave by olga@example.test: the sponsor left" in page
    assert "owners say $11k" in page
    [said] = calls.history(access, told["borealis"].pk)
    assert (said.call, said.who) == ("churn", "olga@example.test")
    why = text(client.get(f"/explain/renewal/{told['borealis'].pk}").content)
    assert "will leave the sponsor left" in why


@pytest.mark.parametrize("sent", [{"call": "churn"}, {"call": "maybe", "reason": "x"}, {"reason": " "}])
def test_a_call_without_a_reason_keeps_nothing(
    client: Client, access: Access, told: dict[str, Account], sent: dict[str, str]
) -> None:
    client.post(f"/renewals/{told['borealis'].pk}/call", sent)
    assert "Nothing was kept" in text(client.get("/renewals").content)
    assert calls.history(access, told["borealis"].pk) == []


def test_each_loss_is_asked_for_its_reason_once(client: Client, told: dict[str, Account]) -> None:
    page = client.get("/renewals").content.decode()
    assert "Why elm went".lower() in page.lower()
    assert "Why Dune went" not in page, "its contract says why"
    [day] = re.findall(r'name="lost_on" value="([^"]+)"', page)
    path = f"/renewals/{told['elm'].pk}/reason"
    client.post(path, {"lost_on": day, "code": "other"})
    assert "Nothing was kept: note: say why" in text(client.get("/renewals").content)
    client.post(path, {"lost_on": "soon", "code": "price"})
    assert "Nothing was kept" in text(client.get("/renewals").content)
    client.post(path, {"lost_on": day, "code": "price", "note": "<b>dear</b>", "from": "account"})
    page = client.get("/renewals").content.decode()
    assert "Why did they go?" not in page
    money = client.get(f"/customers/{told['elm'].pk}/money").content
    assert "price: <b>dear</b>" in text(money).replace(" : ", ": ").replace("price :", "price:")
    assert b"<b>dear</b>" not in money
    assert "contraction price" in text(client.get("/portfolio?since=2026-10-20").content)


def test_a_figure_explains_itself_down_to_its_rows(client: Client, access: Access) -> None:
    page = text(client.get("/explain/renewals/churn_cost").content)
    assert "$5,000.00" in page
    assert "because of price 1, worth $5,000.00 a year" in page
    assert "Dune churn on 2026-10-15: price $5,000.00" in page
    page = text(client.get("/explain/renewals/bridge").content)
    assert "ARR due in the quarter" in page
    assert "No data: no owner has called an account at stake." in text(
        client.get("/explain/renewals/called").content
    )
    for (
        name
    ) in "due rate_count rate_gross rate_net unit_churn partial contraction recovered forecast".split():
        assert client.get(f"/explain/renewals/{name}").status_code == 200, name
    for name in "worst on_time good_health added renewed churned past_due at_risk no_risk".split():
        assert client.get(f"/explain/renewals/{name}").status_code == 200, name
    assert client.get("/explain/renewals/nonsense").status_code == 404


def test_what_last_years_quarters_cost_leads_to_who_left(
    client: Client, access: Access, visit: Visit
) -> None:
    lost = [term("gull", 7_000, "2024-11-01", "2025-11-20"), term("heron", 2_000, "2024-11-01", "2025-12-10")]
    upsert_terms(access.workspace, lost)
    upsert_accounts(access.workspace, [AccountRow("heron", "Heron", owner="dana@example.test")])
    assert "last year $7k" in text(client.get("/renewals").content)
    page = text(client.get("/explain/renewals/same_quarter").content)
    assert "$9,000.00" in page
    assert "gull churn on 2025-11-20: not said $7,000.00" in page
    assert "Heron" not in text(client.get("/explain/renewals/same_quarter_to_date").content)
    assert "Heron" in text(client.get("/explain/renewals/last_year_4").content)
    assert "Nobody." in text(client.get("/explain/renewals/last_year_1").content)
    assert "Fir" in text(client.get("/explain/renewals/rolling").content).title()
    for name in ("next_90_days", "opening_arr", "arr_now"):
        assert client.get(f"/explain/renewals/{name}").status_code == 200, name
    book = visit(cast.member(access, "Dana", Role.REPRESENTATIVE, sees_all=False))
    page = text(book.get("/explain/renewals/last_year_4").content)
    assert "Heron" in page
    assert "gull" not in page


def test_a_book_of_nobody_is_a_page_without_customers(client: Client, access: Access, visit: Visit) -> None:
    book = visit(cast.member(access, "Dana", Role.REPRESENTATIVE, sees_all=False))
    for who, asked in ((client, "team:nobody@example.test"), (book, "somebody@else.test")):
        for page in ("/renewals", "/portfolio", "/portfolio/equity"):
            assert who.get(f"{page}?owner={asked}").status_code == 200, page


def test_leaders_set_targets_that_stand_beside_the_figures(
    client: Client, visit: Visit, dana: Access
) -> None:
    assert "90 % unless set" in text(client.get("/renewals/targets").content)
    sent = {"figure": "churn_cost_qtd", "value": "4,000", "owner": ""}
    client.post("/renewals/targets", sent)
    assert "Churn cost of the quarter everybody $4k" in text(client.get("/renewals/targets").content)
    assert "aim $4k" in text(client.get("/renewals").content)
    client.post(
        "/renewals/targets", {"figure": "on_time_rate", "value": "95 %", "owner": "dana@example.test"}
    )
    assert "aim 95 %" in text(client.get("/renewals?owner=dana@example.test").content)
    assert "aim 95 %" not in text(client.get("/renewals").content)
    client.post("/renewals/targets", {**sent, "value": ""})
    assert "aim $4k" not in text(client.get("/renewals").content)
    for wrong in ({"value": "much"}, {"value": "-1"}, {"figure": "nonsense"}):
        client.post("/renewals/targets", {**sent, **wrong})
        assert "Nothing was kept" in text(client.get("/renewals/targets").content), wrong
    manager = visit(dana)
    assert manager.post("/renewals/targets", sent).status_code == 403
    assert "Set one" not in text(manager.get("/renewals/targets").content)


def test_its_lists_are_files(client: Client, access: Access) -> None:
    upsert_accounts(access.workspace, [AccountRow("dune", "=Dune", owner="dana@example.test")])
    answer = client.get("/renewals/export?table=losses&as=csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    dune = next(row for row in rows if row["kind"] == "churn")
    assert (dune["account"], dune["arr"], dune["reason"]) == ("'=Dune", "5000.00", "price")
    for table in ("due", "added", "at_stake"):
        file = client.get(f"/renewals/export?table={table}&as=xlsx")
        assert b"".join(file.streaming_content)[:2] == b"PK", table
    assert client.get("/renewals/export?table=x").status_code == 404


def test_the_record_says_when_there_is_none_yet(client: Client) -> None:
    assert "Each night's forecast is written down" in text(client.get("/renewals/track").content)
    page = text(client.get("/explain/track?days=60").content)
    assert "No data: no quarter is over" in page
    assert client.get("/explain/track?days=61").status_code == 404


def test_the_record_says_which_forecasts_rested_on_assumed_rates(client: Client, access: Access) -> None:
    said = "All rates are assumed: too few comparable contracts were decided in the last two years."
    amounts = {"lost_minor": 0, "expected_minor": 1, "low_minor": 0, "high_minor": 2, "worst_minor": 3}
    for quarter, day, assumed in (("2026Q2", date(2026, 5, 1), 0.9), ("2026Q3", date(2026, 8, 1), 0.1)):
        Forecast.objects.create(
            workspace=access.workspace, quarter=quarter, as_of=day, model=said, assumed=assumed, **amounts
        )
    page = text(client.get("/renewals/track").content)
    assert "2026Q2 assumed" in page
    assert "2026Q3 assumed" not in page
    assert "“Assumed”: too few contracts were decided by then" in page
    why = text(client.get("/explain/track?days=60").content)
    assert why.count("; rates were assumed") == 1
    assert said in why


def test_who_is_held_to_a_book_sees_its_renewals_and_is_told_so(
    visit: Visit, access: Access, told: dict[str, Account]
) -> None:
    dana = cast.member(access, "Dana", Role.REPRESENTATIVE, sees_all=False)
    client = visit(dana)
    page = text(client.get("/renewals").content)
    assert "Your book only." in page
    assert "acme" not in page
    assert "cinder" not in page
    assert "Borealis" in page
    assert "3 terms end in it" in page
    assert "not a book's" in page
    assert client.get(f"/explain/renewal/{told['acme'].pk}").status_code == 404
    assert client.post(f"/renewals/{told['acme'].pk}/call", {"call": "up", "reason": "x"}).status_code == 404
    assert client.get("/explain/track?days=60").status_code == 404
    file = b"".join(client.get("/renewals/export?table=due").streaming_content).decode()
    assert "Borealis" in file
    assert "acme" not in file


def test_a_book_that_changes_has_other_figures_at_once(
    visit: Visit, access: Access, told: dict[str, Account]
) -> None:
    dana = cast.member(access, "Dana", Role.REPRESENTATIVE, sees_all=False)
    client = visit(dana)
    assert "Borealis" in text(client.get("/renewals").content)
    upsert_accounts(access.workspace, [AccountRow("borealis", "Borealis", owner="olga@example.test")])
    assert "Borealis" not in text(client.get("/renewals").content)


def test_an_owners_renewals_alone(client: Client) -> None:
    page = text(client.get("/renewals?owner=dana@example.test").content)
    assert "3 terms end in it" in page
    assert "acme" not in page


def test_an_empty_workspace_is_told_what_to_do(visit: Visit, olga: Access) -> None:
    page = text(visit(olga).get("/renewals").content)
    assert "No contracts are known" in page
    assert "Bring subscriptions in" in page


def test_the_account_tells_how_its_revenue_moved_and_takes_a_call(
    client: Client, told: dict[str, Account]
) -> None:
    path = f"/customers/{told['acme'].pk}/money"
    page = text(client.get(path).content)
    assert "1 Nov 2026 expansion $10,000.00 $12,000.00" in page
    assert "1 Nov 2024 new $0.00 $10,000.00" in page
    assert "Nobody has called it yet." in page
    sent = {"call": "up", "reason": "more seats", "from": "account"}
    answer = client.post(f"/renewals/{told['acme'].pk}/call", sent)
    assert answer["Location"] == path
    assert "will renew and grow more seats" in text(client.get(path).content)


def test_more_customers_take_no_more_queries(client: Client, access: Access) -> None:
    def asked() -> tuple[int, int]:
        """Made anew, and as it is kept."""
        counts = []
        for _ in range(2):
            with CaptureQueriesContext(connection) as captured:
                client.get("/renewals")
            counts.append(len(captured))
        return counts[0], counts[1]

    few = asked()
    more: list[TermRow] = [term(f"m-{number}", 100, "2025-12-01", "2026-12-01") for number in range(20)]
    upsert_terms(access.workspace, more)
    many = asked()
    assert many[0] <= few[0]
    assert many[1] <= few[1]
    assert f"{TODAY:%Y}" in text(client.get("/renewals").content)
