"""How ids, addresses and domains are written: one form each, so that the same thing compares equal."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from urllib.parse import urlsplit

LONGEST_ID = 200
LONGEST_NAME = 200
ANONYMOUS = "anon:"

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]+")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)*")
_DOMAIN = re.compile(r"[\w-]{1,63}(\.[\w-]{1,63})+")
_BARE_DOMAIN = re.compile(r"(?!www\.)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")


def clean_text(value: object, longest: int = LONGEST_NAME) -> str:
    """One line of printable text, cut at `longest`; empty for None."""
    if isinstance(value, str) and value.isprintable() and len(value) <= longest:  # nearly all
        return value.strip()
    return _UNPRINTABLE.sub(" ", "" if value is None else str(value)).strip()[:longest].rstrip()


def clean_texts(values: Sequence[str], longest: int = LONGEST_NAME) -> list[str]:
    """The same of a whole column of texts."""
    if _are_plain(values) and max(map(len, values), default=0) <= longest:
        return list(map(str.strip, values))
    return [clean_text(value, longest) for value in values]


def clean_ids(values: Sequence[str]) -> list[str]:
    """`clean_id` of a whole column of texts."""
    return list(map(str.strip, values)) if _are_plain(values) else list(map(clean_id, values))


def _are_plain(values: Sequence[str]) -> bool:
    return "".join(values).isprintable()


def clean_owner(value: object) -> str:
    """An owner as accounts keep it: e-mail addresses in small letters, as people sign in with them."""
    owner = clean_text(value, 254)
    return owner.lower() if "@" in owner else owner


def clean_id(value: object) -> str:
    """An outside id as text: numbers as they are written, without control characters. Never cut."""
    if isinstance(value, str) and value.isprintable():
        return value.strip()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _UNPRINTABLE.sub("", "" if value is None else str(value)).strip()


def clean_email(value: object) -> str:
    """An e-mail address in lower case; empty if it is none."""
    text = clean_text(value, 254).lower().removeprefix("mailto:")
    return text if _EMAIL.fullmatch(text) else ""


def clean_emails(values: Sequence[str]) -> list[str]:
    """`clean_email` of a whole column."""
    found = [one.lower().removeprefix("mailto:") for one in clean_texts(values, 254)]
    return [one if one and _EMAIL.fullmatch(one) else "" for one in found]


def are_own(emails: Sequence[str], own_domains: Collection[str]) -> list[bool]:
    """`is_own` of a whole column."""
    return [is_own(one, own_domains) for one in emails] if own_domains else [False] * len(emails)


def clean_domain(value: object) -> str:
    """The bare domain of an address or URL, in lower case; empty if there is none.

    >>> clean_domain("https://www.Acme.example:443/about")
    'acme.example'
    """
    text = clean_text(value, 2000).lower()
    if _is_bare(text):  # nearly all
        return text
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""
    host = host.removeprefix("www.").rstrip(".")
    return host if len(host) <= 253 and _DOMAIN.fullmatch(host) else ""


def clean_domains(values: Sequence[str]) -> list[str]:
    """`clean_domain` of a whole column; most files have bare domains only."""
    return [one if not one or _is_bare(one) else clean_domain(one) for one in clean_texts(values, 2000)]


def _is_bare(domain: str) -> bool:
    return len(domain) <= 253 and _BARE_DOMAIN.fullmatch(domain) is not None


def clean_owners(values: Sequence[str]) -> list[str]:
    """`clean_owner` of a whole column: few people look after many."""
    known = {one: clean_owner(one) for one in set(values)}
    return [known[one] for one in values]


def email_domain(email: str) -> str:
    """What stands behind the @."""
    return email.rpartition("@")[2]


def is_own(email: str, own_domains: Collection[str]) -> bool:
    """Whether an address belongs to the workspace's own people: their domains or any below them."""
    domain = email_domain(email) if email else ""
    return bool(domain) and any(
        domain == own or domain.endswith(f".{own}") for own in map(_own, own_domains) if own
    )


@lru_cache(maxsize=1000)
def _own(domain: str) -> str:
    """A domain of the workspace's, which every person's address is held against."""
    return clean_domain(domain)


def is_anonymous(person_ref: str) -> bool:
    """Whether a person was observed without being known: by a browser's id, not by theirs."""
    return person_ref.startswith(ANONYMOUS)
