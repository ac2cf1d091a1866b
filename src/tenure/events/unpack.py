"""From a request's body to its events: each is checked alone, and what is wrong with one is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

import msgspec

from tenure.accounts import rules as ids
from tenure.collector.intake import Row
from tenure.events.rules import Micros

KINDS = ("track", "page", "screen", "identify", "group", "alias")
LISTS = ("batch", "import")
LARGEST = 512 * 1024  # bytes of one event
LONGEST_MESSAGE_ID = 200

_EMPTY = msgspec.Raw(b"")
_SMALL_CONTEXT = 2048  # bytes; larger ones are not worth remembering
_BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Reason(StrEnum):
    """Why an event was set aside."""

    UNREADABLE = "unreadable"
    NOT_AN_OBJECT = "not_an_object"
    TOO_LARGE = "too_large"
    UNKNOWN_TYPE = "unknown_type"
    WRONG_FIELD = "wrong_field"
    WRONG_TIME = "wrong_time"
    NOBODY = "nobody"
    NO_EVENT = "no_event"
    NO_GROUP = "no_group"
    NO_PREVIOUS = "no_previous"
    FAILED = "failed"


class Refusal(Exception):
    """An event cannot go on; says what is wrong with which field, and what would be right."""

    def __init__(self, reason: Reason, says: str) -> None:
        super().__init__(says)
        self.reason, self.says = reason, says


@dataclass(frozen=True)
class Rejected:
    """An event set aside, and its place."""

    position: int
    index: int
    reason: Reason
    says: str
    body: str
    received_at: Micros


class Event(msgspec.Struct, gc=False):
    """An event as observed, on its way to the lake."""

    position: int
    index: int  # which of its request
    received_at: Micros
    source: str
    agent: str
    message_id: str
    kind: str
    event: str
    account_ref: str | None
    person_ref: str | None
    same_person: str | None  # another observed id that the event says is the same person
    original: Micros | None
    sent: Micros | None
    properties: str  # JSON; traits of identify and group
    context: str  # JSON
    occurred_at: Micros = 0


Id = str | int | float | None
Instant = datetime | int | float | None


class _Wire(msgspec.Struct, gc=False, rename="camel"):
    """An event as SDKs spell it."""

    type: str = ""
    message_id: Id = None
    user_id: Id = None
    anonymous_id: Id = None
    group_id: Id = None
    previous_id: Id = None
    event: str | None = None
    name: str | None = None
    timestamp: Instant = None
    original_timestamp: Instant = None
    sent_at: Instant = None
    properties: msgspec.Raw = _EMPTY
    traits: msgspec.Raw = _EMPTY
    context: msgspec.Raw = _EMPTY


class _Envelope(msgspec.Struct, gc=False, rename="camel"):
    """A request of many events."""

    batch: list[msgspec.Raw] = []
    sent_at: msgspec.Raw = _EMPTY
    context: msgspec.Raw = _EMPTY


class _Context(msgspec.Struct, gc=False, rename="camel"):
    """What of an event's context matters on the way."""

    group_id: Id = None
    user_agent: str | None = None
    traits: msgspec.Raw = _EMPTY


_wire = msgspec.json.Decoder(_Wire)
_envelope = msgspec.json.Decoder(_Envelope)
_context = msgspec.json.Decoder(_Context)
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_instant = msgspec.json.Decoder(Instant)


def unpack(row: Row) -> Iterator[Event | Rejected]:
    """The events of a request, in order, each read or set aside."""
    if row.path not in LISTS:
        yield _read(row, 0, row.body, row.path, None, b"")
        return
    try:
        envelope = _envelope.decode(row.body)
    except _BROKEN as error:
        yield _set_aside(row, 0, row.body, Refusal(Reason.UNREADABLE, f"the request is not JSON: {error}"))
        return
    sent = _sent_at(envelope.sent_at)
    context = bytes(envelope.context)
    for index, body in enumerate(envelope.batch):
        yield _read(row, index, bytes(body), "", sent, context)


def _read(
    row: Row, index: int, body: bytes, call: str, sent: Micros | None, context: bytes
) -> Event | Rejected:
    try:
        return _event(row, index, _decode(body), call, sent, context)
    except Refusal as refusal:
        return _set_aside(row, index, body, refusal)


def _set_aside(row: Row, index: int, body: bytes, refusal: Refusal) -> Rejected:
    says = refusal.says[:400]
    return Rejected(row.position, index, refusal.reason, says, as_sent(row, index, body), row.received_at)


