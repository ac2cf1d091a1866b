"""The same id, address or domain is written in one way, however it arrives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenure.accounts import rules


@pytest.mark.parametrize(
    ("given_as", "domain"),
    [
        ("acme.example", "acme.example"),
        (" HTTPS://www.Acme.example:8443/about?x=1 ", "acme.example"),
        ("//acme.example/", "acme.example"),
        ("ann@acme.example", "acme.example"),
        ("bücher.example", "bücher.example"),
        ("acme", ""),
        ("http://[broken", ""),
        (None, ""),
        ("a b.example", ""),
    ],
)
def test_domains_are_bare(given_as: object, domain: str) -> None:
    assert rules.clean_domain(given_as) == domain


@pytest.mark.parametrize(
    ("given_as", "email"),
    [
        (" Ann@Acme.Example ", "ann@acme.example"),
        ("mailto:ann@acme.example", "ann@acme.example"),
        ("ann", ""),
        ("ann@acme@example", ""),
        (None, ""),
    ],
)
def test_addresses_are_lower_case(given_as: object, email: str) -> None:
    assert rules.clean_email(given_as) == email


@pytest.mark.parametrize(
    ("given_as", "text"), [(7, "7"), (7.0, "7"), (" a\x00b\n", "ab"), (None, ""), ("Ä 1", "Ä 1")]
)
def test_ids_are_text_without_what_cannot_be_seen(given_as: object, text: str) -> None:
    assert rules.clean_id(given_as) == text


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    for clean in (rules.clean_id, rules.clean_text, rules.clean_email, rules.clean_domain):
        assert clean(clean(text)) == clean(text)


def test_own_people_are_those_of_our_domains_and_below() -> None:
    own = ["Vendor.example", ""]
    assert rules.is_own("dana@vendor.example", own)
    assert rules.is_own("dana@mail.vendor.example", own)
    assert not rules.is_own("ann@notvendor.example", own)
    assert not rules.is_own("", own)
