"""Which of many accounts or people may be the same: pure, and in time that grows with their number.

Nobody is compared with everybody. Those with an equal key (domain, plain name, e-mail address) are paired
with the one known longest; names that are nearly equal stand next to each other when sorted, forwards or
backwards (the sorted neighbourhood of Hernández and Stolfo, 1995).
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

WINDOW = 3  # neighbours that a name is compared with, on each side of both orders
MOST_ALIKE = 25  # more that share a key share something that says nothing
SHORTEST_NEAR = 5  # letters from which on a name may be nearly another

LEGAL_FORMS = frozenset(
    "ab ag aps as asa bhd bv co company corp corporation doo eood gmbh holding holdings inc "
    "incorporated kft kg kgaa kk limited llc llp lp ltd ltda mbh nv ohg oy oyj plc private pte pty pvt "
    "sa sarl sas sdn se sl spa spzoo sro srl ug zrt".split()
)
FREE_MAIL = frozenset(
    "163.com aol.com duck.com free.fr fastmail.com gmail.com gmx.at gmx.ch gmx.de gmx.net "
    "googlemail.com hey.com hotmail.co.uk hotmail.com hotmail.fr icloud.com inbox.com laposte.net "
    "libero.it live.com mac.com mail.com mail.ru me.com msn.com naver.com orange.fr outlook.com "
    "outlook.de pm.me proton.me protonmail.com qq.com rediffmail.com rocketmail.com seznam.cz "
    "t-online.de tutanota.com wanadoo.fr web.de wp.pl yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com "
    "yahoo.de yahoo.fr yandex.com yandex.ru ymail.com zoho.com".split()
)

_NO_WORD = re.compile(r"[^\w]+|_")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class One:
    """Somebody, as far as likeness goes. In order of age: who is known longest comes first."""

    id: str
    name: str = ""
    domain: str = ""
    email: str = ""
    parent_id: str = ""
    account_id: str = ""


@dataclass(frozen=True)
class Pair:
    """Two who may be one, why, and how sure that is (0 to 1)."""

    one_id: str
    other_id: str
    reason: str
    confidence: float


def plain_name(name: str) -> str:
    """A name without case, accents, punctuation and legal form.

    >>> plain_name("Müller & Söhne G.m.b.H.")
    'muller sohne'
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(one for one in letters if not unicodedata.combining(one)).replace(".", "").replace("'", "")
    words = [word for word in _NO_WORD.sub(" ", bare).split() if word not in ("and", "und", "et", "the")]
    kept = [word for word in words if word not in LEGAL_FORMS]
    return " ".join(kept or words)


def is_telling(domain: str, own: Iterable[str]) -> bool:
    """Whether a domain says which company somebody is with: neither a free-mail provider's nor one's own."""
    return bool(domain) and domain not in FREE_MAIL and domain not in set(own)


def alike_accounts(accounts: Sequence[One], own_domains: Iterable[str] = ()) -> list[Pair]:
    """Accounts that may be one; parent and child are two."""
    own = set(own_domains)
    plain = {one.id: plain_name(one.name) for one in accounts}
    domains = {one.id: one.domain for one in accounts if is_telling(one.domain, own)}
    found = _Found({one.id: one for one in accounts})
    for one, other in _sharing(accounts, domains):
        if plain[one] == plain[other]:
            found.add(one, other, f"the same domain, {domains[one]}, and the same name", 0.98)
        else:
            found.add(one, other, f"the same domain, {domains[one]}", 0.8)
    for one, other in _sharing(accounts, plain):
        found.add(one, other, "the same name", 0.85 if _may_agree(one, other, domains) else 0.5)
    for one, other in _near(plain):
        found.add(
            one,
            other,
            "names that differ in a letter or two",
            0.65 if _may_agree(one, other, domains) else 0.4,
        )
    return found.pairs


def alike_people(people: Sequence[One]) -> list[Pair]:
    """People who may be one: by e-mail address, or by name at the same account."""
    found = _Found({one.id: one for one in people})
    for one, other in _sharing(people, {one.id: one.email for one in people}):
        found.add(one, other, f"the same e-mail address, {found.known[one].email}", 0.97)
    at_account = {
        one.id: f"{one.account_id} {name}"
        for one in people
        if one.account_id and " " in (name := plain_name(one.name))
    }
    for one, other in _sharing(people, at_account):
        found.add(
            one, other, "the same name at the same customer", 0.75 if _one_address(one, other, found) else 0.5
        )
    return found.pairs


def _one_address(one: str, other: str, found: _Found) -> bool:
    return not (found.known[one].email and found.known[other].email)


def _may_agree(one: str, other: str, domains: dict[str, str]) -> bool:
    """Whether no domains speak against it."""
    return domains.get(one, "") == domains.get(other, "") or not (domains.get(one) and domains.get(other))


class _Found:
    """Pairs, each once, by the first and so the surest reason."""

    def __init__(self, known: dict[str, One]) -> None:
        self.known = known
        self._by_pair: dict[tuple[str, str], Pair] = {}

    def add(self, one: str, other: str, reason: str, confidence: float) -> None:
        """Keep a pair, unless one is above the other."""
        first, second = self.known[one], self.known[other]
        if first.id not in (second.parent_id, second.id) and second.id != first.parent_id:
            self._by_pair.setdefault((min(one, other), max(one, other)), Pair(one, other, reason, confidence))

    @property
    def pairs(self) -> list[Pair]:
        """All, the surest first."""
        return sorted(self._by_pair.values(), key=lambda pair: -pair.confidence)


def _sharing(all_of: Sequence[One], keys: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Who shares a key, each with who is known longest."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for one in all_of:
        if key := keys.get(one.id):
            groups[key].append(one.id)
    for ids in groups.values():
        if 1 < len(ids) <= MOST_ALIKE:
            yield from ((ids[0], other) for other in ids[1:])


def _near(plain: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Whose names differ in a letter or two. Names that differ in their numbers are different."""
    place = {key: number for number, key in enumerate(plain)}
    names = [(name, key) for key, name in plain.items() if len(name) >= SHORTEST_NEAR]
    for order in (sorted(names), sorted(names, key=lambda one: one[0][::-1])):
        for number, (name, key) in enumerate(order):
            for other_name, other in order[number + 1 : number + 1 + WINDOW]:
                if name != other_name and is_near(name, other_name):
                    yield (key, other) if place[key] < place[other] else (other, key)


def is_near(one: str, other: str) -> bool:
    """Whether two names are one but for a slip: one edit, two from twelve letters on; numbers agree."""
    most = 1 if min(len(one), len(other)) < 12 else 2
    if abs(len(one) - len(other)) > most or _DIGITS.findall(one) != _DIGITS.findall(other):
        return False
    return _edits(one, other) <= most


def _edits(one: str, other: str) -> int:
    """Insertions, deletions and substitutions that lead from one to the other (Levenshtein)."""
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    if not (one and other):
        return max(len(one), len(other))
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, 1):
        last, row[0] = row[0], number
        for column, other_letter in enumerate(other, 1):
            last, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, last + (letter != other_letter)),
            )
    return row[-1]
