"""Settings → Economics: assumed until said, said by who runs the workspace, and on record."""

from __future__ import annotations

import pytest

from tenure.insight.clv_costs import terms_of
from tenure.workspaces.access import Access
from tenure.workspaces.actions import create_key
from tenure.workspaces.models import Key
from tenure.workspaces.roles import Role
from tests import cast
from tests.browser import DESKTOP, PHONE, OpenPage, axe_violations, sideways_scroll
from tests.web.api.conftest import ApiClient
from tests.web.conftest import Visit

TOLD = {"gross_margin": "75 %", "discount": "12", "hourly_minor": "85.50"}


def test_it_is_assumed_until_somebody_says_and_again_when_taken_back(olga: Access, visit: Visit) -> None:
    client = visit(olga)
    assert "Assumed: 80 %, until you say." in client.get("/settings/economics").text
    said = client.post("/settings/economics", TOLD, follow=True).text
    terms = terms_of(olga)
    assert (terms.gross_margin, terms.discount, terms.hourly_minor) == (0.75, 0.12, 8550)
    assert terms.assumed == frozenset()
    assert "olga@example.test" in said
    assert "gross margin: assumed → 0.75" in said
    client.post("/settings/economics", TOLD | {"discount": ""})
    assert terms_of(olga).assumed == {"discount"}
    assert "discount: 0.12 → assumed" in client.get("/settings/economics").text


def test_what_is_out_of_range_is_named_and_nothing_is_kept(olga: Access, visit: Visit) -> None:
    answer = visit(olga).post("/settings/economics", TOLD | {"gross_margin": "750", "discount": "nan"})
    assert answer.status_code == 422
    assert "A number from 1 to 100, in %" in answer.text
    assert len(terms_of(olga).assumed) == 3


def test_leaders_look_and_others_are_refused(olga: Access, vic: Access, visit: Visit) -> None:
    leader = visit(cast.member(olga, "Lea", Role.LEADER))
    assert "Owners and admins change them." in leader.get("/settings/economics").text
    assert leader.post("/settings/economics", TOLD).status_code == 403
    assert visit(vic).get("/settings/economics").status_code == 403
    assert len(terms_of(olga).assumed) == 3


def test_the_api_says_and_changes_them(olga: Access, neighbour: Access) -> None:
    api = ApiClient(create_key(olga, Key.API, "tests", ["administer"]))
    assert api.get("economics")["assumed"] == ["discount", "gross_margin", "hourly"]
    told = api.post("economics", {"gross_margin": 0.7, "hourly": 90})
    assert (told["gross_margin"], told["hourly"], told["assumed"]) == (0.7, 90.0, ["discount"])
    assert api.post("economics", {"gross_margin": None})["assumed"] == ["discount", "gross_margin"]
    assert api.post("economics", {"discount": 7}, 422)["errors"][0]["field"] == "body.discount"
    assert len(terms_of(neighbour).assumed) == 3
    ApiClient(create_key(olga, Key.API, "lesser", ["define"])).post("economics", {"discount": 0.1}, 403)


@pytest.mark.browser
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_it_is_accessible_and_fits(olga: Access, open_page: OpenPage, size: tuple[int, int]) -> None:
    page = open_page("/settings/economics", olga, size=size)
    assert axe_violations(page) == []
    assert sideways_scroll(page) == 0
