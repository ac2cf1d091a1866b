"""Loads the demo company through the same imports as anybody's data, into a workspace of its own."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
from django.db import transaction

from tenure.accounts.models import Statement
from tenure.demo import company
from tenure.demo.removing import remove
from tenure.demo.simulate import ACCOUNTS, SEED, Simulated, simulate
from tenure.demo.truth import DAYS
from tenure.health.actions import compiling_ahead
from tenure.kit import clock
from tenure.sources.actions import import_file
from tenure.sources.imports.options import Options
from tenure.sources.models import ImportRun
from tenure.workspaces.access import Access, access_for_machine, all_workspaces
from tenure.workspaces.actions import create_workspace
from tenure.workspaces.models import Membership, User, Workspace
from tenure.workspaces.roles import Role

KINDS = "accounts people subscriptions events responses tickets goals notes deals costs".split()


class DemoFailed(Exception):
    """An import of the demo did not go through whole: the simulator and the imports disagree."""


def load(accounts: int = ACCOUNTS, seed: int = SEED) -> Workspace:
    """The demo company's workspace, made now if it is not there yet; half-made ones are made anew.

    Another `seed` makes another company, by which models are judged that were looked at on the first.
    What it imports is recorded as facts; scores and warnings follow where those are handled.
    """
    for workspace in all_workspaces().filter(is_demo=True):
        if workspace.memberships.exists():  # its owner comes last, so it is whole
            return workspace
        remove(workspace)
    workspace = create_workspace(
        company.NAME,
        zone=company.ZONE,
        currency=company.CURRENCY,
        own_domains=[company.OWN_DOMAIN],
        key_features=list(company.KEY_FEATURES),
        first_value_event=company.FIRST_VALUE,
        onboarding_steps=list(company.FIRST_STEPS),
        is_demo=True,
    )
    yesterday = clock.today(company.ZONE) - timedelta(days=1)
    with compiling_ahead(workspace):
        import_all(access_for_machine(workspace), simulate(yesterday, accounts, seed))
        _know_since(workspace, yesterday - timedelta(days=DAYS))
    _hand_over(workspace)
    return workspace


def import_all(access: Access, simulated: Simulated) -> None:
    """Import every table as a Parquet file; the demo is whole or not at all."""
    with tempfile.TemporaryDirectory(prefix="tenure-demo-") as folder:
        for kind in KINDS:
            path = Path(folder) / f"{kind}.parquet"
            pq.write_table(getattr(simulated, kind), path)
            run = import_file(access, kind, path, Options())
            if run.status != ImportRun.DONE or run.rows_rejected:
                raise DemoFailed(f"{kind}: {run.says}")


def _know_since(workspace: Workspace, day: date) -> None:
    """What sources say of the customers is said once, but held all along: history is judged by it."""
    Statement.objects.filter(workspace=workspace).update(effective_on=day)


@transaction.atomic
def _hand_over(workspace: Workspace) -> None:
    """Give the workspace its people, invented success managers who sign in by link only; the owner last."""
    for email in reversed(company.MANAGERS):
        name = email.partition("@")[0].capitalize()
        user, _ = User.objects.get_or_create(email=email, defaults={"name": name})
        role = Role.OWNER if email == company.MANAGERS[0] else Role.MANAGER
        Membership.objects.create(workspace=workspace, user=user, role=role.value)
