"""A file whose parents form a circle says so on the rows concerned; the rest goes in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tenure.accounts.models import Account
from tenure.sources.imports.circles import circles
from tests.sources.conftest import counts


def parents(access):
    return dict(access.of(Account).values_list("external_id", "parent__external_id"))


def test_rows_of_a_circle_are_set_aside_with_the_way_round_it(access, load):
    run = load("accounts", "account_id,name,parent_id\na,A,b\nb,B,c\nc,C,a\nd,D,a\ne,E,\n")
    assert counts(run) == (2, 0, 0, 3)
    assert parents(access) == {"a": None, "d": "a", "e": None}
    [first, *_] = run.rejected.order_by("line")
    assert (first.line, first.field) == (2, "parent_id")
    assert "closes a circle: a under b under c under a; name another parent for one of them" in first.says


def test_so_are_rows_that_close_one_with_what_is_on_record(access, load):
    load("accounts", "account_id,parent_id\nhold,\nacme,hold\nshop,acme\n")
    run = load("accounts", "account_id,parent_id,name\nhold,shop,Holding\ndune,shop,Dune\n")
    assert counts(run) == (1, 0, 0, 1)
    assert run.rejected.get().says == (
        "parent_id closes a circle: hold under shop under acme under hold; name another parent for one of "
        "them, or leave it empty"
    )
    turned = load("accounts", "account_id,parent_id\nhold,shop\nacme,\n")
    assert counts(turned) == (0, 0, 1, 1), (
        "an empty cell says nothing: it does not take acme out from under it"
    )


NAMES = st.sampled_from("abcdefg")


@given(st.dictionaries(NAMES, st.one_of(st.just(""), NAMES)))
def test_without_one_row_of_each_circle_there_is_none_left(above):
    found = list(circles(above))
    on_one = [one for way in found for one in way]
    assert len(on_one) == len(set(on_one))
    for way in found:
        assert [above[one] for one in way] == [*way[1:], way[0]]
    assert not list(
        circles({one: parent for one, parent in above.items() if one not in {w[0] for w in found}})
    )
