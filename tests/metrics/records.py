"""Random records of four customers, and what each metric's definition makes of them in plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from tenure.metrics.examples import ACCOUNT, GOAL, PRODUCT_USE, RESPONSE, TERM, TICKET, tables_of
from tenure.metrics.inputs import Inputs
from tenure.metrics.tables import Tables
from tenure.revenue import known
from tenure.revenue.converting import Rates
from tenure.revenue.ledger import Ledger
from tests.metrics import told
from tests.metrics.told import Stand, Ticket
from tests.revenue.contracts import next_due

AS_OF = date(2026, 3, 8)
ACCOUNTS = ("acme", "borealis", "cinder", "dune")
FEATURES = ("Exported", "Invited")
STEPS = ("Exported", "Opened")
INPUTS = Inputs(key_features=FEATURES, onboarding_steps=STEPS, first_value_event="Invited")
YEARLY = {"week": 52, "month": 12, "quarter": 4, "year": 1}


@dataclass(frozen=True)
class Use:
    """A person's (None: an anonymous visitor's) events of one name on one day."""

    account: str
    person: str | None
    day: date
    event: str
    events: int


@dataclass(frozen=True)
class Term:
    """A version of a contract, known from a day until another."""

    account: str
    starts: date
    ends: date | None
    amount: int
    interval: str
    seats: int | None
    is_auto: bool
    known: date
    replaced: date | None


@dataclass(frozen=True)
class Answer:
    """An answer; without a person it stands for itself."""

    account: str
    person: str | None
    survey: str
    score: int | None
    day: date
    known: date


@dataclass(frozen=True)
class Records:
    """Everything on record."""

    use: tuple[Use, ...] = ()
    terms: tuple[Term, ...] = ()
    answers: tuple[Answer, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    goals: tuple[Stand, ...] = ()

    def __add__(self, other: Records) -> Records:
        return Records(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Records)))

    def tables(self) -> Tables:
        """As the engine reads them."""
        return tables_of(
            {
                "account": _table(
                    [{"account_id": one, "external_id": one, "name": one} for one in ACCOUNTS], ACCOUNT
                ),
                "product_use": _table([_use(one) for one in self.use], PRODUCT_USE),
                "term": _table([_term(n, one) for n, one in enumerate(self.terms)], TERM),
                "response": _table([_answer(n, one) for n, one in enumerate(self.answers)], RESPONSE),
                "ticket": _table([one.row(n) for n, one in enumerate(self.tickets)], TICKET),
                "goal": _table([one.row(n) for n, one in enumerate(self.goals)], GOAL),
            },
            INPUTS,
        )


def _table(rows: Sequence[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema)


def _use(one: Use) -> dict[str, Any]:
    return {
        "account_id": one.account,
        "person_id": one.person,
        "day": one.day,
        "event": one.event,
        "events": one.events,
        "month": f"{one.day:%Y-%m}",
    }


def _term(number: int, one: Term) -> dict[str, Any]:
    return {
        "term_id": f"t{number}",
        "subscription_id": f"s{number}",
        "account_id": one.account,
        "amount_minor": one.amount,
        "currency": "USD",
        "interval": one.interval,
        "seats": one.seats,
        "starts_on": one.starts,
        "ends_on": one.ends,
        "auto_renew": one.is_auto,
        "recorded_at": datetime.combine(one.known, time(10)),
        "superseded_at": one.replaced and datetime.combine(one.replaced, time(10)),
    }


def _answer(number: int, one: Answer) -> dict[str, Any]:
    return {
        "response_id": f"r{number:04}",
        "account_id": one.account,
        "person_id": one.person,
        "survey": one.survey,
        "score": one.score,
        "responded_at": f"{one.day} 10:00:00",
        "recorded_at": f"{one.known} 10:00:00",
    }


def expected(records: Records, account: str, as_of: date) -> dict[str, float | None]:
    """The catalogue's definitions, one after the other, with nothing fused."""
    use = [one for one in records.use if one.account == account and one.day <= as_of]
    terms = [
        one
        for one in records.terms
        if one.account == account
        and one.starts <= as_of
        and one.known <= as_of
        and (one.replaced is None or one.replaced > as_of)
    ]
    live, due = _ledger(records.terms, account, as_of)
    answers = [one for one in records.answers if one.account == account and max(one.day, one.known) <= as_of]
    found = _of_use(use, live, as_of) | _of_milestones(use, terms, as_of)
    people = found["active_people"]
    return (
        found
        | _of_terms(terms, live, due, as_of)
        | _of_answers(answers, as_of)
        | told.of_tickets(records.tickets, account, as_of, None if people is None else int(people))
        | told.of_goals(records.goals, account, as_of)
    )


