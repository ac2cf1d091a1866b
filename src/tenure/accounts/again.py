"""Which rows of a file say only what is on record: a file that comes again is read, and not written.

Compared are texts, thousands in one statement. Whatever is not plainly the same goes row by row as ever, so
that being too careful here costs time and nothing else.
"""

# ruff: noqa: S608 (names of our own tables and columns)

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from django.db import connection

from tenure.accounts import queries, rules, statements
from tenure.accounts.models import Account, Person, PersonStatement, Stated, Statement
from tenure.accounts.placing import SAID
from tenure.accounts.rows import AccountColumns, PersonColumns
from tenure.kit import bulk
from tenure.workspaces.models import Workspace

_Texts = tuple[str, str]  # of columns and of attributes
_SEVERAL: _Texts = ("", "")  # statements of one source, after a merge


def accounts(workspace: Workspace, said: AccountColumns, known: Mapping[str, str]) -> list[bool]:
    """Of accounts that are on record (`known`: their ids), whether the file's row says nothing new."""
    ids = [known[ref] for ref in said.account_id]
    columns = {name: getattr(said, name) for name in statements.COLUMNS}
    fields = bulk.objects(columns | {statements.PARENT: said.parent_id})
    found = _adding_nothing(Statement, ids, fields, said.attributes)
    if not any(said.parent_id):
        return found
    parents = queries.accounts_by_ref(workspace.id, set(said.parent_id) - {""})
    stands = _now(Account, ["parent_id"], ids)
    rows = zip(found, said.parent_id, ids, strict=True)
    return [same and (not ref or stands.get(pk) == (parents.get(ref, ""),)) for same, ref, pk in rows]


def people(workspace: Workspace, said: PersonColumns, known: Mapping[str, str]) -> list[bool]:
    """The same of people; what they agree to is not looked at."""
    ids = [known[ref] for ref in said.person_id]
    fields = bulk.objects({name: getattr(said, name) for name in SAID})
    found = _adding_nothing(PersonStatement, ids, fields, said.attributes)
    homes = queries.accounts_by_ref(workspace.id, set(said.account_id) - {""})
    stands = _now(Person, ["account_id", "is_own", "email"], ids)

    def is_there(ref: str, pk: str) -> bool:
        account, is_own, email = stands.get(pk, ("", False, ""))
        at_home = not ref or account == homes.get(ref, "")
        return at_home and bool(is_own or not rules.is_own(email, workspace.own_domains))

    rows = zip(found, said.account_id, ids, strict=True)
    return [same and is_there(ref, pk) for same, ref, pk in rows]


def _adding_nothing(
    kind: type[Stated], ids: Sequence[str], fields: Sequence[str], data: Sequence[str]
) -> list[bool]:
    """Whether files have said this of each before, and nothing else of the same one beside it."""
    before, times = _statements(kind, ids), Counter(ids)
    rows = zip(ids, fields, data, strict=True)
    return [times[pk] == 1 and _adds_nothing(before.get(pk), (one, other)) for pk, one, other in rows]


def _statements(kind: type[Stated], ids: Sequence[str]) -> dict[str, _Texts]:
    """What files say of each so far."""
    found: dict[str, _Texts] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT {kind.about}, fields, data FROM json_each(%s) CROSS JOIN "{kind._meta.db_table}" '
            f"WHERE {kind.about} = value AND superseded_at IS NULL AND source = %s",
            [_array(ids), statements.IMPORT],
        )
        for pk, *texts in cursor.fetchall():
            found[pk] = _SEVERAL if pk in found else (texts[0], texts[1])
    return found


def _adds_nothing(before: _Texts | None, said: _Texts) -> bool:
    if before is None:
        return said == (bulk.NOTHING, bulk.NOTHING)
    return before == said or (before is not _SEVERAL and all(map(_holds, before, said)))


def _holds(before: str, said: str) -> bool:
    """Whether an object has all that another says, in whatever order and form it was written."""
    if said in (before, bulk.NOTHING):
        return True
    known = msgspec.json.decode(before)
    return bool(known == known | msgspec.json.decode(said))


def _now(
    model: type[Account | Person], columns: Sequence[str], ids: Sequence[str]
) -> dict[str, tuple[Any, ...]]:
    """Some columns of these, by their ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT one.id, {', '.join(f'one.{name}' for name in columns)} FROM json_each(%s) "
            f'CROSS JOIN "{model._meta.db_table}" one WHERE one.id = value',
            [_array(ids)],
        )
        return {pk: tuple(values) for pk, *values in cursor.fetchall()}


def _array(ids: Sequence[str]) -> str:
    return msgspec.json.encode(ids).decode()
