"""Rows as they are, one JSON object a line, whose they are by outside ids: out of a workspace, into another.

For what no import reads: every version there ever was, what people said and when. Into an empty workspace it
comes in place of what the imports of the same export have just made: what was known when is as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Model

from tenure.accounts.announcing import EVER
from tenure.accounts.models import Account, Identity, Person
from tenure.accounts.queries import in_chunks
from tenure.kit import bulk, changes, outbox
from tenure.kit.facts import RecordsChanged
from tenure.sources.exports import lines
from tenure.workspaces.access import Access

_ROWS = 2_000
_WHOSE = {Identity.ACCOUNT: Account, Identity.PERSON: Person}
Said = dict[str, Any]


@dataclass(frozen=True)
class Carried:
    """A table whose rows go along. `stale`: the record table of which copies are made, if it is one."""

    label: str
    file: str
    stale: str = ""
    where: Mapping[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Its file in an export."""
        return f"history/{self.file}.jsonl"

    @property
    def model(self) -> type[Model]:
        """The table; some are on floors above."""
        return apps.get_model(self.label)

    @property
    def columns(self) -> Mapping[str, str]:
        """Columns by the path at which their value stands: references by the outside id of what they mean."""
        given = [one for one in self.model._meta.concrete_fields if one.attname not in ("id", "workspace_id")]
        return {
            f"{one.name}__external_id" if isinstance(one, models.ForeignKey) else one.attname: one.name
            for one in given
        }


CARRIED = (
    Carried("accounts.Identity", "identities", "identity"),
    Carried("accounts.Statement", "account_statements"),
    Carried("accounts.PersonStatement", "person_statements"),
    Carried("accounts.Consent", "consents"),
    Carried("accounts.AttributeRule", "attribute_rules"),
    Carried("revenue.Term", "terms", "term"),
    Carried("conversations.TicketVersion", "ticket_versions", "ticket"),
    Carried("plans.GoalVersion", "goal_versions", "goal"),
    Carried("health.ProfileSpan", "health_profile_spans", "health_profile"),
    Carried("insight.Economics", "economics"),
    Carried("renewals.Call", "renewal_calls", "renewal_call"),
    Carried("renewals.LossReason", "loss_reasons", "loss_reason"),
    Carried("renewals.Target", "targets"),
    Carried("renewals.Forecast", "forecasts"),
    Carried("events.EventPolicy", "event_policy"),
    Carried("events.MendingRule", "mending_rules"),
    Carried("events.EventName", "event_names", where={"description__gt": ""}),
    Carried("desk.SavedView", "saved_views"),
)

# Written, and not read back: model, file, what is said of each row.
TOLD: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "accounts.Regrouping",
        "merges",
        tuple("what kind kept_name other_name other_ref done_by done_at undone_by undone_at".split()),
    ),
    (
        "workspaces.Membership",
        "members",
        ("user__email", "role", "sees_all", "team", "joined_at", "closed_at"),
    ),
    ("workspaces.AuditEntry", "audit_log", ("who", "did", "what", "recorded_at")),
    ("events.RejectedEvent", "rejected_events", ("reason", "says", "body", "received_at", "replayed_at")),
)


def write(access: Access, folder: Path) -> dict[str, int]:
    """Write the rows of all these tables below a folder; gives how many are in each file."""
    found = {one.path: lines.write(folder / one.path, _rows(access, one)) for one in CARRIED}
    for label, file, names in TOLD:
        rows = access.of(apps.get_model(label)).order_by("pk").values(*names)
        found[f"history/{file}.jsonl"] = lines.write(
            folder / f"history/{file}.jsonl", map(_plain, rows.iterator(_ROWS))
        )
    return found


def _plain(row: Said) -> Said:
    """Bytes as text: a body may be anything."""
    return {
        name: bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else value
        for name, value in row.items()
    }


def _rows(access: Access, one: Carried) -> Iterator[Said]:
    columns = one.columns
    rows = access.of(one.model).filter(**one.where).order_by("pk").values_list(*columns)
    for some in in_chunks(rows.iterator(_ROWS), _ROWS):
        said = [dict(zip(columns.values(), row, strict=True)) for row in some]
        yield from _named(access, said) if one.model is Identity else said


def _named(access: Access, rows: Sequence[Said]) -> Iterator[Said]:
    """Whom ids mean, by outside ids; those who are gone are left out."""
    for kind, model in _WHOSE.items():
        ids = [row["target_id"] for row in rows if row["kind"] == kind]
        names = dict(access.of(model).filter(pk__in=ids).values_list("pk", "external_id"))
        for row in rows:
            if row["kind"] == kind and row["target_id"] in names:
                yield row | {"target_id": names[row["target_id"]]}


def take(access: Access, folder: Path) -> list[str]:
    """Put an export's rows in place of what an empty workspace's imports have made; gives what, in words.

    LineProblem, and that file's table stays as the imports made it, for a line that is none of it.
    """
    said = []
    for one in CARRIED:
        if (folder / one.path).exists() and (count := _take(access, one, folder / one.path)):
            said.append(f"{count:,} of {one.file.replace('_', ' ')}")
    return said


@transaction.atomic
def _take(access: Access, one: Carried, path: Path) -> int:
    access.of(one.model).delete()
    count = 0
    for some in in_chunks(lines.objects(path), _ROWS):
        rows = list(_made(access, one, some, path))
        bulk.add(rows)
        count += len(rows)
    if one.stale:
        changes.touch(access.workspace.pk, one.stale)
        outbox.record(RecordsChanged(workspace_id=access.workspace.pk, table=one.stale, first_day=EVER))
    return count


def _made(access: Access, one: Carried, rows: Sequence[Said], path: Path) -> Iterator[Model]:
    """Rows of ours; those of somebody who is not here are left out."""
    named = set(one.columns.values())
    fields = [of for of in one.model._meta.concrete_fields if of.name in named or of.attname in named]
    ids = {of.name: _ids(access, of, rows) for of in fields if isinstance(of, models.ForeignKey)}
    whose = {kind: _meant(access, model, rows) for kind, model in _WHOSE.items()}
    for row in rows:
        said: Said = {"workspace_id": access.workspace.pk}
        for of in fields:
            value = row.get(of.name)
            if isinstance(of, models.ForeignKey):
                said[of.attname] = ids[of.name].get(str(value))
            else:
                said[of.name] = _value(of, value, path)
        if one.model is Identity:
            said["target_id"] = whose.get(said["kind"], {}).get(said["target_id"])
        if all(said[of.attname] is not None or of.null for of in fields if of.attname in said):
            yield one.model(**said)


def _value(of: Any, value: Any, path: Path) -> Any:
    try:
        return of.to_python(value)
    except (ValidationError, TypeError, ValueError) as problem:
        says = f"{path.name}: {of.name} {str(value)[:60]!r} cannot be read; export it again"
        raise lines.LineProblem(says) from problem


def _ids(access: Access, of: models.ForeignKey, rows: Sequence[Said]) -> Mapping[str, str]:  # type: ignore[type-arg]
    """Our ids of what a column refers to."""
    refs = {row.get(of.name) for row in rows} - {None}
    found = access.of(of.related_model).filter(external_id__in=refs)
    return dict(found.values_list("external_id", "pk"))


def _meant(access: Access, model: type[Model], rows: Sequence[Said]) -> Mapping[str, str]:
    refs = {row.get("target_id") for row in rows} - {None}
    return dict(access.of(model).filter(external_id__in=refs).values_list("external_id", "pk"))