def as_sent(row: Row, index: int, body: bytes | None = None) -> str:
    """An event of a request as it came, with the `type`, `sentAt` and `context` its request said for it."""
    around: dict[str, Any] = {} if row.path in LISTS else {"type": row.path}
    try:
        if row.path in LISTS:
            envelope = _envelope.decode(row.body)
            body = body or bytes(envelope.batch[index])
            around = {"sentAt": envelope.sent_at} if bytes(envelope.sent_at) else {}
            around |= {"context": envelope.context} if bytes(envelope.context) else {}
        body = body or row.body
        return msgspec.json.encode(around | _fields.decode(body)).decode()
    except (*_BROKEN, IndexError):
        return (row.body if body is None else body).decode(errors="replace")


def as_request(body: str, message_id: str) -> bytes:
    """An event's JSON as a request of its own; `message_id` is for one that brings none.

    A request that never was readable and now is one, stays one. Text that is no event goes in as text,
    and so is told what an event is.
    """
    try:
        fields = _fields.decode(body)
    except (*_BROKEN, msgspec.ValidationError):
        return msgspec.json.encode({"batch": [body]})
    if "batch" in fields:
        return body.encode()
    return msgspec.json.encode({"batch": [{"messageId": message_id} | fields]})


def _decode(body: bytes) -> _Wire:
    """One event's JSON, with every field of its type. Raises Refusal."""
    if len(body) > LARGEST:
        raise Refusal(
            Reason.TOO_LARGE, f"the event has {len(body):,} bytes; send at most {LARGEST:,}, or split it"
        )
    try:
        return _wire.decode(body)
    except msgspec.ValidationError as error:
        raise _wrong_field(str(error)) from None
    except _BROKEN as error:
        raise Refusal(Reason.UNREADABLE, f"the event is not JSON: {error}") from None


def _wrong_field(says: str) -> Refusal:
    """A Refusal from msgspec's words, such as "Expected `str`, got `int` - at `$.event`"."""
    what, _, path = says.partition(" - at ")
    if not path:
        return Refusal(Reason.NOT_AN_OBJECT, 'an event must be a JSON object like {"type": "track", …}')
    name = path.strip("`").removeprefix("$.")
    if "datetime" in what or name in ("timestamp", "originalTimestamp", "sentAt"):
        return Refusal(
            Reason.WRONG_TIME, f"{name} is not an instant; send ISO 8601 like 2026-11-21T10:00:00.000Z"
        )
    return Refusal(Reason.WRONG_FIELD, f"{name}: {what[:1].lower()}{what[1:].replace('`', '')}")


def _event(
    row: Row, index: int, wire: _Wire, call: str, sent: Micros | None, envelope_context: bytes
) -> Event:
    """A checked event. Raises Refusal."""
    kind = call or wire.type
    if kind not in KINDS:
        raise Refusal(Reason.UNKNOWN_TYPE, f"type: {kind[:40]!r} is unknown; send one of {', '.join(KINDS)}")
    context_json = bytes(wire.context)
    if not context_json or context_json == b"null":
        context_json = envelope_context
    context = _context_of(context_json)
    person, same_person = _who(wire, kind)
    account = _id("groupId", wire.group_id) or _id("context.groupId", context.group_id)
    _check(wire, kind, person, account)
    return Event(
        position=row.position,
        index=index,
        received_at=row.received_at,
        source=row.key_id,
        agent=context.user_agent or row.agent,
        message_id=_message_id(wire.message_id) or f"{row.stream}-{row.position}-{index}",
        kind=kind,
        event=_name(wire, kind),
        account_ref=account,
        person_ref=person,
        same_person=same_person,
        original=_micros(wire.original_timestamp if wire.timestamp is None else wire.timestamp),
        sent=sent if wire.sent_at is None else _micros(wire.sent_at),
        properties=_properties(wire, kind, context),
        context=_object("context", context_json),
    )


def _who(wire: _Wire, kind: str) -> tuple[str | None, str | None]:
    """The person's observed id, and another that the event says is the same person."""
    user = _id("userId", wire.user_id)
    anonymous = _id("anonymousId", wire.anonymous_id)
    visitor = f"{ids.ANONYMOUS}{anonymous}" if anonymous else None
    if kind == "alias":
        return user or visitor, _id("previousId", wire.previous_id)
    return user or visitor, visitor if user and kind == "identify" else None


