"""Rules that mend an event: rename, set, drop or cut a field, read a time by its format. Pure.

A field is named by its path: `userId`, `properties.amount`. What a rule does not fit, it leaves alone.
"""

from __future__ import annotations

import shlex
from abc import ABCMeta, abstractmethod
from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, ClassVar

import msgspec

LONGEST_FIELD = 200
LONGEST_VALUE = 1_000

Body = dict[str, Any]


class RuleProblem(ValueError):
    """A rule that cannot be; its text says what would be right."""


class _Abstract(ABCMeta, msgspec.StructMeta):
    """Of structs that cannot be made before they say what is left open."""


class Rule(msgspec.Struct, frozen=True, tag_field="verb", metaclass=_Abstract):
    """What all rules share: the field they are about."""

    field: str
    needs: ClassVar[str] = ""  # what else must be said

    def mend(self, body: Body) -> Body:
        """The mended event; a new one, or the same where there was nothing to do."""
        found = deepcopy(body)
        return found if self._apply(found) else body

    @abstractmethod
    def _apply(self, body: Body) -> bool:
        """Mend the event where it stands; whether there was anything to do."""


class Rename(Rule, frozen=True, tag="rename"):
    """The field's value moves to another name; one that is there already is not overwritten."""

    to: str
    needs: ClassVar[str] = "to"

    def _apply(self, body: Body) -> bool:
        inside, name = _find(body, self.field)
        target, new = _make(body, self.to)
        if inside is None or name not in inside or target is None or target.get(new) not in (None, ""):
            return False
        target[new] = inside.pop(name)
        return True

    def __str__(self) -> str:
        return f"rename “{self.field}” to “{self.to}”"


class Set(Rule, frozen=True, tag="set"):
    """The field gets a value, whatever it was."""

    value: Any
    needs: ClassVar[str] = "value"

    def _apply(self, body: Body) -> bool:
        inside, name = _make(body, self.field)
        if inside is None:
            return False
        inside[name] = self.value
        return True

    def __str__(self) -> str:
        return f"set “{self.field}” to {msgspec.json.encode(self.value).decode()}"


class Drop(Rule, frozen=True, tag="drop"):
    """The field goes."""

    def _apply(self, body: Body) -> bool:
        inside, name = _find(body, self.field)
        if inside is None or name not in inside:
            return False
        del inside[name]
        return True

    def __str__(self) -> str:
        return f"drop “{self.field}”"


class ParseTime(Rule, frozen=True, tag="parse"):
    """The field is a time written by a format like %d.%m.%Y %H:%M; without a zone it is taken for UTC."""

    format: str
    needs: ClassVar[str] = "format"

    def _apply(self, body: Body) -> bool:
        inside, name = _find(body, self.field)
        if inside is None or name not in inside:
            return False
        try:
            found = datetime.strptime(str(inside[name]).strip(), self.format)  # noqa: DTZ007  # below
        except (ValueError, OverflowError):
            return False
        inside[name] = (found if found.tzinfo else found.replace(tzinfo=UTC)).isoformat()
        return True

    def __str__(self) -> str:
        return f"read “{self.field}” as {self.format}"


class Cut(Rule, frozen=True, tag="cut"):
    """Text of the field is cut to a length."""

    length: int
    needs: ClassVar[str] = "length"

    def _apply(self, body: Body) -> bool:
        inside, name = _find(body, self.field)
        value = None if inside is None else inside.get(name)
        if inside is None or not isinstance(value, str) or len(value) <= self.length:
            return False
        inside[name] = value[: self.length]
        return True

    def __str__(self) -> str:
        return f"cut “{self.field}” to {self.length} characters"


AnyRule = Rename | Set | Drop | ParseTime | Cut
KINDS: Mapping[str, type[AnyRule]] = {
    "rename": Rename,
    "set": Set,
    "drop": Drop,
    "parse": ParseTime,
    "cut": Cut,
}


def rule(verb: str, field: str, value: str = "") -> AnyRule:
    """The rule that somebody asked for. Raises RuleProblem, which says what would be right."""
    field, value = field.strip(), value.strip()
    if verb not in KINDS:
        raise RuleProblem(f"{verb!r} is no rule; there are {', '.join(KINDS)}")
    _check_field(field)
    if verb == "drop":
        return Drop(field)
    if not value or len(value) > LONGEST_VALUE:
        raise RuleProblem(f"say the {KINDS[verb].needs}, in at most {LONGEST_VALUE:,} characters")
    return _with_value(verb, field, value)


def _with_value(verb: str, field: str, value: str) -> AnyRule:
    if verb == "rename":
        _check_field(value)
        return Rename(field, value)
    if verb == "set":
        return Set(field, _value(value))
    if verb == "parse":
        if "%" not in value:
            raise RuleProblem(f"{value!r} is no format; write one like %d.%m.%Y %H:%M:%S")
        return ParseTime(field, value)
    if not value.isdecimal() or not 1 <= int(value) <= 100_000:
        raise RuleProblem(f"{value!r} is no length; send a number from 1 to 100,000")
    return Cut(field, int(value))


def read(text: str) -> AnyRule:
    """A rule as one types it: `rename usr to userId`, `set type to track`, `cut event to 100`, `drop x`.

    Raises RuleProblem.
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise RuleProblem(f"cannot read {text!r}: {error}") from None
    if len(words) == 4 and words[2] in ("to", "as"):
        words.pop(2)
    if not 2 <= len(words) <= 3:
        raise RuleProblem("write it like: rename usr to userId")
    return rule(*words)


def stored(one: AnyRule | None) -> Any:
    """A rule as JSON."""
    return msgspec.to_builtins(one)


def restored(json: Any) -> AnyRule | None:
    """A rule that was stored."""
    return None if json is None else msgspec.convert(json, AnyRule)


def mend_text(text: str, one: AnyRule | None) -> str:
    """An event's JSON, mended; what is no JSON object stays as it is."""
    if one is None:
        return text
    try:
        body = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return text
    if not isinstance(body, dict):
        return text
    mended = one.mend(body)
    return text if mended is body else msgspec.json.encode(mended).decode()


def _check_field(field: str) -> None:
    if not field or len(field) > LONGEST_FIELD or not all(field.split(".")):
        raise RuleProblem("say the field, such as userId or properties.amount")


def _value(text: str) -> Any:
    """A value as JSON if it is some, else as text."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def _find(body: Body, path: str) -> tuple[Body | None, str]:
    """The object that holds a field, and its name there; None if there is no such object.

    A field whose own name has dots is found too.
    """
    if path in body:
        return body, path
    first, _, rest = path.partition(".")
    if not rest:
        return body, first
    inside = body.get(first)
    return _find(inside, rest) if isinstance(inside, dict) else (None, rest)


def _make(body: Body, path: str) -> tuple[Body | None, str]:
    """Like `_find`, but objects on the way are made; None if something else is in the way."""
    first, _, rest = path.partition(".")
    if path in body or not rest:
        return body, path
    inside = body.setdefault(first, {})
    return _make(inside, rest) if isinstance(inside, dict) else (None, rest)
