"""What may be sent and what is answered: the calls of Segment and RudderStack SDKs.

Only the envelope is looked at here: whose key, how large, is it JSON. Single events are checked when
they are drained, so that one bad event never holds up the rest of its request.
"""

from __future__ import annotations

import binascii
import re
import zlib
from base64 import b64decode
from functools import lru_cache

import msgspec

from tenure.collector.asgi import Answer, Headers, json_answer

CALLS = ("batch", "import", "identify", "group", "track", "page", "screen", "alias")
LISTS = ("batch", "import")
SHORT = {"b": "batch", "i": "identify", "g": "group", "t": "track", "p": "page", "s": "screen", "a": "alias"}
BEACON = "/beacon/v1/batch"  # RudderStack's pages send there while they are closed, the key in the query
_NAMES = {call: call for call in CALLS} | SHORT
PATHS = {
    f"{path}{slash}": call
    for path, call in ({f"/v1/{name}": call for name, call in _NAMES.items()} | {BEACON: "batch"}).items()
    for slash in ("", "/")
}

MOST_BODY = 10 * 1024 * 1024  # as sent; RudderStack's largest is 4 MB
MOST_INFLATED = 20 * 1024 * 1024
MOST_KEY = 200

ANY_ORIGIN: Headers = [(b"access-control-allow-origin", b"*")]
ACCEPTED = json_answer(200, b'{"success": true}', ANY_ORIGIN)
ALLOWED = "authorization content-type content-encoding anonymousid sentat x-retry-count user-agent".split()
TOKEN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")


class RefusedError(Exception):
    """A request that is not taken in, with its answer; the answer says what would be right."""

    def __init__(self, status: int, code: str, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.answer = refusal(status, code, message, retry_after)


class NotJsonError(RefusedError):
    """The body is no JSON to a strict reader."""

    def __init__(self, error: Exception) -> None:
        super().__init__(400, "invalid_json", f"The body is not JSON. {_sentence(error)}")


def refusal(status: int, code: str, message: str, retry_after: int | None = None) -> Answer:
    """An error as SDKs understand it: without `code` and `message` some would send it again for ever."""
    headers = [*ANY_ORIGIN, (b"cache-control", b"no-store")]
    if retry_after is not None:
        headers.append((b"retry-after", b"%d" % retry_after))
        headers.append((b"access-control-expose-headers", b"retry-after"))
    return json_answer(status, {"success": False, "code": code, "message": message}, headers)


TOO_LARGE = (
    413,
    "too_large",
    f"The request is larger than {MOST_BODY >> 20} MB ({MOST_INFLATED >> 20} MB unpacked). "
    "Send fewer events at a time.",
)


class Single(msgspec.Struct):
    """One event, of which only the key matters here."""

    writeKey: str | None = None  # noqa: N815  # the SDKs' spelling


class Batch(msgspec.Struct):
    """Several events, left as they came."""

    batch: msgspec.Raw
    writeKey: str | None = None  # noqa: N815  # the SDKs' spelling


_single = msgspec.json.Decoder(Single)
_batch = msgspec.json.Decoder(Batch)


def write_key(call: str, body: bytes) -> str | None:
    """Check that a body is what its call takes, and return the key named in it, if any.

    Raises RefusedError, naming the field that is wrong.
    """
    try:
        if call not in LISTS:
            return _single.decode(body).writeKey
        found = _batch.decode(body)
    except msgspec.ValidationError as error:
        raise RefusedError(
            400, "invalid_body", f"{_sentence(error)} Send a JSON object{_with(call)}."
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotJsonError(error) from None
    except RecursionError:
        raise RefusedError(400, "invalid_json", "The body is nested too deeply.") from None
    if bytes(memoryview(found.batch)[:1]) != b"[":
        raise RefusedError(400, "invalid_body", f"`batch` is not a list. Send a JSON object{_with(call)}.")
    return found.writeKey


@lru_cache(maxsize=1024)
def basic_key(authorization: bytes) -> str | None:
    """The user name of Basic authentication, None if there is no such header; raises RefusedError."""
    if not authorization:
        return None
    scheme, _, coded = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        raise RefusedError(401, "invalid_key", f"{_with_key} The Authorization header is not Basic.")
    try:
        name, _, _ = b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise RefusedError(
            401, "invalid_key", f"{_with_key} The Authorization header is not base64."
        ) from None
    return name[:MOST_KEY]


def inflate(body: bytes, limit: int = MOST_INFLATED) -> bytes:
    """Unpack gzip, never beyond `limit` bytes; raises RefusedError."""
    unpacker = zlib.decompressobj(31)
    try:
        plain = unpacker.decompress(body, limit + 1)
    except zlib.error as error:
        raise RefusedError(400, "invalid_gzip", f"The body is not whole gzip: {error}.") from None
    if len(plain) > limit:
        raise RefusedError(*TOO_LARGE)
    if not unpacker.eof or unpacker.unused_data:
        raise RefusedError(
            400, "invalid_gzip", "The body is not whole gzip: it ends too early or goes on behind its end."
        )
    return plain


def mend(body: bytes) -> bytes:
    """What some SDKs send for JSON, as JSON: the events around it must not be lost for it.

    Python writes NaN and Infinity for numbers that are none: they become null. Browsers that cut a text in
    the middle of an emoji escape its half: that becomes U+FFFD. A byte order mark in front goes.
    """
    return _TOKENS.sub(_mended, body.removeprefix(b"\xef\xbb\xbf"))


_TOKENS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|-?(?:NaN|Infinity)', re.DOTALL)
_ESCAPES = re.compile(
    rb"(?:\\\\)++|\\u(?:[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<half>[dD][89a-fA-F][0-9a-fA-F]{2}))"
)


def _mended(found: re.Match[bytes]) -> bytes:
    token = found[0]
    if token[:1] != b'"':
        return b"null"
    if b"\\ud" not in token and b"\\uD" not in token:
        return token
    return _ESCAPES.sub(lambda escape: b"\\ufffd" if escape["half"] else escape[0], token)


def is_gzip(body: bytes) -> bool:
    """Whether a body is packed, whatever its headers say: no JSON begins like this."""
    return body[:2] == b"\x1f\x8b"


def preflight(asked: str) -> Answer:
    """Leave for any page to send: the key says whose events they are, cookies are never looked at."""
    more = [name.strip().lower() for name in asked.split(",")]
    allowed = dict.fromkeys((*ALLOWED, *(name for name in more if name and TOKEN.issuperset(name))))
    return Answer(
        204,
        [
            *ANY_ORIGIN,
            (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
            (b"access-control-allow-headers", ", ".join(allowed).encode()),
            (b"access-control-max-age", b"86400"),
        ],
        b"",
    )


def unknown_key(text: str | None, kind: str | None) -> RefusedError:
    """Why a key does not open the door."""
    if not text:
        return RefusedError(401, "missing_key", f"{_with_key} There was none.")
    if kind:
        return RefusedError(401, "wrong_kind_of_key", f"{_with_key} This one is for the API.")
    return RefusedError(401, "unknown_key", f"{_with_key} This one is unknown or revoked.")


_with_key = (
    "Send a write key as the user name of Basic authentication or as `writeKey`; "
    "`tenure keys create` makes one."
)


def _with(call: str) -> str:
    return " with a list called `batch`" if call in LISTS else ""


def _sentence(error: Exception) -> str:
    return f"{str(error).rstrip('.')}."
