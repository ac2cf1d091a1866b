"""Columns are found by name, as said, or not at all; a guess says how sure it is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenure.sources.imports.files import FileProblem
from tenure.sources.imports.kinds import KINDS
from tenure.sources.imports.looks import Cells
from tenure.sources.imports.mapping import constants, pairs, understand

SUBSCRIPTIONS, EVENTS, ACCOUNTS, PEOPLE = (
    KINDS[name] for name in ("subscriptions", "events", "accounts", "people")
)


def found(kind, names, said=None, values=None) -> dict[str, str]:
    columns = understand(kind, names, said or {}, values or {})
    return {ours: source.theirs or f"={source.value}" for ours, source in columns.sources.items()}


@pytest.mark.parametrize("kind", list(KINDS), ids=lambda kind: kind.name)
def test_canonical_columns_need_no_mapping(kind):
    columns = understand(kind, kind.names, {}, {})
    assert {ours: source.theirs for ours, source in columns.sources.items()} == {
        name: name for name in kind.names
    }
    assert {source.confidence for source in columns.sources.values()} == {1.0}
    assert columns.missing == ()


def test_common_names_are_known_and_the_guess_says_how_sure_it_is():
    columns = understand(
        SUBSCRIPTIONS, ["customerID", "tenure", "MonthlyCharges", "Churn", "Contract"], {}, {}
    )
    assert {ours: source.theirs for ours, source in columns.sources.items() if source.theirs} == {
        "subscription_id": "customerID",
        "account_id": "customerID",
        "amount": "MonthlyCharges",
        "months": "tenure",
        "churned": "Churn",
    }
    assert columns.sources["interval"].value == "month"
    assert columns.sources["interval"].how == "assumed"
    assert 0.9 < columns.sources["amount"].confidence < 1
    assert columns.left_out == ("Contract",)


def test_the_interval_is_taken_from_the_amount_s_name():
    assert found(SUBSCRIPTIONS, ["account_id", "annual_amount", "start"])["interval"] == "=year"


def test_a_misspelt_name_is_a_guess_and_a_different_word_is_none():
    assert found(EVENTS, ["timestamps", "user_id", "event"])["timestamp"] == "timestamps"
    assert "message_id" not in found(EVENTS, ["timestamp", "user_id", "event", "message"])


def test_one_of_theirs_may_serve_two_of_ours():
    both = found(EVENTS, ["timestamp", "user_id", "event"], {"account_id": "user_id", "person_id": "user_id"})
    assert (both["account_id"], both["person_id"]) == ("user_id", "user_id")


def test_what_is_said_goes_before_what_is_guessed_and_empty_means_none():
    names = ["account_id", "name", "title"]
    assert found(ACCOUNTS, names, {"name": "title"})["name"] == "title"
    columns = understand(ACCOUNTS, names, {"name": ""}, {})
    assert "name" not in columns.sources
    assert columns.further == ("name", "title")


def test_an_e_mail_address_stands_in_for_a_person_s_id():
    columns = understand(PEOPLE, ["email", "name"], {}, {})
    assert columns.sources["person_id"].theirs == "email"
    assert columns.sources["person_id"].how == "same as email"


def test_a_missing_column_is_named_with_what_would_help():
    columns = understand(EVENTS, ["when it was", "event"], {}, {})
    with pytest.raises(
        FileProblem, match=r"no column for timestamp; it has when it was and event.*--map timestamp="
    ):
        columns.require()


def test_a_file_of_rejected_rows_does_not_bring_its_reasons_along():
    columns = understand(ACCOUNTS, ["rejected_line", "rejected_because", "account_id"], {}, {})
    assert columns.further == ()


@pytest.mark.parametrize(
    "text", ["account_id=customerID", "customerID=account_id", " account_id = customerID "]
)
def test_pairs_are_read_either_way_round(text):
    assert pairs(ACCOUNTS, ["customerID"], [text]) == {"account_id": "customerID"}


def test_a_pair_that_reads_both_ways_is_ours_first():
    assert pairs(ACCOUNTS, ["name", "owner"], ["name=owner"]) == {"name": "owner"}


@pytest.mark.parametrize(
    "twins", [("Name", "name"), ("name", "NAME"), ("name", "name (3)"), ("Company", "company", "COMPANY")]
)
def test_columns_called_alike_are_asked_about_and_none_is_taken(twins):
    names = ["account_id", *twins, "domain"]
    columns = understand(ACCOUNTS, names, {}, {})
    assert (columns.twins, columns.missing) == ({"name": twins}, ())
    assert set(columns.sources) == {"account_id", "domain"}
    with pytest.raises(FileProblem, match=f"columns that could be name: '{re.escape(twins[0])}'"):
        columns.require()
    for said in ("", *twins):
        answered = understand(ACCOUNTS, names, {"name": said}, {})
        answered.require()
        assert answered.called("name") == (said or "name")


def test_a_twin_that_is_something_else_is_none():
    said = {"name": "Name", "segment": "name"}
    assert understand(ACCOUNTS, ["account_id", "Name", "name"], said, {}).twins == {}
    assert understand(ACCOUNTS, ["account_id", "plan (2)", "plan (3)"], {}, {}).twins == {}


@given(st.text(max_size=10), st.sampled_from(ACCOUNTS.names))
def test_names_with_equals_signs_and_anything_else_can_be_mapped(name, ours):
    theirs = f"{name}=x"
    assert pairs(ACCOUNTS, [theirs.strip()], [f"{ours}={theirs}"]) == {ours: theirs.strip()}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("account_id", "write it as OURS=THEIRS"),
        ("account_id=nothing", "the file has no such column; it has id"),
        ("colour=id", "accounts have no such column; there are account_id"),
    ],
)
def test_a_pair_that_cannot_be_read_says_why(text, says):
    with pytest.raises(FileProblem, match=says):
        pairs(ACCOUNTS, ["id"], [text])


def test_values_for_all_rows():
    assert constants(SUBSCRIPTIONS, ["currency=EUR", "reason=a=b"]) == {"currency": "EUR", "reason": "a=b"}
    with pytest.raises(FileProblem, match="write it as COLUMN=VALUE"):
        constants(SUBSCRIPTIONS, ["colour=red"])


@pytest.mark.parametrize(
    ("said", "values"), [({"colour": "id"}, {}), ({"name": "colour"}, {}), ({}, {"colour": "red"})]
)
def test_columns_that_are_not_there_are_named(said, values):
    with pytest.raises(FileProblem, match="no column 'colour'"):
        understand(ACCOUNTS, ["id"], said, values)


# Headers as these programs export them, and what is found in them.
EXPORTS = {
    "salesforce accounts": (
        "accounts",
        "Account ID,Account Name,Account Owner,Parent Account ID,Website,Type",
        "account_id=Account ID name=Account Name owner=Account Owner parent_id=Parent Account ID "
        "domain=Website",
    ),
    "salesforce opportunities": (
        "deals",
        "Opportunity ID,Account ID,Stage,Amount,Amount Currency,Created Date,Close Date,Won,Lead Source",
        "deal_id=Opportunity ID account_id=Account ID stage=Stage amount=Amount currency=Amount Currency "
        "created_at=Created Date closed_at=Close Date won=Won source=Lead Source",
    ),
    "salesforce cases": (
        "tickets",
        "Case Number,Account ID,Contact ID,Date/Time Opened,Date/Time Closed,Subject,Case Origin,Priority",
        "ticket_id=Case Number account_id=Account ID person_id=Contact ID created_at=Date/Time Opened "
        "solved_at=Date/Time Closed subject=Subject channel=Case Origin priority=Priority",
    ),
    "hubspot companies": (
        "accounts",
        "Record ID,Company name,Company Domain Name,Company owner,Parent Company ID",
        "account_id=Record ID name=Company name domain=Company Domain Name owner=Company owner "
        "parent_id=Parent Company ID",
    ),
    "hubspot deals": (
        "deals",
        "Record ID,Deal Name,Deal Stage,Amount,Create Date,Close Date,Associated Company ID",
        "deal_id=Record ID stage=Deal Stage amount=Amount created_at=Create Date closed_at=Close Date "
        "account_id=Associated Company ID",
    ),
    "stripe subscriptions": (
        "subscriptions",
        "id,Customer ID,Plan,Quantity,Currency,Interval,Amount,Start (UTC),Current Period End (UTC),"
        "Canceled At (UTC),Ended At (UTC)",
        "subscription_id=id account_id=Customer ID product=Plan seats=Quantity currency=Currency "
        "interval=Interval amount=Amount start=Start (UTC) end=Ended At (UTC)",
    ),
    "chartmogul subscriptions": (
        "subscriptions",
        "Subscription External ID,Customer External ID,Plan,MRR,Currency,Billing Cycle,Start Date,End Date",
        "subscription_id=Subscription External ID account_id=Customer External ID product=Plan amount=MRR "
        "currency=Currency interval=Billing Cycle start=Start Date end=End Date",
    ),
}


@pytest.mark.parametrize(("kind", "header", "wanted"), EXPORTS.values(), ids=EXPORTS)
def test_the_usual_exports_are_understood(kind, header, wanted):
    got = found(KINDS[kind], header.split(","))
    for pair in re.findall(r"(\w+)=((?:(?! \w+=).)+)", wanted):
        assert got.get(pair[0]) == pair[1], got


def told(kind, **cells: list[str]):
    """How a file of these cells is understood."""
    return understand(kind, list(cells), {}, {}, lambda: Cells(cells)).sources


MAILS = ["ann@acme.example", "bo@acme.example", "cy@dune.example"]


def test_the_only_column_of_addresses_is_the_address_whatever_it_is_called():
    sources = told(PEOPLE, Number=["1", "2", "3"], Contact=MAILS, account_id=["acme", "acme", "dune"])
    assert (sources["email"].theirs, sources["email"].how) == (
        "Contact",
        "its cells look like e-mail addresses",
    )
    assert sources["email"].confidence < 0.75


def test_a_name_is_held_against_the_cells():
    sources = told(
        SUBSCRIPTIONS,
        Customer=["acme", "dune", "cinder"],
        MRR=["5", "6", "7"],
        Start=["yes", "no", "no"],
        Signed=["2026-01-01", "2026-02-01", "2026-02-03"],
    )
    assert "few cells look like dates" in sources["start"].how
    assert sources["start"].confidence < 0.5


def test_a_name_that_fits_beats_one_that_does_not():
    sources = told(ACCOUNTS, id=["1", "2", "3"], Website=["no", "no", "yes"], Web=["acme.example"] * 3)
    assert sources["domain"].theirs == "Web"


def test_our_own_names_need_no_second_look():
    def never() -> Cells:
        raise AssertionError

    names = [*SUBSCRIPTIONS.names, "colour"]
    assert understand(SUBSCRIPTIONS, names, {}, {}, never).missing == ()


def test_an_id_is_known_by_being_different_in_every_row_and_two_such_columns_are_none():
    rows = {"Kürzel": ["a", "b", "c"], "Ort": ["Kiel", "Kiel", "Ulm"]}
    assert told(ACCOUNTS, **rows)["account_id"].how == "different in every row"
    assert "account_id" not in told(ACCOUNTS, **rows, Strasse=["x", "y", "z"])


def test_two_columns_that_look_alike_are_not_guessed_between():
    days = ["2026-01-01", "2026-02-01", "2026-03-01"]
    assert "timestamp" not in told(EVENTS, one=days, two=days, event=["a", "b", "c"])
    assert told(EVENTS, one=days, event=["a", "b", "c"])["timestamp"].theirs == "one"


def test_samples_are_a_few_different_cells_cut_short():
    cells = Cells({"a": ["x", "x", "y" * 100, "z", "w"]})
    assert cells.samples("a") == ("x", "y" * 39 + "…", "z")


def test_letters_that_may_mean_anything_are_no_intervals():
    cells = {"id": ["a", "b", "c"], "amount": ["1", "2", "3"], "sex": ["m", "w", "w"]}
    assert "sex" not in {one.theirs for one in told(SUBSCRIPTIONS, **cells).values()}
    sources = told(SUBSCRIPTIONS, **cells, Turnus=["monatlich", "jährlich", "monatlich"])
    assert sources["interval"].theirs == "Turnus"
