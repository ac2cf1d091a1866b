"""What no import reads goes out and comes back too; for every table there is somebody has decided so."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile

from tenure.accounts.actions import AccountRow, PersonRow, upsert_accounts, upsert_people
from tenure.accounts.merging import merge
from tenure.accounts.models import Account, Identity, Statement
from tenure.desk.models import SavedView
from tenure.insight.actions import set_economics
from tenure.kit import clock
from tenure.renewals import actions as renewals
from tenure.renewals import calls
from tenure.renewals.models import Forecast
from tenure.renewals.moving import revenue
from tenure.revenue.actions import TermRow, upsert_terms
from tenure.revenue.models import Term
from tenure.sources.exports import decided, folder, notes, restoring
from tenure.sources.exports.carried import CARRIED, TOLD
from tenure.sources.exports.decided import DECIDED
from tenure.touchpoints.actions import write_note
from tenure.touchpoints.models import Attachment
from tenure.workspaces.access import Access
from tests import cast

SAID = {
    *("account_statements", "person_statements", "identities", "consents", "terms", "economics"),
    *("renewal_calls", "loss_reasons", "targets", "forecasts", "saved_views", "attachments"),
}
BY_ITSELF = {"health.HealthOverride", "warnings.EarlyWarning", "touchpoints.Attachment"}


def labels(how: str) -> set[str]:
    return {label for label, one in DECIDED.items() if one.how == how}


def test_what_an_export_does_with_a_table_is_decided_for_every_one_there_is() -> None:
    assert {model._meta.label for model in apps.get_models()} == set(DECIDED)
    assert {one.label for one in CARRIED} | BY_ITSELF == labels(decided.CARRIED)
    assert {label for label, *_ in TOLD} == labels(decided.TOLD)
    assert all(one.why for one in DECIDED.values())


def test_no_column_that_opens_a_door_is_in_a_file() -> None:
    names = {name for one in CARRIED for name in one.columns} | {name for *_, some in TOLD for name in some}
    doors = {"hash", "password", "secret", "token", "headers", "key_hash"}
    assert not {name for name in names if any(door in name for door in doors)}


@pytest.fixture
def told(access: Access) -> Access:
    """A workspace about which much was said: by two sources, corrected, called, aimed at, merged."""
    workspace = access.workspace
    for source, name in (("import", "Acme"), ("sdk", "Acme Inc")):
        upsert_accounts(workspace, [AccountRow("acme", name, attributes={"seats": 5})], source)
    upsert_accounts(workspace, [AccountRow("gone", "Gone"), AccountRow("dune", "Dune")])
    ann = PersonRow("ann", "ann@acme.example", account_id="acme", consent={"surveys": True})
    upsert_people(workspace, [ann])
    yesterday = clock.now() - timedelta(days=1)
    access.of(Statement).update(recorded_at=yesterday, first_at=yesterday, effective_on=yesterday.date())
    upsert_accounts(workspace, [AccountRow("acme", "Acme Ltd", attributes={"seats": 9})])
    term = TermRow("S1", "acme", 12_000_00, "USD", "year", date(2026, 1, 1), date(2027, 1, 1), product="Team")
    lost = TermRow("S2", "dune", 500_00, "USD", "month", date(2026, 1, 1))
    upsert_terms(workspace, [term, lost])
    for seats in (3, 4):
        upsert_terms(workspace, [TermRow(**{**vars(term), "seats": seats, "amount_minor": seats * 1_000_00})])
    acme, gone, dune = (access.of(Account).get(external_id=one) for one in ("acme", "gone", "dune"))
    renewals.call(access, acme.pk, "at_risk", "They said so", "S1")
    renewals.give_reason(access, dune.pk, date(2026, 3, 1), "price", "Too dear")
    renewals.set_target(access, "grr", "2026Q4", 0.9)
    set_economics(access, gross_margin=0.7, hourly_minor=90_00)
    Forecast.objects.create(
        workspace=workspace, quarter="2026Q4", as_of=date(2026, 10, 1), lost_minor=1, expected_minor=2,
        low_minor=1, high_minor=3, worst_minor=9, model="cohorts",
    )  # fmt: skip
    SavedView.objects.create(workspace=workspace, made_by="dana@us.example", name="Mine", query="q=acme")
    merge(access, "account", acme.pk, gone.pk)
    upload = SimpleUploadedFile("plan.txt", b"The plan")
    write_note(access, acme.pk, "See the plan", uploads=[upload])
    return access


def history(place: Path) -> dict[str, list[str]]:
    files = [one.path for one in CARRIED] + [notes.ATTACHMENTS]
    return {name: sorted((place / name).read_text("utf-8").splitlines()) for name in files}


def test_what_was_said_comes_back_whole(told: Access, tmp_path: Path) -> None:
    manifest = folder.write(told, tmp_path / "out", ["parquet"])
    again = cast.workspace("Again")
    done = restoring.restore(again, tmp_path / "out")
    assert "1 files of notes" in done.also
    folder.write(again, tmp_path / "again", ["parquet"])
    before, after = history(tmp_path / "out"), history(tmp_path / "again")
    assert {Path(name).stem for name, rows in before.items() if rows} >= SAID
    assert after == before
    assert again.of(Term).exclude(superseded_at=None).count() == 2
    assert manifest.history["history/merges.jsonl"] == 1

    assert again.of(Identity).get(observed="gone").target_id == again.of(Account).get(external_id="acme").pk
    a, b = date(2026, 1, 15), clock.today()
    for known_on in (None, clock.today() - timedelta(days=2)):
        first, second = (revenue(one, a, b, known_on) for one in (told, again))
        assert first.movements.table().drop_columns("account_id").sort_by("kind") == (
            second.movements.table().drop_columns("account_id").sort_by("kind")
        )
    assert calls.targets(again, "2026Q4") == calls.targets(told, "2026Q4")
    said = [
        sorted((one.call, one.reason, one.who) for one in calls.in_force(each, b).values())
        for each in (told, again)
    ]
    assert said[0] == said[1] != []
    file = again.of(Attachment).get()
    assert (file.name, file.size, file.note.text) == ("plan.txt", 8, "See the plan")


def test_a_workspace_with_customers_keeps_what_was_said_there(told: Access, tmp_path: Path) -> None:
    folder.write(told, tmp_path / "out", ["parquet"])
    other = cast.workspace("Other")
    upsert_accounts(other.workspace, [AccountRow("acme", "Ours")])
    said = set(other.of(Statement).values_list("pk", flat=True))
    restoring.restore(other, tmp_path / "out")
    assert said <= set(other.of(Statement).values_list("pk", flat=True))


def test_a_line_that_is_none_says_which(told: Access, tmp_path: Path) -> None:
    folder.write(told, tmp_path / "out", ["parquet"])
    wrong = (("{", "terms.jsonl, line 1"), ('{"starts_on": "soon"}', "terms.jsonl: .*'soon' cannot"))
    for text, says in wrong:
        (tmp_path / "out/history/terms.jsonl").write_text(text)
        with pytest.raises(folder.ExportProblem, match=says):
            restoring.restore(cast.workspace("Bad"), tmp_path / "out")
