"""`python -m tenure.bench._filled WORKSPACE ACCOUNTS PAGE`: fills an installation for `bench pages`."""

from __future__ import annotations

import json
import sys
from datetime import timedelta

import pyarrow as pa

from tenure.cli.base import start_django

start_django()  # before anything that has tables is imported

from django.test import Client  # noqa: E402

from tenure.accounts.models import Account, Identity  # noqa: E402
from tenure.bench._contracts import contracts  # noqa: E402
from tenure.bench._customers import fill, insert  # noqa: E402
from tenure.events.actions import load_events  # noqa: E402
from tenure.health.models import Standing  # noqa: E402
from tenure.kit import clock, statistics  # noqa: E402
from tenure.web.queries.customers import PAGE  # noqa: E402
from tenure.web.queries.keyset import Mark  # noqa: E402
from tenure.workspaces.access import workspace_of_job  # noqa: E402
from tenure.workspaces.models import Membership, User, Workspace  # noqa: E402


def main(workspace_id: str, accounts: int, page: int) -> None:
    """Fill a workspace; print a session, some accounts and marks of the usual order from a page on."""
    workspace = workspace_of_job(workspace_id)
    ids = fill(workspace, accounts)
    contracts(workspace)
    statistics.gather()
    scored = Standing.objects.filter(score__isnull=False).order_by("score", "account_id")
    first = PAGE * (page - 1) - 1
    marks = [str(Mark(0, one.account_id, str(one.score))) for one in scored[first : first + PAGE]]
    _use(workspace, ids[0])
    some = ids[:: max(1, len(ids) // PAGE)]
    sys.stdout.write(json.dumps({"session": session(workspace), "accounts": some, "deep": marks}))


def session(workspace: Workspace) -> str:
    """Somebody signed in who owns the workspace."""
    user = User.objects.create_user("bench@example.test", name="Bench")
    Membership.objects.create(workspace=workspace, user=user, role="owner")
    client = Client()
    client.force_login(user, backend="tenure.web.recognising.Members")
    return client.cookies["sessionid"].value


def _use(workspace: Workspace, account_id: str) -> None:
    """A year of use of one account among that of ninety-nine others."""
    others = list(
        Account.objects.filter(workspace=workspace).order_by("pk").values_list("pk", "external_id")[:100]
    )
    insert(
        Identity,
        [
            {"workspace_id": workspace.pk, "kind": "account", "observed": ref, "target_id": pk}
            for pk, ref in others
        ],
    )
    now = clock.now()
    at = [now - timedelta(days=day, minutes=minute) for day in range(365) for minute in range(3)]
    refs = [ref for _, ref in others for _ in at]
    table = pa.table(
        {
            "message_id": [f"m{number}" for number in range(len(refs))],
            "event": ["Report viewed"] * len(refs),
            "occurred_at": pa.array(at * len(others), pa.timestamp("us", "UTC")),
            "account_ref": refs,
        }
    )
    load_events(workspace, table, stream="bench", position=1, source="bench")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
