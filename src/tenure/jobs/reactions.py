"""What follows from which fact: the whole nervous system on one page.

Facts that move figures (refresh.FACTS) are handled by the refresh loop, at once and many together.
All others start durable jobs, as REACTIONS says.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from subprocess import CalledProcessError
from typing import Any

import msgspec

from tenure.accounts import attribute_rules, duplicates
from tenure.demo import removing
from tenure.events.jobs import run_mending
from tenure.insight.audit.actions import give_up
from tenure.jobs import apart, durable
from tenure.kit import outbox
from tenure.kit.facts import (
    AttributeRulesChanged,
    AuditRequested,
    DemoRemovalRequested,
    DuplicatesRequested,
    ExportRequested,
    ImportRequested,
    ImportUndoRequested,
    MailDue,
    MendingRequested,
    PickupSetUp,
)
from tenure.kit.outbox import Fact, Recorded
from tenure.mailing import posting
from tenure.sources.actions import undo
from tenure.sources.exports import asking
from tenure.sources.imports.running import run_import
from tenure.sources.models import ImportRun
from tenure.sources.pickups.actions import fetch_first
from tenure.workspaces.access import access_for_job, workspace_of_job

CONSUMER = "reactions"
MOST_FACTS = 500


@dataclass(frozen=True)
class Reaction:
    """A durable job that facts of one kind start. It is idempotent and receives facts in batches.

    A batch is everything that waits; with `key`, all that waits under one key, and a key is done once.
    """

    name: str
    act: Callable[[Sequence[Any]], None]
    key: Callable[[Any], str] | None = None


def run_imports(facts: Sequence[ImportRequested]) -> None:
    """Load the files that somebody uploaded."""
    for fact in facts:
        run_import(fact.run_id, progress=give_way)


def fetch_first_files(facts: Sequence[PickupSetUp]) -> None:
    """Fetch the first files of pick-ups that somebody set up."""
    for fact in facts:
        fetch_first(fact.pickup_id)


def run_mendings(facts: Sequence[MendingRequested]) -> None:
    """Put through again what somebody asked for."""
    for fact in facts:
        run_mending(fact.run_id)


def run_exports(facts: Sequence[ExportRequested]) -> None:
    """Write everything of a workspace into a file, for those who asked."""
    for fact in facts:
        asking.run_export(fact.run_id)


def run_audits(facts: Sequence[AuditRequested]) -> None:
    """Judge the metrics of a workspace, for those who asked."""
    for fact in facts:
        try:
            apart.run(apart.AUDIT, fact.run_id)
        except CalledProcessError as failed:
            if failed.returncode >= 0:
                raise
            give_up(fact.run_id)  # somebody killed it, or there was no memory: the next would fare no better


def send_mails(facts: Sequence[MailDue]) -> None:
    """Send pages by e-mail."""
    from tenure.web.mailed import writing  # what writes pages is large, and only wanted now

    for fact in facts:
        posting.send(fact.posting_id, writing.write, writing.notice)


def undo_imports(facts: Sequence[ImportUndoRequested]) -> None:
    """Take back what imports did, for those who asked."""
    for fact in facts:
        if run := ImportRun.objects.select_related("workspace").filter(pk=fact.run_id).first():
            undo(run, access_for_job(run.workspace, fact.who))


def remove_demos(facts: Sequence[DemoRemovalRequested]) -> None:
    """Remove what somebody has looked at long enough."""
    for fact in facts:
        removing.remove_requested(fact.workspace_id, give_way)


def apply_attribute_rules(facts: Sequence[AttributeRulesChanged]) -> None:
    """Show values as their types and the order of their sources have them."""
    asked: defaultdict[str, set[str] | None] = defaultdict(set)
    for fact in facts:
        names = asked[fact.workspace_id]
        asked[fact.workspace_id] = None if names is None or not fact.names else names | set(fact.names)
    for workspace_id, names in asked.items():
        attribute_rules.apply(workspace_of_job(workspace_id), names)


def look_for_duplicates(facts: Sequence[DuplicatesRequested]) -> None:
    """Look through everybody, once for all who asked."""
    for workspace_id in dict.fromkeys(fact.workspace_id for fact in facts):
        duplicates.find(workspace_of_job(workspace_id))


def give_way(_done: int = 0, _total: int = 0) -> None:
    """Let others write between two batches: whoever waits for SQLite asks again every tenth of a second."""
    time.sleep(0.1)


REACTIONS: dict[type[Fact], tuple[Reaction, ...]] = {
    MendingRequested: (Reaction("mend", run_mendings, key=lambda fact: fact.run_id),),
    ImportRequested: (Reaction("import", run_imports, key=lambda fact: fact.key),),
    PickupSetUp: (
        Reaction("first pick-up", fetch_first_files, key=lambda fact: f"{fact.pickup_id}-{fact.attempt}"),
    ),
    ExportRequested: (Reaction("export", run_exports, key=lambda fact: fact.run_id),),
    AuditRequested: (Reaction("audit", run_audits, key=lambda fact: fact.run_id),),
    AttributeRulesChanged: (Reaction("attribute rules", apply_attribute_rules),),
    DuplicatesRequested: (Reaction("duplicates", look_for_duplicates),),
    MailDue: (Reaction("mail", send_mails, key=lambda fact: f"{fact.posting_id}-{fact.attempt}"),),
    ImportUndoRequested: (Reaction("undo import", undo_imports, key=lambda fact: fact.run_id),),
    DemoRemovalRequested: (Reaction("remove demo", remove_demos, key=lambda fact: fact.workspace_id),),
}


def register() -> None:
    """Make every reaction startable as a durable job."""
    for kind, reactions in REACTIONS.items():
        for reaction in reactions:
            durable.job(reaction.name, _receiver(kind, reaction))


def turn() -> bool:
    """Start the jobs of the facts that wait; False if none waited.

    If the worker dies between the start and the acknowledgement, the same facts start a job again, perhaps
    in another batch: reactions are idempotent.
    """
    waiting = outbox.read(CONSUMER, MOST_FACTS, kinds=tuple(REACTIONS))
    for kind, reactions in REACTIONS.items():
        mine = [one for one in waiting if isinstance(one.fact, kind)]
        for reaction in reactions:
            for workflow_id, batch in batches(reaction, mine):
                facts = [msgspec.to_builtins(one.fact) for one in batch]
                durable.enqueue(workflow_id, reaction.name, facts)
    outbox.acknowledge(CONSUMER, waiting)
    return bool(waiting)


def batches(reaction: Reaction, waiting: Sequence[Recorded]) -> Iterator[tuple[str, list[Recorded]]]:
    """The batches to start jobs for, each with the id that tells it from every other."""
    if reaction.key is None:
        if waiting:
            yield f"{reaction.name}:{waiting[0].position}-{waiting[-1].position}", list(waiting)
        return
    by_key: defaultdict[str, list[Recorded]] = defaultdict(list)
    for one in waiting:
        by_key[reaction.key(one.fact)].append(one)
    for key, mine in by_key.items():
        yield f"{reaction.name}:{key}", mine


def _receiver(kind: type[Fact], reaction: Reaction) -> Callable[[Any], None]:
    def receive(facts: Any) -> None:
        reaction.act(msgspec.convert(facts, list[kind]))  # type: ignore[valid-type]

    return receive
