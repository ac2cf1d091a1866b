"""What customers are worth, on Portfolio and the Money tab: the command's figures, explained, by book."""

from __future__ import annotations

import re

import pytest

from tenure.accounts.models import Account
from tenure.insight import clv_queries
from tenure.kit import words
from tenure.renewals.actions import set_target
from tenure.revenue.actions import TermRow, upsert_terms
from tenure.revenue.quarters import Quarter
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Role
from tests import cast
from tests.web import reading
from tests.web.conftest import Visit
from tests.web.test_portfolio import ago, told


@pytest.fixture
def dana(access: Access) -> Access:
    """Who sees everybody's customers."""
    return cast.member(access, "Dana", Role.MANAGER)


def ids(access: Access) -> dict[str, str]:
    return dict(access.of(Account).values_list("external_id", "pk"))


def test_equity_is_the_sum_of_what_each_is_worth_and_its_change_adds_up(
    visit: Visit, access: Access, dana: Access
) -> None:
    told(access)
    page = reading.text(visit(dana).get("/portfolio/equity").content)
    found = clv_queries.equity(access)
    assert {one.account_id for one in found.accounts} == {"acme", "borealis", "cinder"}
    assert words.money(sum(one.value_minor for one in found.accounts), found.currency) in page
    change = clv_queries.change(access, ago(365))
    assert change.after_minor == pytest.approx(found.value_minor)
    assert sum(one.minor for one in change.parts) == pytest.approx(change.after_minor - change.before_minor)
    for part in change.parts:
        assert part.says in page
    assert "Assumed, until you say: a gross margin of" in page


def test_each_part_of_the_change_explains_itself_down_to_the_customers(
    visit: Visit, access: Access, dana: Access
) -> None:
    told(access)
    client, currency = visit(dana), access.workspace.currency
    page = client.get("/portfolio/equity").content.decode()
    for part in clv_queries.change(access, ago(365)).parts:
        assert f"/explain/equity/{part.name}?" in page
        why = client.get(f"/explain/equity/{part.name}")
        assert part.says in reading.text(why.content)
        assert words.money(part.minor, currency) in reading.text(why.content)
        movers = clv_queries.moved(access, ago(365), ago(0), part.name)
        assert sum(one.minor for one in movers) == pytest.approx(part.minor)
        assert len(movers) == part.accounts
        assert all(one.name in reading.text(why.content) for one in movers)
    assert client.get("/explain/equity/nonsense").status_code == 404
    olga = cast.member(access, "Olga", Role.REPRESENTATIVE, sees_all=False)
    for name in ("new", "expansion"):
        assert "Acme" not in reading.text(visit(olga).get(f"/explain/equity/{name}").content)


def test_equity_carries_a_target_of_a_quarter(visit: Visit, access: Access, dana: Access) -> None:
    told(access)
    client, quarter = visit(dana), Quarter.of(ago(0))
    owner = Account.objects.get(external_id="acme").owner
    set_target(access, "customer_equity", str(quarter), 25_000_00)
    set_target(access, "customer_equity", str(quarter), 9_000_00, owner=owner)
    when = f"in Q{quarter.number} {quarter.year}"
    assert f"Aim $25k {when}" in reading.text(client.get("/portfolio/equity").content)
    assert f"Aim $9k {when}" in reading.text(client.get(f"/portfolio/equity?owner={owner}").content).replace(
        ".0k", "k"
    )
    assert f"Aim {when} $25k" in reading.text(client.get("/explain/equity").content)


def test_the_three_answers_are_the_same_together(access: Access) -> None:
    told(access)
    equity, change, poor = clv_queries.together(access, ago(365), ago(0))
    assert equity.value_minor == clv_queries.equity(access).value_minor
    assert change == clv_queries.change(access, ago(365))
    assert poor == clv_queries.poor_fits(access)
    with pytest.raises(ValueError, match="is not before"):
        clv_queries.together(access, ago(0), ago(0))


def test_a_value_moves_as_soon_as_what_it_rests_on_does(visit: Visit, access: Access, dana: Access) -> None:
    told(access)
    before = visit(dana).get("/portfolio/equity").content
    upsert_terms(access.workspace, [TermRow("e", "acme", 900_00, "USD", "month", ago(10))])
    assert visit(dana).get("/portfolio/equity").content != before


def test_an_account_s_value_stands_on_its_money_tab_and_explains_itself(
    visit: Visit, access: Access, dana: Access
) -> None:
    told(access)
    known, client = ids(access), visit(dana)
    assert (
        f"/customers/{known['acme']}/lifetime"
        in client.get(f"/customers/{known['acme']}/money").content.decode()
    )
    shown = client.get(f"/customers/{known['acme']}/lifetime").content.decode()
    [link] = re.findall(r'href="(/explain/lifetime/[^"]+)"', shown)
    worth = clv_queries.worth_of(access, known["acme"])
    assert worth is not None
    why = client.get(link).content.decode()
    assert words.money(worth.value_minor, access.workspace.currency) in reading.text(why.encode())
    for part in ("definition", "inputs", "coverage", "rows"):
        assert f'data-explains="{part}"' in why


def test_who_pays_nothing_is_worth_nothing_to_explain(visit: Visit, access: Access, dana: Access) -> None:
    told(access)
    dune, client = ids(access)["dune"], visit(dana)
    assert b"They pay nothing today" in client.get(f"/customers/{dune}/lifetime").content
    assert client.get(f"/explain/lifetime/{dune}").status_code == 404


def test_a_book_sees_its_own_and_nobody_s_else(visit: Visit, access: Access) -> None:
    told(access)
    olga = cast.member(access, "Olga", Role.REPRESENTATIVE, sees_all=False)
    page = reading.text(visit(olga).get("/portfolio/equity").content)
    assert "Cinder" in page
    assert "Acme" not in page
    assert visit(olga).get(f"/customers/{ids(access)['acme']}/lifetime").status_code == 404


def test_nobody_who_pays_is_said(visit: Visit, dana: Access) -> None:
    assert b"Nobody pays" in visit(dana).get("/portfolio/equity").content
