"""A workspace's settings as files, and back: what figures rest on, its own metrics, its health profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml
from django.db import transaction

from tenure.accounts import matching
from tenure.accounts.models import MatchingRule
from tenure.health import files as profile_files
from tenure.health import moving
from tenure.health.profile import ProfileError
from tenure.health.versions import versions_of
from tenure.kit import clock
from tenure.kit.business import Calendar
from tenure.metrics import actions as metrics
from tenure.metrics import files as metric_files
from tenure.metrics.own import OwnMetricError
from tenure.sources.exports import lines
from tenure.workspaces.access import Access, workspace_of_job
from tenure.workspaces.actions import change_fiscal_year, change_settings
from tenure.workspaces.rules import Settings

WORKSPACE = "config/workspace.yaml"
METRICS = "config/metrics/own.yaml"
PROFILES = "config/health"
VERSIONS = "history/health_profiles.jsonl"
_LARGEST = 2_000_000  # bytes of a file of settings


class SettingsProblem(Exception):
    """A file of settings that cannot be read; says which, and what would be right."""


class Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`config/workspace.yaml`."""

    name: str = ""
    zone: str = "UTC"
    currency: str = "USD"
    fiscal_year_starts: int = 1
    own_domains: tuple[str, ...] = ()
    first_value_event: str = ""
    onboarding_steps: tuple[str, ...] = ()
    key_features: tuple[str, ...] = ()
    plan_features: Mapping[str, tuple[str, ...]] = {}
    seats_from: str = ""
    business_hours: Mapping[str, Any] = {}
    people_by_domain: str = MatchingRule.ATTACH


def write(access: Access, folder: Path) -> list[str]:
    """Write the settings below a folder; gives the files' names."""
    workspace = workspace_of_job(access.workspace.pk)  # as it is now, whatever the caller holds
    (folder / PROFILES).mkdir(parents=True, exist_ok=True)
    (folder / METRICS).parent.mkdir(exist_ok=True)
    said = {name: getattr(workspace, name) for name in Written.__struct_fields__ if hasattr(workspace, name)}
    said["people_by_domain"] = matching.rule_of(workspace)
    _dump(folder / WORKSPACE, said)
    (folder / METRICS).write_text(metric_files.write(workspace), "utf-8")
    names = [WORKSPACE, METRICS]
    for profile in versions_of(workspace).in_force(clock.today(workspace.zone)):
        names.append(f"{PROFILES}/{profile.name}.yaml")
        (folder / names[-1]).write_text(profile_files.write(profile), "utf-8")
    return names


def _dump(path: Path, said: Mapping[str, Any]) -> None:
    path.write_text(yaml.safe_dump(dict(said), sort_keys=False, allow_unicode=True, width=100), "utf-8")


def read(access: Access, folder: Path) -> list[str]:
    """Have a workspace without customers be set as an export says; gives what was set, in words.

    All or nothing: SettingsProblem says which file is wrong and what would be right.
    """
    try:
        with transaction.atomic():
            return [
                *_read_workspace(access, folder),
                *_read_metrics(access, folder),
                *_read_profiles(access, folder),
            ]
    except (ProfileError, OwnMetricError) as problem:
        raise SettingsProblem(str(problem)) from problem


def _read_workspace(access: Access, folder: Path) -> list[str]:
    written = _written(folder)
    workspace = access.workspace
    settings = Settings(
        workspace.name, written.zone, written.currency, written.own_domains, written.key_features
    )
    try:
        change_settings(access, settings)
        change_fiscal_year(access, written.fiscal_year_starts)
        for name, plan, value in _named(written):
            metrics.name_input(access, name, value, plan)
        if written.business_hours:
            metrics.set_business_hours(access, Calendar.read(written.business_hours))
        matching.choose(access, written.people_by_domain)
    except (ValueError, TypeError) as problem:
        says = problem.args[0] if problem.args else problem
        wrong = " ".join(says.values()) if isinstance(says, dict) else says
        raise SettingsProblem(f"{WORKSPACE}: {wrong}") from problem
    workspace.refresh_from_db()
    return ["the workspace's settings"]


def _written(folder: Path) -> Written:
    try:
        return msgspec.convert(yaml.safe_load(_text(folder / WORKSPACE)) or {}, Written)
    except (yaml.YAMLError, msgspec.ValidationError) as problem:
        says = str(problem).split("\n", 1)[0]
        raise SettingsProblem(f"{WORKSPACE}: {says}; compare it with an exported file") from problem


def _named(written: Written) -> Sequence[tuple[str, str, str]]:
    """What is named one by one: the input, the plan it is for, the value."""
    found = [
        (name, "", value) for name in ("first_value_event", "seats_from") if (value := getattr(written, name))
    ]
    found += [("onboarding_steps", "", value) for value in written.onboarding_steps]
    found += [
        ("plan_features", plan, value) for plan, values in written.plan_features.items() for value in values
    ]
    return found


def _read_metrics(access: Access, folder: Path) -> list[str]:
    if not (folder / METRICS).exists():
        return []
    count = metrics.save_metrics(access, metric_files.read(_text(folder / METRICS)))
    return [f"{count} of its own metrics"] if count else []


def _read_profiles(access: Access, folder: Path) -> list[str]:
    if not (folder / VERSIONS).exists():
        return []
    count = moving.take_versions(access, lines.read(folder / VERSIONS, moving.MovedVersion))
    return [f"{count} versions of health profiles"] if count else []


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise SettingsProblem(f"{path}: larger than {_LARGEST:,} bytes; these are no settings")
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        why = getattr(problem, "strerror", None) or "not UTF-8"
        raise SettingsProblem(f"{path}: cannot be read: {why}") from problem
