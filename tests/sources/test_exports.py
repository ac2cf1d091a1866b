"""Everything out, and in again: the same customers, the same figures, the same list of who needs somebody."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st

from tenure.accounts.actions import AccountRow, PersonRow, link_people, upsert_accounts, upsert_people
from tenure.accounts.merging import merge
from tenure.accounts.models import Account
from tenure.demo import loading
from tenure.events.actions import load_events
from tenure.health import overrides
from tenure.health.models import HealthProfile, Standing
from tenure.jobs import refresh
from tenure.kit import clock
from tenure.metrics.actions import name_input
from tenure.sources.exports import folder, restoring
from tenure.sources.exports.folder import ExportProblem
from tenure.sources.exports.tables import TABLES
from tenure.sources.exports.writing import FORMATS, number
from tenure.sources.imports.file import guarded, unguarded
from tenure.sources.imports.kinds import KINDS
from tenure.touchpoints.actions import write_note
from tenure.warnings.models import EarlyWarning, Priority
from tenure.workspaces.access import Access, access_for_machine
from tenure.workspaces.roles import Role
from tests import cast

FACTS = ("external_id", "name", "domain", "parent__external_id", "owner", "segment", "attributes__data")
SCORES = (
    "account__external_id score computed outcomes experience band basis coverage score_before weakest weeks "
    "arr_minor renews_on last_active_on profile profile_version"
).split()
PLACES = ("account__external_id", "lead", "is_at_risk", "is_small", "arr_minor", "sort_key", "visible_from")
NASTY = (
    "=1+1",
    "'=1+1",
    "''@x",
    "-5",
    "'-5",
    "+49 30 1234",
    "-none-",
    '@"x"',
    "a,b;c\td",
    'say "hi"',
    "né\nß",
)
_positions = count(1)


def facts(access: Access) -> list[Any]:
    """What lists show of customers."""
    return sorted(access.of(Account).values_list(*FACTS), key=str)


def scores(access: Access) -> list[Any]:
    """How every customer is doing, and did."""
    return sorted(access.of(Standing).values_list(*SCORES), key=str)


def places(access: Access) -> list[Any]:
    """Who comes first on Today."""
    return list(access.of(Priority).order_by("-sort_key", "account__external_id").values_list(*PLACES))


def tables(place: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of an export's Parquet files, in no order."""
    files = {path.stem: pq.read_table(path).to_pylist() for path in place.glob("*.parquet")}
    return {name: sorted(rows, key=str) for name, rows in files.items()}


def brought_in(place: Path, name: str) -> Access:
    """An export in a workspace of its own, nothing rejected."""
    access = cast.workspace(name)
    done = restoring.restore(access, place)
    assert [run.says for run in done.runs if run.status != "done" or run.rows_rejected] == []
    return access


def events(access: Access, *rows: tuple[str, str | None, str | None, str, dict[str, Any]]) -> None:
    """Observed: kind, account, person, name, properties."""
    at = datetime(2026, 5, 4, 12, 30, 15, 250_000, UTC)
    table = {
        "message_id": [f"m{next(_positions)}" for _ in rows],
        "kind": [row[0] for row in rows],
        "event": [row[3] for row in rows],
        "account_ref": pa.array([row[1] for row in rows], pa.string()),
        "person_ref": pa.array([row[2] for row in rows], pa.string()),
        "occurred_at": pa.array([at] * len(rows), pa.timestamp("us", "UTC")),
        "properties": [json.dumps(row[4]) for row in rows],
    }
    load_events(access.workspace, pa.table(table), stream="tests", position=next(_positions), source="tests")


def test_a_company_that_went_out_and_in_again_has_the_same_health_and_the_same_today(
    transactional_db: None, tmp_path: Path
) -> None:
    demo = access_for_machine(loading.load(accounts=8))
    refresh.catch_up()
    put_off = demo.of(EarlyWarning).filter(closed_on=None).earliest("account__name", "cause")
    day = clock.today(demo.workspace.zone) + timedelta(days=9)
    demo.of(EarlyWarning).filter(account=put_off.account).update(snoozed_until=day)
    by_hand = demo.of(Account).earliest("name")
    overrides.set_override(demo, by_hand.pk, 33, "They told us so", day)
    refresh.catch_up()
    refresh.refresh(demo.workspace)

    folder.write(demo, tmp_path / "out")
    again = brought_in(tmp_path / "out", "Again")
    refresh.catch_up()
    assert facts(again) == facts(demo)
    assert scores(again) == scores(demo)
    assert places(again) == places(demo) != []
    folder.write(again, tmp_path / "out again", ["parquet"])
    assert tables(tmp_path / "out again") == tables(tmp_path / "out")


