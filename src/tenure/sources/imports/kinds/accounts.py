"""Accounts: one row per customer; further columns become attributes."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from tenure.accounts.actions import AccountColumns, AccountRow, upsert_account_columns
from tenure.accounts.models import Account, AccountAttributes
from tenure.accounts.queries import accounts_by_ref
from tenure.sources.imports.batches import plain, texts
from tenure.sources.imports.forms import text
from tenure.sources.imports.kind import KINDS, Check, Column, Kind, Load, Told, Written

ACCOUNT_ID = (
    "accountid customerid accountnumber accountref customernumber customerno custid clientid companyid orgid "
    "organizationid organisationid groupid tenantid workspaceid teamid account customer client company org "
    "organization organisation group tenant customerexternalid associatedcompanyid primaryassociatedcompanyid"
)


def write(load: Load, batch: pa.Table) -> Written:
    """Add accounts, or complete those already known."""
    done = upsert_account_columns(load.workspace, _columns(batch))
    return Written(done.added, done.changed, done.same)


def about(load: Load, batch: pa.Table) -> Sequence[Told]:
    """What is on record of the rows."""
    ids = set(accounts_by_ref(load.workspace.id, batch["account_id"].to_pylist()).values())
    return Told(Account, ids), Told(AccountAttributes, ids)


def _columns(batch: pa.Table) -> AccountColumns:
    said = {name: texts(batch, name) for name in AccountRow.__struct_fields__[:-1]}
    return AccountColumns(**said, attributes=plain(batch["further"]))


KINDS.add(
    Kind(
        name="accounts",
        title="Accounts",
        columns=(
            Column(
                "account_id",
                text(200),
                "your own id of the customer",
                True,
                ACCOUNT_ID + " recordid externalid id",
                stands_in="name",
            ),
            Column(
                "name",
                text(200),
                "the customer's name",
                also="accountname companyname customername clientname company customer organization "
                "organisation",
            ),
            Column(
                "domain",
                text(253),
                "the domain of its website or e-mail",
                also="website url homepage web emaildomain companydomainname companydomain websiteurl",
                looks="domain",
            ),
            Column(
                "parent_id",
                text(200),
                "your id of the customer it belongs to",
                also="parent parentaccount parentaccountid parentcompany parentcompanyid",
            ),
            Column(
                "owner",
                text(254),
                "who looks after it, by e-mail address",
                also="csm accountowner companyowner owneremail accountmanager successmanager manager",
            ),
            Column(
                "segment",
                text(80),
                "a word for customers of its kind",
                also="tier plan segmentname size customersegment",
            ),
        ),
        checks=(
            Check(
                "parent_id",
                "parent_id = account_id",
                "'is the account itself; name another, or leave it empty'",
            ),
        ),
        key=("account_id",),
        tree=("account_id", "parent_id"),
        batch_rows=3000,
        further="attributes",
        write=write,
        about=about,
    )
)
