"""Rows of Customers are kept by all that they show: drawn once, never stale, to each as they may see it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import time_machine
from django.template import engines
from django.test import Client
from jinja2 import meta

from tenure.accounts.models import Account, AccountAttributes
from tenure.health.models import Standing
from tenure.kit import clock
from tenure.metrics.models import MetricValue
from tenure.web import drawing
from tenure.workspaces.access import Access
from tenure.workspaces.models import Workspace
from tests.warnings import scene
from tests.warnings.scene import ago, today
from tests.web.reading import text

Visit = Callable[[Access], Client]
COLUMNS = "success,sides,arr,renewal,segment,seat_use,weeks,last_active,owner,parent,domain,id,text:plan"
PAGE = f"/customers?show={COLUMNS}"


@pytest.fixture
def acme(access: Access) -> Account:
    return scene.account(access, "Acme", 124_000, score=80.0, band="good", renews_on=ago(-40))


def test_a_row_that_comes_again_is_not_drawn_again(visit: Visit, dana: Access, acme: Account) -> None:
    client = visit(dana)
    first, drawn = client.get(PAGE).content, drawing.drawn_so_far()
    assert text(client.get(PAGE).content) == text(first)
    assert b"Acme" in client.get(f"{PAGE}&sort=name").content
    assert drawing.drawn_so_far() == drawn


def test_whatever_changes_about_a_customer_is_there_on_the_next_page(
    visit: Visit, dana: Access, access: Access, acme: Account
) -> None:
    client, of_acme = visit(dana), Standing.objects.filter(account=acme)
    other = scene.account(access, "Borealis", 1, score=90.0, band="good")
    AccountAttributes.objects.create(workspace=access.workspace, account=acme, data={"plan": "Gold"})
    changes: dict[str, Callable[[], object]] = {
        "Acme Ltd": lambda: Account.objects.filter(pk=acme.pk).update(name="Acme Ltd"),
        ">Large<": lambda: Account.objects.filter(pk=acme.pk).update(segment="Large"),
        "Ivy Fox": lambda: Account.objects.filter(pk=acme.pk).update(owner="Ivy Fox"),
        "acme.example": lambda: Account.objects.filter(pk=acme.pk).update(domain="acme.example"),
        "acme-7": lambda: Account.objects.filter(pk=acme.pk).update(external_id="acme-7"),
        f'href="/customers/{other.pk}">Borealis<': lambda: Account.objects.filter(pk=acme.pk).update(
            parent=other
        ),
        ">Borealis Inc<": lambda: Account.objects.filter(pk=other.pk).update(name="Borealis Inc"),
        ">17</a>": lambda: of_acme.update(score=17.0, band="poor"),
        "outcomes 31, experience 64": lambda: of_acme.update(outcomes=31, experience=64),
        "$77k": lambda: of_acme.update(arr_minor=7_700_000),
        "in 12 days": lambda: of_acme.update(renews_on=ago(-12)),
        "23 days ago": lambda: of_acme.update(last_active_on=ago(23)),
        "<polyline": lambda: of_acme.update(weeks=[50, None, 60, 70]),
        "93\u00a0%": lambda: MetricValue.objects.update_or_create(
            account=acme,
            metric="seat_use",
            defaults={"workspace": access.workspace, "value": 0.93, "as_of": today()},
        ),
        ">Silver<": lambda: AccountAttributes.objects.update(data={"plan": "Silver"}),
    }
    for shown, change in changes.items():
        assert shown not in client.get(PAGE).content.decode(), shown
        change()
        assert shown in client.get(PAGE).content.decode(), shown


def test_everybody_sees_a_row_as_it_is_for_them(
    visit: Visit, dana: Access, vic: Access, access: Access, acme: Account
) -> None:
    assert "Change the owner" in visit(dana).get(PAGE).content.decode()
    assert "Change the owner" not in visit(vic).get(PAGE).content.decode()
    assert "$124k" in visit(vic).get(PAGE).content.decode()
    Workspace.objects.filter(pk=access.workspace.pk).update(currency="EUR")
    assert "€124k" in visit(vic).get(PAGE).content.decode()


def test_days_are_counted_from_today(visit: Visit, dana: Access, acme: Account) -> None:
    client = visit(dana)
    assert "in 40 days" in client.get(PAGE).content.decode()
    with time_machine.travel(clock.now() + (today() - ago(1)), tick=False):
        assert "in 39 days" in client.get(PAGE).content.decode()


def test_drawing_a_row_looks_at_nothing_but_the_row_and_what_it_is_kept_by() -> None:
    engine = engines["jinja2"].env  # type: ignore[attr-defined]
    source, _, _ = engine.loader.get_source(engine, "customers/row.html")
    assert meta.find_undeclared_variables(engine.parse(source)) == set()
    source, _, _ = engine.loader.get_source(engine, "macros.html")
    for name in ("frame", "request", "wanted"):
        assert name not in meta.find_undeclared_variables(engine.parse(source))
