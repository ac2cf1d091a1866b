"""Columns are found by name, as said, or not at all; a guess says how sure it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenure.sources.imports.files import FileProblem
from tenure.sources.imports.kinds import KINDS
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