def _of_use(use: Sequence[Use], live: Sequence[Term], as_of: date) -> dict[str, float | None]:
    if not use:
        names = (
            "active_people active_people_7 active_people_90 seat_use activity_trend people_trend stickiness "
            "depth days_since_last_activity breadth"
        )
        return dict.fromkeys(names.split())
    recent = [one for one in use if (as_of - one.day).days < 28]
    earlier = [one for one in use if 28 <= (as_of - one.day).days < 56]
    by_name = [one for one in recent if one.person]
    people, before_that = (len({one.person for one in some if one.person}) for some in (recent, earlier))
    person_days = len({(one.person, one.day) for one in by_name})
    seats = sum(one.seats or 0 for one in live)
    before = sum(one.events for one in earlier)
    return {
        "active_people": people,
        "active_people_7": len({one.person for one in by_name if (as_of - one.day).days < 7}),
        "active_people_90": len({one.person for one in use if one.person and (as_of - one.day).days < 90}),
        "people_trend": people / before_that if before_that else None,
        "stickiness": person_days / 28 / people if people else None,
        "depth": sum(one.events for one in by_name) / person_days if person_days else None,
        "seat_use": people / seats if seats else None,
        "activity_trend": sum(one.events for one in recent) / before if before else None,
        "days_since_last_activity": min((as_of - one.day).days for one in use),
        "breadth": len({one.event for one in recent} & set(FEATURES)) / len(FEATURES),
    }


def _of_milestones(use: Sequence[Use], terms: Sequence[Term], as_of: date) -> dict[str, float | None]:
    live = min((one.starts for one in terms), default=None)
    value = min((one.day for one in use if one.event == INPUTS.first_value_event), default=None)
    done = {one.event for one in use} & set(STEPS)
    return {
        "time_to_first_value": max((value - live).days, 0) if value and live else None,
        "waiting_for_first_value": (as_of - live).days if live and not value else None,
        "onboarding_progress": len(done) / len(STEPS) if use or terms else None,
    }


def _ledger(terms: Sequence[Term], account: str, as_of: date) -> tuple[list[Term], list[date]]:
    """The account's terms that run by the ledger of that day, and when their renewals are decided."""
    rows = [_term(number, one) for number, one in enumerate(terms) if one.account == account]
    versions = known.dated(_table(rows, TERM), "UTC")
    told, _ = known.as_known(versions, Rates.of("USD", []), as_of)
    books = Ledger.of(told, as_of)
    ids = books.terms.table["term_id"].to_pylist()
    runs = [place for place, is_live in enumerate(books.is_live(as_of)) if is_live]
    due = [next_due(books, place, as_of) for place in runs]
    return [terms[int(ids[place][1:])] for place in runs], [day for day in due if day]


def _of_terms(
    terms: Sequence[Term], live: Sequence[Term], due: Sequence[date], as_of: date
) -> dict[str, float | None]:
    if not terms:
        return dict.fromkeys(("mrr", "arr", "live_terms", "days_to_renewal"))
    yearly = sum(one.amount * YEARLY[one.interval] for one in live)
    ends = [(day - as_of).days for day in due]
    return {
        "mrr": yearly / 12,
        "arr": yearly,
        "live_terms": len(live),
        "days_to_renewal": min(ends, default=None),
    }


def _of_answers(answers: Sequence[Answer], as_of: date) -> dict[str, float | None]:
    nps, csat, ces = (_last(answers, survey, as_of) for survey in ("nps", "csat", "ces"))
    counts = {f"{name}_answers": len(of) for name, of in (("nps", nps), ("csat", csat), ("ces", ces))}
    return {
        **{name: count if answers else None for name, count in counts.items()},
        "ces": sum(s >= 5 for s in ces) / len(ces) if ces else None,
        "ces_mean": sum(ces) / len(ces) if ces else None,
        "nps": 100 * (sum(s >= 9 for s in nps) - sum(s <= 6 for s in nps)) / len(nps) if nps else None,
        "csat": sum(s >= 4 for s in csat) / len(csat) if csat else None,
    }


