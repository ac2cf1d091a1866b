"""What somebody sets by hand of a customer: it counts more than files, connectors and the product."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db import transaction

from tenure.accounts import rules, statements
from tenure.accounts.announcing import announce
from tenure.accounts.models import Account, AccountAttributes
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

LONGEST = 500

_CLEAN: Mapping[str, Callable[[str], str]] = {
    "name": rules.clean_text,
    "domain": rules.clean_domain,
    "owner": rules.clean_owner,
    "segment": lambda text: rules.clean_text(text, 80),
}


@transaction.atomic
def set_by_hand(access: Access, account_id: str, key: str, text: str) -> Account:
    """Set a column, or an attribute written `.plan`; empty takes it away. ValueError: what would be right.

    An attribute that is a number stays one where the text is one.
    """
    access.require(Right.WORK)
    account = access.get(Account, account_id)
    value = _cleaned(key, text)
    if key.startswith("."):
        row, _ = AccountAttributes.objects.get_or_create(account=account, workspace=access.workspace)
        row.data = row.data | {key[1:]: _as_before(row.data.get(key[1:]), value)}
        row.save(update_fields=["data"])
    else:
        setattr(account, key, value)
        account.save(update_fields=[key])
    statements.note_by_hand(access.workspace, [account.pk], [key], access.who)
    announce(access.workspace, "account", [account.pk])
    return account


def _cleaned(key: str, text: str) -> str:
    """The text as it will be kept."""
    if key.startswith(".") and 1 < len(key) <= 200:
        return rules.clean_text(text, LONGEST)
    if key not in _CLEAN:
        raise ValueError(f"set {', '.join(_CLEAN)}, or an attribute, not {key!r}")
    value = _CLEAN[key](text)
    if key == "name" and not value:
        raise ValueError("a customer has a name of 1 to 200 letters")
    if key == "domain" and text.strip() and not value:
        raise ValueError("a domain looks like acme.example")
    return value


def _as_before(before: object, text: str) -> str | float | int:
    """The text as a number, if it is one and the value before was."""
    if isinstance(before, bool) or not isinstance(before, int | float):
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number
