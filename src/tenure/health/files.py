"""Profiles as YAML files: the same profile as on screen, and the same checks."""

from __future__ import annotations

from pathlib import Path

import yaml

from tenure.health import profile as profiles
from tenure.health.profile import Profile, ProfileError, body_of
from tenure.metrics.catalogue import Metrics

LARGEST = 200_000  # bytes; a profile has a few thousand


def write(profile: Profile) -> str:
    """A profile as the text of its file."""
    body = body_of(profile)
    first = {key: body[key] for key in ("accounts", "place", "weight_of_outcomes", "bands")}
    if profile.name == profiles.DEFAULT:
        first = {key: first[key] for key in ("weight_of_outcomes", "bands")}
    sides = {side: body[side] for side in ("outcomes", "experience")}
    plain = _plain({"name": profile.name, **first, **sides})
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, default_flow_style=None, width=110)


def _plain(value: object) -> object:
    """Tuples as lists, whole numbers without their `.0`."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def read(text: str, file: str, metrics: Metrics | None = None) -> Profile:
    """The profile that a file's text holds, in a workspace with these metrics (None: the shipped ones).

    ProfileError names the file, the part and what would be right.
    """
    try:
        body = yaml.safe_load(text)
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        where = f"line {place.line + 1}: " if place else ""
        raise ProfileError(f"{file}: {where}this is not YAML; compare it with an exported file") from error
    if not isinstance(body, dict):
        raise ProfileError(f"{file}: a profile is a mapping with name, outcomes and experience")
    try:
        return profiles.read(body, metrics)
    except ProfileError as error:
        raise ProfileError(f"{file}: {error}") from error


def read_file(path: Path, metrics: Metrics) -> Profile:
    """The same from a file on disk."""
    try:
        if path.stat().st_size > LARGEST:
            raise ProfileError(f"{path}: larger than {LARGEST:,} bytes; this is no profile")
        return read(path.read_text("utf-8"), str(path), metrics)
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(
            f"{path}: cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8'}"
        ) from error
