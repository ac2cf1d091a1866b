"""A change of a profile is tried on everybody first, then saved as a version; files say the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from typer.testing import CliRunner

from tenure.cli import health_profiles as _profiles  # noqa: F401 - adds the commands
from tenure.cli.base import app
from tenure.health import editing, files, overrides
from tenure.health import profile as profiles
from tenure.health.differences import differences
from tenure.health.editing import Outdated
from tenure.health.models import HealthProfile
from tenure.health.preview import preview, preview_of_removal
from tenure.health.profile import ProfileError
from tenure.health.versions import versions_of
from tenure.kit import clock, outbox
from tenure.kit.facts import RecordsChanged
from tenure.segments.standpoint import Standpoint
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Role
from tests import cast
from tests.health.scene import known, only


@pytest.fixture
def three(access: Access) -> Access:
    """Acme uses all its seats, Borealis a fifth of them, of Cinder nothing is known, Dune has left."""
    known(access, "Acme", seat_use=1.0)
    known(access, "Borealis", segment="Large", seat_use=0.2)
    known(access, "Cinder")
    known(access, "Dune", seat_use=1.0, live_terms=0)
    return access


# --- preview


def test_a_preview_counts_who_would_change_band_and_says_why(three: Access) -> None:
    told = preview(three, only("seat_use", 0.25))
    assert told.flows == {("good", "good"): 1, ("poor", "good"): 1, ("", ""): 2}
    assert (told.accounts, told.change_band, told.rescored, told.belongs) == (4, 1, 1, 4)
    (moved,) = told.moved
    assert (moved.name, moved.before, moved.after) == ("Borealis", pytest.approx(25), pytest.approx(80))
    assert moved.part == "Seat use counts 60\u00a0% instead of 20\u00a0% and is on another curve"
    assert told.coverage_before == pytest.approx(0.2 * 2 / 3)
    assert told.coverage == pytest.approx(0.6 * 2 / 3)


def test_a_preview_tells_who_comes_under_another_profile(three: Access) -> None:
    told = preview(three, only("seat_use", 0.25, name="large", accounts=["segment.is.Large"], place=1))
    assert told.belongs == 1
    assert [(one.name, one.profile_before, one.profile) for one in told.moved] == [
        ("Borealis", "Default", "Large")
    ]
    editing.save(three, only("seat_use", 0.25, name="large", accounts=["segment.is.Large"], place=1))
    back = preview_of_removal(three, "large")
    assert [(one.name, one.profile_before, one.profile) for one in back.moved] == [
        ("Borealis", "Large", "Default")
    ]


def test_who_is_scored_by_hand_stays_so_in_a_preview(three: Access) -> None:
    borealis = three.of(type(known(three, "Eos"))).get(name="Borealis")
    overrides.set_override(three, borealis.pk, 30, "They told us so", clock.today())
    assert preview(three, only("seat_use", 0.25)).change_band == 0


def test_the_same_profile_changes_nothing(three: Access) -> None:
    told = preview(three, profiles.default())
    assert (told.rescored, told.moved, told.change_band) == (0, (), 0)


def test_a_neighbours_accounts_are_no_part_of_it(three: Access, neighbour: Access) -> None:
    known(neighbour, "Otherco", seat_use=0.2)
    assert preview(three, only("seat_use", 0.25)).accounts == 4


# --- saving


def test_a_save_makes_a_version_and_asks_for_scores(three: Access) -> None:
    row = editing.save(three, only("seat_use", 0.5), "  Seats say\nit all ", based_on=1)
    assert (row.version, row.comment, row.author) == (2, "Seats say it all", "command line")
    (asked,) = [one.fact for one in outbox.read("test") if isinstance(one.fact, RecordsChanged)]
    assert (asked.table, asked.account_ids, asked.first_day) == (
        "health_profile",
        (),
        clock.today().isoformat(),
    )
    with pytest.raises(Outdated, match="version 2 of Default was saved meanwhile"):
        editing.save(three, only("seat_use", 0.6), based_on=1)
    assert three.workspace.audit.get().what == "Default v2: Seats say it all"


def test_only_who_defines_saves(three: Access) -> None:
    for role in (Role.MANAGER, Role.AGENT, Role.VIEWER):
        who = cast.member(three, role.value, role)
        with pytest.raises(PermissionDenied):
            editing.save(who, only("seat_use", 0.5))
        with pytest.raises(PermissionDenied):
            editing.remove(who, "default")
        with pytest.raises(PermissionDenied):
            editing.reorder(who, [])
    assert not HealthProfile.objects.exists()


def test_the_default_stays_and_what_is_not_there_cannot_go(three: Access) -> None:
    with pytest.raises(ProfileError, match="the default cannot be removed"):
        editing.remove(three, "default")
    with pytest.raises(ProfileError, match="there is no profile 'karma'"):
        editing.remove(three, "karma")


def test_another_order_is_a_version_of_those_that_moved(three: Access) -> None:
    for place, name in enumerate(("large", "small"), start=1):
        editing.save(three, only("seat_use", 1, name=name, accounts=[f"segment.is.{name}"], place=place))
    editing.reorder(three, ["small", "large"])
    names = [one.name for one in versions_of(three.workspace).in_force(clock.today())]
    assert names == ["small", "large", "default"]
    with pytest.raises(ProfileError, match="name each of"):
        editing.reorder(three, ["small"])


def test_a_difference_reads_as_sentences() -> None:
    old = profiles.default()
    body: dict[str, Any] = json.loads(json.dumps(profiles.body_of(old)))
    body["weight_of_outcomes"] = 0.5
    body["bands"] = {"good": 75, "fair": 40}
    body["outcomes"][0]["measures"][0] |= {"weight": 4, "curve": [[0, 0], [0.5, 90], [1, 100]]}
    del body["experience"][0]["measures"][1]
    assert differences(old, profiles.read(body), Standpoint(clock.today())) == [
        "Outcomes count 50\u00a0% instead of 60\u00a0%",
        "Good from 75 instead of 70",
        "CSAT taken out",
        "Seat use: weight 4 instead of 3",
        "Seat use: 50\u00a0% gives 90 points instead of 55",
    ]
    assert differences(old, old, Standpoint(clock.today())) == []


@pytest.mark.parametrize(
    ("accounts", "name", "says"),
    [
        ([], "large", "only the default takes everybody"),
        (["segment.is.Large"], "default", "the default is for everybody who is left"),
        (["score.below.40"], "poor", "Success score comes out of the profile"),
        (["owner.is.me"], "mine", "“me” is somebody else"),
        (["karma.is.good"], "large", "there is no field “karma”"),
        (["segment.is.Large"], "../etc", "use small letters"),
        (["segment.is.Large"], "new", "use small letters"),
    ],
)
def test_whose_a_profile_is_has_to_make_sense(accounts: list[str], name: str, says: str) -> None:
    with pytest.raises(ProfileError, match=says):
        only("seat_use", 1, name=name, accounts=accounts)


def test_bands_alone_move_nobodys_score(three: Access) -> None:
    told = preview(
        three, profiles.read(profiles.body_of(profiles.default()) | {"bands": {"good": 20, "fair": 10}})
    )
    assert (told.change_band, told.rescored, told.touched, told.more) == (1, 0, 1, 0)
    assert told.moved[0].part == "the bands"


# --- files


def test_a_profile_survives_its_file() -> None:
    for one in (profiles.default(), only("arr", 1e9, name="large", accounts=["arr.at_least.1000"], place=2)):
        again = files.read(files.write(one), "x.yaml")
        assert profiles.body_of(again) == profiles.body_of(one)
        assert again.name == one.name


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [", r"bad\.yaml: line 1: this is not YAML"),
        ("- 1", r"bad\.yaml: a profile is a mapping"),
        ("outcomes: []", r"bad\.yaml: outcomes, experience: 0 measures"),
        (
            "outcomes: [{title: A, measures: [{metric: seat_use, weight: x, curve: [[0, 0], [1, 9]]}]}]",
            r"bad\.yaml: .*outcomes\[0\]\.measures\[0\]\.weight",
        ),
        (
            "outcomes: [{title: A, measures: [{metric: karma, weight: 1, curve: [[0, 0], [1, 9]]}]}]",
            r"bad\.yaml: there is no metric 'karma'",
        ),
        ("!!python/object/apply:os.system ['x']", r"bad\.yaml: line 1: this is not YAML"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(text: str, says: str) -> None:
    with pytest.raises(ProfileError, match=says):
        files.read(text, "bad.yaml")


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["health", "profiles", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_profiles_go_out_and_come_back_as_files(three: Access, tmp_path: Path) -> None:
    editing.save(three, only("seat_use", 1, name="large", accounts=["segment.is.Large"], place=1))
    assert "2 profiles" in run("export", str(tmp_path))
    file = tmp_path / "large.yaml"
    assert "nothing would change" in run("import", str(file), "--dry-run").lower()
    file.write_text(file.read_text().replace("[1, 100]", "[0.25, 100]"))
    shown = run("import", str(file), "--dry-run")
    assert "Seat use: 25\u00a0% gives 100 points instead of 25" in shown
    assert "Borealis" in shown
    assert versions_of(three.workspace).next_version("large") == 2
    told = json.loads(run("import", str(file), "--dry-run", "--json"))
    assert (told["change_band"], told["saved"]) == (1, None)
    assert "version 2" in run("import", str(file), "--comment", "From the file")
    assert HealthProfile.objects.get(name="large", version=2).comment == "From the file"


def test_a_wrong_file_is_refused_in_one_line(three: Access, tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("outcomes: []")
    done = CliRunner().invoke(app, ["health", "profiles", "import", str(file)])
    assert (done.exit_code, "bad.yaml: outcomes, experience: 0 measures" in done.stderr) == (1, True)
    done = CliRunner().invoke(app, ["health", "profiles", "import", str(tmp_path / "none.yaml")])
    assert (done.exit_code, "cannot be read" in done.stderr) == (1, True)
