"""What each kind of file becomes, what is set aside and why, and that nothing goes in twice."""

from __future__ import annotations

import csv
import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from django.core.exceptions import PermissionDenied
from django.http import Http404

from tenure.accounts.models import Account, AccountAttributes, Person
from tenure.events import views
from tenure.feedback.models import Response
from tenure.revenue.models import Subscription, Term
from tenure.revenue.queries import money_of
from tenure.sources import actions, queries
from tenure.sources.actions import draft_of, import_file
from tenure.sources.imports import preview, run_import
from tenure.sources.imports.files import Reading
from tenure.sources.imports.options import Options
from tenure.sources.models import ImportRun, RejectedRow
from tenure.workspaces.roles import Role
from tests import cast
from tests.sources.conftest import counts


def problems(run: ImportRun) -> dict[int, str]:
    return dict(RejectedRow.objects.filter(run=run).values_list("line", "says"))


def money(access, account: str, day: date):
    return money_of(access, access.of(Account).get(external_id=account).pk, day)


class TestAccounts:
    FILE = (
        "account_id,name,domain,owner,segment,employees,listed,zip\n"
        "acme,Acme,acme.example,dana@tenure.example,Enterprise,120,true,00123\n"
        "borealis,Borealis,,,,80,false,\n"
    )

    def test_further_columns_become_attributes_of_the_right_type(self, access, load):
        assert counts(load("accounts", self.FILE)) == (2, 0, 0, 0)
        acme = access.of(Account).get(external_id="acme")
        assert (acme.name, acme.domain, acme.segment) == ("Acme", "acme.example", "Enterprise")
        assert access.of(AccountAttributes).get(account=acme).data == {
            "employees": 120,
            "listed": True,
            "zip": "00123",
        }

    def test_the_same_file_twice_changes_nothing(self, access, load):
        load("accounts", self.FILE)
        assert counts(load("accounts", self.FILE)) == (0, 0, 2, 0)

    def test_an_empty_cell_erases_nothing(self, access, load):
        load("accounts", self.FILE)
        assert counts(load("accounts", "account_id,name,segment\nacme,Acme Inc,\n")) == (0, 1, 0, 0)
        acme = access.of(Account).get(external_id="acme")
        assert (acme.name, acme.segment) == ("Acme Inc", "Enterprise")

    def test_a_row_without_an_id_is_set_aside_alone(self, access, load):
        run = load("accounts", "account_id,name\nacme,Acme\n ,Nobody\ndune,Dune\n")
        assert counts(run) == (2, 0, 0, 1)
        assert problems(run) == {3: "account_id is empty; every row needs it: your own id of the customer"}

    def test_repeated_rows_are_the_same_and_contradicting_ones_are_not(self, access, load):
        run = load("accounts", "account_id,name\nacme,Acme\nacme,Acme\nacme,Acmé\n")
        assert counts(run) == (1, 0, 1, 1)
        assert problems(run) == {
            4: "account_id stands on line 2 already, with other values; keep one of the two"
        }

    def test_too_long_ids_are_said_to_be(self, access, load):
        run = load("accounts", f"account_id,name\n{'x' * 201},Long\n")
        assert problems(run) == {2: "account_id has 201 characters; it may have 200"}

    def test_hostile_text_is_only_text(self, access, load):
        name = "Robert'); drop table account;-- <script>alert(1)</script> ${x} {{x}}"
        text = f'account_id,name,"it\'s ""a"" column"\nr,"{name}",\'); select 1;--\n'
        assert counts(load("accounts", text)) == (1, 0, 0, 0)
        account = access.of(Account).get()
        assert account.name == name
        assert access.of(AccountAttributes).get().data == {'it\'s "a" column': "'); select 1;--"}


class TestPeople:
    def test_people_come_with_their_accounts(self, access, load):
        run = load(
            "people",
            "person_id,email,name,account_id,role,team\nann,Ann@Acme.example,Ann,acme,Champion,blue\n",
        )
        assert counts(run) == (1, 0, 0, 0)
        ann = access.of(Person).get()
        assert (ann.email, ann.role, ann.account.external_id) == ("ann@acme.example", "Champion", "acme")
        assert ann.attributes == {"team": "blue"}

    def test_an_address_that_is_none_is_told_with_the_row(self, access, load):
        run = load("people", "person_id,email\nann,ann at acme\nbo,\n")
        assert counts(run) == (1, 0, 0, 1)
        assert (
            problems(run)[2] == "email 'ann at acme' is not an e-mail address; write it like ann@acme.example"
        )