def _last(answers: Sequence[Answer], survey: str, as_of: date) -> list[int]:
    """The last score of each person within 180 days; order of record decides within a day."""
    found: dict[object, int] = {}
    for number, one in sorted(enumerate(answers), key=lambda pair: (pair[1].day, pair[0])):
        if one.survey == survey and (as_of - one.day).days < 180 and one.score is not None:
            found[one.person or number] = one.score
    return list(found.values())


def days(first: int, last: int) -> st.SearchStrategy[date]:
    """Days from so many before AS_OF to so many after (negative: before)."""
    return st.integers(first, last).map(lambda number: AS_OF + timedelta(days=number))


accounts = st.sampled_from(ACCOUNTS)
people = st.sampled_from(["ann", "bo", "cy", None])


def uses(when: st.SearchStrategy[date]) -> st.SearchStrategy[Use]:
    names = st.sampled_from([*FEATURES, "Opened"])
    return st.builds(Use, accounts, people, when, names, st.integers(1, 5))


@st.composite
def terms(draw: st.DrawFn, known: st.SearchStrategy[date]) -> Term:
    starts = draw(days(-120, 40))
    ends = draw(st.none() | st.integers(1, 200).map(lambda number: starts + timedelta(days=number)))
    recorded = draw(known)
    replaced = draw(st.none() | st.integers(0, 60).map(lambda number: recorded + timedelta(days=number)))
    interval, seats = draw(st.sampled_from([*YEARLY])), draw(st.none() | st.integers(1, 9))
    return Term(
        draw(accounts),
        starts,
        ends,
        draw(st.integers(0, 999_99)),
        interval,
        seats,
        draw(st.booleans()),
        recorded,
        replaced,
    )


@st.composite
def answers(draw: st.DrawFn, when: st.SearchStrategy[date], late: st.SearchStrategy[int]) -> Answer:
    survey, day = draw(st.sampled_from(["nps", "csat", "ces"])), draw(when)
    score = draw(st.none() | st.integers(*{"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}[survey]))
    return Answer(draw(accounts), draw(people), survey, score, day, day + timedelta(days=draw(late)))


def past_and_future() -> st.SearchStrategy[Records]:
    """Anything at all."""
    return st.builds(
        Records,
        st.lists(uses(days(-80, 20)), min_size=5, max_size=40).map(tuple),
        st.lists(terms(days(-120, 20)), max_size=12).map(tuple),
        st.lists(answers(days(-200, 20), st.integers(0, 30)), max_size=20).map(tuple),
        _flat(told.tickets(accounts, days(-120, 20), st.integers(0, 20)), most=12),
        _flat(told.goals(accounts, days(-60, 20), st.integers(0, 20)), most=6),
    )


def _flat(versions: st.SearchStrategy[list[Any]], most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(versions, max_size=most).map(lambda found: tuple(one for some in found for one in some))


def later() -> st.SearchStrategy[Records]:
    """What happened, or was recorded, only after AS_OF, though it may be about before."""
    after = days(1, 60)
    return st.builds(
        Records,
        st.lists(uses(after), max_size=12).map(tuple),
        st.lists(terms(after), max_size=8).map(tuple),
        st.lists(
            answers(after, st.integers(0, 9)) | answers(days(-60, 0), st.integers(61, 90)), max_size=10
        ).map(tuple),
        _flat(
            told.tickets(accounts, after, st.integers(0, 9))
            | told.tickets(accounts, days(-60, 0), st.integers(61, 90)),
            most=8,
        ),
        _flat(
            told.goals(accounts, after, st.integers(0, 9))
            | told.goals(accounts, days(-60, 0), st.integers(61, 90)),
            most=6,
        ),
    )


def corrected(records: Records, on: date) -> Records:
    """The same, with every version of a contract, ticket and goal still in force replaced on a day."""
    versioned = {
        name: tuple(replace(one, replaced=one.replaced or on) for one in getattr(records, name))
        for name in ("terms", "tickets", "goals")
    }
    return replace(records, **versioned)
