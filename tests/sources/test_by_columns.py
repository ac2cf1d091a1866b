"""Whatever sources tell, by columns it leaves what row by row does: versions, counts, and who is told."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import msgspec
import pyarrow as pa
import pytest

from tenure.accounts.models import Account
from tenure.conversations.actions import TicketRow, upsert_ticket_columns
from tenure.conversations.models import TicketVersion
from tenure.conversations.rules import NAMES as OF_A_TICKET
from tenure.feedback.actions import ResponseRow, upsert_response_columns
from tenure.feedback.models import Response
from tenure.kit import changes, clock
from tenure.kit.bulk import Instants
from tenure.kit.models import OutboxFact
from tenure.plans.actions import GoalRow, upsert_goal_columns
from tenure.plans.models import GoalVersion
from tenure.plans.rules import NAMES as OF_A_GOAL
from tenure.revenue.actions import TermRow, upsert_term_columns
from tenure.revenue.dealing import CostRow, DealRow, upsert_cost_columns, upsert_deal_columns
from tenure.revenue.models import Cost, Deal, Term
from tenure.sources.imports.batches import floats, instants
from tenure.touchpoints.actions import NoteRow, upsert_note_columns, write_note
from tests import cast
from tests.columns import in_columns
from tests.sources.single import row_by_row

DAYS = [date(2025, 1, 1) + timedelta(days=40 * n) for n in range(4)]
INSTANTS = [datetime(2025, 2, 1, 10, 30, 0, 250 * n, tzinfo=UTC) + timedelta(days=n) for n in range(4)]


def ticket(of: Random) -> TicketRow:
    asked, later = of.choice(INSTANTS[:2]), [None, *INSTANTS[2:]]
    return TicketRow(
        of.choice(["acme", "dune"]),
        asked,
        of.choice([None, "ann", "bo"]),
        first_reply_at=of.choice(later),
        solved_at=of.choice(later),
        replies=of.choice([None, 0, 2]),
        reopens=of.choice([None, 0, 1]),
        handle_minutes=of.choice([None, 12.5]),
        subject=of.choice(["", "Help"]),
        ticket_id=f"t{of.randrange(4)}",
    )


def goal(of: Random) -> GoalRow:
    return GoalRow(
        of.choice(["acme", "dune"]),
        of.choice(["More", "Most"]),
        100.0,
        of.choice(DAYS),
        start_value=0.0,
        value=of.choice([None, None, 0.1, 7.0]),
        due=of.choice([None, DAYS[3]]),
        status=of.choice(["open", "open", "dropped"]),
        goal_id=f"g{of.randrange(4)}",
    )


def term(of: Random) -> TermRow:
    starts_on = of.choice(DAYS[:3])
    ends_on = of.choice([None, starts_on + timedelta(days=20), starts_on + timedelta(days=80)])
    return TermRow(
        f"s{of.randrange(4)}",
        of.choice(["acme", "acme", "dune"]),
        of.choice([100, 200]),
        "USD",
        "month",
        starts_on,
        ends_on,
        of.choice(["", "Team"]),
        of.choice([None, 5]),
        reason=of.choice(["", "", "price"]),
        end_known_on=of.choice([None, None, ends_on]),
        counted_on=of.choice([None, None, None, DAYS[3]]),
    )


OF_A_TERM = ("amount_minor", "starts_on", "ends_on", "seats", "reason")
VERSIONED = {
    "ticket": (ticket, upsert_ticket_columns, TicketVersion, "ticket", OF_A_TICKET),
    "goal": (goal, upsert_goal_columns, GoalVersion, "goal", OF_A_GOAL),
    "term": (term, upsert_term_columns, Term, "subscription", OF_A_TERM),
}


def story(tell, of: Random) -> list[list[object]]:
    """Some files one after the other; half of them come again."""
    files = [[tell(of) for _ in range(of.randrange(1, 6))] for _ in range(5)]
    return [once_each(one) for file in files for one in [file] * of.randrange(1, 3)]


def once_each(file: list[object]) -> list[object]:
    """A file that counts in months tells of a subscription once."""
    counted = {getattr(row, "subscription_id", ""): row for row in file if getattr(row, "counted_on", None)}
    return [row for row in file if row in counted.values() or not getattr(row, "counted_on", None)]


def left(access, version, of: str, names) -> list[str]:
    """What is on record, without ids: of what was recorded just now, only that it was."""
    now = clock.now() - timedelta(hours=1)
    names = [f"{one[:-3]}__external_id" if one in ("account_id", "person_id") else one for one in names]
    others = [f"{of}__external_id", f"{of}__account__external_id", "account__external_id"]
    rows = access.of(version).values_list("recorded_at", "superseded_at", *others, *names)
    known = ((*(one and ("now" if one > now else one) for one in row[:2]), *row[2:]) for row in rows)
    return sorted(map(str, known))


def told(access) -> dict[str, tuple[set[str], str]]:
    """Whom facts were about, and from which day on, by table."""
    found = defaultdict(lambda: (set(), "9999"))
    refs = dict(access.of(Account).values_list("pk", "external_id"))
    for body in OutboxFact.objects.filter(workspace_id=access.workspace.id).values_list("body", flat=True):
        fact = msgspec.json.decode(bytes(body))
        accounts, first = found[fact["table"]]
        accounts = accounts | {refs[one] for one in fact["account_ids"]}
        found[fact["table"]] = (accounts, min(first, fact["first_day"]))
    return dict(found)


@pytest.mark.parametrize("kind", VERSIONED)
def test_columns_leave_what_rows_do(db, monkeypatch, kind):
    tell, upsert, version, of, names = VERSIONED[kind]
    found = defaultdict(list)
    for is_single in (False, True):
        if is_single:
            row_by_row(monkeypatch)
        for seed in range(12):
            access = cast.workspace(f"{seed} {is_single}")
            done = [upsert(access.workspace, in_columns(file)) for file in story(tell, Random(seed))]
            counts = [(one.added, one.changed, one.same) for one in done]
            moved = {*changes.counts(access.workspace.id)}
            found[is_single].append((counts, left(access, version, of, names), told(access), moved))
    for by_columns, by_rows in zip(found[False], found[True], strict=True):
        assert by_columns == by_rows


def deal(of: Random) -> DealRow:
    return DealRow(
        f"d{of.randrange(4)}",
        of.choice(["acme", "dune"]),
        of.choice(INSTANTS),
        "USD",
        of.choice(["", "Offer"]),
        of.choice([None, 100]),
        of.choice([None, INSTANTS[3]]),
        of.choice([None, True, False]),
    )


def response(of: Random) -> ResponseRow:
    return ResponseRow(
        "nps",
        of.choice(["acme", "dune"]),
        of.choice(INSTANTS[:2]),
        of.choice(["", "ann"]),
        of.choice([None, 3.0, 9.0]),
        of.choice(["", "Fine"]),
        of.choice([1, 2]),
    )


def key_of(row: DealRow | ResponseRow) -> tuple[object, ...]:
    if isinstance(row, DealRow):
        return (row.deal_id,)
    unsigned = () if row.person_id else (row.score, row.comment, row.occurrence)
    return row.survey, row.account_id, row.responded_at, row.person_id, unsigned


OF_A_DEAL = ("account_id", "opened_at", "stage", "amount_minor", "closed_at", "won")
OF_AN_ANSWER = ("account_id", "responded_at", "person_id", "score", "comment")
FLAT = {
    "deal": (deal, upsert_deal_columns, Deal, OF_A_DEAL),
    "response": (response, upsert_response_columns, Response, OF_AN_ANSWER),
}


@pytest.mark.parametrize("kind", FLAT)
def test_what_is_told_again_is_corrected_and_everything_counted_once(access, kind):
    tell, upsert, model, names = FLAT[kind]
    known: dict[object, tuple[object, ...]] = {}
    for file in story(tell, Random(kind)) + story(tell, Random(1)):
        said = {key_of(row): tuple(getattr(row, name) or None for name in names) for row in file}
        new = said.keys() - known.keys()
        changed = [key for key, one in said.items() if key not in new and known[key] != one]
        done = upsert(access.workspace, in_columns(file))
        assert (done.added, done.changed, done.same) == (
            len(new),
            len(changed),
            len(said) - len(new) - len(changed),
        )
        known |= said
    columns = [f"{one[:-3]}__external_id" if one.endswith("_id") else one for one in names]
    rows = access.of(model).values_list(*columns)
    found = sorted(str(tuple(one or None for one in row)) for row in rows)
    assert found == sorted(map(str, known.values()))


def test_costs_and_notes_are_known_by_all_that_is_said_of_them(access):
    costs = [CostRow(DAYS[0], "credit", "acme", 100, "USD", None, n) for n in (1, 2, 2)]
    costs += [CostRow(DAYS[0], "hours", hours=2.5)]
    notes = [NoteRow("acme", who, "They said", INSTANTS[0]) for who in ("dana@us.example", "imported")]
    counts = []
    for _ in range(2):
        done = [
            upsert_cost_columns(access.workspace, in_columns(costs)),
            upsert_note_columns(access.workspace, in_columns(notes)),
        ]
        counts += [(one.added, one.changed, one.same) for one in done]
    assert counts == [(3, 0, 0), (2, 0, 0), (0, 0, 3), (0, 0, 2)]
    assert sorted(access.of(Cost).values_list("account__external_id", "hours"), key=str) == [
        ("acme", None),
        ("acme", None),
        (None, 2.5),
    ]


def test_a_note_that_was_written_here_does_not_come_back_as_another(access):
    upsert_note_columns(access.workspace, in_columns([NoteRow("acme", "x", "Somebody else", INSTANTS[0])]))
    mine = write_note(access, access.of(Account).get().pk, "They said", INSTANTS[1])
    told = [NoteRow("acme", access.who, text, INSTANTS[1]) for text in ("They said ", "They say")]
    done = upsert_note_columns(access.workspace, in_columns(told))
    assert (done.added, done.same) == (1, 1)
    assert mine.external_id == ""


def test_instants_and_numbers_of_a_file_are_kept_as_those_of_rows():
    told = pa.table(
        {
            "at": pa.array([*INSTANTS, None], pa.timestamp("us", "UTC")),
            "score": pa.array(
                [Decimal("0.1"), Decimal(3), None, Decimal("1e-10"), None], pa.decimal128(28, 10)
            ),
        }
    )
    assert instants(told, "at") == Instants.of([*INSTANTS, None])
    assert floats(told, "score") == [0.1, 3.0, None, 1e-10, None]