class TestSubscriptions:
    FILE = (
        "subscription_id,account_id,product,amount,currency,interval,seats,start,end,auto_renew\n"
        "S1,acme,Pro,1200.50,USD,year,20,2026-01-01,2027-01-01,yes\n"
        "S2,borealis,Pro,99,,month,,2026-02-01,,\n"
    )

    def test_terms_go_in_with_their_accounts(self, access, load):
        assert counts(load("subscriptions", self.FILE)) == (2, 0, 0, 0)
        term = access.of(Term).get(subscription__external_id="S1")
        assert (term.amount_minor, term.currency, term.interval, term.seats) == (120_050, "USD", "year", 20)
        assert (term.starts_on, term.ends_on, term.auto_renew) == (date(2026, 1, 1), date(2027, 1, 1), True)
        assert access.of(Term).get(subscription__external_id="S2").currency == "USD"

    def test_the_same_again_changes_nothing_and_another_amount_is_a_version(self, access, load):
        load("subscriptions", self.FILE)
        assert counts(load("subscriptions", self.FILE)) == (0, 0, 2, 0)
        assert counts(load("subscriptions", self.FILE.replace("99", "120"))) == (0, 1, 1, 0)
        versions = access.of(Term).filter(subscription__external_id="S2").order_by("recorded_at")
        assert [(one.amount_minor, one.superseded_at is None) for one in versions] == [
            (9900, False),
            (12000, True),
        ]

    @pytest.mark.parametrize(
        ("row", "says"),
        [
            ("S9,acme,abc,USD,month,2026-01-01,", "amount 'abc' is not a number; write it like 29.85"),
            ("S9,acme,-5,USD,month,2026-01-01,", "amount '-5' is out of range"),
            ("S9,acme,5,euros,month,2026-01-01,", "currency 'euros' is not a currency"),
            ("S9,acme,5,EUR,month,2026-01-01,", "currency 'EUR' has no exchange rate: import rates first"),
            ("S9,acme,5,USD,fortnight,2026-01-01,", "interval 'fortnight' is no interval; write week, month"),
            ("S9,acme,5,USD,month,2026-02-30,", "start '2026-02-30' is not a date"),
            ("S9,acme,5,USD,month,,", "start is missing; give the first day"),
            ("S9,acme,5,USD,month,2026-01-01,2026-01-01", "end '2026-01-01' is not after the start, 2026"),
            ("S9,,5,USD,month,2026-01-01,", "account_id is empty"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_names_row_field_and_remedy_and_the_rest_goes_in(self, access, load, row, says):
        header = "subscription_id,account_id,amount,currency,interval,start,end\n"
        run = load("subscriptions", f"{header}S1,acme,5,USD,month,2026-01-01,\n{row}\n")
        assert counts(run) == (1, 0, 0, 1)
        assert problems(run)[3].startswith(says)

    def test_all_that_is_wrong_with_a_row_is_said_at_once(self, access, load):
        run = load("subscriptions", "account_id,amount,start\nacme,much,soon\n")
        [says] = problems(run).values()
        assert "amount 'much'" in says
        assert "start 'soon'" in says
        assert "is missing" not in says

    def test_months_and_churned_are_counted_back_from_the_file_s_day(self, access, load):
        text = "account_id,MonthlyCharges,tenure,Churn\n"
        text += "acme,50,12,No\ndune,70,5,Yes\ncinder,20,0,No\nbriefly,10,0,Yes\n"
        run = load("subscriptions", text, as_of=date(2026, 3, 31))
        assert counts(run) == (4, 0, 0, 0)
        day = date(2026, 3, 31)
        paid = [money(access, one, day).mrr_minor for one in ("acme", "dune", "cinder", "briefly")]
        assert paid == [5000, 0, 2000, 0]
        dune = access.of(Term).filter(subscription__external_id="dune").order_by("recorded_at")
        assert [(one.starts_on, one.ends_on) for one in dune] == [
            (date(2025, 10, 31), None),
            (date(2025, 10, 31), date(2026, 3, 31)),
        ]
        assert dune[0].recorded_at.date() == date(2025, 10, 31)
        assert dune[0].superseded_at == dune[1].recorded_at
        assert dune[1].recorded_at.date() == date(2026, 3, 31)
        assert money(access, "dune", date(2026, 3, 30)).mrr_minor == 7000

    def test_a_contract_s_end_is_known_from_its_start_but_not_that_of_what_rolls_on(self, access, load):
        text = "account_id,amount,interval,start,end,auto_renew\n"
        text += "dune,70,month,2025-01-15,2026-02-15,yes\nacme,900,year,2025-01-15,2026-01-15,no\n"
        assert counts(load("subscriptions", text, as_of=date(2026, 3, 31))) == (2, 0, 0, 0)
        ends = access.of(Term).order_by("recorded_at")
        dune = ends.filter(account__external_id="dune").values_list("ends_on", flat=True)
        acme = ends.filter(account__external_id="acme").values_list("ends_on", flat=True)
        assert list(dune) == [None, date(2026, 2, 15)]
        assert list(acme) == [date(2026, 1, 15)]

    def test_next_month_s_export_is_about_the_same_terms(self, access, load):
        load(
            "subscriptions",
            "account_id,amount,months,churned\nacme,50,12,No\ndune,70,5,Yes\n",
            as_of=date(2026, 3, 31),
        )
        text = "account_id,amount,months,churned\nacme,50,13,No\ndune,70,5,Yes\n"
        assert counts(load("subscriptions", text, as_of=date(2026, 4, 30))) == (0, 0, 2, 0)
        gone = text.replace("13,No", "14,Yes")
        assert counts(load("subscriptions", gone, as_of=date(2026, 5, 31))) == (0, 1, 1, 0)
        assert money(access, "acme", date(2026, 5, 30)).mrr_minor == 5000
        assert money(access, "acme", date(2026, 5, 31)).mrr_minor == 0

    def test_a_first_file_in_one_other_currency_says_how_to_go_on(self, access, load):
        run = load(
            "subscriptions",
            "account_id,amount,currency,start\nacme,5,EUR,2026-01-01\ndune,6,EUR,2026-01-01\n",
        )
        assert counts(run) == (0, 0, 0, 2)
        assert "counts in USD" in run.says
        assert "EUR" in run.says

    def test_another_currency_goes_in_once_its_rate_is_known(self, access, load):
        assert counts(load("rates", "date,currency,rate\n2025-01-01,EUR,1.5\n")) == (1, 0, 0, 0)
        row = "account_id,amount,currency,interval,start\nacme,100,EUR,month,2026-01-01\n"
        assert counts(load("subscriptions", row)) == (1, 0, 0, 0)
        assert money(access, "acme", date(2026, 1, 1)).mrr_minor == 15_000

    def test_several_rows_of_one_subscription_are_its_successive_terms(self, access, load):
        text = "subscription_id,account_id,amount,interval,start,end\n"
        text += "S1,acme,100,month,2025-01-01,2026-01-01\nS1,acme,150,month,2026-01-01,2027-01-01\n"
        assert counts(load("subscriptions", text)) == (2, 0, 0, 0)
        assert access.of(Subscription).count() == 1
        days = date(2025, 12, 31), date(2026, 1, 1), date(2027, 2, 1)  # past due for a month
        assert [money(access, "acme", day).mrr_minor for day in days] == [10_000, 15_000, 0]


class TestEvents:
    FILE = (
        "timestamp,account_id,person_id,event,plan,seats\n"
        "2026-03-01T10:00:00Z,acme,ann,report_opened,pro,3\n"
        "2026-03-01 11:00:00,acme,bo,report_opened,,\n"
        "2026-03-01T10:00:00Z,acme,ann,report_opened,pro,3\n"
    )

    @staticmethod
    def events(access, columns="event") -> list[tuple]:
        with views.connect(access.workspace) as lake:
            return lake.execute(f"select {columns} from events order by occurred_at, message_id").fetchall()

    def test_events_go_into_the_lake_with_properties_people_and_accounts(self, access, load):
        assert counts(load("events", self.FILE)) == (3, 0, 0, 0)
        found = self.events(access, "event, person_ref, epoch(occurred_at)::bigint, properties")
        assert [(event, person, at) for event, person, at, _ in found] == [
            ("report_opened", "ann", datetime(2026, 3, 1, 10, tzinfo=UTC).timestamp()),
            ("report_opened", "ann", datetime(2026, 3, 1, 10, tzinfo=UTC).timestamp()),
            ("report_opened", "bo", datetime(2026, 3, 1, 11, tzinfo=UTC).timestamp()),
        ]
        assert [json.loads(properties) for *_, properties in found] == [{"plan": "pro", "seats": 3}] * 2 + [
            {}
        ]
        assert access.of(Person).get(external_id="ann").account.external_id == "acme"

    def test_the_same_file_twice_adds_nothing_and_true_repeats_stay(self, access, load):
        load("events", self.FILE)
        assert counts(load("events", self.FILE)) == (0, 0, 3, 0)
        assert len(self.events(access)) == 3

    def test_a_longer_file_adds_what_is_new(self, access, load):
        load("events", self.FILE)
        more = self.FILE + "2026-04-01T10:00:00Z,acme,ann,report_opened,pro,3\n"
        assert counts(load("events", more)) == (1, 0, 3, 0)

    def test_a_message_id_counts_once(self, access, load):
        text = "timestamp,person_id,event,message_id\n"
        text += "2026-03-01,ann,a,m1\n2026-03-02,ann,b,m1\n2026-03-02,ann,b,m2\n"
        assert counts(load("events", text)) == (2, 0, 1, 0)

    def test_times_without_a_zone_are_the_workspace_s(self, access, load):
        access.workspace.zone = "America/New_York"
        access.workspace.save()
        load("events", "timestamp,person_id,event\n2026-03-01 23:30:00,ann,a\n")
        assert self.events(access, "occurred_at::varchar, day") == [
            ("2026-03-02 04:30:00+00", date(2026, 3, 1))
        ]

    def test_an_event_of_nobody_and_one_of_tomorrow_s_morrow_are_set_aside(self, access, load):
        run = load(
            "events",
            "timestamp,account_id,person_id,event\n2026-03-01,,,a\n2199-01-01,acme,,a\n2026-03-01,acme,,a\n",
        )
        assert counts(run) == (1, 0, 0, 2)
        assert "needs a person, an account, or both" in problems(run)[2]
        assert "lies in the future" in problems(run)[3]


class TestResponses:
    FILE = (
        "timestamp,account_id,person_id,survey,score,comment\n"
        "2026-03-01T10:00:00Z,acme,ann,NPS,9,Saves us a day\n"
        "2026-03-01,acme,,csat,4,\n"
        "2026-03-01,acme,,csat,4,\n"
        "2026-03-02,borealis,bo,onboarding,42,\n"
    )

    def test_answers_go_in_once_and_unsigned_ones_all_count(self, access, load):
        assert counts(load("responses", self.FILE)) == (4, 0, 0, 0)
        assert counts(load("responses", self.FILE)) == (0, 0, 4, 0)
        assert access.of(Response).get(person__external_id="ann").survey == "nps"

    def test_a_score_off_the_scale_is_set_aside_with_the_scale(self, access, load):
        run = load(
            "responses",
            self.FILE.replace(",9,", ",11,").replace("csat,4,\n2026-03-02", "csat,3.5,\n2026-03-02"),
        )
        assert counts(run) == (2, 0, 0, 2)
        assert "is not on the scale of nps; it must be a whole number from 0 to 10" in problems(run)[2]
        assert "a whole number from 1 to 5" in problems(run)[4]

    def test_one_survey_for_a_whole_file(self, access, load):
        run = load("responses", "timestamp,account_id,score\n2026-03-01,acme,7\n", set={"survey": "nps"})
        assert counts(run) == (1, 0, 0, 0)
        assert access.of(Response).get().survey == "nps"


def test_gzipped_files_are_imported_like_plain_ones(access, load):
    assert counts(load("accounts", gzip.compress(TestAccounts.FILE.encode()))) == (2, 0, 0, 0)


def test_rejected_rows_are_all_kept_in_a_file_that_can_be_mended_and_imported(access, load):
    text = (
        "account_id,amount,start,note\n"
        + "".join(f"a{n},x{n},2026-01-01,n\n" for n in range(1200))
        + "good,5,2026-01-01,n\nragged,5\n"
    )
    run = load("subscriptions", text)
    assert counts(run) == (1, 0, 0, 1201)
    assert RejectedRow.objects.filter(run=run).count() == 1000
    path = queries.rejected_path(access, run.pk)
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["rejected_line", "rejected_because", "account_id", "amount", "start", "note"]
    assert len(rows) == 1201
    assert rows[0] == ["2", problems(run)[2], "a0", "x0", "2026-01-01", "n"]
    assert rows[-1][0] == "1203"
    assert rows[-1][2:] == ["ragged", "5"]
    mended = path.read_text().replace(",x", ",")
    again = load("subscriptions", mended)
    assert counts(again) == (1200, 0, 0, 1)


def test_a_file_that_cannot_be_read_ends_the_run_with_the_reason(access, load):
    run = load("accounts", "colour\nred\n")
    assert run.status == ImportRun.FAILED
    assert "has no column for account_id; it has colour" in run.says


def test_a_viewer_may_not_import_and_a_neighbour_sees_nothing(access, neighbour, load):
    vic = cast.member(access, "Vic", Role.VIEWER)
    with pytest.raises(PermissionDenied):
        draft_of(vic, "accounts", Path("x.csv"), Options())
    run = load("accounts", TestAccounts.FILE)
    assert queries.recent_runs(neighbour) == []
    assert not neighbour.of(Account).exists()
    for read in (queries.run_of, queries.problems_of, queries.rejected_path):
        with pytest.raises(Http404):
            read(neighbour, run.pk)


SPOILT = [
    {"account_id": "acme", "amount": "5", "start": "2026-01-01", "note": "=SUM(A1)"},
    {"account_id": "dune", "amount": "five", "start": "2026-01-01", "note": 'a, "b"'},
    {"account_id": "", "amount": "7", "start": "2026-01-01", "note": "-"},
]


def _spoilt(form: str, path: Path) -> Path:
    """A file of a format in which two of three rows cannot be taken."""
    header = list(SPOILT[0])
    if form == "csv":
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, header)
            writer.writeheader()
            writer.writerows(SPOILT)
    elif form == "xlsx":
        with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate([header, *(list(one.values()) for one in SPOILT)]):
                sheet.write_row(number, 0, row)
    elif form == "parquet":
        pq.write_table(pa.Table.from_pylist(SPOILT), path)
    else:
        path.write_text("".join(f"{json.dumps(row)}\n" for row in SPOILT))
    return path


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet", "jsonl"])
def test_rejected_rows_of_every_format_are_mended_and_sent_again(access, tmp_path, form):
    run = import_file(access, "subscriptions", _spoilt(form, tmp_path / f"file.{form}"), Options())
    assert counts(run) == (1, 0, 0, 2)
    path = queries.rejected_path(access, run.pk)
    text = path.read_text()
    assert "'five' is not a number" in text
    assert "is empty; every row needs it" in text
    mended = tmp_path / "mended.csv"
    mended.write_text(text.replace("dune,five", "dune,6").replace(",,7,", ",cinder,7,"))
    again = import_file(access, "subscriptions", mended, Options())
    assert counts(again) == (2, 0, 0, 0)
    amounts = access.of(Term).order_by("amount_minor").values_list("account__external_id", "amount_minor")
    assert list(amounts) == [("acme", 500), ("dune", 600), ("cinder", 700)]
    assert counts(import_file(access, "subscriptions", mended, Options())) == (0, 0, 2, 0)


def test_how_columns_were_corrected_is_remembered_for_the_next_file_of_the_shape(access):
    def bring(*rows: str) -> ImportRun:
        return actions.upload(
            access, "export.csv", [("Wer,Was,Wo\n" + "".join(f"{r}\n" for r in rows)).encode()]
        )

    first = bring("acme,Acme,Kiel", "dune,Dune,Ulm")
    assert first.learnt_from == ""
    said = Options({"account_id": "Wer", "name": "Was", "domain": ""}, {"segment": "new"})
    actions.choose(access, first.pk, "accounts", said)
    actions.request_import(access, first.pk)
    run_import(first.pk)
    second = bring("cinder,Cinder,Bonn")
    assert (second.kind, second.learnt_from) == ("accounts", "export.csv")
    shown = {one.ours: one.theirs or one.value for one in preview(second).columns}
    assert (shown["account_id"], shown["name"], shown["segment"]) == ("Wer", "Was", "new")
    actions.request_import(access, second.pk)
    assert counts(run_import(second.pk)) == (1, 0, 0, 0)
    assert access.of(Account).get(external_id="cinder").name == "Cinder"
    other = actions.upload(access, "other.csv", [b"Wer,Was,Wo,Wann\na,b,c,d\n"])
    assert other.learnt_from == ""


def test_rejected_rows_of_a_file_read_another_way_are_sent_again_on_screen(access):
    """A file in another encoding, with another separator and a column of theirs chosen, as pages say it."""
    rows = "Kürzel;Wert;seit\nacme;5,50;2026-01-01\n;7,00;2026-01-01\n"
    first = actions.upload(access, "alt.csv", [rows.encode("cp1252")])
    said = {"account_id": "Kürzel", "amount": "Wert", "start": "seit"}
    options = Options(said, {"interval": "year"}, reading=Reading("cp1252", ";"))
    actions.choose(access, first.pk, "subscriptions", options)
    actions.request_import(access, first.pk)
    assert counts(run_import(first.pk)) == (1, 0, 0, 1)
    mended = queries.rejected_path(access, first.pk).read_text().replace(",,", ",dune,", 1)
    again = actions.upload(access, "mended.csv", [mended.encode()])
    assert again.learnt_from == "alt.csv"
    actions.request_import(access, again.pk)
    assert counts(run_import(again.pk)) == (1, 0, 0, 0)
    assert access.of(Term).get(account__external_id="dune").amount_minor == 700