def _check(wire: _Wire, kind: str, person: str | None, account: str | None) -> None:
    """What each kind of event cannot be without."""
    if not person and not account:
        raise Refusal(Reason.NOBODY, "there is nobody in it; send userId, anonymousId or groupId")
    if kind == "track" and not (wire.event and wire.event.strip()):
        raise Refusal(Reason.NO_EVENT, "event: a track call needs the name of what was done")
    if kind == "group" and not wire.group_id:
        raise Refusal(Reason.NO_GROUP, "groupId: a group call needs the account's id")
    if kind == "alias" and not (wire.previous_id and wire.user_id):
        raise Refusal(Reason.NO_PREVIOUS, "an alias call needs previousId and userId")


def _id(name: str, value: Id) -> str | None:
    """An id as text, None if there is none. Raises Refusal for one that is no id."""
    if value is None:
        return None
    text = value if type(value) is str and value.isprintable() and " " not in value else ids.clean_id(value)
    if len(text) > ids.LONGEST_ID - len(ids.ANONYMOUS):
        raise Refusal(
            Reason.WRONG_FIELD, f"{name}: longer than {ids.LONGEST_ID - len(ids.ANONYMOUS)} characters"
        )
    return text or None


def _message_id(value: Id) -> str:
    text = ids.clean_id(value) if value is not None else ""
    if len(text) > LONGEST_MESSAGE_ID:
        raise Refusal(Reason.WRONG_FIELD, f"messageId: longer than {LONGEST_MESSAGE_ID} characters")
    return text


def _name(wire: _Wire, kind: str) -> str:
    """What was done, what page or screen was seen, or else the kind of call."""
    given = wire.event if kind == "track" else wire.name if kind in ("page", "screen") else None
    if not given:
        return kind
    if len(given) <= ids.LONGEST_NAME and given.isprintable():
        return given.strip() or kind
    return ids.clean_text(given) or kind


def _properties(wire: _Wire, kind: str, context: _Context) -> str:
    """Properties as JSON; for identify and group their traits, wherever the SDK puts them."""
    if kind not in ("identify", "group"):
        return _object("properties", bytes(wire.properties))
    traits = _object("traits", bytes(wire.traits))
    if traits == "{}" and kind == "identify":  # RudderStack sends them in the context
        return _object("context.traits", bytes(context.traits))
    return traits


def _object(name: str, json: bytes) -> str:
    """A JSON object as text. Raises Refusal for any other thing."""
    if not json or json == b"null":
        return "{}"
    if json[:1] != b"{":
        raise Refusal(Reason.WRONG_FIELD, f"{name}: expected an object like {{}}, got {json[:20]!r}")
    try:
        return json.decode()
    except UnicodeDecodeError as error:
        raise Refusal(Reason.UNREADABLE, f"{name} is not UTF-8: {error}") from None


def _context_of(json: bytes) -> _Context:
    return _remembered_context(json) if len(json) <= _SMALL_CONTEXT else _read_context(json)


def _read_context(json: bytes) -> _Context:
    if not json:
        return _Context()
    try:
        return _context.decode(json)
    except msgspec.ValidationError as error:
        raise _wrong_field(str(error).replace("$", "$.context", 1)) from None
    except _BROKEN as error:
        raise Refusal(Reason.UNREADABLE, f"context is not JSON: {error}") from None


_remembered_context = lru_cache(maxsize=4096)(_read_context)


def _sent_at(json: msgspec.Raw) -> Micros | None:
    """When a batch was sent; unreadable is as good as not said."""
    try:
        return _micros(_instant.decode(json)) if bytes(json) else None
    except (*_BROKEN, Refusal):
        return None


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROS_A_DAY = 86_400_000_000


def _micros(value: Instant) -> Micros | None:
    """An instant in microseconds; numbers are seconds or milliseconds since 1970. Raises Refusal."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return micros(value)
    if not 0 <= value < 1e14:
        raise Refusal(Reason.WRONG_TIME, f"timestamp: {value} is neither seconds nor milliseconds since 1970")
    return int(value * 1000 if value > 1e11 else value * 1_000_000)


def micros(instant: datetime) -> Micros:
    """An instant in whole microseconds since 1970; without a zone it is taken for UTC."""
    age = (instant if instant.tzinfo else instant.replace(tzinfo=UTC)) - _EPOCH
    return age.days * _MICROS_A_DAY + age.seconds * 1_000_000 + age.microseconds
