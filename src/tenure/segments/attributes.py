"""Attributes as fields of a rule: `number:employees`, `date:go_live`, `text:plan`.

The type stands in the name, so that a condition reads the same wherever it is kept, whatever somebody says
of the attribute later. Values that are not of the type are missing for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from django.db.models import CharField, DateField, Exists, FloatField, Func, OuterRef, Q
from django.db.models import Field as Output

from tenure.accounts import attributes
from tenure.accounts.attributes import AMOUNT, CHOICE, DATE, KINDS, NUMBER, YES_NO
from tenure.accounts.models import AccountAttributes
from tenure.segments.kinds import DAY, MAJOR, PLAIN, YES_OR_NO, Kind
from tenure.segments.kinds import NUMBER as A_NUMBER

SEPARATOR = ":"
LONGEST = 200

_READ = (
    "CASE WHEN json_type(%(expressions)s, %%s) IN ({types}) {also} "
    "THEN json_extract(%(expressions)s, %%s) END"
)
_YES_NO = "CASE json_type(%(expressions)s, %%s) WHEN 'true' THEN 'yes' WHEN 'false' THEN 'no' END"
_DAY = (
    "AND json_extract(%(expressions)s, %%s) GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]' "
    "AND date(json_extract(%(expressions)s, %%s)) = json_extract(%(expressions)s, %%s)"
)


class ValueOf(Func):
    """An attribute's value in the column of attributes at `path`, null where it is not of the kind."""

    def __init__(self, path: str, name: str, kind: str) -> None:
        super().__init__(path, output_field=_output(kind))
        self.name, self.kind = name, kind

    def as_sql(
        self,
        compiler: Any,
        connection: Any,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> tuple[str, tuple[Any, ...]]:
        """SQL with the name as a parameter, as often as it stands there: nobody's name is part of the SQL."""
        template = _template(self.kind)
        sql, params = super().as_sql(compiler, connection, template=template)
        times = template.count("%%s")
        return sql, (*params, *([f'$."{self.name}"'] * times))


def _template(kind: str) -> str:
    if kind == YES_NO:
        return _YES_NO
    if kind in (NUMBER, AMOUNT):
        return _READ.format(types="'integer', 'real'", also="")
    if kind == DATE:
        return _READ.format(types="'text'", also=_DAY)
    return _READ.format(types="'text', 'integer', 'real'", also="")


def _output(kind: str) -> Output[Any, Any]:
    if kind in (NUMBER, AMOUNT):
        return FloatField()
    return DateField() if kind == DATE else CharField()


@dataclass(frozen=True)
class AttributeColumn:
    """An attribute, read as of a kind."""

    name: str
    kind: str

    def present(self) -> Q:
        """There is a value of the kind."""
        return (
            self._where(value__isnull=False) & ~self._where(value="")
            if self.is_text
            else self._where(value__isnull=False)
        )

    def where(self, **lookups: Any) -> Q:
        """It fits."""
        return self._where(**{f"value__{lookup}": value for lookup, value in lookups.items()})

    @property
    def is_text(self) -> bool:
        """Whether an empty text is missing."""
        return self.kind not in (NUMBER, AMOUNT, DATE, YES_NO)

    def _where(self, **lookups: Any) -> Q:
        rows = AccountAttributes.objects.annotate(value=ValueOf("data", self.name, self.kind))
        return Q(Exists(rows.filter(account=OuterRef("pk"), **lookups)))


def is_plain(name: str) -> bool:
    """Whether it can stand in a path of JSON as it is."""
    return not set(name) & {'"', "\\", "\0"}


_KINDS: dict[str, Kind] = {NUMBER: A_NUMBER, AMOUNT: MAJOR, DATE: DAY, YES_NO: YES_OR_NO}


def field_name(name: str, kind: str) -> str:
    """An attribute's field: without dots, which part the pieces of a condition."""
    kept = attributes.TEXT if kind == CHOICE else kind  # the list may change; what was chosen stays
    return f"{kept}{SEPARATOR}{quote(name, safe=' ').replace('.', '%2E')}"


def read_name(name: str) -> tuple[str, str] | None:
    """The kind and the attribute of a field's name; None if it is none."""
    kind, separator, quoted = name.partition(SEPARATOR)
    attribute = unquote(quoted)
    if not separator or kind not in KINDS or not 0 < len(attribute) <= LONGEST or not is_plain(attribute):
        return None
    return kind, attribute


def kind_of(kind: str) -> Kind:
    """How values of an attribute's type are asked for."""
    return _KINDS.get(kind, PLAIN)
