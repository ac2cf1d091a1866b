"""Whose account people belong to whom nobody placed: by the domain of their e-mail address.

A domain speaks for an account if it is that one account's and nobody else's, no free-mail provider's and
not the workspace's own; `ann@mail.acme.example` counts for `acme.example` too. Whoever has an account
stays there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import StrIndex, Substr

from tenure.accounts import rules
from tenure.accounts.likeness import is_telling
from tenure.accounts.models import Account, MatchingRule, Person
from tenure.accounts.queries import in_chunks
from tenure.workspaces.access import Access
from tenure.workspaces.models import Workspace
from tenure.workspaces.roles import Right

MOST_PROPOSED = 200


@dataclass(frozen=True)
class Placed:
    """Somebody of no account, and the account their address speaks for."""

    person: Person
    account: Account


def rule_of(workspace: Workspace) -> str:
    """What happens to people whose domain is one account's."""
    return MatchingRule.ATTACH if attaches(workspace) else MatchingRule.PROPOSE


def attaches(workspace: Workspace) -> bool:
    """Whether people are attached by themselves, or only proposed."""
    return not MatchingRule.objects.filter(workspace=workspace, by_domain=MatchingRule.PROPOSE).exists()


@transaction.atomic
def choose(access: Access, by_domain: str) -> None:
    """Attach from now on, or propose. ValueError for anything else."""
    access.require(Right.ADMINISTER)
    if by_domain not in (MatchingRule.ATTACH, MatchingRule.PROPOSE):
        raise ValueError(f"choose attach or propose, not {by_domain!r}")
    MatchingRule.objects.update_or_create(workspace=access.workspace, defaults={"by_domain": by_domain})
    access.log("changed matching", by_domain)


def accounts_for(workspace: Workspace, emails: Collection[str]) -> dict[str, str]:
    """The account that each address speaks for, by address; those that speak for none are left out."""
    wanted = {email: list(_domains(email)) for email in emails}
    owners = _owners(workspace, {domain for domains in wanted.values() for domain in domains})
    found = {
        email: next((owners[domain] for domain in domains if domain in owners), "")
        for email, domains in wanted.items()
    }
    return {email: account_id for email, account_id in found.items() if account_id}


def _domains(email: str) -> Iterator[str]:
    """The domain behind the @, then those above it, as long as they have a dot."""
    domain = rules.email_domain(email)
    while "." in domain:
        yield domain
        domain = domain.partition(".")[2]


def _owners(workspace: Workspace, domains: Collection[str]) -> dict[str, str]:
    """The one account that has each domain; where several have it, or it says nothing, none."""
    own = [rules.clean_domain(one) for one in workspace.own_domains]
    telling = [domain for domain in domains if is_telling(domain, own)]
    found: defaultdict[str, list[str]] = defaultdict(list)
    for chunk in in_chunks(telling):
        rows = Account.objects.filter(workspace=workspace, domain__in=chunk).exclude(domain="")
        for domain, pk in rows.values_list("domain", "pk"):
            found[domain].append(pk)
    return {domain: pks[0] for domain, pks in found.items() if len(pks) == 1}


def homeless(workspace: Workspace) -> QuerySet[Person]:
    """People with an address and no account, who are not the workspace's own."""
    return Person.objects.filter(workspace=workspace, account=None, is_own=False).exclude(email="")


def homeless_of(workspace: Workspace, domains: Collection[str]) -> list[str]:
    """The ids of those with exactly one of these domains; what lies below them is found every hour."""
    if not homeless(workspace).exists():
        return []
    at = StrIndex("email", Value("@"))
    people = homeless(workspace).annotate(domain=Substr("email", at + 1))
    found = (people.filter(domain__in=chunk).values_list("pk", flat=True) for chunk in in_chunks(domains))
    return [pk for chunk in found for pk in chunk]


def proposed(access: Access) -> list[Placed]:
    """People of no account whose address speaks for one."""
    access.require(Right.LOAD)
    people = list(homeless(access.workspace).order_by("email", "pk")[: MOST_PROPOSED * 5])
    homes = accounts_for(access.workspace, {one.email for one in people})
    there = access.of(Account).in_bulk(list(set(homes.values())))
    placed = [Placed(one, there[homes[one.email]]) for one in people if homes.get(one.email) in there]
    return placed[:MOST_PROPOSED]
