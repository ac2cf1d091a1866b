"""Which profile an account has: by the first rule that fits, written down with the day it began."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date

from django.db.models import Case, CharField, QuerySet, Value, When

from tenure.accounts.models import Account
from tenure.health.models import ProfileSpan
from tenure.health.profile import DEFAULT, Profile
from tenure.kit.pieces import pieces
from tenure.segments.standpoint import Standpoint
from tenure.workspaces.models import Workspace

EVER = date(1900, 1, 1)  # since when an account has the profile that it had when it was first scored
FEW = 5_000  # from here on it is cheaper to look at all

Spans = dict[str, list[tuple[date, str]]]


def spans_of(workspace: Workspace, account_ids: Collection[str] | None = None) -> Spans:
    """The profiles of accounts (None: all) since which day; none where it was always the default."""
    rows = ProfileSpan.objects.filter(workspace=workspace)
    if account_ids is not None and len(account_ids) <= FEW:
        rows = rows.filter(account_id__in=account_ids)
    found: defaultdict[str, list[tuple[date, str]]] = defaultdict(list)
    for account_id, since, name in rows.order_by("since").values_list("account_id", "since", "profile"):
        found[account_id].append((since, name))
    return dict(found)


def chosen(
    accounts: QuerySet[Account], profiles: Sequence[Profile], standpoint: Standpoint
) -> dict[str, str]:
    """Each account's profile by name: the first whose rule fits, else the default; one query."""
    own = [one for one in profiles if one.name != DEFAULT]
    if not own:
        return dict.fromkeys(accounts.values_list("pk", flat=True), DEFAULT)
    whens = [When(one.rule.q(standpoint), then=Value(one.name)) for one in own]
    fits = Case(*whens, default=Value(DEFAULT), output_field=CharField())
    return dict(accounts.annotate(fits=fits).values_list("pk", "fits"))


def standpoint_of(workspace: Workspace, day: date) -> Standpoint:
    """From where the rules of profiles are read: nobody's own."""
    return Standpoint(day, workspace.currency)


def assign(
    workspace: Workspace,
    profiles: Sequence[Profile],
    day: date,
    account_ids: Collection[str] | None,
    known: Collection[str],
) -> set[str]:
    """Write down which profile these accounts (None: all) have from `day` on; gives those that changed.

    Who was never scored before (is not in `known`) has its profile ever since: its past is scored by it too.
    """
    rows = Account.objects.filter(workspace=workspace)
    if account_ids is not None and len(account_ids) <= FEW:
        rows = rows.filter(pk__in=account_ids)
    spans = spans_of(workspace, account_ids)
    if len(profiles) == 1 and not spans:
        return set()
    asked = None if account_ids is None else set(account_ids)
    now = {key: spans[key][-1][1] if key in spans else DEFAULT for key in spans}
    changed = {
        key: name
        for key, name in chosen(rows, profiles, standpoint_of(workspace, day)).items()
        if name != now.get(key, DEFAULT) and (asked is None or key in asked)
    }
    written = [
        ProfileSpan(workspace=workspace, account_id=key, profile=name, since=day if key in known else EVER)
        for key, name in changed.items()
    ]
    for piece in pieces(written):
        ProfileSpan.objects.bulk_create(
            piece, update_conflicts=True, unique_fields=["account", "since"], update_fields=["profile"]
        )
    return set(changed)