@pytest.fixture
def odd(access: Access) -> Access:
    """A workspace with what is hard to write down."""
    upsert_accounts(
        access.workspace,
        [
            AccountRow(
                "acme", "=cmd()", "acme.example", owner="dana@example.test", attributes={"owner": "x", "n": 7}
            ),
            AccountRow(
                "sub", "'=Sub", parent_id="acme", attributes={"mixed": 1, "Großes Feld": "ja", "deep": [1]}
            ),
            AccountRow("gone", "Gone", attributes={"mixed": "one", "yes": True, "share": 0.1234}),
        ],
    )
    known = {"part": "decision_maker", "stance": "critic", "left_on": "2190-01-31"}
    ann = PersonRow("ann", "ann@acme.example", "Ann", "acme", "+lead", consent={"surveys": False}, **known)
    upsert_people(access.workspace, [ann])
    events(
        access,
        ("track", "acme", "ann", "=Report viewed", {"size": 5, "event": "shadowed", "a/b~c": "x"}),
        ("page", None, "ann", "/home", {"size": 5.5}),
        ("track", "gone", None, "Synced", {}),
        ("track", None, "anon:1", "Looked", {"deep": {"x": 1}}),
        ("track", "acme", "anon:2", "Signed up", {}),
    )
    link_people(access.workspace, {"anon:2": "ann"}, move=True)
    kept, gone = (access.of(Account).get(external_id=one).pk for one in ("acme", "gone"))
    merge(access, "account", kept, gone)
    for text in NASTY:
        write_note(access, kept, text, kind="call")
    return access


def test_what_is_hard_to_write_down_comes_through_every_format(odd: Access, tmp_path: Path) -> None:
    folder.write(odd, tmp_path / "out", FORMATS)
    expected = tables(tmp_path / "out")
    assert {row["text"] for row in expected["notes"]} == set(NASTY)
    assert {row["account_id"] for row in expected["events"]} == {"acme", None}, (
        "merged ones are who they are now"
    )
    assert sorted({row["person_id"] or "" for row in expected["events"]}) == ["", "ann", "anon:1"]
    for form in FORMATS:
        folder.write(odd, tmp_path / form, [form])
        again = brought_in(tmp_path / form, f"From {form}")
        folder.write(again, tmp_path / f"from {form}", ["parquet"])
        assert tables(tmp_path / f"from {form}") == expected, form


def test_the_same_export_into_its_own_workspace_changes_nothing(odd: Access, tmp_path: Path) -> None:
    folder.write(odd, tmp_path / "out", ["csv"])
    done = restoring.restore(odd, tmp_path / "out")
    changed = {run.kind: (run.rows_added, run.rows_changed, run.rows_rejected) for run in done.runs}
    assert changed.pop("accounts") == (0, 2, 0), "one attribute was renamed, one was not always of one type"
    assert set(changed.values()) == {(0, 0, 0)}, changed


def test_no_spreadsheet_calculates_what_customers_wrote(odd: Access, tmp_path: Path) -> None:
    folder.write(odd, tmp_path / "out", ["csv"])
    for path in (tmp_path / "out").glob("*.csv"):
        text = path.read_text("utf-8-sig")
        for cell in (cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row):
            assert cell[:1] not in tuple("=+-@") or cell.lstrip("+-")[:1].isdigit(), (path.name, cell)


def test_every_kind_goes_out_with_the_columns_that_it_comes_in_by(odd: Access, tmp_path: Path) -> None:
    manifest = folder.write(odd, tmp_path / "out", ["parquet"])
    computed = {"subscriptions": {"months", "churned"}}
    for kind in KINDS:
        names = set(pq.read_schema(tmp_path / "out" / f"{kind.name}.parquet").names)
        assert set(kind.names) - computed.get(kind.name, set()) <= names, kind.name
    assert {"events", *(table.name for table in TABLES)} == set(restoring.ORDER) == set(manifest.tables)
    assert manifest.tables["accounts"].rows == 2
    assert manifest.tables["accounts"].renamed == {"owner": "owner (further)"}
    assert json.loads((tmp_path / "out" / folder.MANIFEST).read_text())["tables"]["events"]["rows"] == 5


def test_settings_come_back_as_they_were(access: Access, tmp_path: Path) -> None:
    workspace = access.workspace
    for name, value in (
        ("first_value_event", "Closed"),
        ("own_domains", "us.example"),
        ("key_features", "Match"),
    ):
        name_input(access, name, value)
    name_input(access, "plan_features", "Export", plan="Team")
    HealthProfile.objects.create(
        workspace=workspace,
        name="default",
        version=2,
        valid_from=clock.now() - timedelta(days=40),
        body={
            "outcomes": [
                {
                    "title": "Use",
                    "measures": [{"metric": "seat_use", "weight": 1, "curve": [[0, 0], [1, 100]]}],
                }
            ]
        },
    )
    folder.write(access, tmp_path / "out")
    other = cast.workspace("Other")
    assert restoring.restore_settings(other, tmp_path / "out") == [
        "the workspace's settings",
        "1 versions of health profiles",
    ]
    workspace.refresh_from_db()
    for name in (
        "first_value_event",
        "own_domains",
        "key_features",
        "plan_features",
        "zone",
        "business_hours",
    ):
        assert getattr(other.workspace, name) == getattr(workspace, name), name
    [moved] = other.of(HealthProfile)
    assert moved.valid_from.date() == clock.today() - timedelta(days=40)
    upsert_accounts(other.workspace, [AccountRow("acme", "Acme")])
    with pytest.raises(ExportProblem, match="customers already"):
        restoring.restore_settings(other, tmp_path / "out")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("zone: Nowhere/Atlantis", "no time zone “Nowhere/Atlantis”"),
        ("fiscal_year_starts: 13", "not 13"),
        ("colour: red", "colour"),
        ("[", "compare it with an exported file"),
    ],
)
def test_bad_settings_say_what_is_wrong_and_change_nothing(
    access: Access, neighbour: Access, tmp_path: Path, text: str, says: str
) -> None:
    folder.write(access, tmp_path / "out")
    (tmp_path / "out/config/workspace.yaml").write_text(text)
    with pytest.raises(ExportProblem, match=says):
        restoring.restore(neighbour, tmp_path / "out")
    neighbour.workspace.refresh_from_db()
    assert neighbour.workspace.zone == "UTC"


def test_a_folder_that_is_no_whole_export_is_refused(
    access: Access, neighbour: Access, tmp_path: Path
) -> None:
    with pytest.raises(ExportProblem, match="has no manifest"):
        restoring.restore(neighbour, tmp_path)
    upsert_accounts(access.workspace, [AccountRow("acme", "Acme")])
    folder.write(access, tmp_path / "out", ["csv"])
    with pytest.raises(ExportProblem, match="is not empty"):
        folder.write(access, tmp_path / "out")
    (tmp_path / "out/accounts.csv").unlink()
    with pytest.raises(ExportProblem, match=r"accounts\.csv are missing"):
        restoring.restore(neighbour, tmp_path / "out")
    with pytest.raises(ExportProblem, match="no format 'pdf'"):
        folder.write(access, tmp_path / "other", ["pdf"])


def test_only_who_runs_the_workspace_takes_everything_out(access: Access, tmp_path: Path) -> None:
    with pytest.raises(PermissionDenied):
        folder.write(cast.member(access, "Dana", Role.MANAGER), tmp_path / "out")


def test_a_neighbour_is_not_in_it(odd: Access, neighbour: Access, tmp_path: Path) -> None:
    upsert_accounts(neighbour.workspace, [AccountRow("otherco", "Otherco", attributes={"their secret": 1})])
    folder.write(odd, tmp_path / "out", FORMATS)
    found = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert not [
        path for path in found if b"therco" in path.read_bytes() or b"their secret" in path.read_bytes()
    ]


def _once(text: str) -> str:
    return str(unguarded(pa.array([text])).to_pylist()[0])


@given(st.text(alphabet="'=+-@\t1.a ", max_size=8))
def test_a_guarded_cell_is_harmless_and_gives_back_what_it_was(text: str) -> None:
    assert _once(guarded(text)) == text


@given(st.floats(allow_nan=False, allow_infinity=False, width=32) | st.decimals("-1e12", "1e12", places=3))
def test_a_number_in_a_file_is_read_one_way_only(value: float | Decimal) -> None:
    written = number(value)
    assert Decimal(written) == Decimal(str(value))
    whole, _, fraction = written.lstrip("-").partition(".")
    assert not (len(fraction) == 3 and 1 <= len(whole) <= 3 and whole != "0")
